#!/usr/bin/env bash
# What is true of a command stands in its row, as a bit or a field: no code of the server compares a command's name or
# looks a command up by a name of its own. The table of commands itself does, and server/config has other names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

spec='([sS]pec|[cC]ommand|[rR]ow|[oO]ther|queued)[a-zA-Z_]*(\[[a-z]+\])?(\.|->)'
name='(name|own_name\(\)|container_name\(\))'
patterns=(
  "$spec$name *(==|!=)"            # spec.name == "exec"
  "(==|!=) *[a-z_.>-]*$spec$name"  # "exec" == spec.name
  "$spec$name\.(starts_with|ends_with|compare|find)\("
  "(is_one_of|equals_ignoring_case|std::find[_a-z]*)\([^;]*$spec$name"
  'find_(command|subcommand|full_name)\([^)]*"'
  '"[a-z]+" *(==|!=) *name\b|\bname *(==|!=) *"(exec|multi|touch|auth|client)'
)
failures=0
for pattern in "${patterns[@]}"; do
  hits=$(tests/tools/list_files.sh 'server/*.h' 'server/*.cc' |
    grep -vE '^server/(config/|dispatch/command_(spec|table)\.)' | xargs -r grep -nE "$pattern" /dev/null || true)
  [[ -n $hits ]] || continue
  printf 'A name of a command is compared:\n%s\n' "$hits"
  failures=$((failures + 1))
done
((failures == 0))
