// Locks: one shard's, and several taken together by threads that want them in different orders.
#include "store/core/shard_lock.h"

#include <gtest/gtest.h>

#include <array>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/core/shard_locks.h"

namespace larder::store {
namespace {

TEST(ShardLock, LetsOneInAtATime) {
  ShardLock lock;
  int64_t counter = 0;  // not atomic: the lock alone makes this right
  constexpr int kThreads = 4, kTurns = 20'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < kTurns; ++turn) {
        const std::lock_guard guard(lock);
        ++counter;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, int64_t{kThreads} * kTurns);
}

TEST(ShardLock, TryLockDoesNotWait) {
  ShardLock lock;
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(ShardLock, WhoeverSleepsIsWoken) {
  ShardLock lock;
  lock.lock();
  std::thread sleeper([&] { const std::lock_guard guard(lock); });
  std::this_thread::yield();
  lock.unlock();
  sleeper.join();
}

TEST(ShardLocks, KnowsWhatItHolds) {
  Store store({.seed = 1});
  ShardLocks locks(store);
  EXPECT_FALSE(locks.holds(0));
  std::vector<uint16_t> wanted = {9, 3, 9, 200};
  locks.lock_many(wanted);
  for (size_t i = 0; i < store.shards(); ++i) EXPECT_EQ(locks.holds(i), i == 3 || i == 9 || i == 200);
  EXPECT_FALSE(store.shard(9).lock.try_lock());
  locks.unlock();
  EXPECT_FALSE(locks.holds(9));
  EXPECT_TRUE(store.shard(9).lock.try_lock());
  store.shard(9).lock.unlock();
  locks.lock_one(0x1105);
  EXPECT_TRUE(locks.holds(5));
  EXPECT_FALSE(locks.holds_all());
  locks.unlock();
  locks.lock_all();
  EXPECT_TRUE(locks.holds_all());
  EXPECT_TRUE(locks.holds(255));
}

TEST(ShardLocks, WhatIsDeferredRunsOnceTheShardsAreFree) {
  Store store({.seed = 1});
  std::string ran;
  {
    ShardLocks locks(store);
    locks.lock_all();
    for (const char* name : {"first ", "second "}) {
      locks.defer([&, name] {
        ran += name;
        ASSERT_TRUE(store.shard(0).lock.try_lock());
        store.shard(0).lock.unlock();
      });
    }
    EXPECT_EQ(ran, "");
    locks.unlock();
    EXPECT_EQ(ran, "first second ");
    locks.lock_all();
    locks.defer([&] { ran += "third"; });
  }
  EXPECT_EQ(ran, "first second third");
}

TEST(ShardLocks, AThreadThatIsAloneTakesNoLockForOneKey) {
  Store store({.seed = 1, .single_threaded = true});
  ShardLocks locks(store);
  locks.lock_one(5);
  EXPECT_TRUE(locks.holds(5));
  EXPECT_FALSE(locks.holds(6));
  EXPECT_TRUE(store.shard(5).lock.try_lock());
  store.shard(5).lock.unlock();
  locks.unlock();
  EXPECT_FALSE(locks.holds(5));
}

TEST(ShardLocks, ThreadsThatWantSeveralNeverWaitInACircle) {
  Store store({.seed = 1});
  std::array<int64_t, Store::kDefaultShards> amounts{};  // each guarded by the lock of its shard
  constexpr int kTurns = 3000;
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int turn = 0; turn < kTurns; ++turn) {
      ShardLocks locks(store);
      if (turn % 500 == 0) {
        locks.lock_all();
        int64_t sum = 0;
        for (const int64_t amount : amounts) sum += amount;
        EXPECT_EQ(sum, 0);
        continue;
      }
      std::vector<uint16_t> wanted;
      for (int i = 0; i < 4; ++i) wanted.push_back(static_cast<uint16_t>(random() % Store::kDefaultShards));
      const std::vector<uint16_t> chosen = wanted;
      locks.lock_many(wanted);
      amounts[chosen[0]] += 7;
      amounts[chosen[3]] -= 7;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace larder::store
