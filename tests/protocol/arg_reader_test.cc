// The argument reader: values, error texts, and that nothing can be read past the end or after an error.
#include "protocol/arg_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace larder::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Args = std::vector<std::string_view>;

TEST(ArgReader, HandsOutArgumentsInOrder) {
  const Args args{"SET", "k", "v"};
  ArgReader reader{args};
  EXPECT_EQ(reader.name(), "SET");
  EXPECT_EQ(reader.remaining(), 2U);
  EXPECT_EQ(reader.peek(), "k");
  EXPECT_EQ(reader.key(), "k");
  EXPECT_TRUE(reader.more());
  EXPECT_EQ(reader.bytes(), "v");
  EXPECT_FALSE(reader.more());
  EXPECT_EQ(reader.peek(), "");
  reader.expect_end();
  EXPECT_FALSE(reader.failed());
  EXPECT_THAT(reader.all(), ElementsAre("SET", "k", "v"));
}

TEST(ArgReader, BeginsBehindASubcommand) {
  const Args args{"CONFIG", "GET", "port"};
  ArgReader reader{args, 2};
  EXPECT_EQ(reader.name(), "CONFIG");
  EXPECT_EQ(reader.bytes(), "port");
  EXPECT_FALSE(ArgReader(Args{"CONFIG"}, 2).more());
}

TEST(ArgReader, ReadingPastTheEndIsASyntaxError) {
  const Args args{"GET"};
  ArgReader reader{args};
  EXPECT_EQ(reader.bytes(), "");
  EXPECT_EQ(reader.error(), "ERR syntax error");
  const Args nothing;
  ArgReader empty{nothing};
  EXPECT_EQ(empty.name(), "");
  EXPECT_EQ(empty.integer(), 0);
  EXPECT_EQ(empty.real(), 0);
  EXPECT_EQ(empty.long_real(), 0);
  EXPECT_EQ(empty.error(), "ERR syntax error");
}

TEST(ArgReader, ReadsAsManyKeysAsANumberSays) {
  const Args args{"SINTERCARD", "2", "a", "b", "LIMIT", "1"};
  ArgReader reader{args};
  EXPECT_THAT(reader.counted_keys(), ElementsAre("a", "b"));
  EXPECT_TRUE(reader.token("LIMIT"));
  EXPECT_EQ(reader.integer(), 1);
  EXPECT_FALSE(reader.failed());
}

TEST(ArgReader, CountedKeysMustBeThere) {
  const auto error = [](Args args) {
    ArgReader reader{args};
    EXPECT_THAT(reader.counted_keys(), IsEmpty());
    EXPECT_FALSE(reader.more());
    return std::string(reader.error());
  };
  EXPECT_EQ(error({"SINTERCARD", "0", "a"}), "ERR numkeys should be greater than 0");
  EXPECT_EQ(error({"SINTERCARD", "x", "a"}), "ERR numkeys should be greater than 0");
  EXPECT_EQ(error({"SINTERCARD", "-1", "a"}), "ERR numkeys should be greater than 0");
  EXPECT_EQ(error({"SINTERCARD"}), "ERR syntax error");
  EXPECT_EQ(error({"SINTERCARD", "2", "a"}), "ERR Number of keys can't be greater than number of args");
  EXPECT_EQ(error({"SINTERCARD", "9223372036854775807", "a"}),
            "ERR Number of keys can't be greater than number of args");
}

TEST(ArgReader, ParsesAnArgumentThatWasReadBefore) {
  const Args args{"EXPIRE", "10", "x", "y"};
  ArgReader reader{args};
  const auto number = reader.bytes();
  const auto text = reader.bytes();
  EXPECT_EQ(reader.integer_of(number), 10);
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(reader.integer_of(text), 0);
  EXPECT_EQ(reader.error(), "ERR value is not an integer or out of range");
  EXPECT_FALSE(reader.more());
}

TEST(ArgReader, ArgumentsLeftOverAreASyntaxError) {
  const Args args{"GET", "k", "x"};
  ArgReader reader{args};
  reader.key();
  reader.expect_end();
  EXPECT_EQ(reader.error(), kSyntaxError);
}

TEST(ArgReader, TokensInAnyCaseOfLetters) {
  const Args args{"SET", "nx", "Px", "PXA", "P", ""};
  ArgReader reader{args};
  EXPECT_FALSE(reader.token("XX"));
  EXPECT_FALSE(reader.token("N"));
  EXPECT_FALSE(reader.token("NXX"));
  EXPECT_TRUE(reader.token("NX"));
  EXPECT_TRUE(reader.token("PX"));
  EXPECT_FALSE(reader.token("PX"));
  EXPECT_TRUE(reader.token("PXA"));
  EXPECT_FALSE(reader.token("PX"));
  EXPECT_TRUE(reader.token("P"));
  EXPECT_FALSE(reader.token("P"));
  EXPECT_TRUE(reader.token(""));
  EXPECT_FALSE(reader.token("P"));
  EXPECT_FALSE(reader.failed());
}

