#include "store/values/set_ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace larder::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const EncodingLimits kLimits;

std::unique_ptr<SetValue> made_of(const std::vector<std::string>& members) {
  if (members.empty()) return nullptr;
  auto set = SetValue::for_members(members.front(), members.size(), kLimits);
  for (const auto& member : members) set->add(member, kLimits);
  return set;
}

std::vector<std::string> numbered(const std::string& prefix, int from, int to) {
  std::vector<std::string> members;
  for (int i = from; i < to; ++i) members.push_back(prefix + std::to_string(i));
  return members;
}

std::vector<std::string> listed(const SetValue* set) {
  std::vector<std::string> members;
  if (set != nullptr) set->for_each([&](std::string_view member) { members.emplace_back(member); });
  return members;
}

template <class Operation>
std::vector<std::string> visited(Operation operation, SetList sets) {
  std::vector<std::string> members;
  operation(sets, [&](std::string_view member) { members.emplace_back(member); });
  return members;
}

TEST(SetOps, SmallSetsOfStrings) {
  const auto a = made_of({"x", "y", "z", "1"});
  const auto b = made_of({"y", "z", "2"});
  const auto c = made_of({"z", "w"});
  const SetValue* const sets[] = {a.get(), b.get(), c.get()};
  EXPECT_THAT(visited(visit_intersection, sets), ElementsAre("z"));
  EXPECT_THAT(visited(visit_union, sets), ElementsAre("x", "y", "z", "1", "2", "w"));
  EXPECT_THAT(visited(visit_difference, sets), ElementsAre("x", "1"));
  EXPECT_EQ(count_intersection(sets, 0), 1u);
}

TEST(SetOps, AnAbsentKeyIsAnEmptySet) {
  const auto a = made_of({"x", "y"});
  const SetValue* const first_absent[] = {nullptr, a.get()};
  const SetValue* const last_absent[] = {a.get(), nullptr};
  const SetValue* const all_absent[] = {nullptr, nullptr};
  for (const SetList sets : {SetList(first_absent), SetList(last_absent), SetList(all_absent)}) {
    EXPECT_THAT(visited(visit_intersection, sets), IsEmpty());
    EXPECT_EQ(make_intersection(sets, kLimits), nullptr);
    EXPECT_EQ(count_intersection(sets, 0), 0u);
  }
  EXPECT_THAT(visited(visit_union, first_absent), ElementsAre("x", "y"));
  EXPECT_THAT(visited(visit_union, all_absent), IsEmpty());
  EXPECT_EQ(make_union(all_absent, kLimits), nullptr);
  EXPECT_THAT(visited(visit_difference, first_absent), IsEmpty());
  EXPECT_EQ(make_difference(first_absent, kLimits), nullptr);
  EXPECT_THAT(visited(visit_difference, last_absent), ElementsAre("x", "y"));
}

TEST(SetOps, ASetMayBeNamedSeveralTimes) {
  const auto a = made_of({"x", "y"});
  const auto b = made_of({"y", "z"});
  const SetValue* const sets[] = {a.get(), b.get(), a.get()};
  EXPECT_THAT(visited(visit_intersection, sets), ElementsAre("y"));
  EXPECT_THAT(visited(visit_union, sets), ElementsAre("x", "y", "z"));
  EXPECT_THAT(visited(visit_difference, sets), IsEmpty());
  EXPECT_EQ(make_difference(sets, kLimits), nullptr);
  const SetValue* const alone[] = {a.get()};
  EXPECT_THAT(visited(visit_intersection, alone), ElementsAre("x", "y"));
  EXPECT_THAT(visited(visit_difference, alone), ElementsAre("x", "y"));
}

TEST(SetOps, CountingStopsAtTheLimit) {
  const auto a = made_of(numbered("m", 0, 100));
  const auto b = made_of(numbered("m", 50, 300));
  const SetValue* const sets[] = {a.get(), b.get()};
  EXPECT_EQ(count_intersection(sets, 0), 50u);
  EXPECT_EQ(count_intersection(sets, 1), 1u);
  EXPECT_EQ(count_intersection(sets, 49), 49u);
  EXPECT_EQ(count_intersection(sets, 1000), 50u);
}

TEST(SetOps, UnionOfIntegersIsAscending) {
  const auto a = made_of({"5", "1", "9"});
  const auto b = made_of({"-3", "5", "7000000000"});
  const SetValue* const sets[] = {a.get(), b.get()};
  EXPECT_THAT(visited(visit_union, sets), ElementsAre("-3", "1", "5", "9", "7000000000"));
}

// ---------------------------------------------------------------------------------------------- encodings of results

std::string encoding(const std::unique_ptr<SetValue>& set) {
  return set == nullptr ? "none" : std::string(set->encoding());
}

TEST(SetOpsEncoding, AnIntersectionOfIntegersIsAnIntset) {
  auto words = numbered("", 0, 300);
  words.emplace_back("word");
  const auto a = made_of(words);
  words.back() = "other";
  const auto b = made_of(words);
  ASSERT_EQ(a->encoding(), "hashtable");
  const SetValue* const sets[] = {a.get(), b.get()};
  const auto result = make_intersection(sets, kLimits);
  EXPECT_EQ(encoding(result), "intset");
  EXPECT_EQ(result->size(), 300u);
}

