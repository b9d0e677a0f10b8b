// Hash commands over a connection, in both encodings.
#include <algorithm>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HashCommands : public CommandTest {
 protected:
  /// HSET key f0 0, HSET key f1 1 ...
  void fill(const std::string& key, int count) {
    for (int i = 0; i < count; ++i)
      EXPECT_THAT(run("HSET", key, "f" + std::to_string(i), std::to_string(i)), is_int(1));
  }
};

TEST_P(HashCommands, FieldsAreSetReadAndRemoved) {
  EXPECT_THAT(run("HSET", "h", "a", "1", "b", "2"), is_int(2));
  EXPECT_THAT(run("HSET", "h", "a", "3", "c", "4"), is_int(1));
  EXPECT_THAT(run("HGET", "h", "a"), is_bulk("3"));
  EXPECT_THAT(run("HMGET", "h", "c", "b"), texts(ElementsAre("4", "2")));
  const Reply all = run("HGETALL", "h");
  EXPECT_EQ(all.type, resp3() ? '%' : '*');
  EXPECT_THAT(all, texts(ElementsAre("a", "3", "b", "2", "c", "4")));
  EXPECT_THAT(run("HDEL", "h", "a", "none", "b"), is_int(2));
  EXPECT_THAT(run("HKEYS", "h"), texts(ElementsAre("c")));
  EXPECT_THAT(run("HDEL", "h", "c"), is_int(1));
  EXPECT_THAT(run("EXISTS", "h"), is_int(0));
}

TEST_P(HashCommands, ADeadlineSurvivesChangesAndThenEndsTheHash) {
  run("HSET", "h", "a", "1");
  run("PEXPIRE", "h", "1500");
  run("HINCRBY", "h", "a", "1");
  run("HSET", "h", "b", "2");
  EXPECT_THAT(run("PTTL", "h"), is_int(1500));
  clock.advance(1500ms);
  EXPECT_THAT(run("HGETALL", "h"), texts(IsEmpty()));
  EXPECT_THAT(run("HSETNX", "h", "a", "fresh"), is_int(1));
  EXPECT_THAT(run("HVALS", "h"), texts(ElementsAre("fresh")));
}

TEST_P(HashCommands, AScanMeetsEveryFieldThatStays) {
  fill("h", 2000);
  std::vector<std::string> met;
  std::string cursor = "0";
  int number = 0;
  do {
    const Reply page = run("HSCAN", "h", cursor, "COUNT", "20", "NOVALUES");
    ASSERT_THAT(page.items, SizeIs(2));
    cursor = page.items[0].text;
    for (const Reply& field : page.items[1].items) met.push_back(field.text);
    run("HSET", "h", "passing" + std::to_string(number), "x");
    run("HDEL", "h", "passing" + std::to_string(number++ / 2));
  } while (cursor != "0" && number < 10'000);
  std::erase_if(met, [](const std::string& field) { return field.starts_with("passing"); });
  std::sort(met.begin(), met.end());
  EXPECT_EQ(std::unique(met.begin(), met.end()), met.end()) << "a field was met twice";
  EXPECT_THAT(met, SizeIs(2000));
}

TEST_P(HashCommands, RandomFieldsAreAllEquallyLikely) {
  for (const int count : {10, 700}) {
    const std::string key = "h" + std::to_string(count);
    fill(key, count);
    std::vector<int> drawn(static_cast<size_t>(count));
    const int draws = 40 * count;
    for (const Reply& field : run("HRANDFIELD", key, std::to_string(-draws)).items)
      ++drawn[std::stoul(field.text.substr(1))];
    // 40 each, with a deviation of 6.4: none is eight of those away.
    EXPECT_GT(*std::min_element(drawn.begin(), drawn.end()), 0);
    EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 92);
    const Reply distinct = run("HRANDFIELD", key, "5");
    ASSERT_THAT(distinct.items, SizeIs(5));
  }
}

TEST_P(HashCommands, PairsOfRandomFieldsAreArraysInResp3) {
  run("HSET", "h", "f", "v");
  const Reply pairs = run("HRANDFIELD", "h", "3", "WITHVALUES");
  if (resp3()) {
    ASSERT_THAT(pairs.items, SizeIs(1));
    EXPECT_THAT(pairs.items[0], texts(ElementsAre("f", "v")));
  } else {
    EXPECT_THAT(pairs, texts(ElementsAre("f", "v")));
  }
}

TEST_P(HashCommands, OtherTypesAreRefusedAndKept) {
  run("SET", "text", "x");
  for (const char* command : {"HGET", "HDEL", "HEXISTS", "HSTRLEN", "HMGET"}) {
    EXPECT_THAT(run(command, "text", "f"), is_error("WRONGTYPE")) << command;
  }
  for (const char* command : {"HGETALL", "HLEN", "HKEYS", "HVALS", "HRANDFIELD"}) {
    EXPECT_THAT(run(command, "text"), is_error("WRONGTYPE")) << command;
  }
  EXPECT_THAT(run("HSET", "text", "f", "v"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("GET", "text"), is_bulk("x"));
}

LARDER_COMMAND_TESTS(HashCommands);

}  // namespace
}  // namespace larder::test
