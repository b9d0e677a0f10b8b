// SCAN's promise: a key that is there from the first call to the last is returned exactly once, whatever else comes and
// goes, in the same thread or in another, while tables grow and shrink.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

constexpr int kStaying = 3000;

std::string staying(int number) { return "stays:" + std::to_string(number); }
std::string passing(uint64_t number) { return "passes:" + std::to_string(number); }

/// One whole scan; `between` runs after each call.
template <class Between>
std::map<std::string, int> scan(Store& store, ThreadState& thread, size_t count, Between&& between) {
  std::map<std::string, int> seen;
  uint64_t cursor = 0;
  do {
    {
      ShardLocks none(store);  // SCAN declares no key: it locks shard by shard, and holds what it has seen to its end
      cursor = Keyspace(store, thread, none, 0).scan(cursor, count, [&](std::string_view key, const Entry&) {
        ++seen[std::string(key)];
      });
    }
    between();
  } while (cursor != 0);
  return seen;
}

void expect_all_that_stay(const std::map<std::string, int>& seen) {
  for (int i = 0; i < kStaying; ++i) {
    const auto found = seen.find(staying(i));
    ASSERT_NE(found, seen.end()) << staying(i);
    ASSERT_EQ(found->second, 1) << staying(i);
  }
}

class Scan : public testing::Test {
 protected:
  void fill() {
    for (int i = 0; i < kStaying; ++i) test.set(staying(i), "value");
  }
  TestStore test;
};

TEST_F(Scan, AnEmptyDatabaseEndsAtOnce) {
  EXPECT_TRUE(scan(test.store, test.thread, 10, [] {}).empty());
}

TEST_F(Scan, EveryCountVisitsEveryKeyOnce) {
  fill();
  for (const size_t count : {1, 2, 10, 1000, 1'000'000}) {
    const auto seen = scan(test.store, test.thread, count, [] {});
    EXPECT_EQ(seen.size(), static_cast<size_t>(kStaying));
    expect_all_that_stay(seen);
  }
}

TEST_F(Scan, ACountIsAboutWhatACallReturns) {
  fill();
  size_t visited = 0;
  Access keys(test.store, test.thread);
  const uint64_t cursor = keys->scan(0, 100, [&](std::string_view, const Entry&) { ++visited; });
  EXPECT_NE(cursor, 0u);
  EXPECT_GE(visited, 100u);
  EXPECT_LT(visited, 110u);
}

TEST_F(Scan, AnyCursorIsHarmless) {
  fill();
  Access keys(test.store, test.thread);
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t cursor = random() >> (random() % 64);
    keys->scan(cursor, 10, [](std::string_view, const Entry&) {});
  }
  EXPECT_EQ(keys->scan(~uint64_t{0}, 10, [](std::string_view, const Entry&) { FAIL(); }), 0u);
}

TEST_F(Scan, ExpiredKeysAreReclaimedInsteadOfReturned) {
  fill();
  for (int i = 0; i < 500; ++i) test.set("dead:" + std::to_string(i), "", test.now_ms() + 5);
  test.advance(std::chrono::milliseconds(5));
  const auto seen = scan(test.store, test.thread, 10, [] {});
  EXPECT_EQ(seen.size(), static_cast<size_t>(kStaying));
  EXPECT_EQ(test.thread.expired_keys.get(), 500);
  EXPECT_EQ(test.store.total_size(), static_cast<size_t>(kStaying));
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

TEST_F(Scan, KeysThatStayAreReturnedOnceWhileOthersComeAndGo) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    fill();
    std::mt19937_64 random(seed);
    std::vector<std::string> there;
    const auto seen = scan(test.store, test.thread, 7, [&] {
      Access keys(test.store, test.thread);
      // Waves of a few thousand keys make every table grow by several steps and shrink again.
      const bool growing = there.size() < 200 || (there.size() < 6000 && random() % 3 != 0);
      for (int i = 0; i < 100; ++i) {
        if (growing) {
          there.push_back(passing(random()));
          keys->put_string(there.back(), "value");
        } else if (!there.empty()) {
          keys->erase(there.back());
          there.pop_back();
        }
      }
      // The keys that stay may be written, too.
      keys->put_string(staying(static_cast<int>(random() % kStaying)), std::string(random() % 200, 'x'));
    });
    ASSERT_NO_FATAL_FAILURE(expect_all_that_stay(seen)) << "seed " << seed;
    for (const auto& [key, times] : seen) EXPECT_EQ(times, 1) << key;
    test.access()->flush(false);
  }
}

TEST_F(Scan, KeysThatStayAreReturnedOnceWhileAnotherThreadWrites) {
  fill();
  std::atomic<bool> done = false;
  std::atomic<int> writes = 0;
  ThreadState& other = test.store.add_thread();
  std::thread writer([&] {
    std::mt19937_64 random(99);
    uint64_t serial = 0;
    for (uint64_t first = 0; !done; first = serial) {
      for (int i = 0; i < 3000 && !done; ++i, ++writes) {
        ShardLocks locks(test.store);
        const std::string key = passing(serial++);
        locks.lock_one(test.store.hash(key));
        Keyspace(test.store, other, locks, 0).put_string(key, "value");
      }
      for (; first < serial && !done; ++first, ++writes) {
        ShardLocks locks(test.store);
        const std::string key = passing(first);
        locks.lock_one(test.store.hash(key));
        Keyspace(test.store, other, locks, 0).erase(key);
      }
    }
  });
  for (int round = 0; round < 5 || (writes < 20'000 && round < 500); ++round) {
    EXPECT_NO_FATAL_FAILURE(expect_all_that_stay(scan(test.store, test.thread, 13, [] {})));
  }
  done = true;
  writer.join();
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

}  // namespace
}  // namespace larder::store
