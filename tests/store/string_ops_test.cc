// What commands compute from strings.
#include "store/values/string_ops.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace larder::store {
namespace {

TEST(StringOps, PartsAreWhatBothIndexesInclude) {
  EXPECT_EQ(part_of("hello", 0, 4), "hello");
  EXPECT_EQ(part_of("hello", 1, 3), "ell");
  EXPECT_EQ(part_of("hello", -3, -2), "ll");
  EXPECT_EQ(part_of("hello", -100, 100), "hello");
  EXPECT_EQ(part_of("hello", 3, 1), "");
  EXPECT_EQ(part_of("hello", -1, -3), "");
  EXPECT_EQ(part_of("hello", 5, 9), "");
  EXPECT_EQ(part_of("", 0, -1), "");
}

TEST(StringOps, SumsOfIntegers) {
  EXPECT_EQ(integer_plus("41", 1), 42);
  EXPECT_EQ(integer_plus(std::nullopt, -1), -1);
  EXPECT_EQ(integer_plus("4x", 1).error(), Errc::not_an_integer);
  EXPECT_EQ(integer_plus("", 1).error(), Errc::not_an_integer);
  EXPECT_EQ(integer_plus("9223372036854775807", 1).error(), Errc::overflow);
  EXPECT_EQ(integer_plus("-1", std::numeric_limits<int64_t>::min()).error(), Errc::overflow);
}

TEST(StringOps, SumsOfDecimalNumbers) {
  EXPECT_EQ(real_sum(real_in("10.5").value(), 0.5L), "11");
  EXPECT_EQ(real_sum(real_in(std::nullopt).value(), 0.25L), "0.25");
  EXPECT_EQ(real_in("text"), std::nullopt);
  EXPECT_EQ(real_sum(std::numeric_limits<long double>::infinity(), 1).error(), Errc::nan_or_infinity);
}

// The first from https://redis.io/docs/latest/commands/digest/, the others from Redis' and fakeredis' tests of DIGEST.
TEST(StringOps, DigestsAreThoseOfRedis) {
  EXPECT_EQ(digest_of("Hello world"), "b6acb9d84a38ff74");
  EXPECT_EQ(digest_of("hello"), "9555e8555c62dcfd");
  EXPECT_EQ(digest_of(""), "2d06800538d394c2");
  EXPECT_EQ(digest_of("v8"), "0cc76dbb41381419");
}

}  // namespace
}  // namespace larder::store
