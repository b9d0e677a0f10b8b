#!/usr/bin/env bash
# bench/product_hash follows the product's code and nothing else, and names the results of other code.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bench/results,tests/tools,store/core}
cp "$source/bench/product_hash" "$tree/bench/"
cp "$source/tests/tools/list_files.sh" "$tree/tests/tools/"
echo 'int a;' >"$tree/store/core/a.cc"
echo 'text' >"$tree/store/README.md"

fail() { printf '%s\n' "$*"; exit 1; }
product_hash() { "$tree/bench/product_hash" "$@"; }

first=$(product_hash)
[[ $first =~ ^[0-9a-f]{16}$ ]] || fail "no hash: $first"
echo 'other text' >"$tree/store/README.md"
[[ $(product_hash) == "$first" ]] || fail 'a README changes it'
printf '{"commit": "abc", "product": "%s"}\n' "$first" >"$tree/bench/results/speed.jsonl"
[[ -z $(product_hash --results) ]] || fail 'a result of this code is called older'

echo 'int b;' >"$tree/store/core/a.cc"
[[ $(product_hash) != "$first" ]] || fail 'code does not change it'
[[ $(product_hash --results) == 'bench/results/speed.jsonl is older than the code (it is of commit abc)' ]] ||
  fail "not told of the older result: $(product_hash --results)"
