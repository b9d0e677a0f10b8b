// Set commands over a connection, in all three encodings.
#include <algorithm>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SetCommands : public CommandTest {
 protected:
  /// SADD key prefix0 prefix1 ...
  void fill(const std::string& key, const std::string& prefix, int count) {
    for (int i = 0; i < count; ++i) EXPECT_THAT(run("SADD", key, prefix + std::to_string(i)), is_int(1));
  }
  char set_type() const { return resp3() ? '~' : '*'; }
};

TEST_P(SetCommands, AddAndRemoveCountWhatChanged) {
  EXPECT_THAT(run("SADD", "s", "a", "b", "a"), is_int(2));
  EXPECT_THAT(run("SADD", "s", "b", "c"), is_int(1));
  EXPECT_THAT(run("SREM", "s", "a", "none"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "s"), texts(UnorderedElementsAre("b", "c")));
  EXPECT_EQ(run("SMEMBERS", "s").type, set_type());
  EXPECT_THAT(run("SMISMEMBER", "s", "a", "b"), texts(ElementsAre("0", "1")));
  EXPECT_THAT(run("SISMEMBER", "none", "a"), is_int(0));
}

TEST_P(SetCommands, AnEmptySetDoesNotExist) {
  run("SADD", "s", "a", "b");
  run("EXPIRE", "s", "100");
  EXPECT_THAT(run("SREM", "s", "a", "b"), is_int(2));
  EXPECT_THAT(run("EXISTS", "s"), is_int(0));
  run("SADD", "s", "c");
  EXPECT_THAT(run("TTL", "s"), is_int(-1));
  EXPECT_THAT(run("SPOP", "s"), is_bulk("c"));
  EXPECT_EQ(run("TYPE", "s").text, "none");
}

TEST_P(SetCommands, ADeadlineSurvivesChangesAndThenEndsTheSet) {
  run("SADD", "s", "a");
  run("PEXPIRE", "s", "1500");
  run("SADD", "s", "b");
  run("SREM", "s", "a");
  EXPECT_THAT(run("PTTL", "s"), is_int(1500));
  clock.advance(1500ms);
  EXPECT_THAT(run("SMEMBERS", "s"), texts(IsEmpty()));
  EXPECT_THAT(run("SADD", "s", "fresh"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "s"), texts(ElementsAre("fresh")));
}

TEST_P(SetCommands, EncodingsGrowAndNeverShrink) {
  run("SADD", "s", "1", "2", "3");
  EXPECT_THAT(run("OBJECT", "ENCODING", "s"), is_bulk("intset"));
  run("SADD", "s", "text");
  EXPECT_THAT(run("OBJECT", "ENCODING", "s"), is_bulk("listpack"));
  run("SADD", "s", std::string(65, 'x'));
  EXPECT_THAT(run("OBJECT", "ENCODING", "s"), is_bulk("hashtable"));
  run("SREM", "s", "text", std::string(65, 'x'));
  EXPECT_THAT(run("OBJECT", "ENCODING", "s"), is_bulk("hashtable"));
  EXPECT_THAT(run("SMEMBERS", "s"), texts(UnorderedElementsAre("1", "2", "3")));
}

TEST_P(SetCommands, Algebra) {
  run("SADD", "a", "1", "2", "3", "4");
  run("SADD", "b", "3", "4", "five");
  EXPECT_THAT(run("SINTER", "a", "b"), texts(UnorderedElementsAre("3", "4")));
  EXPECT_THAT(run("SUNION", "a", "b"), texts(UnorderedElementsAre("1", "2", "3", "4", "five")));
  EXPECT_THAT(run("SDIFF", "a", "b"), texts(UnorderedElementsAre("1", "2")));
  EXPECT_THAT(run("SDIFF", "none", "b"), texts(IsEmpty()));
  EXPECT_THAT(run("SINTERCARD", "2", "a", "b"), is_int(2));
  EXPECT_THAT(run("SINTERCARD", "2", "a", "b", "LIMIT", "1"), is_int(1));
  EXPECT_THAT(run("SINTERCARD", "0", "a"), is_error("ERR numkeys should be greater than 0"));
  EXPECT_THAT(run("SINTERCARD", "3", "a", "b"), is_error("ERR Number of keys can't be greater than number of args"));
}

