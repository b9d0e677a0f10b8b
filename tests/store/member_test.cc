#include "store/values/member.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string_view>

namespace larder::store {
namespace {

TEST(CanonicalInteger, TakesOnlyTheOneSpelling) {
  EXPECT_EQ(canonical_integer("0"), 0);
  EXPECT_EQ(canonical_integer("-1"), -1);
  EXPECT_EQ(canonical_integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(canonical_integer("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  for (const char* text :
       {"", "-", "+1", "01", "-0", "-01", "00", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808",
        "-9223372036854775809", "99999999999999999999", "123456789012345678901"}) {
    EXPECT_EQ(canonical_integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(canonical_integer(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Member, OfAnIntegerFormatsItself) {
  const Member member(int64_t{-42});
  EXPECT_TRUE(member.is_integer());
  EXPECT_EQ(member.text(), "-42");
  const Member copy = member;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  EXPECT_EQ(copy.text(), "-42");
  EXPECT_EQ(Member("17").as_integer(), 17);
  EXPECT_EQ(Member(std::numeric_limits<int64_t>::min()).text(), "-9223372036854775808");
}

}  // namespace
}  // namespace larder::store
