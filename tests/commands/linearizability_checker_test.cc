// The checker of histories itself: what it must accept and, more important, what it must refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/linearizability.h"

namespace larder::test {
namespace {

using Kind = Step::Kind;
using ::testing::SizeIs;

Step set(std::string key, std::string value) { return {Kind::set, std::move(key), std::move(value), "OK"}; }
Step get(std::string key, std::optional<std::string> reply) {
  return {Kind::get, std::move(key), "", std::move(reply)};
}
Step incr(std::string key, std::string reply) { return {Kind::incr, std::move(key), "", std::move(reply)}; }
Step del(std::string key, std::string reply) { return {Kind::del, std::move(key), "", std::move(reply)}; }
bool accepted(const std::vector<Operation>& history) { return check_linearizable(history).linearizable; }

TEST(LinearizabilityChecker, AcceptsNothingAndASequence) {
  EXPECT_TRUE(accepted({}));
  EXPECT_TRUE(accepted({{1, 2, {get("a", std::nullopt)}},
                        {3, 4, {set("a", "x")}},
                        {5, 6, {{Kind::append, "a", "y", "2"}}},
                        {7, 8, {{Kind::getset, "a", "9", "xy"}}},
                        {9, 10, {incr("a", "10")}},
                        {11, 12, {del("a", "1")}},
                        {13, 14, {del("a", "0")}}}));
}

TEST(LinearizabilityChecker, OverlappingOperationsMayTakeEitherOrder) {
  EXPECT_TRUE(accepted({{1, 4, {set("a", "x")}}, {2, 3, {get("a", "x")}}}));
  EXPECT_TRUE(accepted({{1, 4, {set("a", "x")}}, {2, 3, {get("a", std::nullopt)}}}));
  EXPECT_TRUE(accepted({{1, 8, {set("a", "x")}}, {2, 3, {get("a", std::nullopt)}}, {4, 5, {get("a", "x")}}}));
}

TEST(LinearizabilityChecker, RefusesAStaleRead) {
  EXPECT_FALSE(accepted({{1, 2, {set("a", "x")}}, {3, 4, {get("a", std::nullopt)}}}));
  EXPECT_FALSE(accepted({{1, 2, {set("a", "x")}}, {3, 4, {set("a", "y")}}, {5, 6, {get("a", "x")}}}));
}

TEST(LinearizabilityChecker, RefusesAReadThatGoesBack) {
  // The write overlaps both reads, but the first has seen it.
  EXPECT_FALSE(accepted({{1, 8, {set("a", "x")}}, {2, 3, {get("a", "x")}}, {4, 5, {get("a", std::nullopt)}}}));
}

TEST(LinearizabilityChecker, RefusesALostUpdate) {
  EXPECT_FALSE(accepted({{1, 4, {incr("n", "1")}}, {2, 3, {incr("n", "1")}}}));
  EXPECT_FALSE(accepted({{1, 4, {incr("n", "1")}}, {2, 3, {incr("n", "2")}}, {5, 6, {get("n", "1")}}}));
  EXPECT_FALSE(accepted({{1, 2, {set("a", "x")}}, {3, 6, {del("a", "1")}}, {4, 5, {del("a", "1")}}}));
}

TEST(LinearizabilityChecker, RefusesAValueThatNobodyWrote) {
  EXPECT_FALSE(accepted({{1, 4, {set("a", "x")}}, {2, 3, {get("a", "z")}}}));
}

TEST(LinearizabilityChecker, ATransactionIsOneOperation) {
  const Operation both{1, 4, {set("a", "1"), set("b", "1")}};
  EXPECT_TRUE(accepted({both, {2, 3, {get("a", "1"), get("b", "1")}}}));
  EXPECT_TRUE(accepted({both, {2, 3, {get("a", std::nullopt), get("b", std::nullopt)}}}));
  EXPECT_FALSE(accepted({both, {2, 3, {get("a", "1"), get("b", std::nullopt)}}}));
  EXPECT_FALSE(accepted({{1, 2, {incr("a", "1"), incr("a", "3")}}}));
}

TEST(LinearizabilityChecker, RefusesKeysThatAreOnlyRightOneByOne) {
  // Each key alone has an order; together they have none: each reader misses the write that the other has seen.
  EXPECT_FALSE(accepted({{1, 10, {set("a", "1")}},
                         {2, 11, {set("b", "1")}},
                         {3, 4, {get("a", "1"), get("b", std::nullopt)}},
                         {5, 6, {get("a", std::nullopt), get("b", "1")}}}));
}

TEST(LinearizabilityChecker, TextIsNoNumber) {
  const std::string refused = "ERR value is not an integer or out of range";
  EXPECT_TRUE(accepted({{1, 2, {set("a", "01")}}, {3, 4, {incr("a", refused)}}, {5, 6, {get("a", "01")}}}));
}

/// Clients that take turns at random on a correct store, each operation in effect somewhere inside its interval.
std::vector<Operation> correct_history(uint64_t seed, size_t operations, size_t clients) {
  std::mt19937_64 random(seed);
  std::vector<Operation> history;
  std::vector<std::optional<size_t>> open(clients);
  std::vector<bool> effective(clients, false);
  State state;
  int64_t time = 0;
  while (history.size() < operations || std::any_of(open.begin(), open.end(), [](auto& o) { return o.has_value(); })) {
    const size_t client = random() % clients;
    if (!open[client]) {
      if (history.size() == operations) continue;
      const std::string key(1, static_cast<char>('a' + random() % 3));
      history.push_back({++time, 0, {{static_cast<Kind>(random() % 6), key, std::to_string(random() % 5), {}}}});
      open[client] = history.size() - 1;
      effective[client] = false;
    } else if (!effective[client]) {
      for (Step& step : history[*open[client]].steps) step.reply = apply_step(state, step);
      effective[client] = true;
    } else {
      history[*open[client]].responded = ++time;
      open[client].reset();
    }
  }
  return history;
}

TEST(LinearizabilityChecker, AcceptsRandomCorrectHistoriesAndRefusesThemWithOneReplyChanged) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<Operation> history = correct_history(seed, 300, 8);
    const Verdict verdict = check_linearizable(history);
    EXPECT_TRUE(verdict.linearizable);
    EXPECT_THAT(verdict.longest, SizeIs(history.size()));
    history[seed * 7].steps[0].reply = "no server says this";
    EXPECT_FALSE(accepted(history));
  }
}

}  // namespace
}  // namespace larder::test
