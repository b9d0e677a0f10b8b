// Generic commands over a connection: naming, listing, expiring and moving keys, and whole databases.
#include <algorithm>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class GenericCommands : public CommandTest {
 protected:
  std::vector<std::string> scan(std::vector<std::string> options) {
    std::vector<std::string> found;
    std::string cursor = "0";
    int calls = 0;
    do {
      std::vector<std::string> words{"SCAN", cursor};
      words.insert(words.end(), options.begin(), options.end());
      const Received page = client_->call(words);
      if (!page.ok() || page.value.items.size() != 2) return {"no page"};
      cursor = page.value.items[0].text;
      for (const Reply& key : page.value.items[1].items) found.push_back(key.text);
    } while (cursor != "0" && ++calls < 10'000);
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST_P(GenericCommands, DeletingCountsKeysThatWereThere) {
  run("MSET", "a", "1", "b", "2", "c", "3");
  run("SET", "gone", "x", "PX", "5");
  clock.advance(5ms);
  EXPECT_THAT(run("EXISTS", "a", "a", "none", "gone"), is_int(2));
  EXPECT_THAT(run("TOUCH", "a", "b", "gone"), is_int(2));
  EXPECT_THAT(run("DEL", "a", "a", "gone"), is_int(1));
  EXPECT_THAT(run("UNLINK", "b", "none"), is_int(1));
  EXPECT_THAT(run("KEYS", "*"), texts(ElementsAre("c")));
}

TEST_P(GenericCommands, KeysAndTypes) {
  run("MSET", "user:1", "a", "user:2", "b", "other", "c");
  run("SADD", "user:set", "m");
  EXPECT_THAT(run("KEYS", "user:?"), texts(UnorderedElementsAre("user:1", "user:2")));
  EXPECT_THAT(run("KEYS", "[a-o]*"), texts(ElementsAre("other")));
  EXPECT_EQ(run("TYPE", "user:set").text, "set");
  EXPECT_EQ(run("TYPE", "user:1").text, "string");
  EXPECT_EQ(run("TYPE", "none").text, "none");
  run("PEXPIRE", "other", "10");
  clock.advance(10ms);
  EXPECT_THAT(run("KEYS", "o*"), texts(IsEmpty()));
}

TEST_P(GenericCommands, AScanMeetsEachKeyOnce) {
  std::vector<std::string> strings;
  for (int i = 0; i < 300; ++i) {
    strings.push_back("key:" + std::to_string(i));
    run("SET", strings.back(), "v");
  }
  run("SADD", "set", "m");
  run("SET", "short", "x", "PX", "10");
  clock.advance(10ms);
  std::sort(strings.begin(), strings.end());
  EXPECT_EQ(scan({"TYPE", "string"}), strings);
  EXPECT_EQ(scan({"COUNT", "7", "MATCH", "key:*"}), strings);
  EXPECT_THAT(scan({"COUNT", "1000", "TYPE", "SET"}), ElementsAre("set"));
  EXPECT_THAT(run("DBSIZE"), is_int(301));  // what a scan met expired is gone
  EXPECT_THAT(run("SCAN", "x"), is_error("ERR invalid cursor"));
  EXPECT_THAT(run("SCAN", "0", "COUNT", "0"), is_error("ERR syntax error"));
}

TEST_P(GenericCommands, ExpireConditions) {
  run("SET", "k", "v");
  EXPECT_THAT(run("EXPIRE", "k", "10", "XX"), is_int(0));
  EXPECT_THAT(run("EXPIRE", "k", "10", "GT"), is_int(0));
  EXPECT_THAT(run("EXPIRE", "k", "10", "NX"), is_int(1));
  EXPECT_THAT(run("EXPIRE", "k", "5", "GT"), is_int(0));
  EXPECT_THAT(run("EXPIRE", "k", "5", "LT"), is_int(1));
  EXPECT_THAT(run("TTL", "k"), is_int(5));
  EXPECT_THAT(run("EXPIRE", "k", "5", "NX", "XX"), is_error("ERR NX and XX"));
  EXPECT_THAT(run("EXPIRE", "k", "9223372036854775807"), is_error("ERR invalid expire time in 'expire' command"));
  EXPECT_THAT(run("EXPIRE", "none", "5"), is_int(0));
  EXPECT_THAT(run("PERSIST", "k"), is_int(1));
  EXPECT_THAT(run("PERSIST", "k"), is_int(0));
  EXPECT_THAT(run("EXPIRE", "k", "-1"), is_int(1));
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
}

TEST_P(GenericCommands, TimeLeftIsCountedByTheClock) {
  const int64_t now = clock.now_ms();
  run("SET", "k", "v");
  EXPECT_THAT(run("TTL", "k"), is_int(-1));
  EXPECT_THAT(run("PTTL", "none"), is_int(-2));
  run("PEXPIREAT", "k", std::to_string(now + 2600));
  EXPECT_THAT(run("TTL", "k"), is_int(3));
  clock.advance(1200ms);
  EXPECT_THAT(run("PTTL", "k"), is_int(1400));
  EXPECT_THAT(run("TTL", "k"), is_int(1));
  EXPECT_THAT(run("PEXPIRETIME", "k"), is_int(now + 2600));
  clock.advance(1400ms);
  EXPECT_THAT(run("TTL", "k"), is_int(-2));
  EXPECT_THAT(run("PERSIST", "k"), is_int(0));
}

TEST_P(GenericCommands, RenameTakesValueAndDeadlineAlong) {
  run("SET", "a", "v", "PX", "1000");
  run("SET", "b", "old", "PX", "5000");
  EXPECT_THAT(run("RENAME", "a", "b"), is_ok());
  EXPECT_THAT(run("PTTL", "b"), is_int(1000));
  EXPECT_THAT(run("MGET", "a", "b"), items(ElementsAre(is_nil(), is_bulk("v"))));
  EXPECT_THAT(run("RENAME", "a", "c"), is_error("ERR no such key"));
  EXPECT_THAT(run("RENAME", "b", "b"), is_ok());
  run("SADD", "set", "m");
  EXPECT_THAT(run("RENAMENX", "set", "b"), is_int(0));
  EXPECT_THAT(run("RENAMENX", "set", "fresh"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "fresh"), texts(ElementsAre("m")));
  clock.advance(1s);
  EXPECT_THAT(run("RENAMENX", "fresh", "b"), is_int(1));  // the expired key is in nobody's way
  EXPECT_THAT(run("PTTL", "b"), is_int(-1));
}

TEST_P(GenericCommands, CopyIsIndependentOfItsSource) {
  run("SADD", "s", "a", "b");
  run("PEXPIRE", "s", "1000");
  EXPECT_THAT(run("COPY", "s", "t"), is_int(1));
  run("SADD", "t", "c");
  run("SREM", "s", "a");
  EXPECT_THAT(run("SMEMBERS", "s"), texts(ElementsAre("b")));
  EXPECT_THAT(run("SMEMBERS", "t"), texts(UnorderedElementsAre("a", "b", "c")));
  EXPECT_THAT(run("PTTL", "t"), is_int(1000));
  EXPECT_THAT(run("COPY", "s", "t"), is_int(0));
  EXPECT_THAT(run("COPY", "s", "t", "REPLACE"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "t"), texts(ElementsAre("b")));
  EXPECT_THAT(run("COPY", "s", "s", "DB", "1"), is_int(1));
  EXPECT_THAT(run("COPY", "s", "s"), is_error("ERR source and destination objects are the same"));
  EXPECT_THAT(run("COPY", "none", "x"), is_int(0));
  const std::string large(20'000, 'x');
  run("SET", "large", large);
  EXPECT_THAT(run("COPY", "large", "twin"), is_int(1));
  run("APPEND", "large", "y");
  EXPECT_THAT(run("GET", "twin"), is_bulk(large));
  EXPECT_THAT(run("GET", "large"), is_bulk(large + "y"));
}

TEST_P(GenericCommands, MoveChangesTheDatabase) {
  run("SET", "k", "v", "PX", "1000");
  EXPECT_THAT(run("MOVE", "k", "1"), is_int(1));
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
  EXPECT_THAT(run("MOVE", "k", "1"), is_int(0));
  EXPECT_THAT(run("MOVE", "k", "0"), is_error("ERR source and destination objects are the same"));
  EXPECT_THAT(run("MOVE", "k", "99"), is_error("ERR DB index is out of range"));
  run("SELECT", "1");
  EXPECT_THAT(run("PTTL", "k"), is_int(1000));
  run("SELECT", "0");
  run("SET", "k", "other");
  EXPECT_THAT(run("MOVE", "k", "1"), is_int(0));
  clock.advance(1s);
  EXPECT_THAT(run("MOVE", "k", "1"), is_int(1));
}

TEST_P(GenericCommands, SwapdbExchangesWhatEveryClientSees) {
  const auto other = connect();
  run_on(*other, "SELECT", "1");
  run("SET", "zero", "a", "PX", "1000");
  run_on(*other, "SET", "one", "b");
  EXPECT_THAT(run("SWAPDB", "0", "1"), is_ok());
  EXPECT_THAT(run("KEYS", "*"), texts(ElementsAre("one")));
  EXPECT_THAT(run_on(*other, "PTTL", "zero"), is_int(1000));
  clock.advance(1s);
  EXPECT_THAT(run_on(*other, "GET", "zero"), is_nil());
  EXPECT_THAT(run("SWAPDB", "0", "99"), is_error("ERR DB index is out of range"));
  EXPECT_THAT(run("SWAPDB", "x", "1"), is_error("ERR invalid first DB index"));
}

TEST_P(GenericCommands, FlushingOneDatabaseAndAll) {
  const auto fill = [&] {
    for (const char* database : {"0", "1", "2"}) {
      run("SELECT", database);
      run("MSET", "a", "1", "b", "2");
      run("SADD", "s", "m");
    }
  };
  fill();
  EXPECT_THAT(run("FLUSHDB"), is_ok());
  EXPECT_THAT(run("DBSIZE"), is_int(0));
  run("SELECT", "1");
  EXPECT_THAT(run("DBSIZE"), is_int(3));
  for (const char* how : {"ASYNC", "SYNC"}) {
    fill();
    EXPECT_THAT(run("FLUSHALL", how), is_ok());
    for (const char* database : {"0", "1", "2"}) {
      run("SELECT", database);
      EXPECT_THAT(run("DBSIZE"), is_int(0));
      EXPECT_THAT(run("RANDOMKEY"), is_nil());
    }
  }
  EXPECT_THAT(run("FLUSHALL", "NOW"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "a", "again"), is_ok());
  EXPECT_THAT(run("RANDOMKEY"), is_bulk("a"));
}

TEST_P(GenericCommands, IdleTimeIsCountedByTheClock) {
  run("SET", "k", "v");
  clock.advance(30s);
  run("PING");
  EXPECT_THAT(run("OBJECT", "IDLETIME", "k"), is_int(30));
  run("TOUCH", "k");
  EXPECT_THAT(run("OBJECT", "IDLETIME", "k"), is_int(0));
}

LARDER_COMMAND_TESTS(GenericCommands);

}  // namespace
}  // namespace larder::test
