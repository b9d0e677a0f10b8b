// Chunked lists: random changes against a vector, under limits that make many chunks and blocks of few elements, and
// what they account for.
#include "store/values/chunk_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/store/allocation_counter.h"
#include "tests/store/failing_allocations.h"

namespace larder::store {
namespace {

using Texts = std::vector<std::string>;

Texts content(const ChunkList& list) {
  Texts elements;
  for (auto at = list.first(); at; at = list.next(at)) elements.emplace_back(list.get(at).text());
  return elements;
}

Texts content_from_behind(const ChunkList& list) {
  Texts elements;
  for (auto at = list.last(); at; at = list.previous(at)) elements.emplace_back(list.get(at).text());
  std::reverse(elements.begin(), elements.end());
  return elements;
}

TEST(ChunkLimit, IsWhatTheDirectiveSays) {
  EXPECT_TRUE(ChunkLimit::of(-1).allows(4096, 1'000'000));
  EXPECT_FALSE(ChunkLimit::of(-1).allows(4097, 1));
  EXPECT_FALSE(ChunkLimit::of(-2).allows(8193, 1));
  EXPECT_TRUE(ChunkLimit::of(-5).allows(65'536, 1));
  EXPECT_FALSE(ChunkLimit::of(-2'147'483'648LL).allows(65'537, 1));
  EXPECT_TRUE(ChunkLimit::of(3).allows(8192, 3));
  EXPECT_FALSE(ChunkLimit::of(3).allows(100, 4));
  EXPECT_FALSE(ChunkLimit::of(3).allows(8193, 1));
  EXPECT_TRUE(ChunkLimit::of(0).allows(100, 1));
  EXPECT_FALSE(ChunkLimit::of(0).allows(100, 2));
}

struct Mix {
  const char* name;
  ChunkLimit limit;
  int steps;
  size_t most_bytes;
};

/// A list and a vector that are changed alike.
class Pair {
 public:
  Pair(const Mix& mix, uint64_t seed) : mix_(mix), random_(seed) {}

  /// Mostly adds or mostly removes.
  void change(bool growing) {
    if (below(8) < (growing ? 7u : 1u)) {
      add();
    } else if (!model.empty()) {
      remove();
    }
    if (!model.empty() && below(4) == 0) {
      const size_t index = below(model.size());
      model[index] = text();
      list.replace(list.at(static_cast<int64_t>(index)), model[index], mix_.limit);
    }
  }

  size_t below(size_t bound) { return random_() % bound; }
  std::string text() {
    std::string text = std::to_string(random_() % 1'000'000);
    if (below(3) == 0) text.append(below(mix_.most_bytes), 'z');
    return text;
  }

  ChunkList list;
  Texts model;

 private:
  void add() {
    const std::string added = text();
    switch (model.empty() ? below(2) : below(4)) {
      case 0:
        list.push_front(added, mix_.limit);
        model.insert(model.begin(), added);
        break;
      case 1:
        list.push_back(added, mix_.limit);
        model.push_back(added);
        break;
      default:
        const size_t index = below(model.size());
        const bool behind = below(2) == 0;
        const auto at = list.insert(list.at(static_cast<int64_t>(index)), behind, added, mix_.limit);
        EXPECT_EQ(list.get(at).text(), added);
        model.insert(model.begin() + static_cast<ptrdiff_t>(index + (behind ? 1 : 0)), added);
    }
  }

  void remove() {
    const size_t index = below(model.size());
    const size_t count = std::min(model.size() - index, below(50) == 0 ? 1 + below(model.size()) : 1 + below(3));
    const auto behind = list.erase(list.at(static_cast<int64_t>(index)), count);
    const auto first = model.begin() + static_cast<ptrdiff_t>(index);
    model.erase(first, first + static_cast<ptrdiff_t>(count));
    if (index < model.size()) {
      EXPECT_EQ(list.get(behind).text(), model[index]);
    } else {
      EXPECT_FALSE(behind);
    }
  }

  const Mix& mix_;
  std::mt19937_64 random_;
};

class ChunkListModel : public testing::TestWithParam<Mix> {};

TEST_P(ChunkListModel, AgreesWithAVectorUnderRandomChanges) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const Mix& mix = GetParam();
  Pair pair(mix, seed);
  for (int step = 0; step < mix.steps && !HasFailure(); ++step) {
    pair.change((step / (mix.steps / 4)) % 2 == 0);
    ASSERT_EQ(pair.list.size(), pair.model.size());
    ASSERT_EQ(pair.list.empty(), pair.model.empty());
    if (!pair.model.empty()) {
      const size_t index = pair.below(pair.model.size());
      ASSERT_EQ(pair.list.get(pair.list.at(static_cast<int64_t>(index))).text(), pair.model[index]);
      const auto found = pair.list.find(pair.model[index], pair.list.first());
      ASSERT_TRUE(found);
      ASSERT_EQ(pair.list.get(found).text(), pair.model[index]);
    }
    if (step % 500 == 0) {
      ASSERT_EQ(content(pair.list), pair.model);
    }
  }
  EXPECT_EQ(content_from_behind(pair.list), pair.model);
  const auto size = static_cast<int64_t>(pair.model.size());
  EXPECT_FALSE(pair.list.at(size));
  EXPECT_FALSE(pair.list.at(-size - 1));
  EXPECT_FALSE(pair.list.find("not there", pair.list.first()));
  ChunkList copy = pair.list.copy();
  pair.list.erase(pair.list.first(), pair.model.size());
  EXPECT_TRUE(pair.list.empty());
  EXPECT_EQ(pair.list.memory(), 0u);
  EXPECT_EQ(content(copy), pair.model);
}

INSTANTIATE_TEST_SUITE_P(Mixes, ChunkListModel,
                         testing::Values(Mix{"OneByOne", ChunkLimit::of(1), 6000, 20},
                                         Mix{"Few", ChunkLimit::of(4), 8000, 20},
                                         Mix{"Usual", ChunkLimit::of(-2), 8000, 300},
                                         Mix{"Large", ChunkLimit::of(-1), 4000, 9000}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ChunkList, MemoryIsWhatIsReallyAllocated) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "needs a build with AddressSanitizer";
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const Mix mix{"Few", ChunkLimit::of(3), 0, 200};
  Pair pair(mix, seed);
  ChunkList counted;
  AllocationCounter counter;
  for (int step = 0; step < 4000; ++step) {
    const size_t before = counter.bytes(), count_before = counter.count();
    const size_t memory = pair.list.memory(), allocations = pair.list.allocations();
    // Only what the list itself allocates may differ, so the model is left alone.
    const std::string text = pair.text().substr(0, 15);
    const auto index = static_cast<int64_t>(pair.below(pair.list.size() + 1));
    if (pair.list.at(index) && pair.below(3) == 0) {
      pair.list.erase(pair.list.at(index), 1 + pair.below(3));
    } else if (pair.list.at(index)) {
      pair.list.insert(pair.list.at(index), pair.below(2) == 0, text, mix.limit);
    } else {
      pair.list.push_back(text, mix.limit);
    }
    ASSERT_EQ(pair.list.memory() - memory, counter.bytes() - before) << "at step " << step;
    ASSERT_EQ(pair.list.allocations() - allocations, counter.count() - count_before) << "at step " << step;
  }
}

/// Each change is tried with each of its allocations failing: the elements stay, and it can be made again.
TEST(ChunkList, WithoutMemoryItKeepsItsElements) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const ChunkLimit limit = ChunkLimit::of(2);
  ChunkList list;
  int failures = 0;
  for (int step = 0; step < 1500; ++step) {
    const Texts before = content(list);
    const std::string text(random() % 40, 'x');
    const auto index = static_cast<int64_t>(before.empty() ? 0 : random() % before.size());
    const auto how = before.empty() ? 0 : random() % 4;
    for (size_t nth = 1;; ++nth) {
      const FailingAllocations failing(nth);
      try {
        switch (how) {
          case 0: list.push_front(text, limit); break;
          case 1: list.push_back(text, limit); break;
          case 2: list.insert(list.at(index), random() % 2 == 0, text, limit); break;
          default: list.replace(list.at(index), text, limit);
        }
        break;
      } catch (const std::bad_alloc&) {
        ++failures;
      }
      ASSERT_LT(nth, 50u);
      ASSERT_EQ(content(list), before);
      ASSERT_EQ(list.size(), before.size());
    }
  }
  EXPECT_GT(failures, 500);
}

}  // namespace
}  // namespace larder::store
