// OrderIndex and the ScoredTable that it serves, against a std::set of pairs.
#include "store/values/order_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "store/values/scored_table.h"
#include "tests/store/allocation_counter.h"
#include "tests/store/failing_allocations.h"

namespace larder::store {
namespace {

using Elements = std::vector<std::pair<double, std::string>>;
using Records = OrderIndex::Records;

std::string member(uint64_t number) { return "member:" + std::to_string(number); }

Elements content(const ScoredTable& table, bool backwards = false) {
  Elements elements;
  table.visit_while(0, table.size(), backwards, [&](std::string_view member, double score) {
    elements.emplace_back(score, member);
    return true;
  });
  return elements;
}

/// An index with its table, and what both should hold.
class Model {
 public:
  void put(const std::string& member, double score) {
    const uint32_t prefix = Records::prefix_of(member);
    if (const auto old = records.find(member)) {
      if (old->score == score) return;
      const auto tag = old->tag;
      const double old_score = old->score;
      index.insert({score, prefix, tag}, member);
      index.erase(old_score, member);
      records.put({member, score, tag});
      expected.erase({old_score, member});
    } else {
      uint8_t tag = 0;  // one that no member with the same prefix has
      records.visit_prefix(prefix, [&](const ScoredRecord::Content& content) {
        tag = static_cast<uint8_t>(std::max(unsigned{tag}, content.tag + 1u));
        return true;
      });
      records.add({member, score, tag});
      index.insert({score, prefix, tag}, member);
    }
    expected.emplace(score, member);
  }

  void erase_at(size_t rank) {
    const auto at = std::next(expected.begin(), static_cast<std::ptrdiff_t>(rank));
    if (rank % 2 == 0) {
      index.erase_at(rank);
    } else {
      index.erase(at->first, at->second);
    }
    records.remove(at->second);
    expected.erase(at);
  }

  void check_place(size_t rank) {
    const auto& [score, member] = *std::next(expected.begin(), static_cast<std::ptrdiff_t>(rank));
    auto at = index.at(rank);
    ASSERT_TRUE(at);
    ASSERT_EQ(double{(*at).score}, score);
    ASSERT_EQ(index.member(*at), member);
    ASSERT_EQ(index.rank(score, member), rank);
    auto before = at;
    before.previous();
    ASSERT_EQ(static_cast<bool>(before), rank > 0);
    if (before) {
      ASSERT_LE(double{(*before).score}, score);
    }
    at.next();
    ASSERT_EQ(static_cast<bool>(at), rank + 1 < expected.size());
    const double bound = score;
    const auto lower = expected.lower_bound({bound, ""});
    ASSERT_EQ(index.count_before([&](const OrderIndex::Entry& entry) { return entry.score < bound; }),
              static_cast<size_t>(std::distance(expected.begin(), lower)));
  }

