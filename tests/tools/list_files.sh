#!/usr/bin/env bash
# Prints the project's own files that match the patterns (all without any), relative to the root: those that git knows
# or would add, or, where there is no git or no repository, those outside build/.
# Usage: list_files.sh [glob of a path's end...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The tree may belong to another user than the one who tests it, as in containers.
if git -c safe.directory='*' rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done
  exit
fi
names=()
for pattern in "$@"; do names+=(-o -name "$pattern"); done
((${#names[@]} == 0)) || names=('(' "${names[@]:1}" ')')
find . \( -name build -o -name .git -o -name node_modules -o -name target \) -prune -o -type f "${names[@]}" -print |
  sed 's|^\./||' | sort
