// Bitmap commands over a connection: strings of both kinds of memory, and where changes are told from none.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using ::testing::ElementsAre;

class BitmapCommands : public CommandTest {};

TEST_P(BitmapCommands, BitsOfSmallAndLargeStrings) {
  for (const std::string place : {"5", "20000", "100000"}) {
    EXPECT_THAT(run("SETBIT", "b", place, "1"), is_int(0));
    EXPECT_THAT(run("SETBIT", "b", place, "1"), is_int(1));
    EXPECT_THAT(run("GETBIT", "b", place), is_int(1));
  }
  EXPECT_THAT(run("BITCOUNT", "b"), is_int(3));
  EXPECT_THAT(run("BITPOS", "b", "1", "1"), is_int(20000));
  EXPECT_THAT(run("STRLEN", "b"), is_int(12501));
  EXPECT_THAT(run("SETBIT", "b", "20000", "0"), is_int(1));
  EXPECT_THAT(run("BITPOS", "b", "1", "1"), is_int(100000));
}

TEST_P(BitmapCommands, AResultMayReplaceItsSource) {
  run("SET", "a", "abc");
  run("SET", "b", std::string(10000, 'x'));
  EXPECT_THAT(run("BITOP", "XOR", "b", "b", "a", "b"), is_int(10000));
  EXPECT_THAT(run("GETRANGE", "b", "0", "2"), is_bulk("abc"));
  EXPECT_THAT(run("BITCOUNT", "b", "3", "-1"), is_int(0));
  EXPECT_THAT(run("BITOP", "DIFF", "d", "a", "a"), is_int(3));
  EXPECT_THAT(run("GET", "d"), is_bulk(std::string(3, '\0')));
}

TEST_P(BitmapCommands, FieldsAreChangedOneAfterTheOther) {
  EXPECT_THAT(run("BITFIELD", "f", "SET", "u8", "#1", "200", "INCRBY", "u8", "#1", "100", "GET", "i8", "#1"),
              texts(ElementsAre("0", "44", "44")));
  const Reply limited =
      run("BITFIELD", "f", "OVERFLOW", "SAT", "INCRBY", "u8", "8", "300", "OVERFLOW", "FAIL", "INCRBY", "u8", "8", "1");
  ASSERT_EQ(limited.items.size(), 2U);
  EXPECT_THAT(limited.items[0], is_int(255));
  EXPECT_THAT(limited.items[1], is_nil());
  EXPECT_THAT(run("BITFIELD", "far", "SET", "i64", "100000", "-2", "GET", "i64", "100000"),
              texts(ElementsAre("0", "-2")));
  EXPECT_THAT(run("BITFIELD", "far", "INCRBY", "i64", "100000", "3"), texts(ElementsAre("1")));
}

TEST_P(BitmapCommands, AWatcherSeesChangesAlone) {
  run("SETBIT", "b", "100", "1");
  const auto watcher = connect();
  const auto disturbed = [&](const auto&... words) {
    run_on(*watcher, "WATCH", "b");
    run(words...);
    run_on(*watcher, "MULTI");
    const Reply reply = run_on(*watcher, "EXEC");
    return reply.null || reply.type == '_';
  };
  EXPECT_FALSE(disturbed("SETBIT", "b", "100", "1"));
  EXPECT_FALSE(disturbed("BITFIELD", "b", "INCRBY", "u8", "0", "0"));
  EXPECT_TRUE(disturbed("SETBIT", "b", "100", "0"));
  EXPECT_TRUE(disturbed("SETBIT", "b", "1000", "0"));
  EXPECT_TRUE(disturbed("BITFIELD", "b", "INCRBY", "u8", "0", "1"));
}

TEST_P(BitmapCommands, ATooFarBitAllocatesNothing) {
  EXPECT_THAT(run("SETBIT", "b", "4294967296", "1"), is_error("ERR bit offset is not an integer or out of range"));
  EXPECT_THAT(run("BITFIELD", "b", "SET", "i64", "#67108864", "1"), is_error("ERR bit offset"));
  EXPECT_THAT(run("EXISTS", "b"), is_int(0));
}

LARDER_COMMAND_TESTS(BitmapCommands);

}  // namespace
}  // namespace larder::test
