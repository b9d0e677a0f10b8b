#include "store/values/set_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/store/allocation_counter.h"

namespace larder::store {
namespace {

using testing::ElementsAre;

const EncodingLimits kLimits;

std::vector<std::string> listed(const SetValue& set) {
  std::vector<std::string> members;
  set.for_each([&](std::string_view member) { members.emplace_back(member); });
  return members;
}

std::multiset<std::string> content(const SetValue& set) {
  const auto members = listed(set);
  return {members.begin(), members.end()};
}

/// What SADD does with its arguments on a key that does not exist.
std::unique_ptr<SetValue> made_of(const std::vector<std::string>& members, const EncodingLimits& limits = kLimits) {
  auto set = SetValue::for_members(members.front(), members.size(), limits);
  for (const auto& member : members) set->add(member, limits);
  return set;
}

std::vector<std::string> numbers(int count, int from = 0) {
  std::vector<std::string> members;
  for (int i = 0; i < count; ++i) members.push_back(std::to_string(from + i));
  return members;
}

std::vector<std::string> words(int count) {
  std::vector<std::string> members;
  for (int i = 0; i < count; ++i) members.push_back("word " + std::to_string(i));
  return members;
}

TEST(SetValue, TellsItsType) {
  EXPECT_EQ(SetValue().type(), Type::set);
  EXPECT_EQ(SetValue().size(), 0u);
}

// ---------------------------------------------------------------------------------------------------------- encodings

TEST(SetEncoding, OfANewKeyFollowsTheFirstMemberAndTheNumberOfArguments) {
  const auto encoding = [](std::string_view first, size_t expected) {
    return std::string(SetValue::for_members(first, expected, kLimits)->encoding());
  };
  EXPECT_EQ(encoding("1", 1), "intset");
  EXPECT_EQ(encoding("1", 512), "intset");
  EXPECT_EQ(encoding("1", 513), "hashtable");
  EXPECT_EQ(encoding("01", 1), "listpack");
  EXPECT_EQ(encoding("a", 128), "listpack");
  EXPECT_EQ(encoding("a", 129), "hashtable");
}

TEST(SetEncoding, AnIntsetHoldsUpToItsLimit) {
  auto set = made_of(numbers(512));
  EXPECT_EQ(set->encoding(), "intset");
  EXPECT_FALSE(set->add("0", kLimits));
  EXPECT_EQ(set->encoding(), "intset");
  EXPECT_TRUE(set->add("512", kLimits));
  EXPECT_EQ(set->encoding(), "hashtable");
  EXPECT_EQ(set->size(), 513u);
  for (const auto& number : numbers(513)) EXPECT_TRUE(set->contains(number));
}

TEST(SetEncoding, AnIntsetTakesAStringAsAListpackOrAHashtable) {
  auto few = made_of(numbers(127));
  few->add("x", kLimits);
  EXPECT_EQ(few->encoding(), "listpack");
  EXPECT_EQ(few->size(), 128u);
  EXPECT_EQ(listed(*few).back(), "x");
  EXPECT_EQ(listed(*few).front(), "0");

  auto many = made_of(numbers(128));
  many->add("x", kLimits);
  EXPECT_EQ(many->encoding(), "hashtable");
  EXPECT_EQ(many->size(), 129u);

  auto long_string = made_of(numbers(1));
  long_string->add(std::string(65, 'x'), kLimits);
  EXPECT_EQ(long_string->encoding(), "hashtable");

  EncodingLimits short_values = kLimits;
  short_values.set_max_listpack_value = 3;
  auto long_integer = made_of({"-1234"});
  long_integer->add("x", short_values);
  EXPECT_EQ(long_integer->encoding(), "hashtable");
}

TEST(SetEncoding, AListpackHoldsUpToItsLimits) {
  auto set = made_of(words(128));
  EXPECT_EQ(set->encoding(), "listpack");
  EXPECT_FALSE(set->add("word 5", kLimits));
  EXPECT_EQ(set->encoding(), "listpack");
  EXPECT_TRUE(set->add("17", kLimits));
  EXPECT_EQ(set->encoding(), "hashtable");

  auto longer = made_of({std::string(64, 'x')});
  EXPECT_EQ(longer->encoding(), "listpack");
  longer->add(std::string(65, 'x'), kLimits);
  EXPECT_EQ(longer->encoding(), "hashtable");
  EXPECT_EQ(longer->size(), 2u);
}

TEST(SetEncoding, NeverGoesBack) {
  auto set = made_of(numbers(513));
  for (const auto& number : numbers(512)) set->remove(number);
  EXPECT_EQ(set->encoding(), "hashtable");
  EXPECT_THAT(listed(*set), ElementsAre("512"));
}

TEST(SetEncoding, ManyArgumentsMakeASmallFormLarge) {
  auto integers = made_of({"1", "2"});
  integers->prepare_for(512, kLimits);
  EXPECT_EQ(integers->encoding(), "intset");
  integers->prepare_for(513, kLimits);
  EXPECT_EQ(integers->encoding(), "hashtable");
  auto strings = made_of({"a", "b"});
  strings->prepare_for(128, kLimits);
  EXPECT_EQ(strings->encoding(), "listpack");
  strings->prepare_for(129, kLimits);
  EXPECT_EQ(strings->encoding(), "hashtable");
  EXPECT_EQ(content(*strings), (std::multiset<std::string>{"a", "b"}));
}

TEST(SetEncoding, LimitsMayChangeAtAnyTime) {
  EncodingLimits none;
  none.set_max_intset_entries = none.set_max_listpack_entries = 0;
  EXPECT_EQ(made_of({"1"}, none)->encoding(), "hashtable");
  EXPECT_EQ(made_of({"a"}, none)->encoding(), "hashtable");
  auto set = made_of({"1"});
  set->add("2", none);
  EXPECT_EQ(set->encoding(), "hashtable");
  EncodingLimits wide;
  wide.set_max_listpack_entries = 5000;
  wide.set_max_listpack_value = 5000;
  auto large = made_of(words(3000), wide);
  large->add(std::string(5000, 'y'), wide);
  EXPECT_EQ(large->encoding(), "listpack");
  EXPECT_TRUE(large->contains(std::string(5000, 'y')));
}

TEST(SetEncoding, BecomesAnIntsetOnRequest) {
  auto set = SetValue::packed();
  for (const char* number : {"3", "-1", "2"}) set->add(number, kLimits);
  EXPECT_EQ(set->encoding(), "listpack");
  set->become_intset(kLimits);
  EXPECT_EQ(set->encoding(), "intset");
  EXPECT_THAT(listed(*set), ElementsAre("-1", "2", "3"));
}

// ------------------------------------------------------------------------------------------------------------ members

TEST(SetValue, DoesNotTellAnIntegerFromItsText) {
  for (const auto& others : {numbers(3, 100), words(3), words(200)}) {
    auto set = made_of(others);
    EXPECT_TRUE(set->add("7", kLimits));
    EXPECT_FALSE(set->add(Member(int64_t{7}), kLimits));
    EXPECT_TRUE(set->contains(Member(int64_t{7})));
    EXPECT_FALSE(set->contains("07"));
    EXPECT_TRUE(set->remove(Member(int64_t{7}))) << set->encoding();
    EXPECT_FALSE(set->contains("7"));
  }
}

TEST(SetValue, HoldsAnyBytes) {
  std::vector<std::string> members{"", std::string(1, '\0'), "\r\n", "\xff\xfe", std::string(300, '\0')};
  for (const auto& more : {std::vector<std::string>{"x"}, words(200)}) {
    auto set = made_of(more);
    for (const auto& member : members) EXPECT_TRUE(set->add(member, kLimits));
    for (const auto& member : members) EXPECT_FALSE(set->add(member, kLimits));
    for (const auto& member : members) EXPECT_TRUE(set->remove(member));
    EXPECT_EQ(set->size(), more.size());
  }
}

TEST(SetValue, AgreesWithStdSetUnderRandomOperationsAndChangingLimits) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 60; ++round) {
    auto set = std::make_unique<SetValue>();
    std::set<std::string> model;
    EncodingLimits limits;
    const uint64_t distinct = 1 + random() % 1500;
    const bool integers_only = round % 3 == 0;
    for (int step = 0; step < 1200; ++step) {
      if (step % 200 == 0) {
        limits.set_max_intset_entries = random() % 600;
        limits.set_max_listpack_entries = random() % 200;
        limits.set_max_listpack_value = random() % 100;
      }
      const uint64_t number = random() % distinct;
      std::string member = std::to_string(static_cast<int64_t>(number * 0x9E3779B97F4A7C15u) >> (number % 64));
      if (!integers_only && step > 300 && number % 3 == 0) member.append(number % 90, 'x');
      if (random() % 4 != 0) {
        ASSERT_EQ(set->add(member, limits), model.insert(member).second);
      } else {
        ASSERT_EQ(set->remove(member), model.erase(member) == 1);
      }
      ASSERT_EQ(set->contains(member), model.contains(member));
      ASSERT_EQ(set->size(), model.size());
    }
    ASSERT_EQ(content(*set), (std::multiset<std::string>(model.begin(), model.end())));
    std::multiset<std::string> scanned;
    uint64_t cursor = 0;
    do {
      cursor = set->scan(cursor, 10, [&](std::string_view member) { scanned.emplace(member); });
    } while (cursor != 0 && scanned.size() <= model.size());
    ASSERT_EQ(scanned, content(*set));
  }
}

