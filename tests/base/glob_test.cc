// Glob patterns, with what is peculiar to Redis' kind of them.
#include "base/glob.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace larder::base {
namespace {

TEST(Glob, Literals) {
  EXPECT_TRUE(glob_match("", ""));
  EXPECT_TRUE(glob_match("abc", "abc"));
  EXPECT_FALSE(glob_match("abc", "ab"));
  EXPECT_FALSE(glob_match("ab", "abc"));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
}

TEST(Glob, AQuestionMarkIsAnyByte) {
  EXPECT_TRUE(glob_match("h?llo", "hello"));
  EXPECT_FALSE(glob_match("h?llo", "hllo"));
  EXPECT_TRUE(glob_match("?", std::string_view("\0", 1)));
  EXPECT_FALSE(glob_match("?", ""));
}

TEST(Glob, AStarIsAnyNumberOfBytes) {
  EXPECT_FALSE(glob_match("*", ""));  // as in Redis, which ends with the text
  EXPECT_TRUE(glob_match("*", "anything"));
  EXPECT_TRUE(glob_match("h*llo", "heeeello"));
  EXPECT_TRUE(glob_match("h*llo", "hllo"));
  EXPECT_FALSE(glob_match("h*llo", "hell"));
  EXPECT_TRUE(glob_match("a*b*c", "a--b-b--c"));
  EXPECT_FALSE(glob_match("a*b*c", "a--c--b"));
  EXPECT_TRUE(glob_match("**a**", "xay"));
  EXPECT_TRUE(glob_match("user:*:name", "user:1:2:name"));
}

TEST(Glob, Classes) {
  EXPECT_TRUE(glob_match("h[ae]llo", "hallo"));
  EXPECT_FALSE(glob_match("h[ae]llo", "hillo"));
  EXPECT_TRUE(glob_match("h[^e]llo", "hallo"));
  EXPECT_FALSE(glob_match("h[^e]llo", "hello"));
  EXPECT_TRUE(glob_match("h[a-c]llo", "hbllo"));
  EXPECT_TRUE(glob_match("h[c-a]llo", "hbllo"));
  EXPECT_FALSE(glob_match("h[a-c]llo", "hdllo"));
  EXPECT_TRUE(glob_match("[\\]]", "]"));
  EXPECT_TRUE(glob_match("[\\-x]", "-"));
  EXPECT_FALSE(glob_match("[]", "a"));
  EXPECT_TRUE(glob_match("[^]", "a"));
  EXPECT_TRUE(glob_match("[a-", "a"));
  EXPECT_TRUE(glob_match("[ab", "b"));  // a class that is not closed ends with the pattern
}

TEST(Glob, ABackslashMakesTheNextByteLiteral) {
  EXPECT_TRUE(glob_match("\\*", "*"));
  EXPECT_FALSE(glob_match("\\*", "a"));
  EXPECT_TRUE(glob_match("a\\?b", "a?b"));
  EXPECT_TRUE(glob_match("\\\\", "\\"));
  EXPECT_TRUE(glob_match("a\\", "a\\"));
}

TEST(Glob, IgnoringCaseFoldsAsciiLetters) {
  EXPECT_TRUE(glob_match("HeL*", "hello", true));
  EXPECT_TRUE(glob_match("[A-C]x", "bX", true));
  EXPECT_FALSE(glob_match("HeL*", "hello"));
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

/// The definition, by recursion.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && matches(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithTheDefinition) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string pattern, text;
    for (auto n = random() % 8; n > 0; --n) pattern += "ab*?*"[random() % 5];
    for (auto n = random() % 10; n > 0; --n) text += "ab"[random() % 2];
    const bool expected = text.empty() ? pattern.empty() : matches(pattern, text);
    ASSERT_EQ(glob_match(pattern, text), expected) << pattern << " " << text;
  }
}

}  // namespace
}  // namespace larder::base