TEST_P(SetCommands, AStoredResultReplacesWhatWasThere) {
  run("SADD", "a", "1", "2");
  run("SADD", "b", "2", "3");
  run("SET", "target", "text", "EX", "100");
  EXPECT_THAT(run("SINTERSTORE", "target", "a", "b"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "target"), texts(ElementsAre("2")));
  EXPECT_THAT(run("TTL", "target"), is_int(-1));
  EXPECT_THAT(run("SDIFFSTORE", "a", "a", "b"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "a"), texts(ElementsAre("1")));
  EXPECT_THAT(run("SINTERSTORE", "target", "a", "none"), is_int(0));
  EXPECT_THAT(run("EXISTS", "target"), is_int(0));
  EXPECT_THAT(run("SUNIONSTORE", "target", "a", "b"), is_int(3));
}

TEST_P(SetCommands, MovesBetweenSets) {
  run("SADD", "a", "m");
  EXPECT_THAT(run("SMOVE", "a", "b", "none"), is_int(0));
  EXPECT_THAT(run("SMOVE", "a", "b", "m"), is_int(1));
  EXPECT_THAT(run("EXISTS", "a", "b"), is_int(1));
  EXPECT_THAT(run("SMOVE", "b", "b", "m"), is_int(1));
  EXPECT_THAT(run("SMEMBERS", "b"), texts(ElementsAre("m")));
  run("SET", "text", "x");
  EXPECT_THAT(run("SMOVE", "b", "text", "m"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("SMEMBERS", "b"), texts(ElementsAre("m")));
}

TEST_P(SetCommands, RandomMembersComeFromTheSet) {
  fill("s", "m", 300);
  EXPECT_THAT(run("SRANDMEMBER", "s", "-1000"), items(SizeIs(1000)));
  EXPECT_THAT(run("SRANDMEMBER", "s", "1000"), items(SizeIs(300)));
  EXPECT_THAT(run("SRANDMEMBER", "none"), is_nil());
  EXPECT_THAT(run("SRANDMEMBER", "none", "3"), texts(IsEmpty()));
  const Reply popped = run("SPOP", "s", "100");
  EXPECT_THAT(popped, items(SizeIs(100)));
  EXPECT_THAT(run("SCARD", "s"), is_int(200));
  for (const Reply& member : popped.items) EXPECT_THAT(run("SISMEMBER", "s", member.text), is_int(0));
  EXPECT_THAT(run("SPOP", "s", "1000"), items(SizeIs(200)));
  EXPECT_THAT(run("EXISTS", "s"), is_int(0));
  EXPECT_THAT(run("SPOP", "s", "-1"), is_error("ERR value is out of range, must be positive"));
}

TEST_P(SetCommands, AScanMeetsEachMember) {
  fill("s", "m", 1000);
  std::vector<std::string> met;
  std::string cursor = "0";
  do {
    const Reply page = run("SSCAN", "s", cursor, "COUNT", "100", "MATCH", "m*");
    ASSERT_EQ(page.items.size(), 2u);
    cursor = page.items[0].text;
    for (const Reply& member : page.items[1].items) met.push_back(member.text);
  } while (cursor != "0" && met.size() < 10'000);
  std::sort(met.begin(), met.end());
  met.erase(std::unique(met.begin(), met.end()), met.end());
  EXPECT_THAT(met, SizeIs(1000));
  EXPECT_THAT(run("SSCAN", "s", "zero"), is_error("ERR invalid cursor"));
}

TEST_P(SetCommands, OtherTypesAreRefusedAndKept) {
  run("SET", "text", "x");
  for (const char* command : {"SADD", "SREM", "SISMEMBER", "SMISMEMBER"}) {
    EXPECT_THAT(run(command, "text", "m"), is_error("WRONGTYPE")) << command;
  }
  for (const char* command : {"SMEMBERS", "SCARD", "SPOP", "SRANDMEMBER", "SINTER", "SUNION", "SDIFF"}) {
    EXPECT_THAT(run(command, "text"), is_error("WRONGTYPE")) << command;
  }
  EXPECT_THAT(run("GET", "text"), is_bulk("x"));
}

LARDER_COMMAND_TESTS(SetCommands);

}  // namespace
}  // namespace larder::test
