#!/usr/bin/env bash
# What no committed file may hold: host names of package registries (a mirror of one machine would travel with it) and
# absolute paths of the machine that it was written on; and what every script must be: free of syntax errors, executable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
failures=0

# refuse WHAT PATTERN: no text file matches.
refuse() {
  local hits
  hits=$(tests/tools/list_files.sh | tr '\n' '\0' | xargs -0 -r grep -nIE "$2" /dev/null | cut -c 1-200 || true)
  [[ -n $hits ]] || return 0
  printf '%s:\n%s\n' "$1" "$hits"
  failures=$((failures + 1))
}

hosts='registry[.]npmjs|registry[.]yarnpkg|pypi[.]org|pythonhosted[.]org|(index|static)[.]crates[.]io'
hosts+='|proxy[.]golang[.]org|sum[.]golang[.]org|repo1?[.]maven[.](org|apache)|deb[.]debian[.]org|archive[.]ubuntu[.]com'
refuse 'host names of package registries' "$hosts"
here=$(sed 's/[.[\*^$+?(){|]/\\&/g' <<<"$PWD")
refuse 'absolute paths of one machine' "(^|[^A-Za-z0-9_.~}-])(/(home/[a-z]|root/)|$here/)"

check_script() { # file
  local shell
  case $(head -n 1 "$1") in
    '#!'*bash*) shell=bash ;;
    '#!/bin/sh'*) shell=sh ;;
    *) return 0 ;;
  esac
  "$shell" -n "$1" || failures=$((failures + 1))
  [[ -x $1 ]] || { printf '%s: not executable\n' "$1"; failures=$((failures + 1)); }
}
while read -r file; do check_script "$file"; done < <(tests/tools/list_files.sh | tr '\n' '\0' | xargs -0 grep -lI '^#!')
((failures == 0))
