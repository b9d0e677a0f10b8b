// Expiry on a clock that the test moves: a key is never visible at or after its deadline, and the sweeper reclaims what
// nobody asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/values/set_value.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

using std::chrono::milliseconds;
using testing::UnorderedElementsAre;

constexpr int64_t kBudgetUs = 60'000'000;  // of real time: enough for all of it

class Expiry : public testing::Test {
 protected:
  void fill(int keys, int64_t ttl_ms, uint32_t database = 0) {
    for (int i = 0; i < keys; ++i) {
      test.access(database)->put_string("key:" + std::to_string(i), "v", {.deadline = test.now_ms() + ttl_ms + i});
    }
  }
  /// As many passes of the sweeper as a few ticks make.
  void sweep() {
    for (int i = 0; i < 4; ++i) test.store.sweep(test.thread, kBudgetUs);
  }
  TestStore test;
};

/// With many deadlines a chunk waits before it is visited; how long is a matter of effort.
TEST_F(Expiry, WithMoreEffortKeysAreReclaimedSooner) {
  const int64_t deadline = test.now_ms() + 1000;
  size_t keys = 0;
  for (int i = 0; keys < 500; ++i) {
    const std::string key = "key:" + std::to_string(i);
    if (test.store.shard_index(test.store.hash(key)) != 0) continue;
    test.set(key, "v", deadline);
    ++keys;
  }
  test.advance(milliseconds(1100));
  sweep();
  EXPECT_EQ(test.access()->size(), keys);
  test.change_settings([](Settings& settings) { settings.expire_effort = 10; });
  for (int i = 0; i < 100; ++i) sweep();
  EXPECT_EQ(test.access()->size(), 0u);
}

TEST_F(Expiry, AKeyIsVisibleUpToTheMillisecondBeforeItsDeadline) {
  test.set("key", "value", test.now_ms() + 1000);
  test.advance(milliseconds(999));
  EXPECT_TRUE(test.exists("key"));
  test.advance(milliseconds(1));
  EXPECT_FALSE(test.exists("key"));
}

TEST_F(Expiry, NoWayOfLookingSeesAnExpiredKey) {
  const auto looks = std::vector<std::function<bool(Keyspace&)>>{
      [](Keyspace& keys) { return keys.exists("key"); },
      [](Keyspace& keys) { return static_cast<bool>(keys.find("key", kRead)); },
      [](Keyspace& keys) { return keys.find_string("key", kRead).value().has_value(); },
      [](Keyspace& keys) { return keys.random_key().has_value(); },
      [](Keyspace& keys) { return keys.erase("key"); },
      [](Keyspace& keys) { return keys.resize_string("key", 3)[0] != '\0'; },
      [](Keyspace& keys) {
        bool seen = false;
        keys.for_each_key([&](std::string_view, const Entry&) { seen = true; });
        return seen;
      },
      [](Keyspace& keys) {
        bool seen = false;
        keys.scan(0, 1000, [&](std::string_view, const Entry&) { seen = true; });
        return seen;
      },
      [](Keyspace& keys) {
        keys.rename("key", "other");
        return keys.exists("other");
      },
      [](Keyspace& keys) {
        keys.copy("key", "other", keys);
        return keys.exists("other");
      },
      [](Keyspace& keys) {
        keys.set_deadline("key", std::nullopt);
        return keys.exists("key");
      },
      [](Keyspace& keys) {
        keys.put_string("key", "", {.keep_deadline = true});
        return keys.find("key", kPeek)->has_deadline();
      },
  };
  for (size_t i = 0; i < looks.size(); ++i) {
    test.set("key", "value", test.now_ms() + 10);
    test.advance(milliseconds(10));
    EXPECT_FALSE(looks[i](*test.access())) << "look " << i;
    test.access()->flush(false);
  }
}

