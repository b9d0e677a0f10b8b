// The table against a model: whatever is inserted, replaced and erased in whatever order, it holds what the model
// holds, in the order of the hashes, and its hints lead the sweep to every expired key.
#include "store/core/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

/// A Table that owns its entries, beside a multimap from hash to key that does the same by the book.
class Model {
 public:
  explicit Model(uint64_t seed) : random(seed) {}

  size_t size() const { return by_prefix_.size(); }
  bool holds(const std::string& key) const { return entries_.contains(key); }

  void insert(uint32_t prefix, const std::string& key, std::optional<int64_t> deadline = std::nullopt) {
    OwnedEntry entry = make_entry(key, deadline);
    table.insert(prefix, entry.get());
    by_prefix_.emplace(prefix, key);
    entries_[key] = {prefix, std::move(entry)};
  }

  void erase(const std::string& key) {
    const auto found = entries_.find(key);
    const uint32_t prefix = found->second.prefix;
    table.erase(table.find(prefix, key));
    for (auto [at, end] = by_prefix_.equal_range(prefix); at != end; ++at) {
      if (at->second != key) continue;
      by_prefix_.erase(at);
      break;
    }
    entries_.erase(found);
  }

  void replace(const std::string& key, std::optional<int64_t> deadline) {
    Owned& owned = entries_.at(key);
    OwnedEntry entry = make_entry(key, deadline);
    table.replace(table.find(owned.prefix, key), entry.get());
    owned.entry = std::move(entry);
  }

  void move_deadline(const std::string& key, int64_t deadline) {
    Owned& owned = entries_.at(key);
    if (!owned.entry->has_deadline()) return;
    owned.entry->set_deadline(deadline);
    table.deadline_changed(table.find(owned.prefix, key));
  }

  std::string any_key() {
    auto at = by_prefix_.lower_bound(static_cast<uint32_t>(random() % Table::kHashEnd));
    if (at == by_prefix_.end()) at = by_prefix_.begin();
    return at->second;
  }

  size_t expired_by(int64_t now) const {
    return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(),
                                             [now](const auto& item) { return item.second.entry->expired_at(now); }));
  }

  /// Sweeps the whole table, a few chunks a call, and erases what it finds.
  size_t sweep(int64_t now) {
    size_t erased = 0;
    for (bool finished = false; !finished;) {
      size_t chunks = 3;
      std::vector<std::string> found;
      finished = table.sweep(now, now, &chunks, [&](uint32_t prefix, const Entry* entry) {
        EXPECT_TRUE(entry->expired_at(now));
        EXPECT_NE(table.find(prefix, entry), Table::kNone);
        found.emplace_back(entry->key());
      });
      for (const std::string& key : found) erase(key);
      erased += found.size();
    }
    return erased;
  }

  /// Sweeps until nothing more is found. What moves left across the sweep's place when its neighbours are erased waits
  /// for the next pass, so one pass need not be enough; a whole pass that finds nothing proves that nothing is left.
  size_t sweep_all(int64_t now) {
    constexpr int kMostPasses = 20;
    size_t erased = sweep(now);  // perhaps only the end of a pass begun before
    for (int i = 0; i < kMostPasses; ++i) {
      const size_t found = sweep(now);
      if (found == 0) return erased;
      erased += found;
    }
    ADD_FAILURE() << "the sweep does not come to an end";
    return erased;
  }

  /// Everything that table.h promises and that can be seen from outside.
  void check() const {
    ASSERT_EQ(table.size(), by_prefix_.size());
    size_t used = 0, deadlines = 0;
    uint32_t last = 0;
    for (Table::Slot slot = 0; slot < table.slots(); ++slot) {
      const Entry* entry = table.at(slot);
      ASSERT_EQ(table.has_deadline(slot), entry != nullptr && entry->has_deadline());
      if (entry == nullptr) continue;
      ASSERT_GE(table.prefix_at(slot), last);
      last = table.prefix_at(slot);
      ++used;
      deadlines += entry->has_deadline() ? 1 : 0;
    }
    ASSERT_EQ(used, table.size());
    ASSERT_EQ(deadlines, table.deadlines());
    if (table.slots() > 0) {
      ASSERT_EQ(table.at(table.slots() - 1), nullptr);
    }
    for (const auto& [key, owned] : entries_) {
      const Table::Slot slot = table.find(owned.prefix, key);
      ASSERT_NE(slot, Table::kNone) << key;
      ASSERT_EQ(table.at(slot), owned.entry.get());
      ASSERT_EQ(table.find(owned.prefix, owned.entry.get()), slot);
      ASSERT_EQ(table.find(owned.prefix, key + "?"), Table::kNone);
    }
  }

  /// A walk in steps of `count` visits what the model holds, in its order, in whole groups of equal hashes.
  void check_walk(size_t count) const {
    std::multimap<uint32_t, std::string> seen;
    for (uint32_t from = 0; from != Table::kHashEnd;) {
      size_t visited = 0;
      const uint32_t next = table.walk(from, count, [&](const Entry* entry) {
        const uint32_t prefix = entries_.at(std::string(entry->key())).prefix;
        ASSERT_GE(prefix, from);
        seen.emplace(prefix, entry->key());
        ++visited;
      });
      ASSERT_GT(next, from);
      ASSERT_TRUE(next == Table::kHashEnd || visited >= count);
      if (!seen.empty()) {
        ASSERT_LT(seen.rbegin()->first, next);
      }
      from = next;
    }
    ASSERT_EQ(sorted(seen), sorted(by_prefix_));
  }

  Table table;
  std::mt19937_64 random;

 private:
  struct Owned {
    uint32_t prefix;
    OwnedEntry entry;
  };
  static std::set<std::pair<uint32_t, std::string>> sorted(const std::multimap<uint32_t, std::string>& map) {
    return {map.begin(), map.end()};
  }

  std::multimap<uint32_t, std::string> by_prefix_;
  std::map<std::string, Owned> entries_;
};

