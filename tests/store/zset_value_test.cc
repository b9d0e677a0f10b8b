// A sorted set in both forms against a plain model: the same operations, the same elements in the same order.
#include "store/values/zset_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/values/zset_ops.h"

namespace larder::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Elements = std::vector<std::pair<double, std::string>>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Elements part(const ZsetValue& set, const Ranks& ranks, bool backwards = false) {
  Elements elements;
  set.visit_while(ranks, backwards, [&](std::string_view member, double score) {
    elements.emplace_back(score, member);
    return true;
  });
  return elements;
}

Elements content(const ZsetValue& set) { return part(set, {0, set.size()}); }

std::vector<std::string> members(const ZsetValue& set, const Ranks& ranks, bool backwards = false) {
  std::vector<std::string> result;
  for (auto& element : part(set, ranks, backwards)) result.push_back(element.second);
  return result;
}

EncodingLimits limits_for(bool listpack) {
  EncodingLimits limits;
  limits.zset_max_listpack_entries = listpack ? 100'000 : 0;
  return limits;
}

/// Each test with listpacks and with tables.
class Zset : public testing::TestWithParam<bool> {
 protected:
  ZsetValue::AddResult add(std::string_view member, double score, const ZaddRules& rules = {}) {
    return set.add({member, score}, rules, limits);
  }
  void TearDown() override { EXPECT_TRUE(set.size() == 0 || set.is_listpack() == GetParam()); }

  EncodingLimits limits = limits_for(GetParam());
  ZsetValue set;
};
INSTANTIATE_TEST_SUITE_P(Forms, Zset, testing::Bool(),
                         [](const auto& info) { return info.param ? "Listpack" : "Table"; });

TEST_P(Zset, OrdersByScoreThenByBytes) {
  for (const auto& [member, score] : std::map<std::string, double>{{"b", 1},
                                                                   {"a", 1},
                                                                   {"", 1},
                                                                   {"10", 1},
                                                                   {"9", 1},
                                                                   {"\xff", 1},
                                                                   {"z", -kInfinity},
                                                                   {"y", kInfinity},
                                                                   {"x", 0.5}}) {
    EXPECT_EQ(add(member, score).what, ZsetValue::Added::is_new);
  }
  EXPECT_THAT(members(set, {0, 9}), ElementsAre("z", "x", "", "10", "9", "a", "b", "\xff", "y"));
  EXPECT_THAT(members(set, {1, 4}, true), ElementsAre("10", "", "x"));
  EXPECT_EQ(set.rank("9", false)->rank, 4u);
  EXPECT_EQ(set.rank("9", true)->rank, 4u);
  EXPECT_EQ(set.rank("z", true)->rank, 8u);
  EXPECT_FALSE(set.rank("none", false));
}

TEST_P(Zset, RulesDecideWhatIsDone) {
  using Added = ZsetValue::Added;
  EXPECT_EQ(add("a", 1, {.only_existing = true}).what, Added::nothing);
  EXPECT_EQ(add("a", 5).what, Added::is_new);
  EXPECT_EQ(add("a", 5).what, Added::same_score);
  EXPECT_EQ(add("a", 6, {.only_new = true}).what, Added::nothing);
  EXPECT_EQ(add("a", 4, {.only_greater = true}).what, Added::nothing);
  EXPECT_EQ(add("a", 5, {.only_greater = true}).what, Added::nothing);
  EXPECT_EQ(add("a", 6, {.only_greater = true}).what, Added::changed);
  EXPECT_EQ(add("a", 7, {.only_less = true}).what, Added::nothing);
  EXPECT_EQ(add("a", 2, {.only_less = true}).what, Added::changed);
  EXPECT_EQ(add("b", 1, {.only_greater = true}).what, Added::is_new);
  EXPECT_EQ(add("a", 1.5, {.adds_to_score = true}).score, 3.5);
  EXPECT_EQ(add("a", kInfinity, {.adds_to_score = true}).score, kInfinity);
  EXPECT_EQ(add("a", -kInfinity, {.adds_to_score = true}).what, Added::not_a_number);
  EXPECT_EQ(set.score("a"), kInfinity);
}

