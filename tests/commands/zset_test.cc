// Sorted set commands over a connection, in both encodings.
#include <algorithm>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ZsetCommands : public CommandTest {
 protected:
  /// ZADD key 0 m0, ZADD key 1 m1 ...
  void fill(const std::string& key, int count) {
    for (int i = 0; i < count; ++i)
      EXPECT_THAT(run("ZADD", key, std::to_string(i), "m" + std::to_string(i)), is_int(1));
  }
  /// Members and scores in a reply, however they are nested.
  static std::vector<std::string> flat(const Reply& reply) {
    std::vector<std::string> texts;
    for (const Reply& item : reply.items) {
      if (item.items.empty()) texts.push_back(item.text);
      for (const Reply& inner : item.items) texts.push_back(inner.text);
    }
    return texts;
  }
};

TEST_P(ZsetCommands, MembersAreAddedRankedAndRemoved) {
  EXPECT_THAT(run("ZADD", "z", "2", "b", "1", "a", "3", "c"), is_int(3));
  EXPECT_THAT(run("ZADD", "z", "CH", "0.5", "c", "9", "d", "1", "a"), is_int(2));
  EXPECT_THAT(run("ZRANGE", "z", "0", "-1"), texts(ElementsAre("c", "a", "b", "d")));
  EXPECT_EQ(run("ZSCORE", "z", "c").text, "0.5");
  EXPECT_EQ(run("ZSCORE", "z", "c").type, resp3() ? ',' : '$');
  EXPECT_THAT(run("ZRANK", "z", "b"), is_int(2));
  EXPECT_THAT(run("ZREVRANK", "z", "b"), is_int(1));
  EXPECT_THAT(run("ZREM", "z", "c", "none", "b"), is_int(2));
  EXPECT_THAT(run("ZCARD", "z"), is_int(2));
  EXPECT_THAT(run("ZREM", "z", "a", "d"), is_int(2));
  EXPECT_THAT(run("EXISTS", "z"), is_int(0));
}

TEST_P(ZsetCommands, PairsAreArraysInResp3) {
  run("ZADD", "z", "1", "a", "2.5", "b");
  const Reply range = run("ZRANGE", "z", "0", "-1", "WITHSCORES");
  EXPECT_THAT(range.items, SizeIs(resp3() ? 2 : 4));
  EXPECT_THAT(flat(range), ElementsAre("a", "1", "b", "2.5"));
  EXPECT_THAT(run("ZPOPMAX", "z"), texts(ElementsAre("b", "2.5")));  // one pair stands alone
  EXPECT_THAT(run("ZPOPMAX", "z", "1").items, SizeIs(resp3() ? 1 : 2));
  EXPECT_THAT(run("EXISTS", "z"), is_int(0));
}

TEST_P(ZsetCommands, ADeadlineSurvivesChangesAndThenEndsTheSet) {
  run("ZADD", "z", "1", "a");
  run("PEXPIRE", "z", "1500");
  run("ZINCRBY", "z", "1", "a");
  run("ZADD", "z", "2", "b");
  EXPECT_THAT(run("PTTL", "z"), is_int(1500));
  clock.advance(1500ms);
  EXPECT_THAT(run("ZRANGE", "z", "0", "-1"), texts(IsEmpty()));
  EXPECT_THAT(run("ZADD", "z", "XX", "1", "a"), is_int(0));
  EXPECT_THAT(run("EXISTS", "z"), is_int(0));
}

TEST_P(ZsetCommands, RangesAgreeWithEachOtherInALargeSet) {
  fill("z", 1000);
  EXPECT_THAT(run("OBJECT", "ENCODING", "z"), is_bulk("skiplist"));
  const std::vector<std::string> by_rank = flat(run("ZRANGE", "z", "400", "449"));
  EXPECT_THAT(by_rank, SizeIs(50));
  EXPECT_EQ(flat(run("ZRANGE", "z", "400", "(450", "BYSCORE")), by_rank);
  EXPECT_EQ(flat(run("ZRANGE", "z", "-inf", "+inf", "BYSCORE", "LIMIT", "400", "50")), by_rank);
  std::vector<std::string> backwards = flat(run("ZRANGE", "z", "(450", "400", "BYSCORE", "REV"));
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(backwards, by_rank);
  EXPECT_THAT(run("ZCOUNT", "z", "400", "(450"), is_int(50));
  EXPECT_THAT(run("ZRANGESTORE", "part", "z", "400", "449"), is_int(50));
  EXPECT_THAT(run("OBJECT", "ENCODING", "part"), is_bulk("listpack"));
  EXPECT_EQ(flat(run("ZRANGE", "part", "0", "-1")), by_rank);
  EXPECT_THAT(run("ZREMRANGEBYSCORE", "z", "400", "(450"), is_int(50));
  EXPECT_THAT(run("ZREMRANGEBYRANK", "z", "0", "399"), is_int(400));
  EXPECT_THAT(run("ZRANGE", "z", "0", "0"), texts(ElementsAre("m450")));
}

