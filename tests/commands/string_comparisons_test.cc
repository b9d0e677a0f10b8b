// What string commands got in Redis 8.4: comparisons of SET and DELEX, DIGEST, MSETEX. What is expected here is what
// https://redis.io/docs/latest/commands/{set,delex,digest,msetex}/ and Redis' own tests (tests/unit/type/string.tcl)
// say: there is no reference server of that version. SET IFEQ and MSETEX are compared with Valkey besides.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr const char* kOther = "0123456789abcdef";  // a digest of nothing here

class StringComparisons : public CommandTest {};

TEST_P(StringComparisons, SetComparesWithTheString) {
  run("SET", "k", "hello");
  EXPECT_THAT(run("SET", "k", "world", "IFEQ", "other"), is_nil());
  EXPECT_THAT(run("SET", "k", "world", "IFEQ", "hello"), is_ok());
  EXPECT_THAT(run("SET", "k", "hello", "ifne", "world"), is_nil());
  EXPECT_THAT(run("SET", "k", "hello", "IFNE", "other", "EX", "10"), is_ok());
  EXPECT_THAT(run("GET", "k"), is_bulk("hello"));
  EXPECT_THAT(run("TTL", "k"), is_int(10));
  EXPECT_THAT(run("SET", "k", "world", "IFNE", "other", "GET"), is_bulk("hello"));
  EXPECT_THAT(run("SET", "k", "hello", "IFEQ", "other", "GET"), is_bulk("world"));
  EXPECT_THAT(run("GET", "k"), is_bulk("world"));
  run("SET", "n", "12345");
  EXPECT_THAT(run("SET", "n", "x", "IFEQ", "12345"), is_ok());
}

TEST_P(StringComparisons, AnAbsentKeyIsNotEqualToAnything) {
  EXPECT_THAT(run("SET", "k", "v", "IFEQ", ""), is_nil());
  EXPECT_THAT(run("SET", "k", "v", "IFDEQ", "1234567890"), is_nil());
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
  EXPECT_THAT(run("SET", "k", "v", "IFNE", "", "GET"), is_nil());
  EXPECT_THAT(run("GET", "k"), is_bulk("v"));
  EXPECT_THAT(run("SET", "l", "v", "IFDNE", "1234567890"), is_ok());
}

TEST_P(StringComparisons, SetComparesWithTheDigest) {
  run("SET", "k", "hello");
  EXPECT_THAT(run("DIGEST", "k"), is_bulk("9555e8555c62dcfd"));
  EXPECT_THAT(run("SET", "k", "v", "IFDEQ", kOther), is_nil());
  EXPECT_THAT(run("SET", "k", "v", "IFDNE", "9555E8555C62DCFD"), is_nil());
  EXPECT_THAT(run("SET", "k", "v", "IFDEQ", "9555E8555C62DCFD", "GET"), is_bulk("hello"));
  EXPECT_THAT(run("SET", "k", "w", "IFDNE", "zzzzzzzzzzzzzzzz"), is_ok());
  for (const char* digest : {"", "555e8555c62dcfd", "09555e8555c62dcfd"}) {
    for (const char* option : {"IFDEQ", "IFDNE"}) {
      EXPECT_THAT(run("SET", "k", "x", option, digest), is_error("ERR must be exactly 16 hexadecimal characters"));
      EXPECT_THAT(run("DELEX", "k", option, digest), is_error("ERR must be exactly 16 hexadecimal characters"));
    }
  }
  EXPECT_THAT(run("GET", "k"), is_bulk("w"));
}

TEST_P(StringComparisons, OptionsOfSetThatContradictEachOther) {
  run("SET", "k", "v");
  EXPECT_THAT(run("SET", "k", "w", "IFEQ", "v", "IFNE", "x"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "w", "NX", "IFDNE", kOther), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "w", "IFNE", "x", "XX"), is_error("ERR syntax error"));
  EXPECT_THAT(run("SET", "k", "w", "IFDEQ"), is_error("ERR syntax error"));
  EXPECT_THAT(run("GET", "k"), is_bulk("v"));
}

TEST_P(StringComparisons, OtherTypesAreRefused) {
  run("SADD", "s", "m");
  for (const char* option : {"IFEQ", "IFNE", "IFDEQ", "IFDNE"}) {
    EXPECT_THAT(run("SET", "s", "v", option, "1234567890"), is_error("WRONGTYPE"));
    EXPECT_THAT(run("DELEX", "s", option, "m"),
                is_error("ERR Key should be of string type if conditions are specified"));
  }
  EXPECT_THAT(run("DELEX", "s", "BOGUS", "m"), is_error("ERR Key should be of string type"));
  EXPECT_THAT(run("DIGEST", "s"), is_error("WRONGTYPE"));
  EXPECT_THAT(run("SCARD", "s"), is_int(1));
}

