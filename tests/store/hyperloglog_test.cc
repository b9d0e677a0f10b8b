// HyperLogLogs: both forms hold the same, counts are near the truth, and no bytes of a client's lead beyond them. That
// the bytes are Redis' is compared in tests/oracle/hyperloglog_oracle_test.cc.
#include "store/values/hyperloglog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "store/values/murmur_hash.h"

namespace larder::store::hll {
namespace {

#if defined(__GLIBCXX__) && defined(__x86_64__)
TEST(MurmurHash, IsTheOneOfTheStandardLibrary) {
  constexpr uint64_t kItsSeed = 0xc70f6907;
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(murmur_hash_64a(bytes, kItsSeed), std::hash<std::string_view>{}(bytes)) << i << " bytes";
    bytes += static_cast<char>(i * 37 + 200);
  }
}
#endif

TEST(HyperLogLog, FindsNothingWrongWithItself) { EXPECT_EQ(self_test(), ""); }

TEST(HyperLogLog, AnEmptyOneIsOneRunOfZeros) {
  const std::string empty = make_empty();
  EXPECT_EQ(empty, std::string("HYLL\1\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", 18));
  EXPECT_TRUE(is_hyperloglog(empty));
  EXPECT_EQ(known_count(empty), 0U);
  EXPECT_EQ(count(empty), 0U);
  EXPECT_EQ(runs_in_words(empty), "Z:16384");
}

TEST(HyperLogLog, TheOrderOfHitsDoesNotMatterToTheRegisters) {
  std::mt19937_64 random(1);
  std::string one_by_one = make_empty(), sorted = make_empty(), dense = *made_dense(sorted);
  std::vector<Hit> hits;
  for (int i = 0; i < 4000; ++i) {
    hits.push_back({.index = static_cast<uint16_t>(random() % kRegisters),
                    .rank = static_cast<uint8_t>(1 + random() % (i % 100 == 0 ? 32 : 3))});
  }
  for (const Hit& hit : hits) ASSERT_TRUE(raise(one_by_one, std::span(&hit, 1), SIZE_MAX));
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.index < b.index; });
  ASSERT_TRUE(raise(sorted, hits, SIZE_MAX));
  raise(std::span<char>(dense), hits);
  invalidate_count(dense);
  EXPECT_FALSE(is_dense(one_by_one));
  EXPECT_EQ(*made_dense(one_by_one), dense);
  EXPECT_EQ(*made_dense(sorted), dense);
  // One walk leaves the same runs as a walk from the beginning for each hit.
  std::string again = make_empty();
  for (const Hit& hit : hits) ASSERT_TRUE(raise(again, std::span(&hit, 1), SIZE_MAX));
  EXPECT_EQ(sorted, again);
}

TEST(HyperLogLog, CountsAreKeptUntilARegisterIsRaised) {
  std::string bytes = make_empty();
  const Hit hit{.index = 5, .rank = 3};
  EXPECT_EQ(raise(bytes, std::span(&hit, 1), 3000), true);
  EXPECT_EQ(known_count(bytes), std::nullopt);
  const auto field = count_field(0x0102030405060708);
  bytes.replace(kCountAt, field.size(), field.data(), field.size());
  EXPECT_EQ(known_count(bytes), 0x0102030405060708U);
  EXPECT_EQ(raise(bytes, std::span(&hit, 1), 3000), false);
  EXPECT_EQ(known_count(bytes), 0x0102030405060708U);
}

TEST(HyperLogLog, AHighRankMakesItDense) {
  std::string bytes = make_empty();
  const Hit hits[] = {{.index = 1, .rank = 32}, {.index = 16383, .rank = 33}, {.index = 0, .rank = 51}};
  EXPECT_EQ(raise(bytes, std::span(hits, 1), 3000), true);
  EXPECT_FALSE(is_dense(bytes));
  EXPECT_EQ(raise(bytes, hits, 3000), true);
  EXPECT_TRUE(is_dense(bytes));
  Registers registers{};
  ASSERT_TRUE(merge_into(registers, bytes));
  EXPECT_EQ(registers[0], 51);
  EXPECT_EQ(registers[1], 32);
  EXPECT_EQ(registers[16383], 33);
}

TEST(HyperLogLog, RunsThatAreNotOfAllRegistersAreRefused) {
  const std::string header("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80", 16);
  const std::string_view wrong[] = {"", "\x7f", "\x7f\xfe", "\x7f\xff\x80", "\x40", "\x80\x7f\xff"};
  for (const std::string_view runs : wrong) {
    std::string bytes = header + std::string(runs);
    ASSERT_TRUE(is_hyperloglog(bytes));
    Registers registers{};
    EXPECT_EQ(merge_into(registers, bytes).error(), Errc::corrupted_hyperloglog);
    EXPECT_EQ(count(bytes).error(), Errc::corrupted_hyperloglog);
    EXPECT_EQ(made_dense(bytes).error(), Errc::corrupted_hyperloglog);
    EXPECT_EQ(runs_in_words(bytes).error(), Errc::corrupted_hyperloglog);
  }
}

TEST(HyperLogLog, RegistersThatNoElementSetsStillGiveACount) {
  for (const unsigned value : {51U, 52U, 63U}) {
    Registers registers;
    registers.fill(static_cast<uint8_t>(value));
    EXPECT_GT(count(registers), uint64_t{1} << 60) << value;
  }
}

}  // namespace
}  // namespace larder::store::hll
