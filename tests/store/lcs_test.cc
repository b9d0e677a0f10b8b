// The longest common subsequence: its text, its length, and the ranges that LCS IDX shows.
#include "store/values/lcs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace larder::store {
namespace {

TEST(Lcs, OfTheExampleInTheCommandsPage) {
  const auto found = longest_common_subsequence("ohmytext", "mynewtext");
  EXPECT_EQ(found.text, "mytext");
  EXPECT_EQ(found.length, 6u);
  ASSERT_EQ(found.ranges.size(), 2u);
  EXPECT_EQ(found.ranges[0].first_start, 4u);
  EXPECT_EQ(found.ranges[0].first_end, 7u);
  EXPECT_EQ(found.ranges[0].second_start, 5u);
  EXPECT_EQ(found.ranges[0].second_end, 8u);
  EXPECT_EQ(found.ranges[0].length(), 4u);
  EXPECT_EQ(found.ranges[1].first_start, 2u);
  EXPECT_EQ(found.ranges[1].second_end, 1u);
}

TEST(Lcs, OfNothingIsNothing) {
  for (const auto& [first, second] : {std::pair{"", ""}, {"", "abc"}, {"abc", ""}, {"abc", "xyz"}}) {
    const auto found = longest_common_subsequence(first, second);
    EXPECT_EQ(found.length, 0u);
    EXPECT_EQ(found.text, "");
    EXPECT_TRUE(found.ranges.empty());
  }
}

bool is_subsequence(std::string_view part, std::string_view whole) {
  size_t at = 0;
  for (const char c : whole) at += at < part.size() && part[at] == c ? 1 : 0;
  return at == part.size();
}

/// The length by trying every subsequence of the shorter string.
size_t longest_by_trial(const std::string& first, const std::string& second) {
  size_t best = 0;
  for (unsigned chosen = 0; chosen < 1u << first.size(); ++chosen) {
    std::string part;
    for (size_t i = 0; i < first.size(); ++i) {
      if ((chosen >> i & 1) != 0) part += first[i];
    }
    if (part.size() > best && is_subsequence(part, second)) best = part.size();
  }
  return best;
}

TEST(Lcs, IsLongestAndItsRangesSpellIt) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string first, second;
    for (auto n = random() % 9; n > 0; --n) first += "abc"[random() % 3];
    for (auto n = random() % 20; n > 0; --n) second += "abc"[random() % 3];
    const auto found = longest_common_subsequence(first, second);
    ASSERT_EQ(found.length, longest_by_trial(first, second)) << first << " " << second;
    ASSERT_EQ(found.text.size(), found.length);
    std::string from_first, from_second;
    for (auto range = found.ranges.rbegin(); range != found.ranges.rend(); ++range) {
      from_first += first.substr(range->first_start, range->length());
      from_second += second.substr(range->second_start, range->second_end - range->second_start + 1);
    }
    ASSERT_EQ(from_first, found.text);
    ASSERT_EQ(from_second, found.text);
  }
}

}  // namespace
}  // namespace larder::store