TEST_P(ZsetCommands, AScanMeetsEveryMemberThatStays) {
  fill("z", 1000);
  std::vector<std::string> met;
  std::string cursor = "0";
  int number = 0;
  do {
    const Reply page = run("ZSCAN", "z", cursor, "COUNT", "20");
    ASSERT_THAT(page.items, SizeIs(2));
    cursor = page.items[0].text;
    for (size_t i = 0; i < page.items[1].items.size(); i += 2) met.push_back(page.items[1].items[i].text);
    run("ZADD", "z", "5", "passing" + std::to_string(number));
    run("ZREM", "z", "passing" + std::to_string(number++ / 2));
  } while (cursor != "0" && number < 10'000);
  std::erase_if(met, [](const std::string& member) { return member.starts_with("passing"); });
  std::sort(met.begin(), met.end());
  EXPECT_EQ(std::unique(met.begin(), met.end()), met.end()) << "a member was met twice";
  EXPECT_THAT(met, SizeIs(1000));
}

TEST_P(ZsetCommands, RandomMembersAreAllEquallyLikely) {
  for (const int count : {10, 300}) {
    const std::string key = "z" + std::to_string(count);
    fill(key, count);
    std::vector<int> drawn(static_cast<size_t>(count));
    for (const Reply& member : run("ZRANDMEMBER", key, std::to_string(-40 * count)).items)
      ++drawn[std::stoul(member.text.substr(1))];
    // 40 each, with a deviation of 6.4: none is eight of those away.
    EXPECT_GT(*std::min_element(drawn.begin(), drawn.end()), 0);
    EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 92);
    EXPECT_THAT(run("ZRANDMEMBER", key, "5").items, SizeIs(5));
  }
}

TEST_P(ZsetCommands, SetsAreCombinedAsIfTheirScoresWereOne) {
  run("ZADD", "z", "5", "a", "7", "b");
  run("SADD", "s", "b", "c");
  EXPECT_THAT(flat(run("ZUNION", "2", "z", "s", "WEIGHTS", "1", "3", "WITHSCORES")),
              ElementsAre("c", "3", "a", "5", "b", "10"));
  EXPECT_THAT(run("ZINTERSTORE", "s", "2", "z", "s"), is_int(1));
  EXPECT_THAT(run("TYPE", "s").text, "zset");
  EXPECT_EQ(run("ZSCORE", "s", "b").text, "8");
  EXPECT_THAT(run("ZDIFFSTORE", "s", "2", "z", "z"), is_int(0));
  EXPECT_THAT(run("EXISTS", "s"), is_int(0));
}

TEST_P(ZsetCommands, OtherTypesAreRefusedAndKept) {
  run("SET", "text", "x");
  for (const char* command : {"ZSCORE", "ZMSCORE", "ZRANK", "ZREVRANK", "ZREM"}) {
    EXPECT_THAT(run(command, "text", "m"), is_error("WRONGTYPE")) << command;
  }
  for (const char* command : {"ZCARD", "ZPOPMIN", "ZPOPMAX", "ZRANDMEMBER"}) {
    EXPECT_THAT(run(command, "text"), is_error("WRONGTYPE")) << command;
  }
  for (const char* command : {"ZRANGE", "ZREVRANGE", "ZCOUNT", "ZRANGEBYSCORE", "ZREMRANGEBYRANK", "ZADD"}) {
    EXPECT_THAT(run(command, "text", "1", "2"), is_error("WRONGTYPE")) << command;
  }
  EXPECT_THAT(run("ZUNION", "1", "text"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("GET", "text"), is_bulk("x"));
}

LARDER_COMMAND_TESTS(ZsetCommands);

}  // namespace
}  // namespace larder::test