TEST(ArgReader, Integers) {
  const Args args{"X", "-5", "9223372036854775807", "7", "0", "3"};
  ArgReader reader{args};
  EXPECT_EQ(reader.integer(), -5);
  EXPECT_EQ(reader.integer("ERR mine"), INT64_MAX);
  EXPECT_EQ(reader.integer_between(0, 10, "ERR mine"), 7);
  EXPECT_EQ(reader.non_negative("COUNT"), 0);
  EXPECT_EQ(reader.positive("COUNT"), 3);
  EXPECT_FALSE(reader.failed());
}

template <class Read>
std::string error_of(std::string_view argument, Read read) {
  const Args args{"X", argument};
  ArgReader reader{args};
  EXPECT_EQ(read(reader), 0);
  return std::string{reader.error()};
}

TEST(ArgReader, IntegersThatAreNone) {
  for (const auto* text : {"x", "", "01", "+1", " 1", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(error_of(text, [](auto& r) { return r.integer(); }), kNotAnInteger);
    EXPECT_EQ(error_of(text, [](auto& r) { return r.integer("ERR mine"); }), "ERR mine");
    EXPECT_EQ(error_of(text, [](auto& r) { return r.integer_between(0, 1, "ERR mine"); }), "ERR mine");
    EXPECT_EQ(error_of(text, [](auto& r) { return r.non_negative("LIMIT"); }), "ERR LIMIT can't be negative");
    EXPECT_EQ(error_of(text, [](auto& r) { return r.positive("numkeys"); }), "ERR numkeys should be greater than 0");
  }
}

TEST(ArgReader, IntegersOutsideTheirRange) {
  EXPECT_EQ(error_of("-1", [](auto& r) { return r.non_negative("LIMIT"); }), "ERR LIMIT can't be negative");
  EXPECT_EQ(error_of("0", [](auto& r) { return r.positive("numkeys"); }), "ERR numkeys should be greater than 0");
  EXPECT_EQ(error_of("2", [](auto& r) { return r.integer_between(0, 1, kMustBePositive); }), kMustBePositive);
}

TEST(ArgReader, Reals) {
  const Args args{"X", "1.5", "-inf", "10.25"};
  ArgReader reader{args};
  EXPECT_EQ(reader.real(), 1.5);
  EXPECT_LT(reader.real(), -1e308);
  EXPECT_EQ(reader.long_real(), 10.25L);
  EXPECT_EQ(error_of("nan", [](auto& r) { return r.real(); }), kNotAFloat);
  EXPECT_EQ(error_of("1,5", [](auto& r) { return r.long_real(); }), kNotAFloat);
}

TEST(ArgReader, RestReadsAll) {
  const Args args{"DEL", "a", "b", "c"};
  ArgReader reader{args};
  reader.key();
  EXPECT_THAT(reader.rest(), ElementsAre("b", "c"));
  EXPECT_FALSE(reader.more());
  EXPECT_THAT(reader.rest(), IsEmpty());
  EXPECT_FALSE(reader.failed());
}

TEST(ArgReader, KeepsTheFirstErrorAndReportsNoMoreArguments) {
  const Args args{"X", "a", "NX", "c"};
  ArgReader reader{args};
  EXPECT_EQ(reader.integer(), 0);
  EXPECT_FALSE(reader.more());
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_FALSE(reader.token("NX"));
  EXPECT_EQ(reader.bytes(), "");
  EXPECT_THAT(reader.rest(), IsEmpty());
  reader.expect_end();
  reader.fail("ERR later");
  EXPECT_EQ(reader.error(), kNotAnInteger);
}

TEST(ArgReader, WritesItsErrorAsTheReply) {
  OutputBuffer output;
  ReplyWriter reply{output, 2};
  const Args args{"X"};
  ArgReader reader{args};
  EXPECT_FALSE(reader.failed(reply));
  EXPECT_TRUE(output.empty());
  reader.fail("ERR invalid expire time in 'set' command");
  EXPECT_TRUE(reader.failed(reply));
  EXPECT_EQ(output.to_string(), "-ERR invalid expire time in 'set' command\r\n");
}

}  // namespace
}  // namespace larder::protocol
