#!/usr/bin/env bash
# Each header compiles alone: it includes what it uses. Each is compiled as CMake compiles the sources of its folder.
# Usage: headers_test.sh CXX [compiler option...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# A source of one line, because a header given as the main file is warned of for its #pragma once.
compile_alone() { # header compiler option...
  local header=$1
  shift
  printf '#include "%s"\n' "$header" | "$@" -fsyntax-only -x c++ - || { printf '%s does not compile alone\n' "$header"; return 1; }
}
export -f compile_alone

tests/tools/list_files.sh 'base/*.h' 'protocol/*.h' 'store/*.h' 'server/*.h' |
  xargs -P "$(nproc)" -I {} bash -c 'compile_alone "$@"' compile_alone {} "$@" -std=c++20 -I . -Wall -Wextra -Werror