TEST(SetOpsEncoding, AnIntersectionOfStringsIsAsSmallAsTheyAllow) {
  const auto a = made_of(numbered("m", 0, 1000));
  const auto b = made_of(numbered("m", 872, 2000));
  const auto c = made_of(numbered("m", 871, 2000));
  const SetValue* const fits[] = {a.get(), b.get()};
  const SetValue* const one_more[] = {a.get(), c.get()};
  EXPECT_EQ(encoding(make_intersection(fits, kLimits)), "listpack");
  EXPECT_EQ(encoding(make_intersection(one_more, kLimits)), "hashtable");
}

TEST(SetOpsEncoding, AUnionStartsAsAnIntset) {
  const auto integers = made_of(numbered("", 0, 100));
  const auto more_integers = made_of(numbered("", 50, 513));
  const auto words = made_of(numbered("w", 0, 28));
  const auto word = made_of({"x"});
  const SetValue* const only_integers[] = {integers.get(), more_integers.get()};
  const SetValue* const listpack[] = {words.get(), integers.get()};
  const SetValue* const hashtable[] = {words.get(), integers.get(), word.get()};
  const auto most = made_of(numbered("", 0, 512));
  const SetValue* const most_integers[] = {integers.get(), most.get()};
  EXPECT_EQ(encoding(make_union(most_integers, kLimits)), "intset");
  EXPECT_EQ(encoding(make_union(only_integers, kLimits)), "hashtable");
  EXPECT_EQ(encoding(make_union(listpack, kLimits)), "listpack");
  EXPECT_EQ(encoding(make_union(hashtable, kLimits)), "hashtable");
}

TEST(SetOpsEncoding, ADifferenceByRemovalKeepsTheFormOfTheFirst) {
  const auto large = made_of(numbered("m", 0, 200));
  const auto most = made_of(numbered("m", 0, 150));
  const SetValue* const by_lookup[] = {large.get(), most.get()};
  EXPECT_EQ(encoding(make_difference(by_lookup, kLimits)), "listpack");
  std::vector<std::unique_ptr<SetValue>> small;
  std::vector<const SetValue*> by_removal{large.get()};
  for (int i = 0; i < 10; ++i) {
    small.push_back(made_of(numbered("m", i * 10, i * 10 + 10)));
    by_removal.push_back(small.back().get());
  }
  const auto result = make_difference(by_removal, kLimits);
  EXPECT_EQ(encoding(result), "hashtable");
  EXPECT_EQ(result->size(), 100u);
}

// ------------------------------------------------------------------------------------------------------------ property

TEST(SetOps, AgreeWithTheStandardAlgorithms) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 400; ++round) {
    const size_t count = 1 + random() % 7;
    const int distinct = 1 << (1 + random() % 11);
    std::vector<std::unique_ptr<SetValue>> values;
    std::vector<std::set<std::string>> models;
    std::vector<const SetValue*> sets;
    for (size_t i = 0; i < count; ++i) {
      const std::string prefix = random() % 3 == 0 ? "m" : "";
      std::vector<std::string> members;
      const uint64_t size = random() % 4 == 0 ? random() % 4 : random() % (2 * static_cast<uint64_t>(distinct));
      for (uint64_t j = 0; j < size; ++j)
        members.push_back((random() % 5 != 0 ? "" : prefix) + std::to_string(random() % distinct));
      models.emplace_back(members.begin(), members.end());
      values.push_back(made_of(members));
      sets.push_back(values.back().get());
    }
    std::set<std::string> all = models[0];
    std::set<std::string> common = models[0];
    std::set<std::string> rest = models[0];
    for (size_t i = 1; i < count; ++i) {
      all.insert(models[i].begin(), models[i].end());
      std::erase_if(common, [&](const auto& member) { return !models[i].contains(member); });
      std::erase_if(rest, [&](const auto& member) { return models[i].contains(member); });
    }
    const auto same = [](std::vector<std::string> members, const std::set<std::string>& expected) {
      std::sort(members.begin(), members.end());
      return members == std::vector<std::string>(expected.begin(), expected.end());
    };
    ASSERT_TRUE(same(visited(visit_intersection, sets), common)) << round;
    ASSERT_TRUE(same(visited(visit_union, sets), all)) << round;
    ASSERT_TRUE(same(visited(visit_difference, sets), rest)) << round;
    ASSERT_TRUE(same(listed(make_intersection(sets, kLimits).get()), common)) << round;
    ASSERT_TRUE(same(listed(make_union(sets, kLimits).get()), all)) << round;
    ASSERT_TRUE(same(listed(make_difference(sets, kLimits).get()), rest)) << round;
    ASSERT_EQ(count_intersection(sets, 0), common.size());
  }
}

}  // namespace
}  // namespace larder::store
