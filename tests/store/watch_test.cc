// The table of watches, by itself. What raises it in a keyspace is tested in keyspace_test.cc.
#include "store/core/watch.h"

#include <gtest/gtest.h>

namespace larder::store {
namespace {

std::shared_ptr<WatchFlag> add(WatchTable& table, std::string_view key, bool was_expired = false,
                               uint32_t database = 0) {
  auto flag = std::make_shared<WatchFlag>();
  table.add(database, key, {.flag = flag, .was_expired = was_expired});
  return flag;
}

TEST(WatchTable, TellsEveryWatcherOfTheKeyAndNoOther) {
  WatchTable table;
  const auto first = add(table, "a"), second = add(table, "a"), other = add(table, "b"),
             elsewhere = add(table, "a", false, 1);
  table.changed(0, "a", true);
  EXPECT_TRUE(first->raised());
  EXPECT_TRUE(second->raised());
  EXPECT_FALSE(other->raised());
  EXPECT_FALSE(elsewhere->raised());
}

TEST(WatchTable, ForgetsOneWatcherAtATime) {
  WatchTable table;
  const auto first = add(table, "a"), second = add(table, "a");
  table.remove(0, "a", first.get());
  table.remove(0, "unknown", first.get());
  table.changed(0, "a", false);
  EXPECT_FALSE(first->raised());
  EXPECT_TRUE(second->raised());
  EXPECT_FALSE(table.empty());
  table.remove(0, "a", second.get());
  EXPECT_TRUE(table.empty());
}

TEST(WatchTable, ReclaimingAKeyThatHadExpiredIsNoChange) {
  WatchTable table;
  const auto flag = add(table, "a", true);
  EXPECT_TRUE(table.was_expired(0, "a", flag.get()));
  EXPECT_FALSE(table.was_expired(0, "b", flag.get()));
  table.changed(0, "a", false);
  EXPECT_FALSE(flag->raised());
  EXPECT_FALSE(table.was_expired(0, "a", flag.get()));
  table.changed(0, "a", false);  // made and deleted again
  EXPECT_TRUE(flag->raised());
}

TEST(WatchTable, WritingAKeyThatHadExpiredIsAChange) {
  WatchTable table;
  const auto flag = add(table, "a", true);
  table.changed(0, "a", true);
  EXPECT_TRUE(flag->raised());
}

}  // namespace
}  // namespace larder::store