/// How the hashes of a test are distributed.
struct Hashes {
  const char* name;
  uint32_t first, count;  // prefixes used: [first, first + count)
};

class TableModel : public testing::TestWithParam<Hashes> {
 protected:
  uint32_t prefix(Model& model) const {
    return GetParam().first + static_cast<uint32_t>(model.random() % GetParam().count);
  }
  std::optional<int64_t> deadline(Model& model) const {
    if (model.random() % 2 == 0) return std::nullopt;
    return kNow + static_cast<int64_t>(model.random() % 100'000);
  }
  void step(Model& model, int serial) const {
    switch (model.size() == 0 ? 0 : model.random() % 8) {
      case 0:
      case 1:
      case 2: return model.insert(prefix(model), "key:" + std::to_string(serial), deadline(model));
      case 3:
      case 4: return model.erase(model.any_key());
      case 5: return model.replace(model.any_key(), deadline(model));
      case 6: return model.move_deadline(model.any_key(), kNow + static_cast<int64_t>(model.random() % 100'000));
      default: return model.table.shrink();
    }
  }
};

TEST_P(TableModel, RandomStepsKeepEveryInvariant) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    Model model(seed);
    for (int i = 0; i < 400; ++i) {
      step(model, i);
      ASSERT_NO_FATAL_FAILURE(model.check()) << "seed " << seed << " step " << i;
      if (i % 20 == 0) {
        ASSERT_NO_FATAL_FAILURE(model.check_walk(1 + model.random() % 7)) << "seed " << seed << " step " << i;
      }
    }
  }
}

TEST_P(TableModel, GrowsAndShrinks) {
  Model model(7);
  constexpr int kKeys = 600;
  for (int i = 0; i < kKeys; ++i) {
    model.insert(prefix(model), "key:" + std::to_string(i), deadline(model));
    if (i % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(model.check());
    }
  }
  ASSERT_NO_FATAL_FAILURE(model.check_walk(10));
  while (model.size() > 0) {
    model.erase(model.any_key());
    model.table.shrink();
    if (model.size() % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(model.check());
    }
  }
  EXPECT_EQ(model.table.slots(), 0u);
  EXPECT_EQ(model.table.memory(), 0u);
}

TEST_P(TableModel, TheSweepFindsEveryExpiredKeyHoweverKeysMove) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    Model model(seed);
    int64_t now = kNow;
    for (int i = 0; i < 1500; ++i) {
      step(model, i);
      if (i % 25 != 0) continue;
      now += 1000;
      const size_t expired = model.expired_by(now);
      ASSERT_EQ(model.sweep_all(now), expired) << "seed " << seed << " step " << i;
      ASSERT_EQ(model.expired_by(now), 0u);
      ASSERT_NO_FATAL_FAILURE(model.check());
    }
  }
}

TEST_P(TableModel, ASweepInTurnsWithChangesMissesNothing) {
  Model model(11);
  for (int i = 0; i < 2000; ++i) {
    step(model, i);
    // One chunk of the pass, then further changes: words cross the place where the sweep stands in both directions.
    size_t chunks = 1;
    std::vector<std::string> found;
    model.table.sweep(kNow + i * 40, kNow + i * 40, &chunks,
                      [&](uint32_t, const Entry* entry) { found.emplace_back(entry->key()); });
    for (const std::string& key : found) model.erase(key);
  }
  const int64_t end = kNow + 200'000;
  model.sweep_all(end);
  EXPECT_EQ(model.table.deadlines(), 0u);
  ASSERT_NO_FATAL_FAILURE(model.check());
}

