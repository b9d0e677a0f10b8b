#!/usr/bin/env bash
# README.md's table of commands is what the program prints. With --update the table is replaced.
# Usage: readme_test.sh LARDER [--update]
set -euo pipefail
larder=$1
readme=$(dirname "${BASH_SOURCE[0]}")/../../README.md
readonly begin='<!-- commands: written by ./dev check --fix -->' end='<!-- commands end -->'

table=$("$larder" --print-commands=markdown)
wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
awk -v begin="$begin" -v end="$end" '
  NR == FNR { table = table $0 "\n"; next }
  $0 == end { skip = 0 }
  !skip { print }
  $0 == begin { printf "\n%s\n", table; skip = 1; found = 1 }
  END { exit !found }' <(printf '%s\n' "$table") "$readme" >"$wanted"

if [[ ${2:-} == --update ]]; then
  cmp -s "$wanted" "$readme" || cat "$wanted" >"$readme"
elif ! diff -u "$readme" "$wanted"; then
  echo 'README.md: the table of commands is not what the program prints; run ./dev check --fix'
  exit 1
fi
