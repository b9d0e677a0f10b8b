// Reading and editing values: what an edit does at its end (accounts, events, keys that come and go), whatever ends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/core/keyspace.h"
#include "store/values/set_value.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

using testing::ElementsAre;

class EditTest : public testing::Test {
 protected:
  void expect_exact_accounts() { EXPECT_EQ(test.store.used_memory(), test.counted_memory()); }

  TestStore test;
};

TEST_F(EditTest, OneThatEmptiesACollectionDropsTheKey) {
  test.access()->put_value("set", set_of({1}));
  Access keys(test.store, test.thread);
  {
    auto edit = edit_set(*keys, "set");
    edit->remove(Member(int64_t{1}));
    edit.changed(true);
  }
  EXPECT_FALSE(keys->exists("set"));
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(EditTest, OneOfAnAbsentKeyAddsItOnlyWithSomethingInIt) {
  Access keys(test.store, test.thread);
  {
    auto edit = edit_set(*keys, "set");
    EXPECT_TRUE(edit.absent());
    EXPECT_FALSE(edit->remove(Member(int64_t{1})));
    edit.changed(false);
  }
  EXPECT_FALSE(keys->exists("set"));
  {
    auto edit = edit_set(*keys, "set");
    edit->add(Member(int64_t{1}), kLimits);
    edit.changed(true);
    EXPECT_FALSE(keys->exists("set")) << "it is added at the end";
  }
  EXPECT_EQ(keys->find_value<SetValue>("set", kPeek).value()->size(), 1u);
  keys.release();
  expect_exact_accounts();
}

TEST_F(EditTest, OneThatAnExceptionEndsIsAccountedForAndAddsNoKey) {
  test.access()->put_value("set", set_of({1}));
  Access keys(test.store, test.thread);
  const auto flag = std::make_shared<WatchFlag>();
  keys->watch("set", flag);
  for (const char* key : {"set", "absent"}) {
    try {
      auto edit = edit_set(*keys, key);
      edit->add(Member(int64_t{2}), kLimits);
      throw std::bad_alloc();
    } catch (const std::bad_alloc&) {
    }
  }
  EXPECT_TRUE(flag->raised());
  EXPECT_FALSE(keys->exists("absent"));
  keys.release();
  expect_exact_accounts();
}

TEST_F(EditTest, RaisesItsEventBehindNewAndBeforeDel) {
  test.thread.set_event_mask(kEventSet | kEventGeneric | kEventNew);
  const auto edit = [this](auto&& change) {
    Access keys(test.store, test.thread);
    auto set = edit_set(*keys, "set");
    set.changed(change(set), kEventSet, "event");
  };
  edit([](auto& set) { return set->remove(Member(int64_t{1})); });
  edit([](auto& set) { return set->add(Member(int64_t{1}), kLimits); });
  edit([](auto& set) { return set->add(Member(int64_t{1}), kLimits); });
  edit([](auto& set) { return set->remove(Member(int64_t{1})); });
  std::vector<std::string_view> names;
  for (const KeyEvent& event : test.thread.events()) names.push_back(event.name);
  EXPECT_THAT(names, ElementsAre("new", "event", "event", "del"));
}

TEST_F(EditTest, OfTwoKeysDoNotDisturbEachOther) {
  Access keys(test.store, test.thread);
  for (int i = 0; i < 300; ++i) {
    const std::string from = "from" + std::to_string(i), to = "to" + std::to_string(i);
    keys->put_value(from, set_of({1}));
    auto source = edit_set(*keys, from);
    auto target = edit_set(*keys, to);
    target->add(Member(int64_t{1}), kLimits);
    target.commit();
    source->remove(Member(int64_t{1}));
    source.commit();
    EXPECT_FALSE(keys->exists(from));
    EXPECT_TRUE(keys->exists(to));
  }
  keys.release();
  expect_exact_accounts();
}

TEST_F(EditTest, ReadsAnAbsentKeyAsEmptyAndRefusesTheWrongType) {
  test.access()->put_value("set", set_of({1}));
  test.set("string", "text");
  Access keys(test.store, test.thread);
  Refusal refusal;
  EXPECT_EQ(keys->read<SetValue>("set", refusal)->size(), 1u);
  EXPECT_EQ(keys->read<SetValue>("missing", refusal)->size(), 0u);
  EXPECT_EQ(keys->read_string("string", refusal).bytes(), "text");
  EXPECT_TRUE(keys->read_string("missing", refusal).absent());
  EXPECT_EQ(keys->read_string("missing", refusal).bytes(), "");
  EXPECT_EQ(refusal.error, std::nullopt);
  EXPECT_EQ(keys->read<SetValue>("string", refusal), nullptr);
  EXPECT_EQ(std::exchange(refusal.error, std::nullopt), Errc::wrong_type);
  EXPECT_FALSE(keys->edit<SetValue>("string", refusal));
  EXPECT_EQ(std::exchange(refusal.error, std::nullopt), Errc::wrong_type);
  EXPECT_FALSE(keys->read_string("set", refusal));
  EXPECT_EQ(refusal.error, Errc::wrong_type);
}

}  // namespace
}  // namespace larder::store
