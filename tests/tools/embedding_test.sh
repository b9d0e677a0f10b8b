#!/usr/bin/env bash
# Another project takes Larder in as README.md shows (add_subdirectory, larder::server) and its source, README.md's
# example, compiles. Only that one source is: linking and running are tests/embed's business.
# Usage: embedding_test.sh CXX
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

cat >"$directory/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C CXX)
add_subdirectory("$source" larder)
add_executable(my_program main.cc)
target_link_libraries(my_program PRIVATE larder::server)
CMAKE

{
  echo '#include <string>'
  awk '/^```cpp/ { inside = 1; next } /^```/ { inside = 0 } inside && /^#include/' "$source/README.md"
  echo 'static void report(const std::string&) {}'
  echo 'static void connect_to(const char*, int) {}'
  echo 'static void example() {'
  awk '/^```cpp/ { inside = 1; next } /^```/ { inside = 0 } inside && !/^#include/' "$source/README.md"
  echo '}'
  echo 'int main() { example(); }'
} >"$directory/main.cc"
grep -q 'larder::server::Server' "$directory/main.cc"

cmake -G Ninja -S "$directory" -B "$directory/build" -DCMAKE_CXX_COMPILER="$1" -DCMAKE_BUILD_TYPE=Debug
cmake --build "$directory/build" --target CMakeFiles/my_program.dir/main.cc.o