INSTANTIATE_TEST_SUITE_P(Hashes, TableModel,
                         testing::Values(Hashes{"Spread", 0, Table::kHashEnd}, Hashes{"FewAtTheStart", 0, 3},
                                         Hashes{"Crowded", 100'000, 2000}, Hashes{"LastHashes", Table::kHashEnd - 3, 3},
                                         Hashes{"AllEqual", 131'072, 1},
                                         Hashes{"AllEqualAtTheEnd", Table::kHashEnd - 1, 1}),
                         [](const auto& info) { return info.param.name; });

TEST(Table, EmptyHoldsNothing) {
  Table table;
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.memory(), 0u);
  EXPECT_EQ(table.find(5, "a"), Table::kNone);
  EXPECT_EQ(table.walk(0, 10, [](const Entry*) { FAIL(); }), Table::kHashEnd);
  size_t chunks = 10;
  EXPECT_TRUE(table.sweep(kNow, kNow, &chunks, [](uint32_t, const Entry*) { FAIL(); }));
  table.shrink();
}

TEST(Table, OrderIsBelowTheEnd) {
  EXPECT_EQ(Table::prefix(~uint64_t{0}), Table::kHashEnd - 1);
  EXPECT_EQ(Table::prefix(0), 0u);
  EXPECT_EQ(Table::prefix(uint64_t{1} << 46), 1u);
}

TEST(Table, TakesAboutTenBytesAKey) {
  Model model(3);
  constexpr int kKeys = 4000;  // a million keys in 256 shards
  size_t worst = 0;
  for (int i = 1; i <= kKeys; ++i) {
    model.insert(static_cast<uint32_t>(model.random() % Table::kHashEnd), std::to_string(i));
    if (i >= 1000) worst = std::max(worst, model.table.memory() * 100 / static_cast<size_t>(i));
  }
  EXPECT_LT(worst, 1250u);  // hundredths of bytes
}

TEST(Table, KeysWithoutDeadlinesCostNoHints) {
  Model model(5);
  for (int i = 0; i < 100; ++i) model.insert(static_cast<uint32_t>(i * 1000), std::to_string(i));
  const size_t without = model.table.memory();
  model.replace("50", kNow);
  EXPECT_GT(model.table.memory(), without);
  EXPECT_EQ(model.table.deadlines(), 1u);
}

TEST(Table, DeadlinesOutsideOfTheHintsRangeAreFoundAllTheSame) {
  Model model(5);
  model.insert(1, "ancient", 1);
  model.insert(2, "negative", -5);
  model.insert(3, "far", INT64_MAX);
  constexpr int64_t kIn2100 = 4'102'444'800'000;
  model.insert(4, "2100", kIn2100);
  EXPECT_EQ(model.sweep_all(kNow), 2u);
  EXPECT_FALSE(model.holds("ancient"));
  EXPECT_FALSE(model.holds("negative"));
  EXPECT_EQ(model.sweep_all(kIn2100 - 1), 0u);
  EXPECT_EQ(model.sweep_all(kIn2100), 1u);
  EXPECT_TRUE(model.holds("far"));
}

/// Erases all keys in the order of their hashes, or in the reverse, as a client that deletes what SCAN yields does.
uint32_t rebuilds_while_erasing(bool ascending) {
  Model model(9);
  constexpr uint32_t kKeys = 4000;
  std::vector<uint32_t> prefixes(kKeys);
  for (uint32_t& prefix : prefixes) prefix = static_cast<uint32_t>(model.random() % Table::kHashEnd);
  std::sort(prefixes.begin(), prefixes.end());
  for (uint32_t i = 0; i < kKeys; ++i) model.insert(prefixes[i], std::to_string(i));
  const uint32_t before = model.table.rebuilds();
  for (uint32_t i = 0; i + 1 < kKeys; ++i) {
    model.erase(std::to_string(ascending ? i : kKeys - 1 - i));
    model.table.shrink();
    if (i % 500 == 0) model.check();
  }
  return model.table.rebuilds() - before;
}

TEST(Table, ErasingInTheOrderOfHashesRebuildsRarely) {
  EXPECT_LE(rebuilds_while_erasing(true), 14u);
  EXPECT_LE(rebuilds_while_erasing(false), 14u);
}

TEST(Table, GrowsInTheOrderOfHashesWithoutRebuildingMoreThanOtherwise) {
  // As MOVE of what SCAN yields fills another database.
  const auto rebuilds = [](bool ascending) {
    Model model(9);
    constexpr uint32_t kKeys = 4000;
    for (uint32_t i = 0; i < kKeys; ++i) {
      const uint32_t rank = ascending ? i : i * 1009 % kKeys;
      model.insert(rank * (Table::kHashEnd / kKeys), std::to_string(i));
    }
    model.check();
    model.check_walk(100);
    return model.table.rebuilds();
  };
  EXPECT_LE(rebuilds(true), rebuilds(false) + 2);
}

TEST(Table, MovingLeavesAnEmptyTable) {
  Model model(1);
  model.insert(1, "a");
  Table taken(std::move(model.table));
  EXPECT_EQ(taken.size(), 1u);
  EXPECT_EQ(model.table.size(), 0u);
  EXPECT_EQ(model.table.find(1, "a"), Table::kNone);
  model.table = std::move(taken);
  EXPECT_NE(model.table.find(1, "a"), Table::kNone);
}

}  // namespace
}  // namespace larder::store
