#!/usr/bin/env bash
# Includes point one way: base <- protocol, base <- store (values <- core), server above all; base/, protocol/ and store/
# know neither sockets nor tests; what is included from this tree is named from its root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
failures=0

# refuse FOLDER WHAT PATTERN: no file of the folder includes anything that the pattern matches.
refuse() {
  local hits
  hits=$(tests/tools/list_files.sh "$1/*.h" "$1/*.cc" |
    xargs -r grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($3)" /dev/null || true)
  [[ -n $hits ]] || return 0
  printf '%s/ must not include %s:\n%s\n' "$1" "$2" "$hits"
  failures=$((failures + 1))
}

refuse base 'any other folder' '(\.\./)*(protocol|server|store|tests|bench)/'
refuse protocol 'server, store, tests or bench' '(\.\./)*(server|store|tests|bench)/'
refuse store 'server, protocol, tests or bench' '(\.\./)*(server|protocol|tests|bench)/'
refuse store/values 'store/core' 'store/core/'
refuse server 'tests or bench' '(\.\./)*(tests|bench)/'
for folder in base protocol store; do
  refuse "$folder" 'sockets' 'asio|boost/asio|sys/socket|sys/epoll|sys/un\.h|netinet/|arpa/inet|netdb'
done
refuse tests/support "Larder's own code" '(base|protocol|store|server)/'
refuse tests/oracle "Larder's own code" '(base|protocol|store|server)/'
for folder in base protocol store server tests bench; do refuse "$folder" 'by a relative path' '\.\.?/'; done

# The guard that every header has, and the form that every include of the tree has.
for header in $(tests/tools/list_files.sh 'base/*.h' 'protocol/*.h' 'store/*.h' 'server/*.h' 'tests/*.h' 'bench/*.h'); do
  grep -q '^#pragma once' "$header" || { printf '%s: no #pragma once\n' "$header"; failures=$((failures + 1)); }
done
((failures == 0))
