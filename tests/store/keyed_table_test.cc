#include "store/values/keyed_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/store/allocation_counter.h"

namespace larder::store {
namespace {

std::set<std::string> content(const KeyedTable<MemberRecord>& table) {
  std::set<std::string> members;
  table.visit_while([&](std::string_view text) {
    EXPECT_TRUE(members.emplace(text).second) << "visited twice: " << text;
    return true;
  });
  return members;
}

std::string member(uint64_t number) { return "member:" + std::to_string(number); }

TEST(KeyedTable, EmptyHoldsNothing) {
  KeyedTable<MemberRecord> table;
  EXPECT_EQ(table.size(), 0u);
  EXPECT_FALSE(table.contains("a"));
  EXPECT_FALSE(table.remove("a"));
  EXPECT_EQ(table.scan(0, 10, [](std::string_view) {}), 0u);
  EXPECT_EQ(table.memory(), heap_bytes(sizeof(KeyedTable<MemberRecord>)));
}

TEST(KeyedTable, HoldsBytesOfEveryLength) {
  KeyedTable<MemberRecord> table;
  std::vector<std::string> members;
  for (size_t length = 0; length < 600; ++length) members.emplace_back(length, static_cast<char>(length));
  members.emplace_back(3'000'000, 'x');
  for (const auto& text : members) EXPECT_TRUE(table.add(text));
  for (const auto& text : members) EXPECT_FALSE(table.add(text));
  for (const auto& text : members) EXPECT_TRUE(table.contains(text));
  EXPECT_EQ(content(table), std::set<std::string>(members.begin(), members.end()));
  for (const auto& text : members) EXPECT_TRUE(table.remove(text));
  EXPECT_EQ(table.memory(), heap_bytes(sizeof(KeyedTable<MemberRecord>)));
}

struct Mix {
  const char* name;
  uint64_t distinct;  // members to choose from
  int steps;
  size_t most_bytes;  // of a member, about
};

class KeyedTableModel : public testing::TestWithParam<Mix> {};

/// Phases of mostly adding and mostly removing, so that parts split and join.
TEST_P(KeyedTableModel, AgreesWithStdSetUnderRandomOperations) {
  const Mix mix = GetParam();
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  auto table = std::make_unique<KeyedTable<MemberRecord>>();
  std::set<std::string> model;
  for (int step = 0; step < mix.steps; ++step) {
    const bool growing = (step / (mix.steps / 4)) % 2 == 0;
    const uint64_t number = random() % mix.distinct;
    std::string text = member(number);
    text.append(number * 7919 % mix.most_bytes, 'z');
    if (random() % 8 < (growing ? 7u : 1u)) {
      ASSERT_EQ(table->add(text), model.insert(text).second);
    } else {
      ASSERT_EQ(table->remove(text), model.erase(text) == 1);
    }
    ASSERT_EQ(table->contains(text), model.contains(text));
    ASSERT_EQ(table->size(), model.size());
  }
  ASSERT_EQ(content(*table), model);
  auto copy = table->copy();
  table.reset();
  ASSERT_EQ(content(*copy), model);
  for (const std::string& text : model) ASSERT_TRUE(copy->remove(text));
  ASSERT_EQ(copy->size(), 0u);
  ASSERT_LE(copy->memory(), heap_bytes(sizeof(KeyedTable<MemberRecord>)) + 1024);
}

INSTANTIATE_TEST_SUITE_P(Mixes, KeyedTableModel,
                         testing::Values(Mix{"Few", 50, 20'000, 20}, Mix{"OnePart", 4000, 60'000, 30},
                                         Mix{"ManyParts", 40'000, 240'000, 10}, Mix{"Long", 6000, 30'000, 700}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(KeyedTable, MemoryIsWhatIsReallyAllocated) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "needs a build with AddressSanitizer";
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  KeyedTable<MemberRecord>().add("the seed of the hash is made before counting starts");
  AllocationCounter counter;
  auto table = std::make_unique<KeyedTable<MemberRecord>>();
  const auto change = [&](bool growing) {
    const uint64_t number = random() % 30'000;
    std::string text = member(number);
    if (number % 50 == 0) text.append(number % 2000, 'z');
    if (random() % 10 < (growing ? 9u : 1u)) {
      table->add(text);
    } else {
      table->remove(text);
    }
  };
  for (int step = 0; step < 120'000; ++step) {
    change(step < 70'000);
    if (step % 1000 != 999) continue;
    ASSERT_EQ(table->memory(), counter.bytes()) << "at step " << step;
    ASSERT_EQ(table->allocations(), counter.count()) << "at step " << step;
  }
  {
    const size_t before = counter.bytes();
    const auto copy = table->copy();
    EXPECT_EQ(copy->memory(), counter.bytes() - before);
  }
  EXPECT_EQ(table->memory(), counter.bytes());
  table.reset();
  EXPECT_EQ(counter.bytes(), 0u);
}

TEST(KeyedTable, ScanVisitsEachMemberThatStaysExactlyOnce) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 12; ++round) {
    KeyedTable<MemberRecord> table;
    const uint64_t staying = round % 3 == 0 ? 100 : 9000;
    for (uint64_t i = 0; i < staying; ++i) table.add(member(i));
    for (uint64_t i = 0; i < 20'000 && round % 2 == 0; ++i) table.add("passing:" + std::to_string(i));
    std::map<std::string, int> visits;
    uint64_t cursor = 0;
    uint64_t passing = 0;
    do {
      cursor = table.scan(cursor, 1 + random() % 100, [&](std::string_view text) { ++visits[std::string(text)]; });
      for (int i = 0; i < 100; ++i, ++passing) {
        const std::string text = "passing:" + std::to_string(passing);
        if (round % 2 == 0) {
          table.remove(text);
        } else {
          table.add(text);
        }
      }
    } while (cursor != 0 && passing < 400'000);
    ASSERT_EQ(cursor, 0u) << "the scan must come to its end";
    for (uint64_t i = 0; i < staying; ++i) ASSERT_EQ(visits[member(i)], 1) << member(i);
  }
}

TEST(KeyedTable, ScanStopsSoonAfterTheCount) {
  KeyedTable<MemberRecord> table;
  for (uint64_t i = 0; i < 20'000; ++i) table.add(member(i));
  size_t calls = 0;
  size_t visited = 0;
  uint64_t cursor = 0;
  do {
    size_t now = 0;
    cursor = table.scan(cursor, 10, [&](std::string_view) { ++now; });
    ASSERT_LE(now, 12u);
    visited += now;
    ++calls;
  } while (cursor != 0 && calls < 10'000);
  EXPECT_EQ(visited, table.size());
  EXPECT_EQ(table.scan(uint64_t{1} << 40, 10, [&](std::string_view) { ++visited; }), 0u);
}

/// Chi-square of `draws` draws against the even distribution, as a multiple of its standard deviation.
double deviation(const KeyedTable<MemberRecord>& table, uint64_t draws, base::Random& random) {
  std::map<std::string, uint64_t> hits;
  table.visit_while([&](std::string_view text) {
    hits.emplace(text, 0);
    return true;
  });
  for (uint64_t i = 0; i < draws; ++i) ++hits.at(std::string(table.draw(random)));
  const double expected = static_cast<double>(draws) / static_cast<double>(hits.size());
  double chi_square = 0;
  for (const auto& [text, count] : hits) {
    chi_square += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected) / expected;
  }
  const double freedom = static_cast<double>(hits.size() - 1);
  return (chi_square - freedom) / std::sqrt(2 * freedom);
}

TEST(KeyedTable, DrawsEachMemberEquallyOften) {
  base::Random random(20240607);
  KeyedTable<MemberRecord> table;
  for (uint64_t i = 0; i < 40; ++i) table.add(member(i));
  EXPECT_LT(deviation(table, 40'000, random), 6);
  for (uint64_t i = 40; i < 6000; ++i) table.add(member(i));  // parts of different depth
  EXPECT_LT(deviation(table, 300'000, random), 6);
  for (uint64_t i = 6000; i < 30'000; ++i) table.add(member(i));
  for (uint64_t i = 500; i < 30'000; ++i) table.remove(member(i));
  EXPECT_LT(deviation(table, 100'000, random), 6);
}

TEST(KeyedTable, NoChangeTouchesMoreThanAPart) {
  KeyedTable<MemberRecord> table;
  size_t most = 0;  // by which one change altered the memory held: what it rebuilt is of that order
  auto note = [&, before = table.memory()]() mutable {
    const size_t now = table.memory();
    most = std::max(most, now > before ? now - before : before - now);
    before = now;
  };
  for (uint64_t i = 0; i < 300'000; ++i, note()) table.add(member(i));
  for (uint64_t i = 0; i < 300'000; ++i, note()) table.remove(member(i));
  EXPECT_LT(most, 64u * 1024);
  EXPECT_EQ(table.memory(), heap_bytes(sizeof(KeyedTable<MemberRecord>)));
}

std::vector<std::string> in_hash_order(const KeyedTable<MemberRecord>& table) {
  std::vector<std::string> members;
  table.visit_while([&](std::string_view text) {
    members.emplace_back(text);
    return true;
  });
  return members;
}

/// A copy of another set, made by adding and taken apart by removing in the order of hashes: words crowd at one end.
TEST(KeyedTable, StaysCompactWhenChangedInTheOrderOfHashes) {
  KeyedTable<MemberRecord> source;
  for (uint64_t i = 0; i < 40'000; ++i) source.add(member(i));
  auto members = in_hash_order(source);
  for (const bool upwards : {true, false}) {
    if (!upwards) std::reverse(members.begin(), members.end());
    KeyedTable<MemberRecord> table;
    size_t most = 0;
    const auto note = [&] {
      most = std::max(most, (table.memory() - std::min<size_t>(table.memory(), 16 * 1024)) / (table.size() + 1));
    };
    for (const auto& text : members) {
      ASSERT_TRUE(table.add(text));
      note();
    }
    ASSERT_EQ(content(table), content(source));  // the order may differ where hashes are equal
    base::Random random(3);
    for (size_t i = 0; i < members.size(); ++i) {
      ASSERT_TRUE(table.remove(members[i]));
      note();
      if (i % 100 != 99 || i + 1 == members.size()) continue;
      ASSERT_FALSE(table.contains(members[i]));
      ASSERT_TRUE(table.contains(members[i + 1]));
      ASSERT_TRUE(table.contains(table.draw(random)));
    }
    EXPECT_EQ(table.size(), 0u);
    EXPECT_LT(most, 80u) << "bytes a member";
  }
}

TEST(KeyedTable, TakesLittleMoreThanTheBytesOfItsMembers) {
  KeyedTable<MemberRecord> table;
  for (uint64_t i = 0; i < 100'000; ++i) table.add("0123456789" + std::to_string(100'000 + i));
  const double each = static_cast<double>(table.memory()) / 100'000;
  EXPECT_LT(each, 30) << "bytes for a member of 16 bytes";
}

TEST(KeyedTable, PutsAndReplacesFieldsAsAMapDoes) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (const uint64_t distinct : {20u, 3000u, 20'000u}) {
    KeyedTable<FieldRecord> table;
    std::map<std::string, std::string> model;
    for (int step = 0; step < 60'000; ++step) {
      const uint64_t number = random() % distinct;
      std::string field = member(number);
      if (number % 40 == 0) field.append(number % 300, 'f');
      const std::string value(random() % 16 == 0 ? random() % 2000 : random() % 30,
                              static_cast<char>('a' + random() % 26));
      const bool shrinking = step / 15'000 % 2 == 1;
      if (random() % 8 < (shrinking ? 3u : 6u)) {
        ASSERT_EQ(table.put({field, value}), model.insert_or_assign(field, value).second);
      } else if (random() % 8 == 0) {
        ASSERT_EQ(table.add({field, value}), model.emplace(field, value).second);
      } else {
        ASSERT_EQ(table.remove(field), model.erase(field) == 1);
      }
      ASSERT_EQ(table.size(), model.size());
    }
    std::map<std::string, std::string> found;
    table.visit_while([&](const FieldRecord::Content& content) {
      found.emplace(content.field, content.value);
      return true;
    });
    ASSERT_EQ(found, model);
    for (const auto& [field, value] : model) ASSERT_EQ(table.find(field).value().value, value);
    ASSERT_FALSE(table.find("absent"));
    for (const auto& [field, value] : model) ASSERT_TRUE(table.remove(field));
    ASSERT_LE(table.memory(), heap_bytes(sizeof table) + 1024);
  }
}

TEST(KeyedTable, MemoryOfFieldsIsWhatIsReallyAllocated) {
  if (!AllocationCounter::available()) GTEST_SKIP() << "needs a build with AddressSanitizer";
  std::mt19937_64 random(7);
  KeyedTable<FieldRecord>().put({"the seed of the hash", "is made before counting starts"});
  const std::string value(5000, 'v');
  AllocationCounter counter;
  auto table = std::make_unique<KeyedTable<FieldRecord>>();
  for (int step = 0; step < 60'000; ++step) {
    const std::string field = member(random() % 8000);
    const size_t bytes = random() % 50 == 0 ? random() % 5000 : random() % 60;
    if (random() % 4 != 0) {
      table->put({field, std::string_view(value).substr(0, bytes)});
    } else {
      table->remove(field);
    }
    if (step % 1000 != 999) continue;
    ASSERT_EQ(table->memory(), counter.bytes()) << "at step " << step;
    ASSERT_EQ(table->allocations(), counter.count()) << "at step " << step;
  }
  table.reset();
  EXPECT_EQ(counter.bytes(), 0u);
}

}  // namespace
}  // namespace larder::store