TEST_P(Zset, MinusZeroIsZeroInAListpackAndStaysInATable) {
  add("a", -0.0);
  EXPECT_EQ(std::signbit(*set.score("a")), !GetParam());
  EXPECT_EQ(add("a", 0).what, ZsetValue::Added::same_score);
}

TEST_P(Zset, ScoresKeepEveryBit) {
  std::mt19937_64 random(std::random_device{}());
  std::map<std::string, double> model;
  for (int i = 0; i < 300; ++i) {
    double score = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 2000) - 1000);
    if (!std::isfinite(score)) score = 5e-324;
    model["m" + std::to_string(i)] = i % 2 == 0 ? score : -score;
  }
  for (const auto& [member, score] : model) add(member, score);
  for (const auto& [member, score] : model) EXPECT_EQ(set.score(member), score);
}

TEST_P(Zset, RangesOfScores) {
  for (int i = 1; i <= 9; ++i) add("m" + std::to_string(i), i / 3);
  EXPECT_EQ(set.ranks(ScoreRange{}).size(), 9u);
  EXPECT_THAT(members(set, set.ranks(ScoreRange{.min = 1, .max = 1})), ElementsAre("m3", "m4", "m5"));
  EXPECT_THAT(members(set, set.ranks(ScoreRange{.min = 0, .max = 2, .excludes_min = true, .excludes_max = true})),
              ElementsAre("m3", "m4", "m5"));
  EXPECT_EQ(set.ranks(ScoreRange{.min = 3, .max = 1}).size(), 0u);
  EXPECT_EQ(set.ranks(ScoreRange{.min = 1, .max = 1, .excludes_max = true}).size(), 0u);
  EXPECT_EQ(set.ranks(ScoreRange{.min = 4, .max = kInfinity}).size(), 0u);
}

LexBound including(std::string_view text) { return {LexBound::Kind::member, false, text}; }
LexBound excluding(std::string_view text) { return {LexBound::Kind::member, true, text}; }
constexpr LexBound kLowest{LexBound::Kind::lowest, false, {}};
constexpr LexBound kHighest{LexBound::Kind::highest, false, {}};

TEST_P(Zset, RangesOfMembers) {
  for (const char* member : {"a", "b", "c", "d", "e"}) add(member, 7);
  EXPECT_EQ(set.ranks(LexRange{kLowest, kHighest}).size(), 5u);
  EXPECT_EQ(set.ranks(LexRange{kHighest, kLowest}).size(), 0u);
  EXPECT_THAT(members(set, set.ranks(LexRange{including("b"), excluding("d")})), ElementsAre("b", "c"));
  EXPECT_THAT(members(set, set.ranks(LexRange{excluding("b"), including("d")}, true), true), ElementsAre("d", "c"));
  EXPECT_THAT(members(set, set.ranks(LexRange{including("aa"), including("cc")})), ElementsAre("b", "c"));
  EXPECT_EQ(set.ranks(LexRange{including("d"), including("b")}).size(), 0u);
  EXPECT_EQ(set.ranks(LexRange{excluding("b"), excluding("b")}).size(), 0u);
  EXPECT_EQ(set.ranks(LexRange{including("x"), kHighest}).size(), 0u);
  EXPECT_EQ(set.ranks(LexRange{kLowest, excluding("a")}).size(), 0u);
}

