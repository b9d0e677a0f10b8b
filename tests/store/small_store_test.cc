// Stores with few shards and one arena, of which a process may hold many.
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/store/allocation_counter.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

Store::Options small(size_t shards) { return {.seed = 1, .shards = shards, .arenas = 1}; }

/// Bytes that the general allocator has handed out since this was made.
class HeapBytes {
 public:
  size_t used() const { return AllocationCounter::available() ? counter_.bytes() : now() - before_; }

 private:
  static size_t now() {
    const struct mallinfo2 heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
  }

  AllocationCounter counter_;
  size_t before_ = now();
};

TEST(SmallStore, AThousandEmptyOnesTakeLessThan50KilobytesEach) {
  constexpr size_t kStores = 1000, kMost = 50 * 1024;
  std::vector<std::unique_ptr<Store>> stores(kStores);
  const HeapBytes heap;
  for (auto& store : stores) {
    store = std::make_unique<Store>(small(2));
    store->add_thread().refresh_time();
  }
  size_t mapped = 0;
  for (const auto& store : stores) mapped += store->block_figures().mapped;
  EXPECT_LT((heap.used() + mapped) / kStores, kMost);
}

/// Whether a sweep by `thread` ends although all shards are held by another thread.
bool looks_at_no_shard(Store& store, ThreadState& thread) {
  ShardLocks locks(store);
  locks.lock_all();
  auto sweep = std::async(std::launch::async, [&] { return store.sweep(thread, 1'000'000); });
  const bool ended = sweep.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
  locks.unlock();
  EXPECT_FALSE(sweep.get());
  return ended;
}

TEST(SmallStore, IsNotLookedAtWhileItIsIdle) {
  TestStore test(small(2));
  EXPECT_FALSE(test.store.sweep(test.thread, 1'000'000));
  EXPECT_TRUE(looks_at_no_shard(test.store, test.thread));

  test.set("without a deadline", "v");
  EXPECT_FALSE(test.store.sweep(test.thread, 1'000'000));
  EXPECT_TRUE(looks_at_no_shard(test.store, test.thread));

  test.set("with one", "v", test.now_ms() + 1000);
  EXPECT_FALSE(test.store.sweep(test.thread, 1'000'000));
  test.advance(std::chrono::seconds(60));
  EXPECT_FALSE(test.store.sweep(test.thread, 1'000'000));
  EXPECT_EQ(test.store.total_size(), 1u);
  EXPECT_FALSE(test.store.sweep(test.thread, 1'000'000));
  EXPECT_TRUE(looks_at_no_shard(test.store, test.thread));
}

class SmallStoreOfShards : public testing::TestWithParam<size_t> {};

TEST_P(SmallStoreOfShards, WorksAsALargeOne) {
  constexpr int kKeys = 1500;
  TestStore test(small(GetParam()));
  for (int i = 0; i < kKeys; ++i) test.set(std::to_string(i), "v", test.now_ms() + (i < 500 ? 10 : 100'000));
  EXPECT_EQ(test.access()->size(), size_t{kKeys});
  EXPECT_LE(test.store.block_figures().mapped, size_t{256} * 1024);

  std::multiset<std::string> seen;
  uint64_t cursor = 0;
  do {
    cursor = test.access()->scan(cursor, 10, [&](std::string_view key, const Entry&) { seen.emplace(key); });
  } while (cursor != 0);
  EXPECT_EQ(seen.size(), size_t{kKeys});
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), size_t{kKeys});

  test.advance(std::chrono::milliseconds(10));
  while (test.store.sweep(test.thread, 1'000'000)) continue;
  EXPECT_EQ(test.store.total_size(), 1000u);
  test.set_policy(EvictionPolicy::allkeys_lru);
  test.set_maxmemory(test.store.used_memory() - 10'000);
  EXPECT_TRUE(test.store.make_room(test.thread));
  EXPECT_LT(test.store.total_size(), 1000u);
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
  test.access()->flush_all(false);
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

INSTANTIATE_TEST_SUITE_P(Shards, SmallStoreOfShards, testing::Values(1, 2, 4));

}  // namespace
}  // namespace larder::store
