// What must not happen while a thread holds a shard, and locking shard after shard.
#include <gtest/gtest.h>

#include "store/core/shard_locks.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

class HeldShardsDeathTest : public testing::Test {
 protected:
  void SetUp() override {
#ifdef NDEBUG
    GTEST_SKIP() << "only debug builds check";
#endif
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
  TestStore test;
};

TEST_F(HeldShardsDeathTest, NothingThatLocksAllShardsRunsWhileOneIsHeld) {
  for (const bool several : {false, true}) {
    ShardLocks locks(test.store);
    std::vector<uint16_t> indexes{3, 5};
    several ? locks.lock_many(indexes) : locks.lock_one(7);
    EXPECT_DEATH(test.thread.refresh_time(), "the time is read while a shard is held");
    EXPECT_DEATH(test.store.make_room(test.thread), "keys are evicted while a shard is held");
    EXPECT_DEATH(test.store.sweep(test.thread, 1000), "expired keys are swept while a shard is held");
  }
  test.thread.refresh_time();
  EXPECT_TRUE(test.store.make_room(test.thread));
  test.store.sweep(test.thread, 1000);
}

TEST_F(HeldShardsDeathTest, AWalkHoldsNothingElseAndGoesUpwards) {
  ShardLocks one(test.store);
  one.lock_one(7);
  EXPECT_DEATH(one.walk_to(9), "a command walks through the shards while it holds others");
  one.unlock();
  one.walk_to(9);
  EXPECT_DEATH(one.walk_to(8), "or not in their order");
}

TEST(ShardLocksWalk, HoldsWhatItHasComeAcrossToTheEnd) {
  TestStore test;
  {
    ShardLocks locks(test.store);
    for (size_t i = 250; i < test.store.shards(); ++i) locks.walk_to(i);
    locks.walk_to(252);  // again: nothing to do
    EXPECT_FALSE(locks.holds(249));
    EXPECT_TRUE(locks.holds(250));
    EXPECT_TRUE(locks.holds(255));
    EXPECT_FALSE(test.store.shard(255).lock.try_lock());
  }
  EXPECT_TRUE(test.store.shard(255).lock.try_lock());
  test.store.shard(255).lock.unlock();
}

}  // namespace
}  // namespace larder::store