TEST(Ranks, BetweenRanksAndLimits) {
  const auto between = [](int64_t start, int64_t stop, size_t size, bool backwards = false) {
    const Ranks ranks = Ranks::between(start, stop, size, backwards);
    return std::pair(ranks.first, ranks.end);
  };
  using Pair = std::pair<size_t, size_t>;
  EXPECT_EQ(between(0, -1, 5), Pair(0, 5));
  EXPECT_EQ(between(1, 2, 5), Pair(1, 3));
  EXPECT_EQ(between(1, 2, 5, true), Pair(2, 4));
  EXPECT_EQ(between(-2, -1, 5), Pair(3, 5));
  EXPECT_EQ(between(-100, 100, 5), Pair(0, 5));
  EXPECT_EQ(between(3, 1, 5), Pair(0, 0));
  EXPECT_EQ(between(5, 9, 5), Pair(0, 0));
  EXPECT_EQ(between(0, -6, 5), Pair(0, 0));
  EXPECT_EQ(between(0, -1, 0), Pair(0, 0));
  EXPECT_EQ(between(INT64_MIN, INT64_MAX, 5), Pair(0, 5));
  EXPECT_EQ(between(INT64_MAX, INT64_MIN, 5), Pair(0, 0));
  const auto limited = [](int64_t offset, int64_t count, bool backwards) {
    const Ranks ranks = Ranks{10, 20}.limited(offset, count, backwards);
    return std::pair(ranks.first, ranks.end);
  };
  EXPECT_EQ(limited(0, -1, false), Pair(10, 20));
  EXPECT_EQ(limited(2, 3, false), Pair(12, 15));
  EXPECT_EQ(limited(2, 3, true), Pair(15, 18));
  EXPECT_EQ(limited(8, 100, false), Pair(18, 20));
  EXPECT_EQ(limited(8, INT64_MAX, true), Pair(10, 12));
  EXPECT_EQ(limited(INT64_MAX, 1, false), Pair(20, 20));
  EXPECT_EQ(limited(-1, 5, false), Pair(0, 0));
}

TEST_P(Zset, AgreesWithAModelUnderRandomOperations) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  std::map<std::string, double> model;
  const auto sorted = [&] {
    Elements elements;
    for (const auto& [member, score] : model) elements.emplace_back(score, member);
    std::sort(elements.begin(), elements.end());
    return elements;
  };
  for (int step = 0; step < 6000; ++step) {
    const std::string member = random() % 2 == 0 ? std::to_string(random() % 100) : "m" + std::to_string(random() % 60);
    const double score = static_cast<double>(static_cast<int64_t>(random() % 20) - 10) / 4;
    switch (random() % 8) {
      case 0: EXPECT_EQ(set.remove(member), model.erase(member) == 1); break;
      case 1: {
        const Elements before = sorted();
        const size_t first = random() % (model.size() + 1);
        const size_t end = std::min(first + random() % 4, model.size());
        set.remove(Ranks{first, end});
        for (size_t i = first; i < end; ++i) model.erase(before[i].second);
        break;
      }
      case 2:
        add(member, score, {.adds_to_score = true});
        model[member] += score;
        break;
      default: add(member, score); model[member] = score;
    }
    ASSERT_EQ(set.size(), model.size());
    if (step % 50 == 0) {
      ASSERT_EQ(content(set), sorted());
      const ScoreRange range{.min = score, .max = score + 1, .excludes_min = random() % 2 == 0, .excludes_max = true};
      Elements expected = sorted();
      std::erase_if(expected, [&](const auto& e) { return range.is_before(e.first) || range.is_behind(e.first); });
      ASSERT_EQ(part(set, set.ranks(range)), expected);
    }
  }
  const auto copy = set.clone();
  ASSERT_EQ(content(static_cast<const ZsetValue&>(*copy)), sorted());
}

TEST(ZsetValue, ChangesItsFormWhereRedisDoes) {
  EncodingLimits limits;
  limits.zset_max_listpack_entries = 3;
  limits.zset_max_listpack_value = 5;
  ZsetValue set;
  for (const char* member : {"a", "b", "c"}) set.add({member, 1}, {}, limits);
  EXPECT_EQ(set.encoding(), "listpack");
  set.add({"a", 2}, {}, limits);
  EXPECT_EQ(set.encoding(), "listpack");
  set.add({"d", 2}, {}, limits);
  EXPECT_EQ(set.encoding(), "skiplist");
  EXPECT_EQ(content(set), (Elements{{1, "b"}, {1, "c"}, {2, "a"}, {2, "d"}}));
  set.remove(Ranks{0, 3});
  EXPECT_EQ(set.encoding(), "skiplist");
  ZsetValue of_long_members;
  of_long_members.add({"123456", 1}, {}, limits);
  EXPECT_EQ(of_long_members.encoding(), "skiplist");
  EXPECT_EQ(set.part({0, 1}, 1, limits)->encoding(), "listpack");
}

