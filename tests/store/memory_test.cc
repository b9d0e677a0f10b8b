// Memory that has been freed, or is going to be: what counts, what evicts, and what goes back to the system.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "store/values/set_value.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

using std::chrono::milliseconds;

/// Keeps the background thread from its work while it lives.
class BackgroundHeld {
 public:
  explicit BackgroundHeld(Background& background) : background_(background) {
    background.submit([this] { release_.get_future().wait(); }, 0);
  }
  BackgroundHeld(const BackgroundHeld&) = delete;
  BackgroundHeld& operator=(const BackgroundHeld&) = delete;
  ~BackgroundHeld() {
    release_.set_value();
    background_.drain();
  }

 private:
  Background& background_;
  std::promise<void> release_;
};

class MemoryTest : public testing::Test {
 protected:
  /// Returns the bytes of the set, its key's entry excepted.
  int64_t put_large_set(const std::string& key) {
    auto set = std::make_unique<SetValue>();
    constexpr size_t kFreedAtOnce = 64;  // allocations, at most
    for (int64_t i = 0; set->free_effort() <= kFreedAtOnce; ++i) set->add(Member(i), EncodingLimits());
    const auto bytes = static_cast<int64_t>(set->memory());
    test.access()->put_value(key, std::move(set));
    return bytes;
  }

  TestStore test;
};

TEST_F(MemoryTest, WhatIsFreedInTheBackgroundCountsUntilItIs) {
  const int64_t bytes = put_large_set("set");
  {
    const BackgroundHeld held(test.store.background());
    test.access()->erase("set", true);
    EXPECT_GE(test.store.used_memory(), test.empty_memory + bytes);
    EXPECT_EQ(test.store.background().pending_objects(), 1u);
  }
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(MemoryTest, AFlushInTheBackgroundCountsUntilItIsDone) {
  for (int i = 0; i < 1000; ++i) test.set(std::to_string(i), std::string(100, 'v'));
  const int64_t used = test.store.used_memory();
  {
    const BackgroundHeld held(test.store.background());
    EXPECT_EQ(test.access()->flush(true), 1000u);
    EXPECT_EQ(test.store.used_memory(), used);
    EXPECT_EQ(test.store.background().pending_objects(), 1000u);
  }
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(MemoryTest, WhatWaitsToBeFreedIsFreedBeforeAKeyIsEvicted) {
  for (const EvictionPolicy policy : {EvictionPolicy::allkeys_lru, EvictionPolicy::noeviction}) {
    test.set_policy(policy);
    for (int i = 0; i < 500; ++i) test.set(std::to_string(i), "v");
    const int64_t small = test.store.used_memory();
    put_large_set("set");
    const BackgroundHeld held(test.store.background());
    test.access()->erase("set", true);
    test.set_maxmemory(small + 10'000);
    EXPECT_TRUE(test.store.make_room(test.thread));
    EXPECT_LE(test.store.used_memory(), small + 10'000);
    EXPECT_EQ(test.store.total_size(), 500u);
    EXPECT_EQ(test.store.background().pending_objects(), 0u);
    test.set_maxmemory(0);
  }
}

TEST_F(MemoryTest, EvictingLargeValuesHoldsTheLimitForMemoryNotYetFreed) {
  test.set_policy(EvictionPolicy::allkeys_random);
  for (int i = 0; i < 8; ++i) put_large_set("set:" + std::to_string(i));
  const BackgroundHeld held(test.store.background());
  const int64_t limit = test.store.used_memory() / 2;
  test.set_maxmemory(limit);
  EXPECT_TRUE(test.store.make_room(test.thread));
  EXPECT_LE(test.store.used_memory(), limit);
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());  // nothing waits
  EXPECT_EQ(test.store.total_size(), 3u);                      // and not one more than needed is gone
}

TEST_F(MemoryTest, FreeBlocksAreGivenBackInTheBackground) {
  constexpr int kKeys = 100'000;
  for (int i = 0; i < kKeys; ++i) test.set(std::to_string(i), std::string(200, 'v'));
  const size_t active = test.store.block_figures().active;
  ASSERT_GT(active, size_t{20} << 20);
  for (int i = 0; i < kKeys; ++i) test.access()->erase(std::to_string(i));
  EXPECT_GT(test.store.block_figures().unused_resident, active / 2);
  test.advance(milliseconds(200));
  test.store.background().drain();
  const BlockPool::Figures figures = test.store.block_figures();
  EXPECT_EQ(figures.active, 0u);
  EXPECT_LE(figures.unused_resident, size_t{4} << 20);
}

TEST_F(MemoryTest, AFlushGivesItsBlocksBackToo) {
  for (const bool lazy : {false, true}) {
    for (int i = 0; i < 100'000; ++i) test.set(std::to_string(i), std::string(200, 'v'));
    test.access()->flush_all(lazy);
    test.store.background().drain();
    EXPECT_LE(test.store.block_figures().unused_resident, size_t{4} << 20);
  }
}

}  // namespace
}  // namespace larder::store
