// Tests of the oracle tests' own parts: replies as values, quoting, rules, shrinking, programs that misbehave.
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "tests/oracle/events.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/program.h"
#include "tests/oracle/reference.h"
#include "tests/oracle/rules.h"
#include "tests/oracle/servers.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kReplies[] = {"+OK\r\n",
                                         "-ERR x\r\n",
                                         ":-5\r\n",
                                         "$3\r\na\r\n\r\n",
                                         "$0\r\n\r\n",
                                         "$-1\r\n",
                                         "*-1\r\n",
                                         "*0\r\n",
                                         "_\r\n",
                                         "#t\r\n",
                                         ",1.5\r\n",
                                         "(123\r\n",
                                         "!5\r\nERR x\r\n",
                                         "=7\r\ntxt:abc\r\n",
                                         "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n",
                                         "%1\r\n+k\r\n~2\r\n:1\r\n:2\r\n",
                                         ">3\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n"};

TEST(Replies, EncodeAsTheyWereRead) {
  for (const auto bytes : kReplies) EXPECT_EQ(encode_reply(parse_reply(bytes)), bytes);
}

TEST(Replies, AreMeasuredOnlyWhenWhole) {
  for (const auto bytes : kReplies) {
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(measure_reply(bytes.substr(0, size)).status, FrameSize::Status::incomplete) << printable(bytes) << size;
    const FrameSize whole = measure_reply(std::string(bytes) + "+next");
    EXPECT_EQ(whole.status, FrameSize::Status::complete);
    EXPECT_EQ(whole.bytes, bytes.size());
  }
}

TEST(Replies, MalformedOnesAreSeen) {
  for (const char* bytes : {"x\r\n", "$a\r\n", "$-2\r\n", "$1\r\nabc", "*1x\r\n", "\r\n"})
    EXPECT_EQ(measure_reply(bytes).status, FrameSize::Status::malformed) << printable(bytes);
}

TEST(Words, QuotedOnesAreReadBack) {
  const Args command{"SET", "", "a b", "it's", "say \"hi\"", std::string("\0\xff\r\n\t\\", 6), "plain"};
  EXPECT_EQ(split_words(quoted(command)), command);
  EXPECT_EQ(split_words("  SET  'a\"b' \"\\x41\\n\"  "), (Args{"SET", "a\"b", "A\n"}));
  EXPECT_THROW(split_words("SET \"a"), std::invalid_argument);
}

TEST(Rules, AreSortedAndSayWhatTheyAllow) {
  std::string_view last;
  for (const Rule& rule : rule_table()) {
    EXPECT_LT(last, rule.name);
    EXPECT_FALSE(rule.allows.empty()) << rule.name;
    last = rule.name;
  }
  EXPECT_THROW(find_rule("no-such-rule"), std::invalid_argument);
}

bool agrees(std::string_view rule, std::string_view theirs, std::string_view ours, bool self_check = false) {
  return agree(find_rule(rule), parse_reply(theirs), parse_reply(ours), self_check);
}

TEST(Rules, AllowNoMoreThanTheyShould) {
  EXPECT_TRUE(agrees("unordered", "*2\r\n:1\r\n:2\r\n", "*2\r\n:2\r\n:1\r\n"));
  EXPECT_FALSE(agrees("unordered", "*2\r\n:1\r\n:2\r\n", "~2\r\n:1\r\n:2\r\n"));
  EXPECT_FALSE(agrees("unordered", "*2\r\n:1\r\n:1\r\n", "*2\r\n:1\r\n:2\r\n"));
  EXPECT_TRUE(agrees("within:2", ":10\r\n", ":12\r\n"));
  EXPECT_FALSE(agrees("within:2", ":10\r\n", ":13\r\n"));
  EXPECT_FALSE(agrees("within:2", ":-1\r\n", ":-2\r\n"));
  EXPECT_TRUE(agrees("error_class", "-ERR a\r\n", "-ERR b\r\n"));
  EXPECT_FALSE(agrees("error_class", "-ERR a\r\n", "-WRONGTYPE a\r\n"));
  EXPECT_FALSE(agrees("kind", "$-1\r\n", "$1\r\na\r\n"));
  EXPECT_FALSE(agrees("shape", "*1\r\n:1\r\n", "*2\r\n:1\r\n:2\r\n"));
  EXPECT_EQ(agrees("encoding_72", "$9\r\nhashtable\r\n", "$8\r\nlistpack\r\n"), reference().habits.before_72);
  EXPECT_FALSE(agrees("encoding_72", "$8\r\nlistpack\r\n", "$9\r\nhashtable\r\n"));
  EXPECT_FALSE(agrees("encoding_72", "$9\r\nhashtable\r\n", "$8\r\nlistpack\r\n", true));
  EXPECT_FALSE(agrees("small_set_is_listpack", "$9\r\nhashtable\r\n", "$9\r\nhashtable\r\n"));
  EXPECT_FALSE(agrees("one_page", "*2\r\n$1\r\n0\r\n*0\r\n", "*2\r\n$1\r\n5\r\n*0\r\n"));
}