TEST_P(Zset, DrawsAndScans) {
  for (int i = 0; i < 60; ++i) add("m" + std::to_string(i), i);
  base::Random random(std::random_device{}());
  std::map<std::string, int> drawn;
  set.random_elements(60 * 40, random, [&](std::string_view member, double score) {
    EXPECT_EQ(set.score(member), score);
    ++drawn[std::string(member)];
  });
  EXPECT_EQ(drawn.size(), 60u);
  for (const uint64_t count : {1, 10, 45, 60, 100}) {
    std::map<std::string, int> distinct;
    set.random_distinct(count, random, [&](std::string_view member, double) { ++distinct[std::string(member)]; });
    EXPECT_EQ(distinct.size(), std::min<uint64_t>(count, 60));
  }
  std::map<std::string, int> met;
  uint64_t cursor = 0;
  do {
    cursor = set.scan(cursor, 7, [&](std::string_view member, double) { ++met[std::string(member)]; });
  } while (cursor != 0);
  EXPECT_EQ(met.size(), 60u);
}

// -- Several --

Elements elements_of(const ScoredResult& result) {
  Elements elements;
  for (const auto& [member, score] : result.sorted()) elements.emplace_back(score, member);
  return elements;
}

TEST_P(Zset, UnionIntersectionAndDifference) {
  for (const auto& [member, score] : std::map<std::string, double>{{"a", 1}, {"b", 2}, {"3", 3}}) add(member, score);
  ZsetValue other;
  for (const auto& [member, score] : std::map<std::string, double>{{"b", 10}, {"c", -kInfinity}})
    other.add({member, score}, {}, limits);
  SetValue integers;
  for (const char* member : {"3", "4"}) integers.add(Member(std::string_view(member)), limits);
  const ScoredOperand operands[] = {{.zset = &set, .weight = 2}, {.zset = &other}, {.set = &integers, .weight = 0.5}};
  EXPECT_EQ(elements_of(scored_union(operands, Aggregate::sum)),
            (Elements{{-kInfinity, "c"}, {0.5, "4"}, {2, "a"}, {6.5, "3"}, {14, "b"}}));
  EXPECT_EQ(elements_of(scored_union(operands, Aggregate::min)),
            (Elements{{-kInfinity, "c"}, {0.5, "3"}, {0.5, "4"}, {2, "a"}, {4, "b"}}));
  EXPECT_EQ(elements_of(scored_intersection(std::span(operands).first(2), Aggregate::max)), (Elements{{10, "b"}}));
  EXPECT_THAT(elements_of(scored_intersection(operands, Aggregate::max)), IsEmpty());
  EXPECT_EQ(elements_of(scored_difference(operands)), (Elements{{2, "a"}}));
  EXPECT_EQ(count_scored_intersection(std::span(operands).first(2), 0), 1u);
  const ScoredOperand opposite[] = {{.zset = &other}, {.zset = &other, .weight = -1}, {.zset = &other, .weight = 0}};
  EXPECT_EQ(elements_of(scored_union(opposite, Aggregate::sum)), (Elements{{0, "b"}, {0, "c"}}));
}

TEST(ScoredDifference, BothWaysFindTheSame) {
  EncodingLimits limits;
  ZsetValue first;
  std::vector<ZsetValue> others(6);
  for (int i = 0; i < 2000; ++i) first.add({"m" + std::to_string(i), static_cast<double>(i)}, {}, limits);
  for (int i = 0; i < 100; ++i) others[static_cast<size_t>(i % 6)].add({"m" + std::to_string(i * 20), 1.0}, {}, limits);
  std::vector<ScoredOperand> operands{{.zset = &first}};
  for (const ZsetValue& other : others) operands.push_back({.zset = &other});
  const Elements by_removal = elements_of(scored_difference(operands));
  EXPECT_EQ(by_removal.size(), 1900u);
  ZsetValue all;
  for (int i = 0; i < 100; ++i) all.add({"m" + std::to_string(i * 20), 1.0}, {}, limits);
  for (int i = 0; i < 5000; ++i) all.add({"n" + std::to_string(i), 1.0}, {}, limits);
  const ScoredOperand two[] = {{.zset = &first}, {.zset = &all}};
  EXPECT_EQ(elements_of(scored_difference(two)), by_removal);
}

}  // namespace
}  // namespace larder::store
