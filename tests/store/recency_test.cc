// The clock of recency: what moves it on, what it remembers, and whose turn it is to be aged.
#include "store/core/recency.h"

#include <gtest/gtest.h>

#include <set>

namespace larder::store {
namespace {

TEST(Recency, StandsStillWhileNothingIsEvictedByIt) {
  Recency recency(4);
  recency.set_keys(2);
  const uint32_t start = recency.tick();
  for (uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(recency.access_tick(i), start);
  EXPECT_EQ(recency.first_tick(), start);
  EXPECT_GT(recency.on_insertions(), 0u);
  EXPECT_EQ(recency.tick(), start);
  recency.set_use(true, true);
  EXPECT_NE(recency.access_tick(0), start);
  recency.set_use(false, true);
  const uint32_t stopped = recency.tick();
  recency.access_tick(0);
  EXPECT_EQ(recency.tick(), stopped);
}

TEST(Recency, GivesEveryAccessOfASmallStoreItsOwnTickButThoseOfOneKeyInARow) {
  Recency recency(4);
  recency.set_use(true, true);
  recency.set_keys(Recency::kExactBelow - 1);
  const uint32_t first = recency.first_tick();
  const uint32_t second = recency.first_tick();
  EXPECT_EQ(second, first + 1);
  EXPECT_EQ(recency.access_tick(second), second);  // nothing was accessed since
  EXPECT_EQ(recency.access_tick(first), second + 1);
  recency.set_keys(Recency::kExactBelow);
  EXPECT_EQ(recency.access_tick(first), second + 1);
}

TEST(Recency, AgesOneShardAfterTheOther) {
  constexpr size_t kShards = 256;
  constexpr uint32_t kStep = (1u << 22) / kShards;
  Recency recency(kShards);
  recency.set_use(true, true);
  std::set<size_t> aged;
  for (size_t turn = 0; turn < kShards; ++turn) {
    EXPECT_FALSE(recency.shard_to_age());
    for (uint32_t i = 0; i < kStep; ++i) recency.first_tick();
    const auto shard = recency.shard_to_age();
    ASSERT_TRUE(shard);
    EXPECT_TRUE(aged.insert(*shard).second);
  }
  EXPECT_EQ(aged.size(), kShards);
}

TEST(Recency, GoesOnWhileTheTimeOfDayStandsStill) {
  Recency recency(4);
  constexpr int64_t kNow = 1'700'000'000'000;
  EXPECT_TRUE(recency.advance(kNow, 0));
  const uint32_t start = recency.tick();
  EXPECT_FALSE(recency.advance(kNow, 99));
  EXPECT_TRUE(recency.advance(kNow, 100));
  EXPECT_TRUE(recency.advance(kNow, 200));
  EXPECT_EQ(recency.tick(), start + 2);
  EXPECT_EQ(recency.idle_ms(start, kNow), 0);
  EXPECT_TRUE(recency.advance(kNow + 3'600'000, 210));  // moved: at once
  EXPECT_EQ(recency.idle_ms(start, kNow + 3'600'000), 3'600'000);
}

TEST(Recency, ATimeOfDayThatIsMovedBackIsFollowed) {
  Recency recency(4);
  constexpr int64_t kNow = 1'700'000'000'000, kHour = 3'600'000;
  EXPECT_TRUE(recency.advance(kNow, 0));
  EXPECT_TRUE(recency.advance(kNow - kHour, 10));
  const uint32_t accessed = recency.tick();
  for (int64_t second = 1; second <= 10; ++second) {
    EXPECT_TRUE(recency.advance(kNow - kHour + second * 1000, 10 + second * 1000));
  }
  EXPECT_EQ(recency.idle_ms(accessed, kNow - kHour + 10'000), 10'000);
  EXPECT_EQ(recency.idle_ms(accessed + 4, kNow - kHour + 10'000), 6'000);
}

}  // namespace
}  // namespace larder::store