TEST(SetValue, CloneIsIndependent) {
  for (const auto& members : {numbers(20), words(20), words(5000)}) {
    auto set = made_of(members);
    const auto before = content(*set);
    const auto value = set->clone();
    auto& copy = dynamic_cast<SetValue&>(*value);
    EXPECT_EQ(copy.encoding(), set->encoding());
    EXPECT_EQ(content(copy), before);
    for (const auto& member : members) copy.remove(member);
    copy.add("only in the copy", kLimits);
    EXPECT_EQ(content(*set), before);
    set.reset();
    EXPECT_THAT(listed(copy), ElementsAre("only in the copy"));
  }
}

TEST(SetValue, MemoryIsWhatIsReallyAllocated) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "needs a build with AddressSanitizer";
  key_hash_seed();
  for (const auto& members : {numbers(400), words(100), words(6000)}) {
    AllocationCounter counter;
    auto set = std::make_unique<SetValue>();
    EXPECT_EQ(set->memory(), counter.bytes());
    for (const auto& member : members) {
      set->add(member, kLimits);
      ASSERT_EQ(set->memory(), counter.bytes()) << set->encoding();
    }
    for (size_t i = 0; i < members.size(); i += 2) {
      set->remove(members[i]);
      ASSERT_EQ(set->memory(), counter.bytes()) << set->encoding();
    }
    const size_t before = counter.bytes();
    const auto copy = set->clone();
    EXPECT_EQ(copy->memory(), counter.bytes() - before) << set->encoding();
  }
}

