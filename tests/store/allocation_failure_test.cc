// Every allocation of every change through Keyspace fails in turn. What failed has changed nothing: the contents are as
// before, and the accounts are right to the byte. Programs are random; the seed is printed with a failure.
#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <random>
#include <set>

#include "tests/store/failing_allocations.h"
#include "tests/store/store_digest.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

class AllocationFailure : public ::testing::Test {
 protected:
  AllocationFailure() {
    // Few shards hold all keys, so that tables grow and shrink often.
    for (int i = 0; keys_.size() < 48; ++i) {
      const std::string key = "key:" + std::to_string(i);
      if (test_.store.shard_index(test_.store.hash(key)) < 8) keys_.push_back(key);
    }
  }

  /// Runs a change with its first allocation failing, then its second, and so on until none is left to fail.
  void sweep(const char* name, const std::function<void()>& change) {
    for (size_t nth = 1; nth < 1000 && !HasFailure(); ++nth) {
      const Digest before = digest_of(test_.store);
      bool thrown = false, failed = false;
      {
        const FailingAllocations failing(nth);
        try {
          change();
        } catch (const std::bad_alloc&) {
          thrown = true;
        }
        failed = failing.failed();
      }
      SCOPED_TRACE(std::string(name) + " with allocation " + std::to_string(nth) + " failing");
      failures_ += failed ? 1 : 0;
      test_.store.background().drain();
      EXPECT_EQ(test_.store.used_memory(), test_.counted_memory());
      EXPECT_TRUE(!thrown || digest_of(test_.store) == before);
      if (!failed) return;
    }
  }

  std::string key() { return keys_[random_() % keys_.size()]; }
  std::string value() {
    constexpr size_t kSizes[] = {0, 8, 100, 600, 5000, 9000};
    return std::string(kSizes[random_() % std::size(kSizes)], static_cast<char>('a' + random_() % 26));
  }
  std::optional<int64_t> deadline() {
    if (random_() % 2 == 0) return std::nullopt;
    return test_.now_ms() + static_cast<int64_t>(1 + random_() % 1000);
  }
  std::string member() {
    return random_() % 2 == 0 ? std::to_string(random_() % 200) : std::string(1 + random_() % 80, 'm');
  }

  template <class Change>
  void edit_set(std::string_view key, Change&& change) {
    Access keys = test_.access();
    const Item item = keys->find(key, kWrite);
    if (item && item->type() != Type::set) return;
    Edit<SetValue> edit(*keys, key, item);
    edit.changed(change(*edit));
    edit.commit();
  }
  void add(std::string_view key, std::string_view member) {
    edit_set(key, [&](SetValue& set) { return set.add(Member(member), test_.thread.settings().encoding); });
  }
  void remove(std::string_view key, std::string_view member) {
    edit_set(key, [&](SetValue& set) { return set.remove(Member(member)); });
  }

  void random_change() {
    const std::string key = this->key(), other = this->key(), value = this->value(), member = this->member();
    const auto deadline = this->deadline();
    const auto database = static_cast<uint32_t>(random_() % 3);
    switch (random_() % 10) {
      case 0:
        return sweep("put_string", [&] {
          test_.access(database)->put_string(key, value, {.deadline = deadline, .keep_deadline = !deadline});
        });
      case 1: return sweep("set_deadline", [&] { test_.access()->set_deadline(key, deadline); });
      case 2:
        return sweep("resize_string", [&] {
          Access keys = test_.access();
          if (const auto found = keys->find_string(key, kPeek)) keys->resize_string(key, value.size() + 1);
        });
      case 3: return sweep("rename", [&] { test_.access()->rename(key, other); });
      case 4:
        return sweep("copy", [&] {
          Access keys = test_.access();
          Keyspace target = keys->in_database(1 + database);
          if (!target.exists(other)) keys->copy(key, other, target);
        });
      case 5: return sweep("erase", [&] { test_.access(database)->erase(key, member.size() % 2 == 0); });
      case 6: return sweep("remove", [&] { remove(key, member); });
      case 7: return sweep("find", [&] { test_.access()->find(key, kRead); });
      default: return sweep("add", [&] { add(key, member); });
    }
  }

  TestStore test_;
  std::vector<std::string> keys_;
  std::mt19937_64 random_;
  int failures_ = 0;
};

TEST_F(AllocationFailure, LeavesAPutUndone) {
  for (const std::string& key : keys_) {
    sweep("put_string", [&] { test_.access()->put_string(key, "v"); });
    sweep("put_string", [&] { test_.access(5)->put_string(key, std::string(5000, 'x'), {.deadline = INT64_MAX / 2}); });
  }
  EXPECT_GT(failures_, 0);
}

