// The policies: who goes, who stays, and that the limit holds. Stores below 1024 keys are exact, so there the
// victims are known; larger ones are compared with what chance would do.
#include "store/core/eviction.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using Policy = EvictionPolicy;

constexpr Policy kPolicies[] = {Policy::noeviction,      Policy::allkeys_lru,  Policy::allkeys_lfu,
                                Policy::allkeys_random,  Policy::volatile_lru, Policy::volatile_lfu,
                                Policy::volatile_random, Policy::volatile_ttl, Policy::allkeys_lhd};

std::string name(int number) { return "key:" + std::to_string(number); }

constexpr int64_t kFarLimit = int64_t{1} << 50;  // keys are ranked only while there is a limit

class Eviction : public testing::Test {
 protected:
  Eviction() { test.set_maxmemory(kFarLimit); }

  /// `keys` keys of one size; every one gets a deadline if `deadlines`.
  void fill(int keys, bool deadlines = false) {
    for (int i = 0; i < keys; ++i) {
      if (deadlines) {
        test.set(name(i), std::string(100, 'v'), test.now_ms() + 1'000'000);
      } else {
        test.set(name(i), std::string(100, 'v'));
      }
    }
  }
  /// Lets `keys` of them go.
  void evict(int keys) {
    const int64_t before = test.thread.evicted_keys.get();
    while (test.thread.evicted_keys.get() < before + keys) {
      test.set_maxmemory(test.store.used_memory() - 1);
      ASSERT_TRUE(test.store.make_room(test.thread));
      ASSERT_LE(test.store.used_memory(), test.thread.settings().maxmemory);
    }
    test.set_maxmemory(kFarLimit);
  }
  std::set<int> missing(int keys) {
    std::set<int> gone;
    for (int i = 0; i < keys; ++i) {
      if (!test.exists(name(i))) gone.insert(i);
    }
    return gone;
  }
  static std::set<int> range(int first, int end) {
    std::set<int> numbers;
    for (int i = first; i < end; ++i) numbers.insert(i);
    return numbers;
  }

  TestStore test;
};

class EvictionOfEveryPolicy : public Eviction, public testing::WithParamInterface<Policy> {};

TEST_P(EvictionOfEveryPolicy, NothingGoesBelowTheLimit) {
  test.set_policy(GetParam());
  fill(100, true);
  test.set_maxmemory(test.store.used_memory());
  EXPECT_TRUE(test.store.make_room(test.thread));
  EXPECT_EQ(test.thread.evicted_keys.get(), 0);
  test.set_maxmemory(0);
  EXPECT_TRUE(test.store.make_room(test.thread, int64_t{1} << 50));
  EXPECT_EQ(test.thread.evicted_keys.get(), 0);
}

