#include "store/values/intset.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "store/values/memory.h"

namespace larder::store {
namespace {

using namespace std::string_view_literals;

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

std::vector<int64_t> content(const Intset& set) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < set.size(); ++i) values.push_back(set.at(i));
  return values;
}

// The bytes are redis-server 7.0.15's: what DUMP shows of such sets.
TEST(Intset, HasTheBytesOfRedis) {
  EXPECT_EQ(Intset().bytes(), "\x02\0\0\0\0\0\0\0"sv);
  Intset set;
  for (const int64_t value : {7, -1, 1}) set.add(value);
  EXPECT_EQ(set.bytes(), "\x02\0\0\0\x03\0\0\0\xFF\xFF\x01\0\x07\0"sv);
  EXPECT_EQ(content(Intset::from_bytes(set.bytes()).value()), (std::vector<int64_t>{-1, 1, 7}));
  set.add(70'000);
  EXPECT_EQ(set.bytes(), "\x04\0\0\0\x04\0\0\0\xFF\xFF\xFF\xFF\x01\0\0\0\x07\0\0\0\x70\x11\x01\0"sv);
  EXPECT_EQ(Intset::from_bytes(Intset().bytes()).value().size(), 0u);
}

TEST(Intset, RefusesBytesThatAreNone) {
  for (const std::string_view bad : {
           ""sv,
           "\x02\0\0\0\x01\0\0"sv,                // no whole header
           "\x03\0\0\0\x01\0\0\0\x01\x02\x03"sv,  // no such width
           "\0\0\0\0\x01\0\0\0\x01"sv,
           "\x02\0\0\0\x02\0\0\0\x01\0"sv,        // fewer than counted
           "\x02\0\0\0\x01\0\0\0\x01\0\x02\0"sv,  // more than counted
           "\x02\0\0\0\x01\0\0\0\x01\0\x02"sv,    // half of one
           "\x02\0\0\0\x02\0\0\0\x02\0\x01\0"sv,  // not ascending
           "\x02\0\0\0\x02\0\0\0\x01\0\x01\0"sv,  // one of them twice
           "\x02\0\0\0\xFF\xFF\xFF\xFF\x01\0"sv,
       }) {
    EXPECT_FALSE(Intset::from_bytes(bad)) << testing::PrintToString(bad);
  }
}

TEST(Intset, EmptyHoldsNothing) {
  Intset set;
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(set.memory(), 0u);
  EXPECT_FALSE(set.contains(0));
  EXPECT_FALSE(set.remove(0));
}

TEST(Intset, KeepsAscendingOrderWithoutDuplicates) {
  Intset set;
  for (const int64_t value : {5, -3, 12, 0, 5, -3}) set.add(value);
  EXPECT_EQ(content(set), (std::vector<int64_t>{-3, 0, 5, 12}));
}

TEST(Intset, WidensAtTheBoundsOfEachWidth) {
  struct Case {
    int64_t value;
    size_t width;
  };
  const Case cases[] = {{0, 2},           {32767, 2},      {-32768, 2},      {32768, 4},
                        {-32769, 4},      {2147483647, 4}, {-2147483648, 4}, {2147483648, 8},
                        {-2147483649, 8}, {kHighest, 8},   {kLowest, 8}};
  for (const auto& [value, width] : cases) {
    Intset set;
    for (int64_t i = 1; i <= 99; ++i) set.add(i);
    const bool added = set.add(value);
    const size_t count = added ? 100 : 99;
    EXPECT_EQ(set.size(), count);
    EXPECT_EQ(set.memory(), heap_bytes(8 + count * width)) << value;
    EXPECT_TRUE(set.contains(value));
    for (int64_t i = 1; i <= 99; ++i) EXPECT_TRUE(set.contains(i)) << i << " after " << value;
    EXPECT_TRUE(set.remove(value));
    EXPECT_FALSE(set.contains(value));
  }
}

TEST(Intset, HoldsTheExtremesTogether) {
  Intset set;
  for (const int64_t value : {kHighest, int64_t{0}, kLowest, int64_t{-1}, kHighest - 1, kLowest + 1}) {
    EXPECT_TRUE(set.add(value));
  }
  EXPECT_EQ(content(set), (std::vector<int64_t>{kLowest, kLowest + 1, -1, 0, kHighest - 1, kHighest}));
}

TEST(Intset, RemovingTheLastGivesTheBlockBack) {
  Intset set;
  set.add(7);
  EXPECT_TRUE(set.remove(7));
  EXPECT_EQ(set.memory(), 0u);
  EXPECT_TRUE(set.add(8));
}

TEST(Intset, CopyIsIndependent) {
  Intset set;
  for (int64_t i = 0; i < 50; ++i) set.add(i * 1000);
  Intset copy = set.copy();
  copy.remove(0);
  copy.add(1);
  EXPECT_TRUE(set.contains(0));
  EXPECT_FALSE(set.contains(1));
  EXPECT_EQ(Intset().copy().size(), 0u);
}

TEST(Intset, AgreesWithStdSetUnderRandomOperations) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 40; ++round) {
    Intset set;
    std::set<int64_t> model;
    const int bits = 4 + static_cast<int>(random() % 61);
    for (int step = 0; step < 500; ++step) {
      const int64_t value = static_cast<int64_t>(random()) >> (64 - bits);
      if (random() % 3 != 0) {
        ASSERT_EQ(set.add(value), model.insert(value).second);
      } else {
        ASSERT_EQ(set.remove(value), model.erase(value) == 1);
      }
      ASSERT_EQ(set.contains(value), model.contains(value));
      ASSERT_EQ(set.size(), model.size());
    }
    ASSERT_EQ(content(set), std::vector<int64_t>(model.begin(), model.end()));
  }
}

TEST(Intset, ExtractTakesExactlySoManyDifferentOnes) {
  base::Random random(42);
  for (size_t count = 0; count <= 20; ++count) {
    Intset set;
    for (int64_t i = 0; i < 20; ++i) set.add(i * i * i * i * i * i * i);
    std::set<int64_t> taken;
    set.extract(count, random, [&](int64_t value) { EXPECT_TRUE(taken.insert(value).second); });
    EXPECT_EQ(taken.size(), count);
    EXPECT_EQ(set.size(), 20 - count);
    for (const int64_t value : taken) EXPECT_FALSE(set.contains(value));
  }
}

}  // namespace
}  // namespace larder::store
