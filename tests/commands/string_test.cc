// String commands over a connection: what they reply, what they leave behind, and until when.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class StringCommands : public CommandTest {};

TEST_P(StringCommands, SetReplacesValueTypeAndDeadline) {
  EXPECT_THAT(run("SADD", "k", "member"), is_int(1));
  EXPECT_THAT(run("SET", "k", "one", "PX", "1500"), is_ok());
  EXPECT_THAT(run("GET", "k"), is_bulk("one"));
  EXPECT_THAT(run("SET", "k", "two"), is_ok());
  clock.advance(1500ms);
  EXPECT_THAT(run("GET", "k"), is_bulk("two"));
  EXPECT_THAT(run("PTTL", "k"), is_int(-1));
}

TEST_P(StringCommands, AValueLivesUpToItsDeadlineAndNotLonger) {
  run("SET", "k", "v", "PX", "1500");
  clock.advance(1499ms);
  EXPECT_THAT(run("GET", "k"), is_bulk("v"));
  EXPECT_THAT(run("PTTL", "k"), is_int(1));
  clock.advance(1ms);
  EXPECT_THAT(run("GET", "k"), is_nil());
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
}

TEST_P(StringCommands, SetConditions) {
  EXPECT_THAT(run("SET", "k", "a", "XX"), is_nil());
  EXPECT_THAT(run("SET", "k", "a", "NX", "EX", "10"), is_ok());
  EXPECT_THAT(run("SET", "k", "b", "NX"), is_nil());
  EXPECT_THAT(run("SET", "k", "b", "XX", "KEEPTTL"), is_ok());
  EXPECT_THAT(run("PTTL", "k"), is_int(10000));
  EXPECT_THAT(run("SET", "k", "c", "XX", "GET"), is_bulk("b"));
  EXPECT_THAT(run("TTL", "k"), is_int(-1));
  clock.advance(11s);
  EXPECT_THAT(run("SET", "k", "d", "NX", "GET"), is_bulk("c"));
  EXPECT_THAT(run("GET", "k"), is_bulk("c"));
}

TEST_P(StringCommands, AnExpiredKeyIsAbsentForConditions) {
  run("SET", "k", "old", "PX", "5");
  clock.advance(5ms);
  EXPECT_THAT(run("SET", "k", "new", "XX"), is_nil());
  EXPECT_THAT(run("SET", "k", "new", "NX", "GET"), is_nil());
  EXPECT_THAT(run("GET", "k"), is_bulk("new"));
}

TEST_P(StringCommands, SetRefusesAndChangesNothing) {
  run("SET", "k", "kept");
  EXPECT_THAT(run("SET", "k", "x", "NX", "XX"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "x", "EX", "5", "PX", "5"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "x", "EX", "5", "KEEPTTL"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "x", "EX", "0"), is_error("ERR invalid expire time in 'set' command"));
  EXPECT_THAT(run("SET", "k", "x", "PX", "9223372036854775807"), is_error("ERR invalid expire time in 'set' command"));
  EXPECT_THAT(run("SET", "k", "x", "EX", "ten"), is_error("ERR value is not an integer or out of range"));
  EXPECT_THAT(run("SET", "k"), is_error("ERR wrong number of arguments for 'set' command"));
  EXPECT_THAT(run("GET", "k"), is_bulk("kept"));
  EXPECT_THAT(run("TTL", "k"), is_int(-1));
}

TEST_P(StringCommands, AbsoluteDeadlines) {
  const int64_t at = clock.now_ms() + 2500;
  run("SET", "ms", "v", "PXAT", std::to_string(at));
  run("SET", "s", "v", "EXAT", std::to_string(at / 1000));
  EXPECT_THAT(run("PEXPIRETIME", "ms"), is_int(at));
  EXPECT_THAT(run("EXPIRETIME", "s"), is_int(at / 1000));
  clock.advance(2500ms);
  EXPECT_THAT(run("MGET", "ms", "s"), items(ElementsAre(is_nil(), is_nil())));
  EXPECT_THAT(run("SET", "past", "v", "PXAT", std::to_string(at - 1000)), is_ok());
  EXPECT_THAT(run("GET", "past"), is_nil());
}

TEST_P(StringCommands, GetexMovesTheDeadline) {
  run("SET", "k", "v");
  EXPECT_THAT(run("GETEX", "k", "PX", "100"), is_bulk("v"));
  clock.advance(60ms);
  EXPECT_THAT(run("GETEX", "k", "PX", "100"), is_bulk("v"));
  clock.advance(60ms);
  EXPECT_THAT(run("GETEX", "k"), is_bulk("v"));
  EXPECT_THAT(run("PTTL", "k"), is_int(40));
  EXPECT_THAT(run("GETEX", "k", "PERSIST"), is_bulk("v"));
  EXPECT_THAT(run("PTTL", "k"), is_int(-1));
  EXPECT_THAT(run("GETEX", "k", "PXAT", "1"), is_bulk("v"));
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
  EXPECT_THAT(run("GETEX", "k", "PERSIST"), is_nil());
}

