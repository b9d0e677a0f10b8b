// Fuzzes sorted sets: the bytes are a program of changes, which runs on a listpack, on a table and on a plain model.
// After each step the order index must be sound, and all three hold the same elements (run it under ASan, UBSan).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/values/zset_value.h"

namespace {

using larder::store::EncodingLimits;
using larder::store::Ranks;
using larder::store::ScoredTable;
using larder::store::ZsetValue;

using Elements = std::vector<std::pair<double, std::string>>;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

Elements content(const ZsetValue& set) {
  Elements elements;
  set.for_each([&](std::string_view member, double score) { elements.emplace_back(score, member); });
  return elements;
}

/// Few members and scores, so that many are equal; some members are integers, some long.
std::string member_of(uint8_t byte) {
  std::string member = (byte % 3 == 0 ? "" : "m") + std::to_string(byte);
  return byte % 17 == 0 ? member + std::string(300, 'l') : member;
}

class Model {
 public:
  void step(uint8_t what, uint8_t byte, uint8_t other) {
    const std::string member = member_of(byte);
    const double score = static_cast<double>(other % 16) / 2 - 3;
    if (what % 4 == 0) {
      const bool was_there = model_.erase(member) == 1;
      check(packed_.remove(member) == was_there && table_.remove(member) == was_there, "both knew the member");
    } else if (what % 16 == 1) {
      const size_t first = byte % (model_.size() + 1), end = std::min(first + other % 8, model_.size());
      const Elements before = sorted();
      for (size_t i = first; i < end; ++i) model_.erase(before[i].second);
      packed_.remove(Ranks{first, end});
      table_.remove(Ranks{first, end});
    } else {
      for (ZsetValue* set : {&packed_, &table_}) set->add({member, score}, {}, limits_of(set));
      model_[member] = score;
      for (const ZsetValue* set : {&packed_, &table_}) check(set->score(member) == score, "the score is the new one");
    }
  }

  void compare() const {
    const Elements expected = sorted();
    check(content(packed_) == expected, "the listpack holds the elements in order");
    check(content(table_) == expected, "the table holds the elements in order");
    for (size_t i = 0; i < expected.size(); i += 5) {
      check(table_.rank(expected[i].second, false)->rank == i, "the rank is the place");
    }
  }

 private:
  EncodingLimits limits_of(const ZsetValue* set) const {
    EncodingLimits limits;
    limits.zset_max_listpack_entries = set == &packed_ ? 100'000 : 0;
    limits.zset_max_listpack_value = 1000;
    return limits;
  }
  Elements sorted() const {
    Elements elements;
    for (const auto& [member, score] : model_) elements.emplace_back(score, member);
    std::sort(elements.begin(), elements.end());
    return elements;
  }

  ZsetValue packed_, table_;
  std::map<std::string, double> model_;
};

/// A table with many more elements than a program has bytes: each byte adds or removes a run of them.
void try_table(const uint8_t* data, size_t size) {
  ScoredTable table;
  std::set<std::pair<double, std::string>> model;
  uint64_t next = 0;
  for (size_t i = 0; i < size && model.size() < 4000; ++i) {
    for (unsigned run = data[i] / 4; run > 0; --run) {
      if (data[i] % 4 < 2 || model.empty()) {
        const double score = data[i] % 4 == 0 ? static_cast<double>(next) : static_cast<double>(next * 7919 % 50);
        const std::string member = "m" + std::to_string(next++);
        table.add(member, score);
        model.emplace(score, member);
      } else {
        const size_t rank = data[i] % 4 == 2 ? 0 : next * 31 % model.size();
        const auto at = std::next(model.begin(), static_cast<std::ptrdiff_t>(rank));
        check(table.rank(at->second, at->first) == rank, "the rank is the place");
        check(table.remove(at->second), "the member was there");
        model.erase(at);
      }
    }
    check(table.size() == model.size() && table.is_sound(), "the table is sound");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  if (*data % 2 == 0) {
    try_table(data + 1, size - 1);
    return 0;
  }
  Model model;
  for (size_t i = 1; i + 2 < size; i += 3) model.step(data[i], data[i + 1], data[i + 2]);
  model.compare();
  return 0;
}
