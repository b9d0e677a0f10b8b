// SORT over a connection: keys of other shards, one instant, limits, what STORE leaves.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class SortCommands : public CommandTest {};

TEST_P(SortCommands, WeightsAndValuesOfKeysInAnyShard) {
  for (int i = 0; i < 200; ++i) {
    run("SADD", "s", std::to_string(i));
    run("SET", "weight:" + std::to_string(i), std::to_string(1000 - i));
    run("HSET", "hash:" + std::to_string(i), "name", "n" + std::to_string(i));
  }
  EXPECT_THAT(run("SORT", "s", "BY", "weight:*", "LIMIT", "0", "2", "GET", "#", "GET", "hash:*->name", "GET", "none:*"),
              texts(ElementsAre("199", "n199", "", "198", "n198", "")));
  EXPECT_THAT(run("SORT_RO", "s", "LIMIT", "197", "100", "DESC"), texts(ElementsAre("2", "1", "0")));
  EXPECT_THAT(run("SORT", "s", "BY", "nosort"), items(SizeIs(200)));
}

TEST_P(SortCommands, InsideATransaction) {
  run("SADD", "s", "b", "a");
  run("MSET", "w:a", "2", "w:b", "1");
  run("MULTI");
  run("SORT", "s", "ALPHA");
  run("SORT", "s", "BY", "w:*", "GET", "w:*");
  const Reply replies = run("EXEC");
  ASSERT_THAT(replies.items, SizeIs(2));
  EXPECT_THAT(replies.items[0], texts(ElementsAre("a", "b")));
  EXPECT_THAT(replies.items[1], texts(ElementsAre("1", "2")));
}

TEST_P(SortCommands, WhatIsRefused) {
  run("SADD", "s", "a", "1");
  EXPECT_THAT(run("SORT", "s"), is_error("ERR One or more scores can't be converted into double"));
  EXPECT_THAT(run("SORT_RO", "s", "STORE", "d"), is_error("ERR syntax error"));
  run("SET", "text", "v");
  EXPECT_THAT(run("SORT", "text"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("EXISTS", "d"), is_int(0));
}

TEST_P(SortCommands, StoreMakesAListInPlaceOfWhatWasThere) {
  run("RPUSH", "l", "3", "1", "2");
  run("SET", "d", "old", "EX", "100");
  EXPECT_THAT(run("SORT", "l", "DESC", "STORE", "d"), is_int(3));
  EXPECT_THAT(run("LRANGE", "d", "0", "-1"), texts(ElementsAre("3", "2", "1")));
  EXPECT_THAT(run("TTL", "d"), is_int(-1));
  EXPECT_THAT(run("SORT", "l", "STORE", "l"), is_int(3));
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(ElementsAre("1", "2", "3")));
  EXPECT_THAT(run("SORT", "none", "STORE", "d"), is_int(0));
  EXPECT_THAT(run("EXISTS", "d"), is_int(0));
}

LARDER_COMMAND_TESTS(SortCommands);

}  // namespace
}  // namespace larder::test
