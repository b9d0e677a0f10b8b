// The orders of SORT.
#include "store/values/sorting.h"

#include <gtest/gtest.h>

#include <limits>

namespace larder::store {
namespace {

std::string sorted(std::vector<SortElement> elements, SortOrder order, size_t count = 100) {
  sort_first(elements, order, count);
  std::string all;
  for (size_t i = 0; i < elements.size() && i < count; ++i) all += elements[i].bytes + " ";
  return all;
}

TEST(Sorting, ByScoresAndThenBytes) {
  const std::vector<SortElement> elements{{"b", 2, {}}, {"c", -1, {}}, {"a", 2, {}}, {"d", 7, {}}};
  EXPECT_EQ(sorted(elements, {}), "c a b d ");
  EXPECT_EQ(sorted(elements, {.descending = true}), "d b a c ");
  EXPECT_EQ(sorted(elements, {}, 2), "c a ");
  EXPECT_EQ(sorted(elements, {}, 0), "");
}

TEST(Sorting, ByBytesThatAreNoSignedNumbers) {
  const std::vector<SortElement> elements{{"\xFF", 0, {}}, {"a", 0, {}}, {"", 0, {}}, {"ab", 0, {}}};
  EXPECT_EQ(sorted(elements, {.by = SortOrder::By::bytes}), " a ab \xFF ");
}

TEST(Sorting, ByWeightsWithAbsentOnesFirstAndEqualOnesAsTheyWere) {
  const std::vector<SortElement> elements{{"a", 0, "y"}, {"b", 0, {}}, {"c", 0, "x"}, {"d", 0, "y"}, {"e", 0, {}}};
  EXPECT_EQ(sorted(elements, {.by = SortOrder::By::weight}), "b e c a d ");
  EXPECT_EQ(sorted(elements, {.by = SortOrder::By::weight, .descending = true}), "a d c b e ");
}

TEST(Sorting, Scores) {
  EXPECT_EQ(sort_score("1.5"), 1.5);
  EXPECT_EQ(sort_score(" \t-2"), -2);
  EXPECT_EQ(sort_score("+0x10"), 16);
  EXPECT_EQ(sort_score(""), 0);
  EXPECT_EQ(sort_score(std::string_view("3\0x", 3)), 3);
  EXPECT_EQ(sort_score("-inf"), -std::numeric_limits<double>::infinity());
  for (const char* text : {"a", "1a", "1 ", "nan", "1e400", "--1"}) EXPECT_EQ(sort_score(text), std::nullopt) << text;
}

}  // namespace
}  // namespace larder::store
