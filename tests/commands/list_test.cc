// List commands over a connection, in both encodings.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListCommands : public CommandTest {};

TEST_P(ListCommands, BothEndsArePushedAndPopped) {
  EXPECT_THAT(run("RPUSH", "l", "b", "c"), is_int(2));
  EXPECT_THAT(run("LPUSH", "l", "a", "12"), is_int(4));
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(ElementsAre("12", "a", "b", "c")));
  EXPECT_THAT(run("LPOP", "l"), is_bulk("12"));
  EXPECT_THAT(run("RPOP", "l", "2"), texts(ElementsAre("c", "b")));
  EXPECT_THAT(run("RPUSHX", "none", "a"), is_int(0));
  EXPECT_THAT(run("LPOP", "l", "5"), texts(ElementsAre("a")));
  EXPECT_THAT(run("EXISTS", "l"), is_int(0));
}

TEST_P(ListCommands, ADeadlineSurvivesChangesAndThenEndsTheList) {
  run("RPUSH", "l", "a");
  run("PEXPIRE", "l", "1500");
  run("LPUSH", "l", "b");
  run("LMOVE", "l", "l", "LEFT", "RIGHT");
  EXPECT_THAT(run("PTTL", "l"), is_int(1500));
  clock.advance(1500ms);
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(IsEmpty()));
  EXPECT_THAT(run("LPUSHX", "l", "fresh"), is_int(0));
}

TEST_P(ListCommands, AMovedElementKeepsEverythingInPlace) {
  run("RPUSH", "l", "a", "b");
  EXPECT_THAT(run("LMOVE", "l", "m", "RIGHT", "LEFT"), is_bulk("b"));
  EXPECT_THAT(run("RPOPLPUSH", "l", "m"), is_bulk("a"));
  EXPECT_THAT(run("LRANGE", "m", "0", "-1"), texts(ElementsAre("a", "b")));
  EXPECT_THAT(run("EXISTS", "l"), is_int(0));
  run("SET", "text", "x");
  EXPECT_THAT(run("LMOVE", "m", "text", "LEFT", "LEFT"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("LLEN", "m"), is_int(2));
}

TEST_P(ListCommands, PositionsCountFromEitherEnd) {
  run("RPUSH", "l", "a", "b", "a", "c", "a");
  EXPECT_THAT(run("LPOS", "l", "a"), is_int(0));
  EXPECT_THAT(run("LPOS", "l", "a", "RANK", "-1"), is_int(4));
  const Reply all = run("LPOS", "l", "a", "COUNT", "0", "RANK", "-2");
  ASSERT_THAT(all.items, SizeIs(2));
  EXPECT_THAT(all.items[0], is_int(2));
  EXPECT_THAT(all.items[1], is_int(0));
  EXPECT_THAT(run("LPOS", "l", "a", "RANK", "-9223372036854775808"), is_error("ERR value is out of range"));
}

TEST_P(ListCommands, AListOfManyElementsIsReachedInTheMiddle) {
  const auto name = [](int i) { return "element " + std::to_string(i); };
  for (int i = 0; i < 20'000; i += 5) {
    EXPECT_THAT(run("RPUSH", "l", name(i), name(i + 1), name(i + 2), name(i + 3), name(i + 4)), is_int(i + 5));
  }
  EXPECT_THAT(run("LINDEX", "l", "12345"), is_bulk("element 12345"));
  EXPECT_THAT(run("LINDEX", "l", "-1"), is_bulk("element 19999"));
  EXPECT_THAT(run("LINSERT", "l", "AFTER", "element 10000", "here"), is_int(20'001));
  EXPECT_THAT(run("LRANGE", "l", "10000", "10002"), texts(ElementsAre("element 10000", "here", "element 10001")));
  EXPECT_THAT(run("OBJECT", "ENCODING", "l"), is_bulk("quicklist"));
  EXPECT_THAT(run("LTRIM", "l", "10000", "10001"), is_ok());
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(ElementsAre("element 10000", "here")));
  EXPECT_THAT(run("OBJECT", "ENCODING", "l"), is_bulk("listpack"));
}

LARDER_COMMAND_TESTS(ListCommands);

}  // namespace
}  // namespace larder::test