TEST_P(StringComparisons, DelexDeletesWhereTheComparisonHolds) {
  EXPECT_THAT(run("DELEX", "k"), is_int(0));
  EXPECT_THAT(run("DELEX", "k", "IFNE", "x"), is_int(0));
  EXPECT_THAT(run("DELEX", "k", "BOGUS", "x"), is_int(0));
  EXPECT_THAT(run("DELEX", "k", "IFDEQ", "1234567890"), is_int(0));
  const auto deletes = [&](const char* option, const char* operand) {
    run("SET", "k", "hello");
    const bool deleted = run("DELEX", "k", option, operand).text == "1";
    EXPECT_THAT(run("EXISTS", "k"), is_int(deleted ? 0 : 1));
    return deleted;
  };
  EXPECT_TRUE(deletes("IFEQ", "hello"));
  EXPECT_FALSE(deletes("ifeq", "other"));
  EXPECT_FALSE(deletes("IFNE", "hello"));
  EXPECT_TRUE(deletes("IFNE", "other"));
  EXPECT_TRUE(deletes("IFDEQ", "9555e8555c62dcfd"));
  EXPECT_FALSE(deletes("IFDEQ", kOther));
  EXPECT_FALSE(deletes("IFDNE", "9555e8555c62dcfd"));
  EXPECT_TRUE(deletes("IFDNE", kOther));
  run("SADD", "s", "m");
  EXPECT_THAT(run("DELEX", "s"), is_int(1));
  EXPECT_THAT(run("EXISTS", "s"), is_int(0));
}

TEST_P(StringComparisons, WhatDelexAndDigestRefuse) {
  run("SET", "k", "v");
  for (const char* key : {"k", "nothing"}) {
    EXPECT_THAT(run("DELEX", key, "IFEQ"), is_error("ERR wrong number of arguments for 'delex' command"));
    EXPECT_THAT(run("DELEX", key, "IFEQ", "v", "x"), is_error("ERR wrong number of arguments for 'delex' command"));
  }
  EXPECT_THAT(run("DELEX", "k", "IF", "v"), is_error("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE"));
  EXPECT_THAT(run("DIGEST"), is_error("ERR wrong number of arguments"));
  EXPECT_THAT(run("DIGEST", "nothing"), is_nil());
  run("SET", "empty", "");
  EXPECT_THAT(run("DIGEST", "empty"), is_bulk("2d06800538d394c2"));
}

TEST_P(StringComparisons, MsetexStoresAllOrNothing) {
  EXPECT_THAT(run("MSETEX", "2", "a", "1", "b", "2", "PX", "1500", "NX"), is_int(1));
  EXPECT_THAT(run("MSETEX", "2", "a", "3", "c", "4", "NX"), is_int(0));
  EXPECT_THAT(run("MSETEX", "2", "a", "3", "c", "4", "XX"), is_int(0));
  EXPECT_THAT(run("EXISTS", "c"), is_int(0));
  EXPECT_THAT(run("MSETEX", "2", "a", "3", "b", "4", "XX", "KEEPTTL"), is_int(1));
  EXPECT_THAT(run("MGET", "a", "b"), texts(ElementsAre("3", "4")));
  EXPECT_THAT(run("PTTL", "a"), is_int(1500));
  EXPECT_THAT(run("MSETEX", "1", "b", "5"), is_int(1));
  clock.advance(1500ms);
  EXPECT_THAT(run("EXISTS", "a", "b"), is_int(1));
}

TEST_P(StringComparisons, WhatMsetexRefuses) {
  for (const char* count : {"0", "-1", "x", "1.5", "2147483648"}) {
    EXPECT_THAT(run("MSETEX", count, "a", "b"), is_error("ERR invalid numkeys value"));
  }
  EXPECT_THAT(run("MSETEX", "2147483647", "a", "b"), is_error("ERR wrong number of key-value pairs"));
  EXPECT_THAT(run("MSETEX", "2", "a", "b", "c"), is_error("ERR wrong number of key-value pairs"));
  EXPECT_THAT(run("MSETEX", "1", "a", "b", "NX", "XX"), is_error("ERR syntax error"));
  EXPECT_THAT(run("MSETEX", "1", "a", "b", "EX", "10", "PX", "5"), is_error("ERR syntax error"));
  EXPECT_THAT(run("MSETEX", "1", "a", "b", "KEEPTTL", "EX", "10"), is_error("ERR syntax error"));
  EXPECT_THAT(run("MSETEX", "1", "a", "b", "BOGUS"), is_error("ERR syntax error"));
  EXPECT_THAT(run("MSETEX", "1", "a", "b", "EX", "0"), is_error("ERR invalid expire time in 'msetex' command"));
  EXPECT_THAT(run("EXISTS", "a"), is_int(0));
}

LARDER_COMMAND_TESTS(StringComparisons);

}  // namespace
}  // namespace larder::test
