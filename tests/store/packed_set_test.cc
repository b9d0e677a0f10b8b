#include "store/values/packed_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace larder::store {
namespace {

using testing::ElementsAre;

std::vector<std::string> content(const PackedSet& set) {
  std::vector<std::string> members;
  set.visit_while([&](const Member& member) {
    members.emplace_back(member.text());
    return true;
  });
  return members;
}

bool add(PackedSet& set, std::string_view member) {
  if (set.contains(member)) return false;
  set.append(member);
  return true;
}

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

TEST(PackedSet, KeepsTheOrderOfAdding) {
  PackedSet set;
  for (const char* member : {"b", "a", "", "10", "c"}) set.append(std::string_view(member));
  EXPECT_THAT(content(set), ElementsAre("b", "a", "", "10", "c"));
  EXPECT_TRUE(set.remove(std::string_view("")));
  EXPECT_FALSE(set.remove(std::string_view("")));
  EXPECT_THAT(content(set), ElementsAre("b", "a", "10", "c"));
  EXPECT_EQ(set.at(2).text(), "10");
}

TEST(PackedSet, HoldsIntegersOfEveryLength) {
  PackedSet set;
  std::vector<std::string> expected;
  for (int bit = 0; bit < 63; ++bit) {
    for (const int64_t value :
         {int64_t{1} << bit, (int64_t{1} << bit) - 1, -(int64_t{1} << bit), -(int64_t{1} << bit) - 1}) {
      if (add(set, std::to_string(value))) expected.push_back(std::to_string(value));
    }
  }
  for (const int64_t value : {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    if (add(set, std::to_string(value))) expected.push_back(std::to_string(value));
  }
  EXPECT_EQ(content(set), expected);
  for (const std::string& text : expected) {
    EXPECT_TRUE(set.contains(Member(*canonical_integer(text)))) << text;
    EXPECT_FALSE(set.contains("0" + text)) << text;
  }
}

TEST(PackedSet, HoldsTextOfEveryLength) {
  PackedSet set;
  const size_t lengths[] = {0, 1, 127, 128, 239, 240, 241, 255, 256, 65535, 65536, 100000};
  for (const size_t length : lengths) set.append(std::string(length, 'x'));
  for (const size_t length : lengths) EXPECT_TRUE(set.contains(std::string(length, 'x'))) << length;
  EXPECT_FALSE(set.contains(std::string(242, 'x')));
  EXPECT_FALSE(set.contains(std::string(241, 'y')));
  for (const size_t length : lengths) EXPECT_TRUE(set.remove(std::string(length, 'x'))) << length;
  EXPECT_EQ(set.memory(), 0u);
}

TEST(PackedSet, AgreesWithStdSetUnderRandomOperations) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    PackedSet set;
    std::set<std::string> model;
    for (int step = 0; step < 400; ++step) {
      std::string member = random() % 2 == 0 ? std::to_string(static_cast<int64_t>(random()) >> (random() % 64))
                                             : std::string(random() % 300, static_cast<char>('a' + random() % 2));
      if (random() % 3 != 0) {
        ASSERT_EQ(add(set, member), model.insert(member).second);
      } else {
        ASSERT_EQ(set.remove(member), model.erase(member) == 1);
      }
      ASSERT_EQ(set.size(), model.size());
    }
    auto members = content(set);
    std::sort(members.begin(), members.end());
    ASSERT_EQ(members, std::vector<std::string>(model.begin(), model.end()));
    ASSERT_EQ(content(set.copy()), content(set));
  }
}

TEST(PackedSet, ExtractTakesExactlySoManyAndKeepsTheOrderOfTheRest) {
  base::Random random(7);
  for (size_t count = 0; count <= 30; ++count) {
    PackedSet set;
    for (int i = 0; i < 30; ++i) set.append("member " + std::to_string(i * i));
    const auto before = content(set);
    std::vector<std::string> taken;
    set.extract(count, random, [&](const Member& member) { taken.emplace_back(member.text()); });
    ASSERT_EQ(taken.size(), count);
    std::vector<std::string> rest;
    for (const auto& member : before) {
      if (std::find(taken.begin(), taken.end(), member) == taken.end()) rest.push_back(member);
    }
    ASSERT_EQ(content(set), rest);
  }
}

}  // namespace
}  // namespace larder::store