TEST_F(AllocationFailure, LeavesRandomChangesUndone) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_.seed(seed);
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
      random_change();
      if (i % 10 != 0) continue;
      test_.advance(std::chrono::milliseconds(random_() % 200));
      // What has expired goes now: a change that then fails would have deleted it on its way.
      while (test_.store.sweep(test_.thread, 1'000'000)) {
      }
    }
  }
  EXPECT_GT(failures_, 500);
}

TEST_F(AllocationFailure, LeavesALargeSetUndone) {
  for (int i = 0; i < 700 && !HasFailure(); ++i) {
    const std::string member = "member:" + std::to_string(i);
    sweep("add", [&] { add(keys_[0], member); });
  }
  for (int i = 0; i < 700 && !HasFailure(); ++i) {
    const std::string member = "member:" + std::to_string(i);
    sweep("remove", [&] { remove(keys_[0], member); });
  }
}

TEST_F(AllocationFailure, LeavesDatabasesThatWereNotFlushed) {
  for (const bool lazy : {false, true}) {
    for (const std::string& key : keys_) {
      test_.set(key, "v");
      add(key + "s", "m");
    }
    sweep("flush", [&] { test_.access()->flush(lazy); });
    EXPECT_EQ(digest_of(test_.store).size(), 0u);
  }
}

/// Members of which one in ten is kept outside of its part.
std::string member_of(int i) { return std::to_string(i) + std::string(i % 10 == 0 ? 300 : 0, 'x'); }

TEST(KeyedTableAllocation, FailuresLeaveALargeSetWhole) {
  KeyedTable<MemberRecord> table;
  std::set<std::string> model;
  int thrown = 0;
  const auto expect_model = [&](const KeyedTable<MemberRecord>& members) {
    std::set<std::string> found;
    members.visit_while([&](std::string_view text) { return found.emplace(text).second; });
    EXPECT_EQ(found, model);
    EXPECT_EQ(members.size(), model.size());
  };
  // Parts split where they have 2048 members: whichever allocation of that fails, the set is whole.
  constexpr int kMembers = 9000;
  for (int i = 0; i < kMembers; ++i) {
    const std::string member = member_of(i);
    bool added = false;
    try {
      const FailingAllocations failing(1 + static_cast<size_t>(i) % 9);
      added = table.add(member);
    } catch (const std::bad_alloc&) {
      ++thrown;
      ASSERT_FALSE(table.contains(member));
      added = table.add(member);
    }
    ASSERT_TRUE(added);
    model.insert(member);
    if (i % 500 == 0) expect_model(table);
  }
  EXPECT_GT(thrown, 10);
  expect_model(table);

  for (size_t nth = 1; nth < 100'000; nth += 1 + nth / 4) {
    std::unique_ptr<KeyedTable<MemberRecord>> copy;
    try {
      const FailingAllocations failing(nth);
      copy = table.copy();
    } catch (const std::bad_alloc&) {
    }
    if (copy == nullptr) continue;
    expect_model(*copy);
    break;
  }
  expect_model(table);

  for (int i = 0; i < kMembers; ++i) {
    const std::string member = member_of((i * 7) % kMembers);
    bool removed = false;
    {
      const FailingAllocations failing(1 + static_cast<size_t>(i) % 5);
      removed = table.remove(member);
    }
    ASSERT_TRUE(removed);
    model.erase(member);
    if (i % 500 == 0) expect_model(table);
  }
  EXPECT_EQ(table.size(), 0u);
}

TEST(KeyedTableAllocation, FailuresLeaveTheFieldsOfALargeHashWhole) {
  const std::string value(3000, 'v');
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("field:" + std::to_string(i));
  std::vector<int> sizes(names.size(), -1);  // of the values, -1 where the field is absent
  KeyedTable<FieldRecord> table;
  int thrown = 0;
  for (int i = 0; i < 30'000; ++i) {
    const auto field = static_cast<size_t>(i) * 7919 % sizes.size();
    const int size = i % 11 == 0 ? 200 + i % 2000 : i % 60;
    const FieldRecord::Content content{.field = names[field],
                                       .value = std::string_view(value).substr(0, static_cast<size_t>(size))};
    try {
      const FailingAllocations failing(1 + static_cast<size_t>(i) % 4);
      table.put(content);
      sizes[field] = size;
    } catch (const std::bad_alloc&) {
      ++thrown;
    }
    const auto found = table.find(content.field);
    ASSERT_EQ(found ? static_cast<int>(found->value.size()) : -1, sizes[field]);
  }
  EXPECT_GT(thrown, 10);
  for (const std::string& name : names) table.remove(name);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_LE(table.memory(), heap_bytes(sizeof table) + 1024) << "the accounts are off";
}

}  // namespace
}  // namespace larder::store