TEST(References, HaveDifferentNamesAndReasonsForTheirDifferences) {
  std::set<std::string_view> names;
  for (const Reference& each : references()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    for (const auto table : each.differences) {
      for (const Difference& difference : table) EXPECT_FALSE(difference.reason.empty()) << difference.command;
    }
    for (const auto table : each.wordings) {
      for (const Wording& wording : table) EXPECT_FALSE(wording.reason.empty()) << wording.command;
    }
  }
}

TEST(References, DifferInNoMoreThanTheirTablesSay) {
  static constexpr Difference kDifferences[] = {{"GET *", "-ERR a*z", "[*]", "for this test"}};
  static constexpr Wording kWordings[] = {{"TYPE *", "old([0-9])", "new$1", "for this test"}};
  const Reference of{.name = "",
                     .program = "",
                     .what = "",
                     .arguments = {},
                     .habits = {},
                     .differences = {kDifferences},
                     .wordings = {kWordings}};
  EXPECT_TRUE(intended_difference(of, "get k", "-ERR abcz", "[]"));
  EXPECT_TRUE(intended_difference(of, "GET ", "-ERR az", "[\"x\", \"y\"]"));
  EXPECT_FALSE(intended_difference(of, "GET", "-ERR az", "[]"));
  EXPECT_FALSE(intended_difference(of, "GETDEL k", "-ERR az", "[]"));
  EXPECT_FALSE(intended_difference(of, "GET k", "-ERR AZ", "[]"));
  EXPECT_FALSE(intended_difference(of, "GET k", "-ERR azy", "[]"));
  EXPECT_FALSE(intended_difference(of, "GET k", "-ERR az", "[] "));
  EXPECT_TRUE(same_text(of, "TYPE k", "an old1 and old2", "an new1 and new2"));
  EXPECT_FALSE(same_text(of, "GET k", "an old1", "an new1"));
}

TEST(Events, MayOnlyDifferInWhenKeysExpire) {
  EXPECT_TRUE(match_events({"set a", "expired b", "del a"}, {"set a", "del a", "expired c"}).same);
  EXPECT_FALSE(match_events({"set a", "del a"}, {"del a", "set a"}).same);
  EXPECT_FALSE(match_events({"set a"}, {}).same);
  EXPECT_EQ(match_events({"expired b", "set a"}, {"del b", "set a"}).same, reference().habits.expires_at_once);
  EXPECT_EQ(match_events({"set a", "del a"}, {"set a", "set b"}).our_end, 1U);
}

TEST(Shrinking, FindsTheStepsThatMatter) {
  Program program;
  for (int i = 0; i < 200; ++i) program.push_back({.connection = 0, .command = {"STEP", std::to_string(i)}});
  const auto has = [](const Program& steps, const std::string& number) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.command[1] == number; });
  };
  const Program small = shrink(program, [&](const Program& steps) { return has(steps, "17") && has(steps, "130"); });
  ASSERT_EQ(small.size(), 2U);
  EXPECT_EQ(small[0].command[1], "17");
  EXPECT_EQ(small[1].command[1], "130");
}

TEST(Shrinking, EndsWhenTheTriesAreUsedUp) {
  const Program program(1000, Step{.connection = 0, .command = {"PING"}});
  int tries = 0;
  shrink(program, [&](const Program& steps) { return ++tries, steps.size() == 1000; }, {.tries = 50, .time = 10s});
  EXPECT_LE(tries, 50);
}

TEST(Generator, MakesTheSameProgramsFromTheSameSeed) {
  const auto text = [](uint64_t seed) { return script_of(ProgramGenerator(seed).program(500)); };
  EXPECT_EQ(text(7), text(7));
  EXPECT_NE(text(7), text(8));
}

TEST(Processes, OutputAndEndAreSeen) {
  Process process({.argv = {"sh", "-c", "echo ready; read line; echo \"got $line\"; exit 3"}, .input = "word\n"});
  EXPECT_EQ(process.wait_for_output("got [a-z]+", 5s), "got word");
  EXPECT_EQ(process.wait(5s), (ExitStatus{.code = 3, .signal = 0}));
}

TEST(Processes, OneThatIgnoresTheSignalIsKilled) {
  Process process({.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do :; done"}});
  ASSERT_TRUE(process.wait_for_output("ready", 5s));
  EXPECT_EQ(process.stop(50ms), (ExitStatus{.code = -1, .signal = SIGKILL}));
}

TEST(Processes, OneThatEndsIsNotWaitedFor) {
  Process process({.argv = {"sh", "-c", "echo no"}});
  EXPECT_FALSE(process.wait_for_output("ready", 60s));
  EXPECT_THROW(Process({.argv = {"no-such-program-anywhere"}}), std::system_error);
}

}  // namespace
}  // namespace larder::test
