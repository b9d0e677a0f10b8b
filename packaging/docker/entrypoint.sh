#!/bin/bash
# The image's entry point, with the habits of the images that it stands in for: options or a conf file alone start the
# server, REDIS_ARGS (or VALKEY_EXTRA_FLAGS) holds further options, any other command is run as it is.
#
# A container is reached from outside itself, so the server listens on every address and without protected mode unless
# the conf file or the command line says otherwise.
set -euo pipefail

# The conf file's own words on a directive outrank the image's.
conf_sets() { # directive conf-file
  grep -Eqi "^[[:space:]]*$1[[:space:]]" "$2" 2>/dev/null
}

# Options follow the conf file, and the last setting wins: first the image's, then the environment's, then the command
# line's. What only asks a question, and a conf file on standard input (which cannot be looked into), go as they came.
start_server() {
  local server=$1 conf=() defaults=() extra=() words="${REDIS_ARGS:-} ${VALKEY_EXTRA_FLAGS:-}"
  shift
  case ${1:-} in - | -v | -h | --version | --help) exec "$server" "$@" ;; esac
  if (($#)) && [[ $1 != -* ]]; then
    conf=("$1")
    shift
  fi
  conf_sets bind "${conf[0]:-}" || defaults+=(--bind '*' '-::*')
  conf_sets protected-mode "${conf[0]:-}" || defaults+=(--protected-mode no)
  # xargs splits as a shell does, quotes included, and expands nothing.
  [[ -z ${words// /} ]] || mapfile -t extra < <(xargs -n1 printf '%s\n' <<<"$words")
  exec "$server" "${conf[@]}" "${defaults[@]}" "${extra[@]}" "$@"
}

case ${1:-} in
  '' | -* | *.conf) start_server redis-server "$@" ;;
  redis-server | valkey-server | larder | */redis-server | */valkey-server | */larder) start_server "$@" ;;
  *) exec "$@" ;;
esac
