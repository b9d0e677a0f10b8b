#!/usr/bin/env bash
# Includes point one way: base <- protocol, base <- store (values <- core), server above all; within server/
# commands -> dispatch -> clients -> observe -> config and net -> dispatch. No two headers reach each other in a circle, nor,
# in base/, protocol/ and server/, two modules (a header and its source). base/, protocol/ and store/ know neither sockets nor tests; what is included from this tree is
# named from its root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
failures=0

# refuse FOLDER WHAT PATTERN: no file of the folder includes anything that the pattern matches.
refuse() {
  local hits
  hits=$(tests/tools/list_files.sh "$1/*.h" "$1/*.cc" "$1.h" "$1.cc" |
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

# In server/, from the lowest to the highest; state.h puts the parts of clients/ and below together, server.h and
# process.h are for main.cc and embedders.
top='server/(server|process)\.h'
refuse server/config 'the rest of the server' "server/(observe|clients|dispatch|commands|net|state)/?|$top"
refuse server/observe 'what is above it' "server/(clients|dispatch|commands|net|state)/?|$top"
refuse server/clients 'what is above it' "server/(dispatch|commands|net|state)/?|$top"
refuse server/state 'what is above it' "server/(dispatch|commands|net)/|$top"
refuse server/dispatch 'what is above it' "server/(commands|net)/|$top"
refuse server/commands 'sockets and the server that owns it' "server/net/|$top"
refuse server/net 'commands and the server that owns it' "server/commands/|$top"
for folder in base protocol store; do
  refuse "$folder" 'sockets' 'asio|boost/asio|sys/socket|sys/epoll|sys/un\.h|netinet/|arpa/inet|netdb'
done
refuse tests/support "Larder's own code" '(base|protocol|store|server)/'
refuse tests/oracle "Larder's own code" '(base|protocol|store|server)/'
for folder in base protocol store server tests bench; do refuse "$folder" 'by a relative path' '\.\.?/'; done

# circles WHAT: the includes of the tree, one "FROM TO" a line, as they come; says which of them are part of a circle.
circles() {
  local found
  found=$(tsort 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'input contains a loop' | sort -u || true)
  [[ -n $found ]] || return 0
  printf '%s include each other in a circle:\n%s\n' "$1" "$found"
  failures=$((failures + 1))
}
includes=$(tests/tools/list_files.sh 'base/*' 'protocol/*' 'store/*' 'server/*' 'tests/*' 'bench/*' | grep -E '\.(h|cc)$' |
  xargs grep -HE '^#include "' | sed -E 's/^([^:]*):#include "([^"]*)".*/\1 \2/')
circles 'headers' < <(awk '$1 ~ /\.h$/ && $1 != $2' <<<"$includes")
circles 'modules' < <(grep -E '^(base|protocol|server)/' <<<"$includes" | sed -E 's/\.(h|cc)( |$)/\2/g' | awk '$1 != $2')

# The guard that every header has, and the form that every include of the tree has.
for header in $(tests/tools/list_files.sh 'base/*.h' 'protocol/*.h' 'store/*.h' 'server/*.h' 'tests/*.h' 'bench/*.h'); do
  grep -q '^#pragma once' "$header" || { printf '%s: no #pragma once\n' "$header"; failures=$((failures + 1)); }
done
((failures == 0))
