// The arrays of tables, and their readers without locks. Under ASan, a reader that is not waited for reads freed
// memory.
#include "store/core/words.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/core/table.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

constexpr size_t kCount = 16;

TEST(Words, AreFreedAtOnceWithoutReaders) {
  free_words(allocate_words(8, kCount), kCount);
  EXPECT_EQ(waiting_words(), 0u);
}

TEST(Words, KnowTheirHomeSlots) {
  uint64_t* words = allocate_words(8, kCount);
  EXPECT_EQ(home_slots(words), 8u);
  free_words(words, kCount);
}

TEST(Words, WaitForAReaderThatMayHaveFoundThem) {
  uint64_t* words = allocate_words(8, kCount);
  WordsReader reader, other;
  reader.enter();
  free_words(words, kCount);
  EXPECT_EQ(waiting_words(), 1u);
  other.enter();
  other.leave();
  EXPECT_EQ(waiting_words(), 1u);
  EXPECT_EQ(home_slots(words), 8u);
  reader.leave();
  EXPECT_EQ(waiting_words(), 0u);
}

TEST(Words, DoNotWaitForAReaderThatCameLater) {
  uint64_t *first = allocate_words(8, kCount), *second = allocate_words(8, kCount);
  WordsReader early, late;
  early.enter();
  free_words(first, kCount);
  late.enter();
  early.leave();
  EXPECT_EQ(waiting_words(), 0u) << "late could not find it";
  free_words(second, kCount);
  EXPECT_EQ(waiting_words(), 1u);
  late.leave();
  EXPECT_EQ(waiting_words(), 0u);
}

TEST(Words, DoNotWaitForAReaderThatIsGone) {
  auto reader = std::make_unique<WordsReader>();
  reader->enter();
  free_words(allocate_words(8, kCount), kCount);
  EXPECT_EQ(waiting_words(), 1u);
  reader.reset();
  EXPECT_EQ(waiting_words(), 0u);
}

TEST(Words, TableIsPrefetchedWhileItGrowsAndShrinks) {
  Table table;
  std::mutex lock;  // as that of its shard
  std::atomic<bool> done{false};
  std::thread prefetching([&] {
    WordsReader reader;
    for (uint32_t prefix = 0; !done.load(std::memory_order_relaxed); prefix = (prefix + 4099) % Table::kHashEnd) {
      reader.enter();
      for (uint32_t i = 0; i < 16; ++i) {
        table.prefetch_slot((prefix + i) % Table::kHashEnd);
        table.prefetch_entry((prefix + i) % Table::kHashEnd);
      }
      reader.leave();
    }
  });
  constexpr uint32_t kKeys = 4000;
  const auto prefix_of = [](uint32_t i) { return (i * 65) % Table::kHashEnd; };
  std::vector<OwnedEntry> entries;
  for (uint32_t i = 0; i < kKeys; ++i) entries.push_back(make_entry("key " + std::to_string(i), std::nullopt));
  for (int round = 0; round < 10; ++round) {
    for (uint32_t i = 0; i < kKeys; ++i) {
      const std::lock_guard guard(lock);
      table.insert(prefix_of(i), entries[i].get());
    }
    for (uint32_t i = 0; i < kKeys; ++i) {
      const std::lock_guard guard(lock);
      table.erase(table.find(prefix_of(i), entries[i].get()));
      table.shrink();
    }
  }
  done = true;
  prefetching.join();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(waiting_words(), 0u);
}

}  // namespace
}  // namespace larder::store
