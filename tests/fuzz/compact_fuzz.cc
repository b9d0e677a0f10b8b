// Fuzzes the compact forms' readers: whatever bytes they are given, from_bytes() refuses them or makes a value that
// can be read in both directions, changed, and written as the same bytes (run it under ASan, UBSan). The first byte
// says which form.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "store/values/intset.h"
#include "store/values/listpack.h"

namespace {

using larder::store::Intset;
using larder::store::Listpack;
using larder::store::Member;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

void try_listpack(std::string_view bytes) {
  auto list = Listpack::from_bytes(bytes);
  if (!list) return;
  check(list->bytes() == bytes || list->empty(), "the bytes are the same");
  Listpack rebuilt;
  for (auto at = list->first(); at != Listpack::kNone; at = list->next(at)) rebuilt.append(list->get(at));
  check(rebuilt.size() == list->size(), "all elements were appended");
  // The head may say that there are too many elements to count where there are not.
  check(rebuilt.bytes().substr(6) == list->bytes().substr(6), "each element has one encoding");
  size_t backwards = 0;
  for (auto at = list->last(); at != Listpack::kNone; at = list->previous(at)) ++backwards;
  check(backwards == list->size(), "as many elements backwards");
  bool odd = false;
  rebuilt.erase_if([&](const Member&) { return odd = !odd; });
  check(rebuilt.size() == list->size() / 2, "every second element is left");
  if (!list->empty()) {
    list->prepend("first");
    list->insert(list->last(), Member(int64_t{-5000}));
    check(list->size() == rebuilt.size() * 2 + 2 + (backwards % 2), "two elements more");
  }
  while (!list->empty()) {
    const size_t before = list->size();
    list->replace(list->first(), "another text");
    list->erase(list->first());
    check(list->size() == before - 1, "one element less");
  }
}

void try_intset(std::string_view bytes) {
  auto set = Intset::from_bytes(bytes);
  if (!set) return;
  check(set->bytes() == bytes || set->size() == 0, "the bytes are the same");
  for (size_t i = 0; i < set->size(); ++i) check(set->contains(set->at(i)), "each integer is found");
  const size_t before = set->size();
  const bool added = set->add(INT64_MIN);
  check(set->size() == before + (added ? 1 : 0) && set->at(0) == INT64_MIN, "the lowest integer comes first");
  check(set->remove(INT64_MIN) && set->size() == before - (added ? 0 : 1), "and can go again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (*data % 2 == 0) {
    try_listpack(bytes);
  } else {
    try_intset(bytes);
  }
  return 0;
}
