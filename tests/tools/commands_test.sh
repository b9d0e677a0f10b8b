#!/usr/bin/env bash
# docs/commands.md is its head and what the program prints. With --update it is written anew.
# Usage: commands_test.sh LARDER [--update]
set -euo pipefail
larder=$1
document=$(dirname "${BASH_SOURCE[0]}")/../../docs/commands.md

wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
cat >"$wanted" <<'HEAD'
# Commands

Written by `./dev check --fix` from the rows of the command table; a test compares. What is not listed is answered as an
unknown command.

HEAD
"$larder" --print-commands=markdown | sed 's/^### /## /' >>"$wanted"

if [[ ${2:-} == --update ]]; then
  cmp -s "$wanted" "$document" || cat "$wanted" >"$document"
elif ! diff -u "$document" "$wanted"; then
  echo 'docs/commands.md is not what the program prints; run ./dev check --fix'
  exit 1
fi
