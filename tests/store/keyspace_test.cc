// The keyspace: every way to change a key, against a model, with the accounts checked after each step; and what changes
// have to do besides: deadlines, WATCH, figures, events.
#include "store/core/keyspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "store/values/set_value.h"
#include "tests/store/store_fixture.h"

namespace larder::store {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class KeyspaceTest : public testing::Test {
 protected:
  std::vector<std::string> keys(uint32_t database = 0) {
    std::vector<std::string> found;
    test.access(database)->for_each_key([&](std::string_view key, const Entry&) { found.emplace_back(key); });
    return found;
  }
  std::optional<int64_t> deadline(std::string_view key) {
    const auto item = test.access()->find(key, kPeek);
    if (!item || !item->has_deadline()) return std::nullopt;
    return item->deadline();
  }
  void expect_exact_accounts() { EXPECT_EQ(test.store.used_memory(), test.counted_memory()); }

  TestStore test;
};

TEST_F(KeyspaceTest, AnEmptyStoreUsesNothing) {
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
  EXPECT_EQ(test.get("a"), std::nullopt);
  EXPECT_FALSE(test.access()->erase("a"));
  EXPECT_EQ(test.access()->size(), 0u);
  EXPECT_EQ(test.access()->random_key(), std::nullopt);
}

TEST_F(KeyspaceTest, HoldsKeysAndValuesOfEveryLength) {
  for (const size_t length : {0, 1, 7, 8, 100, 255, 256, 257, 1000, 70'000}) {
    const std::string key(length, 'k');
    test.set(key, "value");
    EXPECT_EQ(test.get(key), "value") << length;
  }
  for (const size_t length : {0, 1, 44, 45, 495, 511, 512, 513, 4095, 4096, 4097, 100'000}) {
    const std::string key = "value of " + std::to_string(length), value(length, 'v');
    test.set(key, value);
    EXPECT_EQ(test.get(key), value);
  }
  expect_exact_accounts();
}

// Each length follows every other one often enough that all ways of overwriting are taken: in place up to the last byte
// of the class, into another class, into a blob and back.
TEST_F(KeyspaceTest, OverwritesWithValuesOfEveryLength) {
  std::mt19937 random(1);
  for (size_t length = 0; length < 4200; length += 1 + random() % 3) {
    const std::string value(length, static_cast<char>('a' + length % 26));
    for (const size_t before : {length, length / 2, size_t{5000}}) {
      test.set("key", std::string(before, 'x'));
      test.set("key", value);
      ASSERT_EQ(test.get("key"), value);
    }
  }
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, OverwritingWithTheSameLengthTakesNoMemory) {
  for (const size_t length : {0, 10, 300, 600, 4096}) {
    test.set("key", std::string(length, 'a'));
    const auto* before = test.access()->find("key", kPeek).entry;
    const int64_t used = test.store.used_memory();
    test.set("key", std::string(length, 'b'));
    EXPECT_EQ(test.access()->find("key", kPeek).entry, before);
    EXPECT_EQ(test.store.used_memory(), used);
  }
}

TEST_F(KeyspaceTest, PuttingAStringDropsTheDeadlineUnlessItIsKept) {
  test.set("key", "1", test.now_ms() + 100);
  EXPECT_EQ(deadline("key"), test.now_ms() + 100);
  test.access()->put_string("key", "2", {.keep_deadline = true});
  EXPECT_EQ(deadline("key"), test.now_ms() + 100);
  test.access()->put_string("key", std::string(10'000, 'x'), {.keep_deadline = true});
  EXPECT_EQ(deadline("key"), test.now_ms() + 100);
  test.set("key", "3");
  EXPECT_EQ(deadline("key"), std::nullopt);
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, DeadlinesAreSetMovedAndRemovedInPlace) {
  test.set("key", "value");
  test.access()->set_deadline("key", test.now_ms() + 10);
  EXPECT_EQ(test.store.deadlines(0), 1u);
  test.access()->set_deadline("key", test.now_ms() + 20);
  EXPECT_EQ(deadline("key"), test.now_ms() + 20);
  test.access()->set_deadline("key", std::nullopt);
  EXPECT_EQ(test.store.deadlines(0), 0u);
  EXPECT_EQ(test.get("key"), "value");
  test.access()->set_deadline("missing", test.now_ms() + 20);
  EXPECT_FALSE(test.exists("missing"));
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, ResizingKeepsBytesAndAddsZeros) {
  std::string model;
  for (const size_t size : {3, 10, 500, 600, 4096, 4097, 9000, 9001, 2'000'000, 50, 0, 4}) {
    const std::string_view last = size > 2 ? "x" : "";
    model.resize(size, '\0');
    model.replace(size - last.size(), last.size(), last);
    ASSERT_EQ(test.access()->resize_string("key", size, size - last.size(), last), model);
    expect_exact_accounts();
  }
  EXPECT_EQ(test.get("key"), model);
}

TEST_F(KeyspaceTest, AStringThatGrowsInStepsIsMovedSeldom) {
  constexpr size_t kStep = 256 * 1024, kSteps = 256;
  int moved = 0;
  size_t capacity = 0;
  for (size_t i = 0; i < kSteps; ++i) {
    test.access()->resize_string("key", (i + 1) * kStep, i * kStep, std::string(kStep, static_cast<char>(i)));
    const size_t now = test.access()->find("key", kPeek)->blob()->capacity();
    moved += now == capacity ? 0 : 1;
    capacity = now;
  }
  EXPECT_LT(moved, 40);  // in steps of a megabyte it would be 64, and more the longer the string
  EXPECT_LT(capacity, kSteps * kStep * 9 / 8 + 1);
  const std::string bytes = *test.get("key");
  for (size_t i = 0; i < kSteps * kStep; i += kStep / 4) ASSERT_EQ(bytes[i], static_cast<char>(i / kStep));
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, ABlobThatAReplyHoldsIsLeftAlone) {
  test.set("key", std::string(10'000, 'a'));
  Blob* held = test.access()->find("key", kPeek)->blob();
  held->hold();
  test.access()->resize_string("key", 10'001, 0, "b");
  EXPECT_EQ(held->bytes(), std::string(10'000, 'a'));
  test.access()->erase("key");
  EXPECT_TRUE(held->sole());
  held->release();
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(KeyspaceTest, ADeadlinePastIsNeverSeen) {
  test.set("key", "value", test.now_ms() + 100);
  test.advance(milliseconds(99));
  EXPECT_EQ(test.get("key"), "value");
  test.advance(milliseconds(1));
  EXPECT_EQ(test.access()->size(), 1u);
  EXPECT_EQ(test.get("key"), std::nullopt);
  EXPECT_EQ(test.access()->size(), 0u);
  EXPECT_EQ(test.thread.expired_keys.get(), 1);
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
}

TEST_F(KeyspaceTest, RenameMovesValueAndDeadline) {
  test.set("from", "value", test.now_ms() + 100);
  test.set("to", "other");
  test.access()->rename("from", "to");
  EXPECT_FALSE(test.exists("from"));
  EXPECT_EQ(test.get("to"), "value");
  EXPECT_EQ(deadline("to"), test.now_ms() + 100);
  test.access()->rename("to", "to");
  EXPECT_EQ(test.get("to"), "value");
  test.access()->rename("to", std::string(1000, 'n'));
  EXPECT_EQ(test.get(std::string(1000, 'n')), "value");
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, CopyIsDeepAndCarriesTheDeadline) {
  test.access()->put_value("set", set_of({1, 2}), test.now_ms() + 100);
  test.set("blob", std::string(10'000, 'b'));
  {
    Access keys(test.store, test.thread);
    Keyspace target = keys->in_database(1);
    keys->copy("set", "set", target);
    keys->copy("blob", "copy", *keys);
    auto edit = edit_set(target, "set");
    edit->remove(Member(int64_t{1}));
    edit.changed(true);
    edit.commit();
    EXPECT_EQ(target.find("set", kPeek)->deadline(), test.now_ms() + 100);
    EXPECT_EQ(keys->find_value<SetValue>("set", kPeek).value()->size(), 2u);
  }
  EXPECT_EQ(test.get("copy"), std::string(10'000, 'b'));
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, TheWrongTypeIsAnErrorAndAbsenceIsNot) {
  test.access()->put_value("set", set_of({1}));
  test.set("string", "1");
  Access keys(test.store, test.thread);
  EXPECT_EQ(keys->find_string("set", kRead).error(), Errc::wrong_type);
  EXPECT_EQ(keys->find_value<SetValue>("string", kRead).error(), Errc::wrong_type);
  EXPECT_EQ(keys->find_value<SetValue>("missing", kRead).value(), nullptr);
  EXPECT_FALSE(keys->find_string("missing", kRead).value().has_value());
}

TEST_F(KeyspaceTest, CountsHitsAndMissesOfReadsAlone) {
  test.set("key", "value");
  EXPECT_EQ(test.thread.hits.get() + test.thread.misses.get(), 0);
  test.get("key");
  test.get("missing");
  test.get("missing");
  test.access()->find("key", kWrite);
  test.access()->find("key", kPeek);
  EXPECT_EQ(test.thread.hits.get(), 1);
  EXPECT_EQ(test.thread.misses.get(), 2);
}

TEST_F(KeyspaceTest, RaisesEventsThatAreWanted) {
  const auto events = [this] {
    std::vector<std::string> names;
    for (const KeyEvent& event : std::exchange(test.thread.events(), {})) {
      names.push_back(std::string(event.name) + " " + event.key + "@" + std::to_string(event.database));
    }
    return names;
  };
  test.set("key", "value");
  test.get("missing");
  EXPECT_THAT(events(), IsEmpty());
  test.thread.set_event_mask(kEventNew | kEventKeyMiss | kEventExpired);
  test.set("key", "other");
  test.set("new", "value", test.now_ms() + 1);
  test.get("missing");
  test.advance(milliseconds(1));
  test.access(0)->exists("new");
  test.access(3)->put_string("b", "");
  EXPECT_THAT(events(), ElementsAre("new new@0", "keymiss missing@0", "expired new@0", "new b@3"));
}

TEST_F(KeyspaceTest, DatabasesAreApartAndSwapAsWhole) {
  test.set("a", "0");
  test.access(5)->put_string("b", "5");
  EXPECT_FALSE(test.exists("b"));
  test.access()->swap_databases(0, 5);
  EXPECT_THAT(keys(0), ElementsAre("b"));
  EXPECT_THAT(keys(5), ElementsAre("a"));
  test.access()->swap_databases(5, 5);
  test.access()->swap_databases(0, 9);
  EXPECT_THAT(keys(0), IsEmpty());
  EXPECT_THAT(keys(9), ElementsAre("b"));
  EXPECT_EQ(test.store.total_size(), 2u);
  expect_exact_accounts();
}

TEST_F(KeyspaceTest, SwappingRaisesNoWatchOnAKeyThatIsExpiredOrAbsentBeforeAndAfter) {
  const auto watch = [this](std::string_view key) {
    auto flag = std::make_shared<WatchFlag>();
    test.access()->watch(key, flag);
    return flag;
  };
  for (const char* key : {"goes", "stays", "lives"}) test.set(key, "", test.now_ms() + 1);
  for (const char* key : {"stays", "comes"}) test.access(1)->put_string(key, "", {.deadline = test.now_ms() + 1});
  test.access(1)->put_string("lives", "");
  test.set("ends", "", test.now_ms() + 2);
  test.advance(milliseconds(1));
  const auto goes = watch("goes"), stays = watch("stays"), comes = watch("comes"), lives = watch("lives"),
             ends = watch("ends");
  test.access()->swap_databases(0, 1);
  EXPECT_FALSE(goes->raised());
  EXPECT_FALSE(stays->raised());
  EXPECT_FALSE(comes->raised());
  EXPECT_TRUE(lives->raised());
  EXPECT_TRUE(ends->raised());
  // What was expired and is gone has been seen as absent: making it is a change.
  test.set("goes", "");
  EXPECT_TRUE(goes->raised());
}

TEST_F(KeyspaceTest, RandomKeyFindsEveryKeyAndNoExpiredOne) {
  for (int i = 0; i < 20; ++i) test.set("dead:" + std::to_string(i), "", test.now_ms() + 1);
  for (const char* key : {"a", "b", "c"}) test.set(key, "");
  test.advance(milliseconds(5));
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(test.access()->random_key().value());
  EXPECT_THAT(seen, UnorderedElementsAre("a", "b", "c"));
}

TEST_F(KeyspaceTest, FlushFreesEverythingOfOneDatabase) {
  for (const bool lazy : {false, true}) {
    for (int i = 0; i < 500; ++i) {
      test.set(std::to_string(i), std::string(static_cast<size_t>(i * 17 % 6000), 'x'), test.now_ms() + 1000);
      test.access()->put_value("set:" + std::to_string(i), set_of({1, i, 100 * i}));
    }
    test.access(1)->put_string("other", "database");
    EXPECT_EQ(test.access()->flush(lazy), 1000u);
    EXPECT_EQ(test.access()->flush(lazy), 0u);
    test.store.background().drain();
    EXPECT_THAT(keys(), IsEmpty());
    EXPECT_THAT(keys(1), ElementsAre("other"));
    test.access(1)->flush(lazy);
    test.store.background().drain();
    EXPECT_EQ(test.store.used_memory(), test.empty_memory);
  }
}

TEST_F(KeyspaceTest, FlushAllEmptiesEveryDatabase) {
  for (const bool lazy : {false, true}) {
    for (const uint32_t database : {0u, 3u, 15u}) {
      for (int i = 0; i < 100; ++i) test.access(database)->put_string(std::to_string(i), "v");
    }
    EXPECT_EQ(test.access(3)->flush_all(lazy), 300u);
    EXPECT_EQ(test.store.total_size(), 0u);
    test.store.background().drain();
    EXPECT_EQ(test.store.used_memory(), test.empty_memory);
  }
}

// Freeing takes long; who waits for a shard must not wait for it.
TEST_F(KeyspaceTest, AFlushFreesOnceTheShardsAreReleased) {
  for (int i = 0; i < 100; ++i) test.set(std::to_string(i), std::string(1000, 'x'));
  const int64_t used = test.store.used_memory();
  {
    Access keys = test.access();
    EXPECT_EQ(keys->flush(false), 100u);
    EXPECT_EQ(keys->size(), 0u);
    EXPECT_EQ(test.store.used_memory(), used);
    keys->put_string("new", "v");
  }
  EXPECT_THAT(keys(), ElementsAre("new"));
  EXPECT_EQ(test.store.used_memory(), test.counted_memory());
}

// Part of a key may stand where the key does, and be another one.
TEST_F(KeyspaceTest, ARememberedHashIsOfOneKeyAndNotOfItsPrefixes) {
  const std::string_view key = "key:and:more";
  Access keys = test.access();
  keys->remember_hash(key, 42);
  EXPECT_EQ(keys->hash(key), 42u);
  EXPECT_EQ(keys->hash(key.substr(0, 3)), test.store.hash("key"));
  EXPECT_EQ(keys->hash(std::string_view{}), test.store.hash(""));
}

// -- WATCH --

class KeyspaceWatch : public KeyspaceTest {
 protected:
  void watch(std::string_view key, uint32_t database = 0) {
    flag->lower();
    test.access(database)->watch(key, flag);
  }
  bool raised() {
    const bool was = flag->raised();
    flag->lower();
    return was;
  }
  std::shared_ptr<WatchFlag> flag = std::make_shared<WatchFlag>();
};

TEST_F(KeyspaceWatch, EveryChangeOfTheKeyRaisesTheFlag) {
  watch("key");
  const std::vector<std::pair<const char*, std::function<void(Keyspace&)>>> changes = {
      {"put", [](Keyspace& keys) { keys.put_string("key", "1"); }},
      {"overwrite", [](Keyspace& keys) { keys.put_string("key", "2"); }},
      {"resize", [](Keyspace& keys) { keys.resize_string("key", 10); }},
      {"deadline", [](Keyspace& keys) { keys.set_deadline("key", keys.now_ms() + 10); }},
      {"no deadline", [](Keyspace& keys) { keys.set_deadline("key", std::nullopt); }},
      {"rename away", [](Keyspace& keys) { keys.rename("key", "other"); }},
      {"rename back", [](Keyspace& keys) { keys.rename("other", "key"); }},
      {"erase", [](Keyspace& keys) { keys.erase("key"); }},
      {"value",
       [](Keyspace& keys) {
         keys.put_value("key", set_of({1, 2}));
       }},
      {"edit",
       [](Keyspace& keys) {
         auto edit = edit_set(keys, "key");
         edit->add(Member(int64_t{3}), kLimits);
         edit.changed(true);
       }},
      {"swap", [](Keyspace& keys) { keys.swap_databases(0, 1); }},
      {"swap back", [](Keyspace& keys) { keys.swap_databases(0, 1); }},
      {"flush", [](Keyspace& keys) { keys.flush(false); }},
  };
  for (const auto& [name, change] : changes) {
    change(*test.access());
    EXPECT_TRUE(raised()) << name;
  }
}

TEST_F(KeyspaceWatch, WhatDoesNotConcernTheKeyDoesNotRaiseTheFlag) {
  test.set("key", "value");
  watch("key");
  test.get("key");
  test.set("other", "value");
  test.access(1)->put_string("key", "value");
  test.access(1)->flush(false);
  test.access()->erase("missing");
  EXPECT_FALSE(raised());
  watch("missing");
  test.access()->flush(false);
  EXPECT_TRUE(raised());  // through "key"
  test.access()->unwatch("key", flag.get());
  test.access()->unwatch("missing", flag.get());
  test.set("key", "value");
  test.set("missing", "value");
  EXPECT_FALSE(raised());
}

TEST_F(KeyspaceWatch, AKeyThatExpiresAfterwardsIsAChange) {
  test.set("key", "value", test.now_ms() + 10);
  watch("key");
  EXPECT_FALSE(test.access()->expired_since_watched("key", flag.get()));
  test.advance(milliseconds(10));
  EXPECT_TRUE(test.access()->expired_since_watched("key", flag.get()));
  EXPECT_FALSE(test.exists("key"));
  EXPECT_TRUE(raised());
}

TEST_F(KeyspaceWatch, AKeyThatHadExpiredBeforeIsNone) {
  test.set("key", "value", test.now_ms() + 10);
  test.advance(milliseconds(10));
  watch("key");
  EXPECT_FALSE(test.access()->expired_since_watched("key", flag.get()));
  EXPECT_FALSE(test.exists("key"));  // reclaims it
  EXPECT_FALSE(raised());
  test.set("key", "value");
  EXPECT_TRUE(raised());
}

// -- Everything at random --

/// A key as the model knows it.
struct Known {
  std::string text;
  std::set<int64_t> members;  // of a set; empty for a string
  std::optional<int64_t> deadline;
};

class KeyspaceModel : public testing::TestWithParam<uint64_t> {
 protected:
  using Place = std::pair<uint32_t, std::string>;

  std::string any_key() {
    const uint64_t number = random() % 40;
    return number < 36 ? "key:" + std::to_string(number) : std::string(200 + number * 2, 'k');
  }
  size_t any_size() {
    switch (random() % 5) {
      case 0: return random() % 20;
      case 1: return random() % 600;
      case 2: return 480 + random() % 40;
      case 3: return 4080 + random() % 40;
      default: return random() % 12'000;
    }
  }
  std::optional<int64_t> any_deadline() {
    if (random() % 2 == 0) return std::nullopt;
    return test.now_ms() + 1 + static_cast<int64_t>(random() % 50);
  }
  Known* known(const Place& place) {
    const auto found = model.find(place);
    if (found == model.end()) return nullptr;
    if (!found->second.deadline || *found->second.deadline > test.now_ms()) return &found->second;
    model.erase(found);
    return nullptr;
  }

  void put_string(Keyspace& keys, const Place& place) {
    const bool keep = random() % 4 == 0;
    Known value{.text = std::string(any_size(), static_cast<char>('a' + random() % 26)), .members = {}, .deadline = {}};
    if (!keep) value.deadline = any_deadline();
    if (Known* old = known(place); keep && old != nullptr) value.deadline = old->deadline;
    keys.put_string(place.second, value.text,
                    {.deadline = keep ? std::nullopt : value.deadline, .keep_deadline = keep});
    model[place] = value;
  }
  void put_set(Keyspace& keys, const Place& place) {
    Known value{.text = {}, .members = {1}, .deadline = any_deadline()};
    for (size_t i = random() % 700; i > 0; --i) value.members.insert(static_cast<int64_t>(random() % 100'000));
    keys.put_value(place.second, set_of(value.members), value.deadline);
    model[place] = value;
  }
  void edit(Keyspace& keys, const Place& place) {
    Known* value = known(place);
    if (value == nullptr || value->members.empty()) return;
    auto edit = edit_set(keys, place.second);
    edit.changed(true);
    if (random() % 2 == 0) {
      const auto member = static_cast<int64_t>(random() % 1'000'000);
      EXPECT_EQ(edit->add(Member(member), kLimits), value->members.insert(member).second);
      return;
    }
    const size_t keep = random() % (value->members.size() + 1);
    while (value->members.size() > keep) {
      EXPECT_TRUE(edit->remove(Member(*value->members.begin())));
      value->members.erase(value->members.begin());
    }
    if (value->members.empty()) model.erase(place);
  }
  void resize(Keyspace& keys, const Place& place) {
    Known* value = known(place);
    if (value != nullptr && !value->members.empty()) return;
    const size_t size = any_size();
    keys.resize_string(place.second, size, size / 2, size > 0 ? "!" : "");
    Known& now = model[place];
    now.text.resize(size, '\0');
    if (size > 0) now.text[size / 2] = '!';
  }
  void rename(Keyspace& keys, const Place& place) {
    const Place to{place.first, any_key()};
    if (known(place) == nullptr) return;
    keys.rename(place.second, to.second);
    if (place == to) return;
    model[to] = model[place];
    model.erase(place);
  }
  void copy(Keyspace& keys, const Place& place) {
    const Place to{static_cast<uint32_t>(random() % 2), any_key()};
    if (known(place) == nullptr || place == to) return;
    Keyspace target = keys.in_database(to.first);
    target.erase(to.second);
    keys.copy(place.second, to.second, target);
    model[to] = model[place];
  }
  void set_deadline(Keyspace& keys, const Place& place) {
    const auto deadline = any_deadline();
    keys.set_deadline(place.second, deadline);
    if (Known* value = known(place)) value->deadline = deadline;
  }

  void step() {
    const Place place{static_cast<uint32_t>(random() % 2), any_key()};
    Access keys(test.store, test.thread, place.first);
    switch (random() % 12) {
      case 0:
      case 1:
      case 2: return put_string(*keys, place);
      case 3: return put_set(*keys, place);
      case 4:
      case 5: return edit(*keys, place);
      case 6: return resize(*keys, place);
      case 7: return rename(*keys, place);
      case 8: return copy(*keys, place);
      case 9: return set_deadline(*keys, place);
      case 10:
        EXPECT_EQ(keys->erase(place.second, random() % 2 == 0), known(place) != nullptr);
        model.erase(place);
        return;
      default: test.clock.advance(milliseconds(random() % 5)); return;
    }
  }

  void check_values() {
    for (uint32_t database = 0; database < 2; ++database) {
      Access keys(test.store, test.thread, database);
      size_t alive = 0;
      for (const auto& [place, value] : model) {
        if (place.first != database || (value.deadline && *value.deadline <= test.now_ms())) continue;
        ++alive;
        const Item item = keys->find(place.second, kPeek);
        ASSERT_TRUE(item) << place.second;
        ASSERT_EQ(item->has_deadline(), value.deadline.has_value());
        if (value.deadline) {
          ASSERT_EQ(item->deadline(), *value.deadline);
        }
        if (value.members.empty()) {
          ASSERT_EQ(item->string(), value.text);
        } else {
          ASSERT_EQ(item->value()->size(), value.members.size());
        }
      }
      size_t visited = 0;
      keys->for_each_key([&](std::string_view, const Entry&) { ++visited; });
      ASSERT_EQ(visited, alive);
    }
  }

  TestStore test;
  std::mt19937_64 random{GetParam()};
  std::map<Place, Known> model;
};

TEST_P(KeyspaceModel, RandomProgramsKeepValuesAndAccounts) {
  for (int i = 0; i < 3000; ++i) {
    step();
    test.thread.refresh_time();
    ASSERT_EQ(test.store.used_memory(), test.counted_memory()) << "step " << i;
    if (i % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(check_values()) << "step " << i;
    }
    if (i % 500 == 499) test.store.sweep(test.thread, 1000);
  }
  test.access(0)->flush(true);
  test.access(1)->flush(false);
  test.store.background().drain();
  EXPECT_EQ(test.store.used_memory(), test.empty_memory);
  EXPECT_EQ(test.store.total_size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeyspaceModel, testing::Values(1, 2, 3));

using KeyspaceDeathTest = KeyspaceTest;

TEST_F(KeyspaceDeathTest, AKeyThatWasNotDeclaredIsNotLookedUp) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ShardLocks locks(test.store);
  const uint64_t hash = test.store.hash("declared");
  locks.lock_one(hash);
  Keyspace keys(test.store, test.thread, locks, 0);
  EXPECT_FALSE(keys.exists("declared"));
  std::string other = "other";
  while (test.store.shard_index(test.store.hash(other)) == test.store.shard_index(hash)) other += '.';
  EXPECT_DEATH(keys.exists(other), "had not declared");
}

TEST(KeyspaceDatabases, ThoseBelowTheHighestCostNothing) {
  TestStore low({.databases = 200'000}), high({.databases = 200'000});
  for (int i = 0; i < 40; ++i) {
    low.access(1)->put_string("key:" + std::to_string(i), "value");
    high.access(199'999)->put_string("key:" + std::to_string(i), "value");
  }
  EXPECT_EQ(high.store.used_memory(), low.store.used_memory());
  EXPECT_EQ(high.store.used_memory(), high.counted_memory());
  size_t tables = 0;
  for (size_t i = 0; i < high.store.shards(); ++i) {
    high.store.shard(i).for_each_table([&](uint32_t, const Table&) { ++tables; });
  }
  EXPECT_LE(tables, Store::kDefaultShards + 40);
}

TEST(KeyspaceDatabases, AnEmptiedOneCostsNothing) {
  using Emptying = std::function<void(TestStore&)>;
  const std::pair<const char*, Emptying> ways[] = {
      {"erase", [](TestStore& test) { test.access(7)->erase("key"); }},
      {"rename away and erase",
       [](TestStore& test) {
         test.access(7)->rename("key", "other");
         test.access(7)->erase("other");
       }},
      {"flush", [](TestStore& test) { test.access(7)->flush(false); }},
      {"swap and flush",
       [](TestStore& test) {
         test.access()->swap_databases(7, 9);
         test.access(9)->flush(false);
       }},
      {"read after the deadline",
       [](TestStore& test) {
         test.advance(std::chrono::seconds(10));
         EXPECT_FALSE(test.exists("key", 7));
       }},
      {"scan after the deadline",
       [](TestStore& test) {
         test.advance(std::chrono::seconds(10));
         uint64_t cursor = 0;
         do cursor = test.access(7)->scan(cursor, 10, [](std::string_view, const Entry&) { FAIL(); });
         while (cursor != 0);
       }},
      {"sweep",
       [](TestStore& test) {
         test.advance(std::chrono::seconds(10));
         test.store.sweep(test.thread, 1'000'000);
       }},
  };
  for (const auto& [name, empty] : ways) {
    TestStore test;
    test.access(7)->put_string("key", "value", {.deadline = test.now_ms() + 5000});
    EXPECT_GT(test.store.used_memory(), test.empty_memory);
    empty(test);
    EXPECT_EQ(test.store.used_memory(), test.empty_memory) << name;
    for (size_t i = 0; i < test.store.shards(); ++i) EXPECT_EQ(test.store.shard(i).extras, nullptr) << name;
  }
}

}  // namespace
}  // namespace larder::store