TEST(SetValue, FreeEffortGrowsWithTheAllocations) {
  EXPECT_EQ(made_of(words(100))->free_effort(), 1u);
  EXPECT_LT(made_of(words(200))->free_effort(), 10u);
  EXPECT_GT(made_of(words(20'000))->free_effort(), 10u);
}

// --------------------------------------------------------------------------------------------------- scan and chance

TEST(SetScan, VisitsSmallFormsAtOnce) {
  for (const auto& members : {numbers(300), words(100)}) {
    const auto set = made_of(members);
    size_t visited = 0;
    EXPECT_EQ(set->scan(0, 10, [&](std::string_view) { ++visited; }), 0u);
    EXPECT_EQ(visited, members.size());
  }
}

class SetChance : public testing::TestWithParam<int> {
 protected:
  static std::vector<std::string> members() {
    switch (GetParam()) {
      case 0: return numbers(60);
      case 1: return words(60);
      default: {
        auto all = words(59);
        all.emplace_back(100, 'x');  // makes it a hashtable
        return all;
      }
    }
  }
  /// How far the counts are from an even distribution, in standard deviations of chi-square.
  static double deviation(const std::map<std::string, int>& counts, int draws) {
    const double expected = static_cast<double>(draws) / 60;
    double chi_square = 0;
    for (const auto& [member, count] : counts) chi_square += (count - expected) * (count - expected) / expected;
    chi_square += static_cast<double>(60 - counts.size()) * expected;
    return (chi_square - 59) / std::sqrt(2 * 59.0);
  }
};

TEST_P(SetChance, RandomMemberIsEven) {
  const auto set = made_of(members());
  base::Random random(11);
  std::map<std::string, int> counts;
  for (int i = 0; i < 30'000; ++i) ++counts[set->random_member(random)];
  EXPECT_LT(deviation(counts, 30'000), 6) << set->encoding();
}

TEST_P(SetChance, RepeatedMembersAreEven) {
  const auto set = made_of(members());
  base::Random random(12);
  std::map<std::string, int> counts;
  for (const uint64_t count : {0, 1, 3, 29'996}) {
    uint64_t given = 0;
    set->random_members(count, random, [&](std::string_view member) {
      ++counts[std::string(member)];
      ++given;
    });
    EXPECT_EQ(given, count);
  }
  EXPECT_LT(deviation(counts, 30'000), 6);
}

TEST_P(SetChance, DistinctMembersAreDistinctAndEven) {
  const auto set = made_of(members());
  base::Random random(13);
  for (const uint64_t wanted : {0, 1, 5, 19, 20, 21, 59, 60, 61, 1000}) {
    std::map<std::string, int> counts;
    const int rounds = wanted == 0 ? 1 : static_cast<int>(30'000 / wanted) + 1;
    for (int i = 0; i < rounds; ++i) {
      std::set<std::string> seen;
      set->random_distinct(wanted, random, [&](std::string_view member) {
        EXPECT_TRUE(seen.emplace(member).second);
        ++counts[std::string(member)];
      });
      ASSERT_EQ(seen.size(), std::min<uint64_t>(wanted, 60));
    }
    if (wanted > 0 && wanted <= 60) {
      EXPECT_LT(deviation(counts, rounds * static_cast<int>(wanted)), 6) << wanted;
    }
  }
}

TEST_P(SetChance, PoppedMembersAreEvenAndGone) {
  base::Random random(14);
  for (const size_t popped : {1, 7, 30, 50, 55, 59}) {
    std::map<std::string, int> counts;
    const int rounds = static_cast<int>(6000 / popped) + 1;
    for (int i = 0; i < rounds; ++i) {
      auto set = made_of(members());
      std::set<std::string> seen;
      const auto visit = [&](std::string_view member) {
        EXPECT_TRUE(seen.emplace(member).second);
        ++counts[std::string(member)];
      };
      if (popped == 1 && i % 2 == 0) {
        visit(set->pop_random(random));
      } else {
        set->pop_random(popped, random, kLimits, visit);
      }
      ASSERT_EQ(seen.size(), popped);
      ASSERT_EQ(set->size(), 60 - popped);
      for (const auto& member : seen) ASSERT_FALSE(set->contains(member));
    }
    EXPECT_LT(deviation(counts, rounds * static_cast<int>(popped)), 6) << popped;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, SetChance, testing::Values(0, 1, 2));

TEST(SetPop, OfNearlyAllOfAHashtableLeavesASmallForm) {
  base::Random random(1);
  const auto drop = [](std::string_view) {};
  auto set = made_of(words(600));
  set->pop_random(499, random, kLimits, drop);  // 101 stay: five times as many would be more than 499
  EXPECT_EQ(set->encoding(), "hashtable");
  set = made_of(words(600));
  set->pop_random(500, random, kLimits, drop);
  EXPECT_EQ(set->encoding(), "listpack");
  EXPECT_EQ(set->size(), 100u);
  set = made_of(words(1200));
  set->pop_random(1000, random, kLimits, drop);
  EXPECT_EQ(set->encoding(), "hashtable");
  set = made_of(numbers(500));
  set->pop_random(499, random, kLimits, drop);
  EXPECT_EQ(set->encoding(), "intset");
}

TEST(SetChanceLarge, DistinctMembersOfManyParts) {
  base::Random random(99);
  const auto set = made_of(words(20'000));
  for (const uint64_t wanted : {10u, 3000u, 19'000u}) {
    std::set<std::string> seen;
    set->random_distinct(wanted, random, [&](std::string_view member) { seen.emplace(member); });
    EXPECT_EQ(seen.size(), wanted);
    for (const auto& member : seen) ASSERT_TRUE(set->contains(member));
  }
}

}  // namespace
}  // namespace larder::store