  Records records;
  OrderIndex index{records};
  std::set<std::pair<double, std::string>> expected;
};

TEST(OrderIndex, EmptyHoldsNothing) {
  Records records;
  OrderIndex index(records);
  EXPECT_TRUE(index.is_sound());
  EXPECT_EQ(index.size(), 0u);
  EXPECT_EQ(index.memory(), 0u);
  EXPECT_FALSE(index.at(0));
  EXPECT_EQ(index.rank(1, "a"), 0u);
}

struct Mix {
  const char* name;
  uint64_t distinct;  // members to choose from
  uint64_t scores;    // to choose from
  int steps;
};

class OrderIndexModel : public testing::TestWithParam<Mix> {};

/// Phases of mostly adding and mostly removing, so that nodes split and join.
TEST_P(OrderIndexModel, AgreesWithStdSetUnderRandomOperations) {
  const Mix mix = GetParam();
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  Model model;
  for (int step = 0; step < mix.steps; ++step) {
    const bool growing = (step / (mix.steps / 4)) % 2 == 0;
    if (model.expected.empty() || random() % 8 < (growing ? 7u : 1u)) {
      model.put(member(random() % mix.distinct), static_cast<double>(random() % mix.scores) - 10);
    } else {
      model.erase_at(random() % model.expected.size());
    }
    ASSERT_EQ(model.index.size(), model.expected.size());
    if (step % 16 == 0 && !model.expected.empty()) model.check_place(random() % model.expected.size());
    if (step % (mix.steps / 50) == 0) {
      ASSERT_TRUE(model.index.is_sound());
    }
  }
  while (!model.expected.empty()) {
    model.erase_at(random() % model.expected.size());
    if (model.expected.size() % 64 == 0) {
      ASSERT_TRUE(model.index.is_sound());
    }
  }
  EXPECT_EQ(model.index.memory(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Mixes, OrderIndexModel,
                         testing::Values(Mix{"Few", 50, 5, 6000}, Mix{"OneLevel", 700, 100, 10'000},
                                         Mix{"EqualScores", 3000, 1, 16'000},
                                         Mix{"DifferentScores", 8000, 1'000'000'000, 24'000}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(OrderIndex, InsertionAtTheRimAndRemovalFromItKeepNodesWellFilled) {
  for (const int direction : {1, -1}) {
    Model model;
    for (int i = 0; i < 20'000; ++i) model.put(member(static_cast<uint64_t>(i)), direction * i);
    ASSERT_TRUE(model.index.is_sound());
    EXPECT_LT(model.index.memory(), 20'000u * 19);
    while (model.index.size() > 10) {
      model.index.erase_at(direction > 0 ? 0 : model.index.size() - 1);
      if (model.index.size() % 512 == 0) {
        ASSERT_TRUE(model.index.is_sound());
      }
    }
    ASSERT_TRUE(model.index.is_sound());
    EXPECT_LE(model.index.memory(), 2 * heap_bytes(1000));
  }
}

/// Pairs of members whose hashes have the same prefix.
std::vector<std::pair<std::string, std::string>> colliding_members(size_t pairs) {
  std::map<uint32_t, std::string> met;
  std::vector<std::pair<std::string, std::string>> found;
  for (uint64_t i = 0; found.size() < pairs; ++i) {
    const std::string text = member(i);
    const auto [at, is_new] = met.emplace(Records::prefix_of(text), text);
    if (!is_new) found.emplace_back(at->second, text);
  }
  return found;
}

TEST(ScoredTable, MembersWithTheSameHashPrefixAreToldApart) {
  ScoredTable table;
  std::set<std::pair<double, std::string>> expected;
  std::vector<std::string> members;
  for (const auto& [one, other] : colliding_members(8)) members.insert(members.end(), {one, other});
  for (const std::string& text : members) {
    table.add(text, 7);
    expected.emplace(7, text);
  }
  EXPECT_EQ(content(table), Elements(expected.begin(), expected.end()));
  for (size_t i = 0; i < members.size(); i += 2) {
    EXPECT_EQ(table.rank(members[i], 7),
              static_cast<size_t>(std::distance(expected.begin(), expected.find({7, members[i]}))));
    table.rescore(members[i], 3);
    expected.erase({7, members[i]});
    expected.emplace(3, members[i]);
    EXPECT_EQ(table.score(members[i]), 3);
    EXPECT_EQ(table.score(members[i + 1]), 7);
  }
  EXPECT_EQ(content(table), Elements(expected.begin(), expected.end()));
  for (size_t i = 0; i < members.size(); i += 4) {
    EXPECT_TRUE(table.remove(members[i]));
    expected.erase({3, members[i]});
    table.add(members[i], 7);
    expected.emplace(7, members[i]);
  }
  EXPECT_EQ(content(table), Elements(expected.begin(), expected.end()));
}

TEST(ScoredTable, AgreesWithAModelAndItsCopyStandsAlone) {
  std::mt19937_64 random(std::random_device{}());
  ScoredTable table;
  std::map<std::string, double> model;
  const auto sorted = [&] {
    Elements elements;
    for (const auto& [text, score] : model) elements.emplace_back(score, text);
    std::sort(elements.begin(), elements.end());
    return elements;
  };
  for (int step = 0; step < 30'000; ++step) {
    const std::string text = member(random() % 5000) + std::string(random() % 40 == 0 ? 300 : 0, 'l');
    const auto score = static_cast<double>(random() % 500);
    const auto found = model.find(text);
    if (found == model.end()) {
      table.add(text, score);
      model[text] = score;
    } else if (random() % 2 == 0) {
      if (found->second != score) table.rescore(text, score);
      found->second = score;
    } else {
      ASSERT_TRUE(table.remove(text));
      model.erase(found);
    }
    ASSERT_EQ(table.size(), model.size());
  }
  Elements elements = sorted();
  ASSERT_EQ(content(table), elements);
  const auto copy = table.copy();
  table.remove(100, 1500);
  EXPECT_EQ(content(*copy), elements);
  elements.erase(elements.begin() + 100, elements.begin() + 1500);
  EXPECT_EQ(content(table), elements);
  std::reverse(elements.begin(), elements.end());
  EXPECT_EQ(content(table, true), elements);
  copy->remove(0, copy->size());
  EXPECT_EQ(copy->size(), 0u);
}

TEST(ScoredTable, MemoryIsWhatIsReallyAllocated) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "needs a build with AddressSanitizer";
  std::mt19937_64 random(std::random_device{}());
  ScoredTable().add("the seed of the hash is made before counting starts", 1);
  AllocationCounter counter;
  auto table = std::make_unique<ScoredTable>();
  for (int step = 0; step < 40'000; ++step) {
    const std::string text = member(random() % 10'000);
    const auto score = static_cast<double>(random() % 5000);
    const auto old = table->score(text);
    if (!old) {
      table->add(text, score);
    } else if (random() % 10 < (step < 20'000 ? 9u : 1u)) {
      if (*old != score) table->rescore(text, score);
    } else {
      table->remove(text);
    }
    if (step % 1000 != 999) continue;
    ASSERT_EQ(table->memory(), counter.bytes()) << "at step " << step;
    ASSERT_EQ(table->allocations(), counter.count()) << "at step " << step;
  }
  {
    const size_t before = counter.bytes();
    const auto copy = table->copy();
    EXPECT_EQ(copy->memory(), counter.bytes() - before);
  }
  table.reset();
  EXPECT_EQ(counter.bytes(), 0u);
}

TEST(ScoredTable, WhatFailsForWantOfMemoryChangesNothing) {
  ScoredTable table;
  uint64_t number = 0;
  int failures = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = member(number), old = member(number / 2);
    const Elements before = round % 100 == 0 ? content(table) : Elements();
    const size_t size = table.size();
    const auto attempt = [&](auto&& change) {
      for (size_t nth = 1;; ++nth) {
        const FailingAllocations failing(nth);
        try {
          change();
          return;
        } catch (const std::bad_alloc&) {
          ++failures;
          ASSERT_EQ(table.size(), size);
          if (round % 100 == 0) {
            ASSERT_EQ(content(table), before);
          }
        }
      }
    };
    if (number > 0 && round % 3 == 0) {
      const double score = static_cast<double>(number) + 0.5;
      if (*table.score(old) != score) attempt([&] { table.rescore(old, score); });
      ASSERT_EQ(table.score(old), score);
    } else {
      attempt([&] { table.add(text, static_cast<double>(number * 7919 % 1000)); });
      ASSERT_EQ(table.size(), size + 1);
      ++number;
    }
  }
  EXPECT_GT(failures, 100);
  std::unique_ptr<ScoredTable> copy;
  for (size_t nth = 1; copy == nullptr; ++nth) {
    const FailingAllocations failing(nth);
    try {
      copy = table.copy();
    } catch (const std::bad_alloc&) {
    }
  }
  EXPECT_EQ(content(*copy), content(table));
}

/// Redis takes 94 (8.2) to 110 bytes (7.0) for such an element; so few are the reason for the index as it is.
TEST(ScoredTable, TakesLessThan60BytesAnElement) {
  constexpr uint64_t kElements = 100'000;
  for (const uint64_t scores : {uint64_t{1}, uint64_t{100}, uint64_t{1} << 40}) {
    std::mt19937_64 random(1);
    ScoredTable table;
    for (uint64_t i = 0; i < kElements; ++i) table.add(member(i), static_cast<double>(random() % scores));
    EXPECT_LT(table.memory(), kElements * 60) << scores << " scores";
  }
}

}  // namespace
}  // namespace larder::store