TEST_P(StringCommands, GetdelAndGetsetHandOutWhatTheyEnd) {
  run("SET", "k", "one", "EX", "100");
  EXPECT_THAT(run("GETSET", "k", "two"), is_bulk("one"));
  EXPECT_THAT(run("TTL", "k"), is_int(-1));
  EXPECT_THAT(run("GETDEL", "k"), is_bulk("two"));
  EXPECT_THAT(run("GETDEL", "k"), is_nil());
  run("SADD", "set", "m");
  EXPECT_THAT(run("GETDEL", "set"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("GETSET", "set", "x"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("SCARD", "set"), is_int(1));
}

TEST_P(StringCommands, CountersKeepTheirDeadline) {
  EXPECT_THAT(run("INCR", "n"), is_int(1));
  run("PEXPIRE", "n", "1000");
  EXPECT_THAT(run("INCRBY", "n", "41"), is_int(42));
  EXPECT_THAT(run("DECRBY", "n", "2"), is_int(40));
  EXPECT_THAT(run("DECR", "n"), is_int(39));
  EXPECT_THAT(run("INCRBYFLOAT", "n", "0.5"), is_bulk("39.5"));
  EXPECT_THAT(run("PTTL", "n"), is_int(1000));
  clock.advance(1s);
  EXPECT_THAT(run("INCR", "n"), is_int(1));
  EXPECT_THAT(run("PTTL", "n"), is_int(-1));
}

TEST_P(StringCommands, CountersRefuse) {
  run("SET", "n", "9223372036854775807");
  EXPECT_THAT(run("INCR", "n"), is_error("ERR increment or decrement would overflow"));
  EXPECT_THAT(run("GET", "n"), is_bulk("9223372036854775807"));
  EXPECT_THAT(run("DECRBY", "n", "-9223372036854775808"), is_error("ERR decrement would overflow"));
  run("SET", "n", " 1");
  EXPECT_THAT(run("INCR", "n"), is_error("ERR value is not an integer or out of range"));
  EXPECT_THAT(run("INCRBYFLOAT", "n", "1"), is_error("ERR value is not a valid float"));
  run("SET", "n", "1");
  EXPECT_THAT(run("INCRBYFLOAT", "n", "inf"), is_error("ERR increment would produce NaN or Infinity"));
  EXPECT_THAT(run("GET", "n"), is_bulk("1"));
}

TEST_P(StringCommands, BytesOfAnyKindAndSize) {
  const std::string binary("\r\n\0\xff$-1", 7);
  const std::string large(100'000, 'x');
  run("SET", binary, binary);
  run("SET", "large", large);
  EXPECT_THAT(run("GET", binary), is_bulk(binary));
  EXPECT_THAT(run("GET", "large"), is_bulk(large));
  EXPECT_THAT(run("APPEND", "large", large), is_int(200'000));
  EXPECT_THAT(run("STRLEN", "large"), is_int(200'000));
  EXPECT_THAT(run("GETRANGE", "large", "99999", "100000"), is_bulk("xx"));
  run("SET", "empty", "");
  EXPECT_THAT(run("GET", "empty"), is_bulk(""));
  EXPECT_THAT(run("EXISTS", "empty"), is_int(1));
}

TEST_P(StringCommands, RangesAndAppends) {
  EXPECT_THAT(run("APPEND", "k", "Hello"), is_int(5));
  run("PEXPIRE", "k", "1000");
  EXPECT_THAT(run("APPEND", "k", " World"), is_int(11));
  EXPECT_THAT(run("SETRANGE", "k", "6", "Redis"), is_int(11));
  EXPECT_THAT(run("GETRANGE", "k", "-5", "-1"), is_bulk("Redis"));
  EXPECT_THAT(run("GETRANGE", "k", "5", "2"), is_bulk(""));
  EXPECT_THAT(run("SETRANGE", "k", "13", "!"), is_int(14));
  EXPECT_THAT(run("GET", "k"), is_bulk(std::string("Hello Redis\0\0!", 14)));
  EXPECT_THAT(run("PTTL", "k"), is_int(1000));
  EXPECT_THAT(run("SETRANGE", "k", "-1", "x"), is_error("ERR offset is out of range"));
  EXPECT_THAT(run("SETRANGE", "none", "3", ""), is_int(0));
  EXPECT_THAT(run("EXISTS", "none"), is_int(0));
  EXPECT_THAT(run("SETRANGE", "k", "536870912", "x"), is_error("ERR string exceeds maximum allowed size"));
  clock.advance(1s);
  EXPECT_THAT(run("APPEND", "k", "new"), is_int(3));
}

TEST_P(StringCommands, SeveralKeysAtOnce) {
  EXPECT_THAT(run("MSET", "a", "1", "b", "2", "a", "3"), is_ok());
  EXPECT_THAT(run("MGET", "a", "b", "none"), items(ElementsAre(is_bulk("3"), is_bulk("2"), is_nil())));
  EXPECT_THAT(run("MSETNX", "c", "4", "b", "5"), is_int(0));
  EXPECT_THAT(run("EXISTS", "c"), is_int(0));
  EXPECT_THAT(run("MSETNX", "c", "4", "d", "5"), is_int(1));
  EXPECT_THAT(run("MSET", "a", "1", "b"), is_error("ERR wrong number of arguments for 'mset' command"));
  run("SADD", "set", "m");
  EXPECT_THAT(run("MGET", "set", "a"), items(ElementsAre(is_nil(), is_bulk("3"))));
}

TEST_P(StringCommands, TheLongestCommonSubsequence) {
  run("MSET", "a", "ohmytext", "b", "mynewtext");
  EXPECT_THAT(run("LCS", "a", "b"), is_bulk("mytext"));
  EXPECT_THAT(run("LCS", "a", "b", "LEN"), is_int(6));
  EXPECT_THAT(run("LCS", "a", "none"), is_bulk(""));
}

LARDER_COMMAND_TESTS(StringCommands);

}  // namespace
}  // namespace larder::test
