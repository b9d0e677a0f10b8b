#!/usr/bin/env bash
# The release binary really prefetches: where requests are looked up, keys evicted and expired keys swept. Compilers
# have dropped these hints before without a word, and nothing but the speed showed it. Reads the disassembly.
# Usage: prefetch_test.sh BINARY [--if-current]   (skips a binary that is missing or, with --if-current, older than
# the code)
set -euo pipefail
binary=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

skip() { printf 'SKIP: %s\n' "$*"; exit 77; }
[[ -x $binary ]] || skip "there is no release binary $binary"
command -v objdump >/dev/null || skip 'there is no objdump'
if [[ ${2:-} == --if-current ]] &&
  find "$source"/{base,protocol,store,server} -name '*.[ch]*' -newer "$binary" | grep -q .; then
  skip "$binary is older than the code"
fi

# One line for each prefetch: the function that holds it, into which others may have been inlined.
prefetches=$(objdump -d -C --no-show-raw-insn "$binary" |
  awk '/^[0-9a-f]+ <.*>:$/ { name = $0 } $2 ~ /^(prefetch|prfm)/ { print name }' | sed -E 's/^[0-9a-f]+ <(.*)>:$/\1/')
failures=0

# expect PATH AT_LEAST FUNCTIONS [OTHERS]: so many prefetches in the functions of a path and not in others, wherever the
# inliner has put them.
expect() {
  local found
  found=$(grep -E "$3" <<<"$prefetches" | grep -cvE "${4:-^$}" || true)
  ((found < $2)) || return 0
  printf 'the %s path: %d prefetches in functions like %s, expected at least %d\n' "$1" "$found" "$3" "$2"
  failures=$((failures + 1))
}

expect 'look-up' 4 'larder::server::(Intake|Session|Dispatcher|IoThread|Poller)::' 'sweep'
expect 'eviction' 5 'larder::store::(Evictor|Store)::(fill_pool|ask_|evict|make_room|for_each_sampled)'
expect 'sweep' 2 'larder::(store::(Store|Table)|server::IoThread)::sweep'
((failures == 0)) || { printf 'All prefetches:\n'; sort <<<"$prefetches" | uniq -c; }
((failures == 0))