TEST_F(Expiry, TheSweeperReclaimsWhatNobodyAsksFor) {
  fill(1000, 100);
  fill(1000, 100, 3);
  test.set("forever", "v");
  sweep();
  EXPECT_EQ(test.store.total_size(), 2001u);
  test.advance(milliseconds(100 + 1000));
  sweep();
  EXPECT_EQ(test.store.total_size(), 1u);
  EXPECT_EQ(test.store.deadlines(0) + test.store.deadlines(3), 0u);
  EXPECT_EQ(test.thread.expired_keys.get(), 2000);
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

TEST_F(Expiry, TheSweeperTakesOnlyWhatIsDue) {
  fill(1000, 100);
  test.advance(milliseconds(100 + 499));
  sweep();
  EXPECT_EQ(test.store.total_size(), 500u);
}

// With very many deadlines a chunk is visited some hundred milliseconds late, for several keys at once.
TEST_F(Expiry, ManyDeadlinesAreReclaimedSoonToo) {
  constexpr int kKeys = 120'000;
  fill(kKeys, 1000);
  test.advance(milliseconds(1000 + kKeys + 500));
  sweep();
  EXPECT_EQ(test.store.total_size(), 0u);
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(Expiry, EveryThreadSweepsItsShare) {
  base::ManualClock clock;
  Store store({.databases = 1, .threads = 3, .seed = 1, .clock = &clock});
  std::vector<ThreadState*> threads;
  for (int i = 0; i < 3; ++i) threads.push_back(&store.add_thread());
  for (int i = 0; i < 3000; ++i) {
    Access(store, *threads[0])->put_string(std::to_string(i), "v", {.deadline = clock.now_ms() + 10});
  }
  clock.advance(milliseconds(10));
  for (ThreadState* thread : threads) {
    thread->refresh_time();
    const size_t before = store.total_size();
    for (int i = 0; i < 4; ++i) store.sweep(*thread, kBudgetUs);
    EXPECT_GT(before - store.total_size(), 700u);
  }
  EXPECT_EQ(store.total_size(), 0u);
}

TEST_F(Expiry, SweepingRaisesEventsAndWatchers) {
  test.thread.set_event_mask(kEventExpired);
  test.set("a", "v", test.now_ms() + 10);
  test.access(2)->put_string("b", "v", {.deadline = test.now_ms() + 10});
  const auto flag = std::make_shared<WatchFlag>();
  test.access()->watch("a", flag);
  test.advance(milliseconds(10));
  sweep();
  std::vector<std::string> events;
  for (const KeyEvent& event : test.thread.events()) {
    events.push_back(std::string(event.name) + " " + event.key + "@" + std::to_string(event.database));
  }
  EXPECT_THAT(events, UnorderedElementsAre("expired a@0", "expired b@2"));
  EXPECT_TRUE(flag->raised());
}

TEST_F(Expiry, SwitchedOffTheSweeperLeavesKeysInvisibleButThere) {
  fill(100, 10);
  test.change_settings([](Settings& settings) { settings.active_expire = false; });
  test.advance(milliseconds(1000));
  sweep();
  EXPECT_EQ(test.store.total_size(), 100u);
  EXPECT_FALSE(test.exists("key:1"));
  test.change_settings([](Settings& settings) { settings.active_expire = true; });
  sweep();
  EXPECT_EQ(test.store.total_size(), 0u);
}

TEST_F(Expiry, ADeadlineThatIsMovedCountsAsItStands) {
  fill(100, 100);
  for (int i = 0; i < 50; ++i) test.access()->set_deadline("key:" + std::to_string(i), test.now_ms() + 10'000);
  for (int i = 50; i < 75; ++i) test.access()->set_deadline("key:" + std::to_string(i), std::nullopt);
  test.advance(milliseconds(300));
  sweep();
  EXPECT_EQ(test.store.total_size(), 75u);
  for (int i = 0; i < 50; ++i) test.access()->set_deadline("key:" + std::to_string(i), test.now_ms() + 5);
  test.advance(milliseconds(5));
  sweep();
  EXPECT_EQ(test.store.total_size(), 25u);
}

TEST_F(Expiry, LargeValuesAreDestroyedInTheBackgroundWhenThatIsAsked) {
  test.change_settings([](Settings& settings) { settings.lazy_free = kLazyExpire; });
  auto set = std::make_unique<SetValue>();
  constexpr size_t kFreedAtOnce = 64;  // allocations, at most
  for (int64_t i = 0; set->free_effort() <= kFreedAtOnce; ++i) set->add(Member(i), EncodingLimits());
  test.access()->put_value("large", std::move(set), test.now_ms() + 10);
  test.advance(milliseconds(10));
  sweep();
  test.store.background().drain();
  EXPECT_EQ(test.store.background().freed_objects(), 1u);
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(Expiry, ASweepEndsWhenItsTimeIsOverThoughTheClockIsFrozen) {
  fill(20'000, 10);
  test.advance(std::chrono::hours(1));
  EXPECT_TRUE(test.store.sweep(test.thread, 1));
  EXPECT_GT(test.store.total_size(), 10'000u);
  sweep();
  EXPECT_EQ(test.store.total_size(), 0u);
}

TEST_F(Expiry, AFrozenClockExpiresNothing) {
  test.set("key", "value", test.now_ms() + 1);
  for (int i = 0; i < 1000; ++i) {
    test.thread.refresh_time();
    test.store.sweep(test.thread, kBudgetUs);
  }
  EXPECT_TRUE(test.exists("key"));
}

}  // namespace
}  // namespace larder::store
