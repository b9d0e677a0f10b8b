// Quoted words: the rules, and that what is written is read back. Expectations taken from a real redis-server.
#include "protocol/quoting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace larder::protocol {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> split(std::string line) {
  std::vector<std::string_view> words;
  EXPECT_TRUE(split_words(line, words)) << line;
  return {words.begin(), words.end()};
}

bool balanced(std::string line) {
  std::vector<std::string_view> words{"before"};
  const bool good = split_words(line, words);
  if (!good) {
    EXPECT_THAT(words, ElementsAre("before"));
  }
  return good;
}

std::string escaped(std::string_view text) {
  std::string to;
  append_quoted(to, text);
  return to;
}

TEST(SplitWords, PartsAtWhiteSpace) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split(" \t\v\f "), IsEmpty());
  EXPECT_THAT(split("a"), ElementsAre("a"));
  EXPECT_THAT(split("  a b\tc\rd\ne  "), ElementsAre("a", "b", "c", "d", "e"));
}

TEST(SplitWords, VerticalTabPartsWordsOnlyAfterOtherSpace) {
  EXPECT_THAT(split("ECHO\vx\f"), ElementsAre("ECHO\vx\f"));
  EXPECT_THAT(split("ECHO \v\fx"), ElementsAre("ECHO", "x"));
  EXPECT_THAT(split("\"a\"\vb"), ElementsAre("a", "b"));
}

TEST(SplitWords, DoubleQuotes) {
  EXPECT_THAT(split(R"("")"), ElementsAre(""));
  EXPECT_THAT(split(R"("a b" c)"), ElementsAre("a b", "c"));
  EXPECT_THAT(split(R"(a"b c")"), ElementsAre("ab c"));
  EXPECT_THAT(split(R"("\n\r\t\b\a\q\\\"'")"), ElementsAre("\n\r\t\b\aq\\\"'"));
  EXPECT_THAT(split(R"("\x41\xfF\x00")"), ElementsAre("A\xff\0"s));
  EXPECT_THAT(split(R"("\x4g\x\x4")"), ElementsAre("x4gxx4"));
}

TEST(SplitWords, SingleQuotes) {
  EXPECT_THAT(split("''"), ElementsAre(""));
  EXPECT_THAT(split(R"('a b' 'it\'s' '\n\x41"\\ ')"), ElementsAre("a b", "it's", R"(\n\x41"\\ )"));
  EXPECT_THAT(split("a''"), ElementsAre("a"));
}

TEST(SplitWords, RefusesUnbalancedQuotes) {
  for (const auto* line : {"\"", "'", "a \"b", "a 'b", "\"a\"b", "'a'b", "a\"b\"c", "\"a\"\"b\"", "\"a\\", "\"a\\\"",
                           "'a\\'", "'a\\\\'", "\"\\x4"}) {
    EXPECT_FALSE(balanced(line)) << line;
  }
}

TEST(SplitWords, LeavesUnquotedTextAlone) {
  std::string line = "set key value";
  std::vector<std::string_view> words;
  ASSERT_TRUE(split_words(line, words));
  EXPECT_EQ(line, "set key value");
  EXPECT_EQ(words[1].data(), line.data() + 4);
}

TEST(AppendQuoted, EscapesAsMonitorDoes) {
  EXPECT_EQ(escaped(""), R"("")");
  EXPECT_EQ(escaped("a b'c"), R"("a b'c")");
  EXPECT_EQ(escaped("\\\"\n\r\t\a\b"), R"("\\\"\n\r\t\a\b")");
  EXPECT_EQ(escaped("\0\x1f\x7f\xff\v"s), R"("\x00\x1f\x7f\xff\x0b")");
}

TEST(AppendQuoted, IsReadBackBySplitWords) {
  std::mt19937 random{7};
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 30, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    EXPECT_THAT(split("x " + escaped(text) + " y"), ElementsAre("x", text, "y"));
  }
}

}  // namespace
}  // namespace larder::protocol
