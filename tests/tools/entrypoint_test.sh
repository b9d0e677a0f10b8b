#!/usr/bin/env bash
# The image's entry point with a server that prints its arguments: what launchers pass, and what must reach the server.
set -euo pipefail
entrypoint=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../packaging/docker" && pwd)/entrypoint.sh
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
mkdir bin
for name in redis-server valkey-server larder; do
  printf '#!/bin/sh\nprintf "%%s" "${0##*/}"; for word; do printf " [%%s]" "$word"; done; echo\n' >"bin/$name"
  chmod +x "bin/$name"
done
export PATH=$PWD/bin:$PATH
unset REDIS_ARGS VALKEY_EXTRA_FLAGS
failures=0

# gives EXPECTED ARGUMENT...: what the entry point starts when it is given the arguments.
gives() {
  local expected=$1 actual
  shift
  actual=$("$entrypoint" "$@")
  [[ $actual == "$expected" ]] && return
  printf 'arguments: %s\n  expected: %s\n  actual:   %s\n' "$*" "$expected" "$actual"
  failures=$((failures + 1))
}

open='[--bind] [*] [-::*] [--protected-mode] [no]'
gives "redis-server $open"
gives "redis-server $open" redis-server
gives "valkey-server $open" valkey-server
gives "larder $open" larder
gives "redis-server $open [--requirepass] [pw]" --requirepass pw
gives "redis-server $open [--requirepass] [pw]" redis-server --requirepass pw
# Whole settings as one word, as the launcher for Node passes them; an empty word.
gives "redis-server $open [--requirepass pw] [--save 1 1 ]" redis-server '--requirepass pw' '--save 1 1 '
gives "redis-server $open [--save] [] [--appendonly] [no]" --save '' --appendonly no
# Questions, and a conf file on standard input, whose words the entry point cannot know.
gives 'redis-server [--version]' redis-server --version
gives 'valkey-server [-h]' valkey-server -h
gives 'redis-server [-] [--port] [7000]' - --port 7000

# A conf file stays first, and what it says of the two directives stays as it says.
printf 'maxmemory 1mb\n' >plain.conf
printf '  Bind 127.0.0.1\nprotected-mode yes\n' >closed.conf
gives "redis-server [plain.conf] $open" plain.conf
gives "redis-server [plain.conf] $open [--port] [7000]" redis-server plain.conf --port 7000
gives 'redis-server [closed.conf]' closed.conf
gives 'redis-server [closed.conf] [--loglevel] [debug]' redis-server closed.conf --loglevel debug
gives "redis-server [missing.conf] $open" missing.conf

# The environment's options stand before the command line's, which win.
REDIS_ARGS='--requirepass "a b" --port 1' gives "redis-server $open [--requirepass] [a b] [--port] [1] [--port] [2]" --port 2
REDIS_ARGS='--save ""' gives "redis-server $open [--save] []" redis-server
REDIS_ARGS='$(touch broken) *' gives "redis-server $open [\$(touch] [broken)] [*]" redis-server
VALKEY_EXTRA_FLAGS='--appendonly no' gives "valkey-server $open [--appendonly] [no]" valkey-server
REDIS_ARGS='  ' gives "redis-server $open"

# Anything else is a command of the user's.
gives 'hello' echo hello
gives 'redis-server' sh -c 'redis-server'
((failures == 0))
