// Fuzzes ChunkList: the bytes are changes, which a deque makes too (run it under ASan, UBSan). The first byte is the
// limit on a chunk; each change is a byte that says which, one for where and one for how long the element is.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

#include "store/values/chunk_list.h"

namespace {

using larder::store::ChunkLimit;
using larder::store::ChunkList;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

void expect_same(const ChunkList& list, const std::deque<std::string>& model) {
  check(list.size() == model.size(), "the sizes are the same");
  auto at = list.first();
  for (const auto& element : model) {
    check(at && list.get(at).text() == element, "the elements are the same");
    at = list.next(at);
  }
  check(!at, "nothing follows");
  at = list.last();
  for (auto element = model.rbegin(); element != model.rend(); ++element) {
    check(at && list.get(at).text() == *element, "the elements are the same backwards");
    at = list.previous(at);
  }
  check(!at, "nothing precedes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ChunkLimit limit = ChunkLimit::of(static_cast<int8_t>(data[0]) % 8);
  ChunkList list;
  std::deque<std::string> model;
  for (size_t i = 1; i + 2 < size && i < 3000; i += 3) {
    const uint8_t how = data[i], length = data[i + 2];
    const size_t index = model.empty() ? 0 : data[i + 1] % model.size();
    const auto place = static_cast<ptrdiff_t>(index);
    const std::string element = how & 0x80 ? std::to_string(int64_t{length} << (length % 56))
                                           : std::string(size_t{length} * (length % 7 == 0 ? 20 : 1), 'e');
    switch (how % 8) {
      case 0:
      case 1:
        list.push_front(element, limit);
        model.push_front(element);
        break;
      case 2:
      case 3:
        list.push_back(element, limit);
        model.push_back(element);
        break;
      case 4:
      case 5:
        if (model.empty()) break;
        list.insert(list.at(place), how % 8 == 5, element, limit);
        model.insert(model.begin() + place + (how % 8 == 5 ? 1 : 0), element);
        break;
      case 6:
        if (model.empty()) break;
        list.replace(list.at(place), element, limit);
        model[index] = element;
        break;
      default: {
        const size_t count = std::min<size_t>(length % 40, model.size() - index);
        if (count == 0) break;
        list.erase(list.at(place), count);
        model.erase(model.begin() + place, model.begin() + place + static_cast<ptrdiff_t>(count));
      }
    }
  }
  expect_same(list, model);
  expect_same(list.copy(), model);
  return 0;
}