TEST_P(EvictionOfEveryPolicy, NothingIsUsedAboveTheLimitWhenThereIsRoom) {
  test.set_policy(GetParam());
  constexpr int64_t kLimit = 100'000;
  test.set_maxmemory(kLimit);
  for (int i = 0; i < 2500; ++i) {
    const bool room = test.store.make_room(test.thread);
    ASSERT_EQ(room, test.store.used_memory() <= kLimit);
    if (!room) break;  // OOM is the only answer left; the policy decides below whether that was right
    test.set(name(i), std::string(static_cast<size_t>(i * 37 % 300), 'v'), test.now_ms() + 100'000 + i);
  }
  const bool evicts = GetParam() != Policy::noeviction;
  EXPECT_EQ(test.store.make_room(test.thread), evicts);
  EXPECT_EQ(test.thread.evicted_keys.get() > 0, evicts);
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

TEST_P(EvictionOfEveryPolicy, RoomIsMadeForMoreThanOneKey) {
  if (GetParam() == Policy::noeviction) return;
  test.set_policy(GetParam());
  fill(1000, true);
  test.set_maxmemory(test.store.used_memory());
  EXPECT_TRUE(test.store.make_room(test.thread, 50'000));
  EXPECT_LE(test.store.used_memory() + 50'000, test.thread.settings().maxmemory);
  EXPECT_GT(test.store.total_size(), 100u);
}

TEST_P(EvictionOfEveryPolicy, VolatilePoliciesTouchOnlyKeysWithADeadline) {
  test.set_policy(GetParam());
  fill(300);
  for (int i = 0; i < 100; ++i) test.set("volatile:" + std::to_string(i), "v", test.now_ms() + 1000 + i);
  test.set_maxmemory(test.empty_memory);
  const bool all_went = test.store.make_room(test.thread);
  EXPECT_EQ(missing(300).size(), GetParam() == Policy::noeviction || is_volatile(GetParam()) ? 0u : 300u);
  EXPECT_EQ(test.store.deadlines(0), GetParam() == Policy::noeviction ? 100u : 0u);
  EXPECT_EQ(all_went, GetParam() != Policy::noeviction && !is_volatile(GetParam()));
}

TEST_P(EvictionOfEveryPolicy, KeysOfEveryDatabaseGo) {
  if (GetParam() == Policy::noeviction) return;
  test.set_policy(GetParam());
  for (uint32_t database = 0; database < 4; ++database) {
    for (int i = 0; i < 50; ++i) {
      test.access(database)->put_string(name(i), "v", {.deadline = test.now_ms() + 1000});
    }
  }
  test.set_maxmemory(test.empty_memory);
  EXPECT_TRUE(test.store.make_room(test.thread));
  EXPECT_EQ(test.store.total_size(), 0u);
  EXPECT_EQ(test.thread.evicted_keys.get(), 200);
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_P(EvictionOfEveryPolicy, AnEmptyStoreHasNothingToGive) {
  test.set_policy(GetParam());
  test.set_maxmemory(test.empty_memory + 100);
  EXPECT_TRUE(test.store.make_room(test.thread));
  EXPECT_FALSE(test.store.make_room(test.thread, 101));
  test.set_maxmemory(1);
  EXPECT_FALSE(test.store.make_room(test.thread));
}

TEST_P(EvictionOfEveryPolicy, WhatFitsIntoNoStoreEvictsNothing) {
  test.set_policy(GetParam());
  fill(300, true);
  const int64_t limit = test.store.used_memory();
  test.set_maxmemory(limit);
  EXPECT_FALSE(test.store.make_room(test.thread, limit - test.empty_memory + 1));
  EXPECT_EQ(test.thread.evicted_keys.get(), 0);
}

TEST_P(EvictionOfEveryPolicy, WhatAnotherThreadHasFreedIsRoom) {
  constexpr int64_t kLimit = 64 << 20;  // large enough for a thread to keep a few kilobytes to itself
  test.set_policy(GetParam());
  ThreadState& other = test.store.add_thread();
  test.set("freed", std::string(2000, 'v'));
  test.set_maxmemory(kLimit);
  test.thread.charge(kLimit - test.store.used_memory() + 1000);
  EXPECT_FALSE(test.store.make_room(test.thread, 2000));
  Access(test.store, other)->erase("freed");
  EXPECT_TRUE(test.store.make_room(test.thread));
  test.thread.charge(test.empty_memory - test.store.used_memory());
}

INSTANTIATE_TEST_SUITE_P(Policies, EvictionOfEveryPolicy, testing::ValuesIn(kPolicies));

// -- LRU --

TEST_F(Eviction, LruTakesTheKeysUnusedForLongest) {
  test.set_policy(Policy::allkeys_lru);
  fill(500);
  evict(50);
  EXPECT_EQ(missing(500), range(0, 50));
}

TEST_F(Eviction, ReadingAndWritingRefreshAKey) {
  test.set_policy(Policy::allkeys_lru);
  fill(500);
  for (int i = 0; i < 20; ++i) test.get(name(i));
  for (int i = 20; i < 40; ++i) test.set(name(i), std::string(100, 'w'));
  test.access()->find(name(40), kPeek);  // EXISTS, TTL, OBJECT and the like are no use
  evict(60);
  EXPECT_EQ(missing(500), range(40, 100));
}

TEST_F(Eviction, AClientThatTouchesNothingRefreshesNothing) {
  test.set_policy(Policy::allkeys_lru);
  fill(100);
  for (int i = 0; i < 50; ++i) {
    Access keys(test.store, test.thread);
    keys->set_touching(false);
    ASSERT_TRUE(keys->find(name(i), kRead));
  }
  evict(50);
  EXPECT_EQ(missing(100), range(0, 50));
}

TEST_F(Eviction, RenamingIsNoUse) {
  test.set_policy(Policy::allkeys_lru);
  fill(100);
  for (int i = 0; i < 10; ++i) test.access()->rename(name(i), "renamed:" + std::to_string(i));
  evict(10);
  EXPECT_EQ(missing(100), range(0, 10));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(test.exists("renamed:" + std::to_string(i)));
}

TEST_F(Eviction, VolatileLruTakesTheOldestThatHaveADeadline) {
  test.set_policy(Policy::volatile_lru);
  fill(200);
  for (int i = 100; i < 200; ++i) test.access()->set_deadline(name(i), test.now_ms() + 1'000'000 - i);
  test.get(name(100));
  evict(20);
  EXPECT_EQ(missing(200), range(101, 121));
}

// Far more keys than an exact search looks at: a fifth of them is in constant use and must survive almost whole, where
// a random choice would take a fifth of its victims from it.
TEST_F(Eviction, LruOfALargeStoreSparesWhatIsInUse) {
  test.set_policy(Policy::allkeys_lru);
  constexpr int kKeys = 20'000, kHot = kKeys / 5, kEvicted = kKeys / 2;
  fill(kKeys);
  for (int round = 0; round < 3; ++round) {
    test.advance(milliseconds(200));
    for (int i = 0; i < kHot; ++i) test.get(name(i));
  }
  test.advance(milliseconds(200));
  evict(kEvicted);
  const std::set<int> gone = missing(kKeys);
  EXPECT_LT(std::distance(gone.begin(), gone.lower_bound(kHot)), kEvicted / 100);
}

TEST_F(Eviction, AStoreThatHasBecomeSmallIsExactAgain) {
  test.set_policy(Policy::allkeys_lru);
  constexpr int kMany = 3000, kFew = 900;
  fill(kMany);
  test.advance(milliseconds(200));
  evict(5);  // by sampling: candidates are left over
  for (int i = kFew; i < kMany; ++i) test.access()->erase(name(i));
  test.advance(milliseconds(200));
  const std::set<int> before = missing(kFew);
  evict(20);
  std::set<int> oldest;
  for (int i = 0; oldest.size() < 20; ++i) {
    if (!before.contains(i)) oldest.insert(i);
  }
  std::set<int> gone = missing(kFew);
  for (const int i : before) gone.erase(i);
  EXPECT_EQ(gone, oldest);
}

// -- LFU --

TEST_F(Eviction, LfuTakesTheKeysUsedLeast) {
  test.set_policy(Policy::allkeys_lfu);
  test.change_settings([](Settings& settings) { settings.lfu_log_factor = 0; });  // every access counts
  fill(300);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 200; ++i) test.get(name(i));
  }
  evict(100);
  EXPECT_EQ(missing(300), range(200, 300));
}

TEST_F(Eviction, LfuForgetsWithTime) {
  test.set_policy(Policy::allkeys_lfu);
  test.change_settings([](Settings& settings) { settings.lfu_log_factor = 0; });
  fill(100);
  for (int round = 0; round < 20; ++round) test.get(name(7));
  test.advance(minutes(30));  // more than 25 accesses are worth
  for (int i = 0; i < 100; ++i) {
    if (i != 7) test.get(name(i));
  }
  evict(1);
  EXPECT_EQ(missing(100), std::set<int>{7});
}

TEST(Lfu, StartsAtFiveSoThatNewKeysHaveAChance) {
  const int64_t now = int64_t{123'456} * 60'000;
  EXPECT_EQ(lfu::count(lfu::initial(now), now, 1), lfu::kInitialCount);
}

TEST(Lfu, LosesOneEachDecayTime) {
  const int64_t now = int64_t{123'456} * 60'000;
  const uint32_t field = lfu::initial(now);
  EXPECT_EQ(lfu::count(field, now + 59'999, 1), 5);
  EXPECT_EQ(lfu::count(field, now + 60'000, 1), 4);
  EXPECT_EQ(lfu::count(field, now + 180'000, 1), 2);
  EXPECT_EQ(lfu::count(field, now + 180'000, 3), 4);
  EXPECT_EQ(lfu::count(field, now + 10'000'000, 1), 0);
  EXPECT_EQ(lfu::count(field, now + 10'000'000, 0), 5);  // no decay
}

TEST(Lfu, TheMinutesComeRound) {
  const int64_t now = int64_t{0x1FFFF} * 60'000;
  EXPECT_EQ(lfu::count(lfu::initial(now), now + 120'000, 1), 3);
}

TEST(Lfu, GrowsMoreSlowlyTheHigherItIs) {
  const int64_t now = 0;
  base::Random random(5);
  uint32_t field = lfu::initial(now);
  std::vector<int> accesses_at;
  int accesses = 0;
  while (lfu::count(field, now, 1) < 20) {
    field = lfu::touched(field, now, 10, 1, random.unit());
    ++accesses;
    ASSERT_LT(accesses, 100'000);
  }
  EXPECT_GT(accesses, 300);  // the counter, with factor 10, stands for far more than it shows
  EXPECT_LT(accesses, 5000);
  EXPECT_EQ(lfu::touched(255, now, 10, 0, 0.0) & 0xFF, 255u);
}

// -- LHD --

/// A fifth of the keys is read again and again while new ones come that are never read: who evicts by age alone loses
/// the fifth between two rounds, who has learned keeps it.
TEST_F(Eviction, LhdKeepsWhatComesBackLaterThanTheCacheTurnsOver) {
  constexpr int kHot = 400, kRoom = 2000, kNewInARound = 3000, kRounds = 30;
  const auto hits_in_the_last_rounds = [&](Policy policy) {
    TestStore cache;
    cache.set_policy(policy);
    cache.set_maxmemory(kFarLimit);
    for (int i = 0; i < kRoom; ++i) cache.set("first:" + std::to_string(i), std::string(100, 'v'));
    cache.set_maxmemory(cache.store.used_memory());
    int hits = 0, fresh = 0;
    for (int round = 0; round < kRounds; ++round) {
      cache.advance(milliseconds(100));
      for (int i = 0; i < kHot; ++i) {
        const bool hit = cache.access()->find(name(i), kRead).entry != nullptr;
        if (round >= kRounds - 5) hits += hit ? 1 : 0;
        if (!hit) cache.set(name(i), std::string(100, 'v'));
        for (int j = 0; j < kNewInARound / kHot; ++j) {
          EXPECT_TRUE(cache.store.make_room(cache.thread));
          cache.set("new:" + std::to_string(fresh++), std::string(100, 'v'));
        }
      }
    }
    return hits;
  };
  EXPECT_LT(hits_in_the_last_rounds(Policy::allkeys_lru), 5 * kHot / 10);
  EXPECT_GT(hits_in_the_last_rounds(Policy::allkeys_lhd), 5 * kHot / 2);
}

TEST_F(Eviction, LhdLetsGoWhatIsNoLongerAskedFor) {
  test.set_policy(Policy::allkeys_lhd);
  constexpr int kKeys = 2000;
  fill(kKeys);
  test.set_maxmemory(test.store.used_memory());
  // The first half is read much, then never again; others take over.
  for (int round = 0; round < 10; ++round) {
    test.advance(milliseconds(100));
    for (int i = 0; i < kKeys / 2; ++i) test.get(name(i));
  }
  for (int round = 0; round < 20; ++round) {
    test.advance(milliseconds(100));
    for (int i = 0; i < kKeys / 2; ++i) {
      const std::string key = "other:" + std::to_string(i);
      if (test.access()->find(key, kRead)) continue;
      ASSERT_TRUE(test.store.make_room(test.thread));
      test.set(key, std::string(100, 'v'));
    }
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(test.store.make_room(test.thread));
      test.set("once:" + std::to_string(round * 100 + i), std::string(100, 'v'));
    }
  }
  int kept = 0;
  for (int i = 0; i < kKeys / 2; ++i) kept += test.exists("other:" + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(kept, kKeys / 2 * 9 / 10);
}

TEST_F(Eviction, ANameOrADeadlineLeavesAKeysClassAlone) {
  test.set_policy(Policy::allkeys_lhd);
  test.set("k", "v");
  const auto class_of = [this](const char* key) { return test.access()->find(key, kPeek)->eviction_class(); };
  EXPECT_EQ(class_of("k"), 0);
  fill(1000);
  test.get("k");
  const uint8_t learned = class_of("k");
  EXPECT_GT(learned, 1);
  test.access()->set_deadline("k", test.now_ms() + 1000);
  test.access()->rename("k", "l");
  EXPECT_EQ(class_of("l"), learned);
  test.set("l", std::string(300, 'v'));  // another allocation, and a use at once
  EXPECT_EQ(class_of("l"), 1);
}

// -- The other policies --

TEST_F(Eviction, VolatileTtlTakesTheNearestDeadlines) {
  test.set_policy(Policy::volatile_ttl);
  for (int i = 0; i < 300; ++i) test.set(name(i), std::string(100, 'v'), test.now_ms() + 1'000'000 - i * 1000);
  evict(30);
  EXPECT_EQ(missing(300), range(270, 300));
}

TEST_F(Eviction, RandomTakesFromEverywhere) {
  test.set_policy(Policy::allkeys_random);
  fill(900);
  evict(450);
  const std::set<int> gone = missing(900);
  const auto low = std::distance(gone.begin(), gone.lower_bound(450));
  EXPECT_GT(low, 150);
  EXPECT_LT(low, 300);
}

TEST_F(Eviction, NoevictionGivesUpAtOnce) {
  fill(10);
  test.set_maxmemory(1);
  EXPECT_FALSE(test.store.make_room(test.thread));
  EXPECT_EQ(test.store.total_size(), 10u);
}

TEST_F(Eviction, AnEvictedKeyRaisesItsEventAndItsWatchers) {
  test.set_policy(Policy::allkeys_lru);
  test.thread.set_event_mask(kEventEvicted);
  fill(2);
  const auto flag = std::make_shared<WatchFlag>();
  test.access()->watch(name(0), flag);
  evict(1);
  EXPECT_TRUE(flag->raised());
  ASSERT_EQ(test.thread.events().size(), 1u);
  EXPECT_EQ(test.thread.events()[0].name, "evicted");
  EXPECT_EQ(test.thread.events()[0].key, name(0));
}

TEST_F(Eviction, PoliciesMayChangeAtAnyTime) {
  fill(500, true);
  for (int round = 0; round < 5; ++round) {
    for (const Policy policy : kPolicies) {
      if (policy == Policy::noeviction) continue;
      test.set_policy(policy);
      evict(5);
      test.advance(minutes(1));
    }
  }
  EXPECT_EQ(test.store.total_size(), 500u - 5 * 5 * (std::size(kPolicies) - 1));
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

TEST_F(Eviction, IdleTimeIsTheTimeSinceTheLastUse) {
  test.set_policy(Policy::allkeys_lru);
  const auto idle_s = [this](const char* key) {
    return test.store.recency().idle_ms(test.access()->find(key, kPeek)->recency(), test.now_ms()) / 1000;
  };
  for (int second = 0; second < 100; ++second) {
    test.advance(milliseconds(1000));
    if (second == 10) test.set("early", "v");
    if (second == 50) test.set("late", "v");
    if (second == 70) test.get("early");
  }
  EXPECT_NEAR(static_cast<double>(idle_s("early")), 29, 1);
  EXPECT_NEAR(static_cast<double>(idle_s("late")), 49, 1);
  test.get("late");
  EXPECT_LE(idle_s("late"), 1);
}

// Accesses of other keys must not make a key look younger, and without a limit they write nothing that threads share.
TEST_F(Eviction, WithoutALimitAccessesLeaveTheClockAlone) {
  test.set_policy(Policy::allkeys_lru);
  test.set_maxmemory(0);
  fill(10);
  const auto ticks_of = [this](auto&& act) {
    const uint32_t before = test.store.recency().tick();
    act();
    return test.store.recency().tick() - before;
  };
  const auto get_in_turn = [this] {
    for (int i = 0; i < 100; ++i) test.get(name(i % 10));
  };
  EXPECT_EQ(ticks_of(get_in_turn), 0u);
  test.set_maxmemory(kFarLimit);
  EXPECT_EQ(ticks_of(get_in_turn), 100u);
  // The same key again and again is no news.
  EXPECT_EQ(ticks_of([this] {
              for (int i = 0; i < 100; ++i) test.get(name(3));
            }),
            1u);
  test.set_policy(Policy::noeviction);
  EXPECT_EQ(ticks_of(get_in_turn), 0u);
}

TEST(EvictionPool, KeepsTheBest) {
  EvictionPool pool;
  std::vector<OwnedEntry> entries;
  for (uint64_t i = 0; i < 100; ++i) {
    entries.push_back(make_entry("k"));
    const EvictionPool::Candidate candidate{.score = i * 37 % 100, .entry = entries.back().get()};
    pool.offer(candidate);
    pool.offer(candidate);  // the same key again is no second candidate
  }
  for (uint64_t i = 0; i < EvictionPool::kCapacity; ++i) {
    ASSERT_FALSE(pool.empty());
    EXPECT_EQ(pool.take_best().score, 99 - i);
  }
  EXPECT_TRUE(pool.empty());
}

}  // namespace
}  // namespace larder::store
