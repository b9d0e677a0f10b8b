// Commands that wait for a key: who is served when, what ends waiting, and what stays if somebody goes away. On four
// I/O threads each client is on another one.
#include <set>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BlockingCommands : public CommandTest {
 protected:
  /// Sends a command that will wait, and returns when it does.
  void block(RespClient& client, const std::vector<std::string>& command) {
    client.send(command);
    wait_until_blocked(++blocked_);
  }

  /// Asks the server itself, so many times that it can only have failed.
  void wait_until_blocked(int count) {
    const std::string line = "blocked_clients:" + std::to_string(count) + "\r\n";
    for (int i = 0; i < 10'000; ++i) {
      if (run("INFO", "clients").text.find(line) != std::string::npos) return;
    }
    ADD_FAILURE() << "not " << line;
  }

  void expect_nobody_blocked() { wait_until_blocked(0); }

  int blocked_ = 0;
};

TEST_P(BlockingCommands, WhatIsThereIsTakenAtOnce) {
  run("RPUSH", "l", "a", "b", "c", "d", "e");
  EXPECT_THAT(run("BLPOP", "none", "l", "0"), texts(ElementsAre("l", "a")));
  EXPECT_THAT(run("BRPOP", "l", "0"), texts(ElementsAre("l", "e")));
  EXPECT_THAT(run("BLMOVE", "l", "m", "LEFT", "RIGHT", "0"), is_bulk("b"));
  EXPECT_THAT(run("BRPOPLPUSH", "l", "m", "0"), is_bulk("d"));
  const Reply popped = run("BLMPOP", "0", "2", "none", "l", "LEFT", "COUNT", "9");
  ASSERT_EQ(popped.items.size(), 2u);
  EXPECT_THAT(popped.items[1], texts(ElementsAre("c")));
  EXPECT_THAT(run("LRANGE", "m", "0", "-1"), texts(ElementsAre("d", "b")));
}

TEST_P(BlockingCommands, TheFirstToComeIsServedFirst) {
  const auto first = connect(), second = connect(), third = connect();
  block(*first, {"BLPOP", "l", "0"});
  block(*second, {"BRPOP", "other", "l", "0"});
  block(*third, {"BLMPOP", "0", "1", "l", "RIGHT", "COUNT", "5"});
  EXPECT_THAT(run("RPUSH", "l", "a", "b", "c", "d"), is_int(4));
  EXPECT_THAT(run("EXISTS", "l"), is_int(0));
  EXPECT_THAT(next(*first), texts(ElementsAre("l", "a")));
  EXPECT_THAT(next(*second), texts(ElementsAre("l", "d")));
  const Reply rest = next(*third);
  ASSERT_EQ(rest.items.size(), 2u);
  EXPECT_THAT(rest.items[1], texts(ElementsAre("c", "b")));
  expect_nobody_blocked();
}

TEST_P(BlockingCommands, NobodyElseSeesWhatSomebodyWaitsFor) {
  const auto waiting = connect(), other = connect();
  for (int i = 0; i < 50; ++i) {
    block(*waiting, {"BLPOP", "l", "0"});
    EXPECT_THAT(run("RPUSH", "l", "x"), is_int(1));
    EXPECT_THAT(run_on(*other, "LPOP", "l"), is_nil());
    EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "x")));
    wait_until_blocked(--blocked_);
  }
}

TEST_P(BlockingCommands, ATransactionIsServedWhenItHasEnded) {
  const auto waiting = connect();
  block(*waiting, {"BLPOP", "l", "0"});
  run("MULTI");
  run("RPUSH", "l", "a");
  run("LPUSH", "l", "b");
  run("BLPOP", "none", "0");
  run("LLEN", "l");
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_int(1), is_int(2), is_nil(), is_int(2))));
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "b")));
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(ElementsAre("a")));
}

TEST_P(BlockingCommands, WhatIsGoneAgainServesNobody) {
  const auto waiting = connect();
  block(*waiting, {"BLPOP", "l", "0"});
  run("MULTI");
  run("RPUSH", "l", "a");
  run("DEL", "l");
  run("EXEC");
  run("SADD", "l", "member");
  run("DEL", "l");
  run("RPUSH", "other", "b");
  run("RENAME", "other", "l");
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "b")));
}

TEST_P(BlockingCommands, TimeoutsEndByTheServersClock) {
  const auto pop = connect(), move = connect(), endless = connect();
  block(*pop, {"BLPOP", "l", "1.5"});
  block(*move, {"BLMOVE", "l", "m", "LEFT", "LEFT", "2"});
  block(*endless, {"BLPOP", "l", "0"});
  clock.advance(1499ms);
  run("PING");
  clock.advance(1ms);
  EXPECT_THAT(next(*pop), is_nil());
  clock.advance(500ms);
  EXPECT_THAT(next(*move), is_nil());
  clock.advance(1000h);
  wait_until_blocked(1);
  run("RPUSH", "l", "a");
  EXPECT_THAT(next(*endless), texts(ElementsAre("l", "a")));
}

TEST_P(BlockingCommands, WhoseTimeIsUpIsNotServedAnyMore) {
  const auto late = connect(), next_one = connect();
  block(*late, {"BLPOP", "l", "1"});
  block(*next_one, {"BLPOP", "l", "0"});
  clock.advance(2s);
  run("RPUSH", "l", "a");
  EXPECT_THAT(next(*next_one), texts(ElementsAre("l", "a")));
  EXPECT_THAT(next(*late), is_nil());
}

TEST_P(BlockingCommands, UnblockEndsWaitingAsATimeoutOrWithAnError) {
  const auto first = connect(), second = connect();
  const std::string one = run_on(*first, "CLIENT", "ID").text, two = run_on(*second, "CLIENT", "ID").text;
  EXPECT_THAT(run("CLIENT", "UNBLOCK", one), is_int(0));
  block(*first, {"BLPOP", "l", "0"});
  block(*second, {"BLMOVE", "l", "m", "LEFT", "LEFT", "0"});
  EXPECT_THAT(run("CLIENT", "UNBLOCK", one, "TIMEOUT"), is_int(1));
  EXPECT_THAT(run("CLIENT", "UNBLOCK", two, "ERROR"), is_int(1));
  EXPECT_THAT(next(*first), is_nil());
  EXPECT_THAT(next(*second), is_error("UNBLOCKED"));
  EXPECT_THAT(run("CLIENT", "UNBLOCK", two), is_int(0));
  EXPECT_THAT(run("CLIENT", "UNBLOCK", "999999"), is_int(0));
  run("RPUSH", "l", "a");
  EXPECT_THAT(run("LLEN", "l"), is_int(1));
  EXPECT_THAT(run_on(*first, "LPOP", "l"), is_bulk("a"));
}

TEST_P(BlockingCommands, WhoGoesAwayTakesNothing) {
  auto gone = connect();
  const auto stays = connect();
  block(*gone, {"BLPOP", "l", "0"});
  block(*stays, {"BLPOP", "l", "0"});
  gone.reset();
  wait_until_blocked(1);
  run("RPUSH", "l", "a", "b");
  EXPECT_THAT(next(*stays), texts(ElementsAre("l", "a")));
  EXPECT_THAT(run("LRANGE", "l", "0", "-1"), texts(ElementsAre("b")));
}

TEST_P(BlockingCommands, WhatAClientSendsMeanwhileWaitsToo) {
  const auto waiting = connect();
  waiting->send_raw(encode_command({"BLPOP", "l", "0"}) + encode_command({"SET", "k", "v"}) +
                    encode_command({"BLPOP", "l", "0"}) + encode_command({"PING"}));
  wait_until_blocked(1);
  waiting->send({"GET", "k"});
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
  run("RPUSH", "l", "a");
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "a")));
  EXPECT_THAT(next(*waiting), is_ok());
  wait_until_blocked(1);
  run("RPUSH", "l", "b");
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "b")));
  EXPECT_EQ(next(*waiting).text, "PONG");
  EXPECT_THAT(next(*waiting), is_bulk("v"));
}

TEST_P(BlockingCommands, MovesGoOnFromListToList) {
  const auto first = connect(), second = connect(), last = connect();
  block(*last, {"BLPOP", "c", "0"});
  block(*second, {"BLMOVE", "b", "c", "RIGHT", "LEFT", "0"});
  block(*first, {"BRPOPLPUSH", "a", "b", "0"});
  run("RPUSH", "a", "x");
  EXPECT_THAT(next(*first), is_bulk("x"));
  EXPECT_THAT(next(*second), is_bulk("x"));
  EXPECT_THAT(next(*last), texts(ElementsAre("c", "x")));
  EXPECT_THAT(run("EXISTS", "a", "b", "c"), is_int(0));
}

TEST_P(BlockingCommands, AMoveKeepsItsTurn) {
  const auto move = connect(), pop = connect();
  block(*move, {"BLMOVE", "l", "m", "LEFT", "RIGHT", "0"});
  block(*pop, {"BLPOP", "l", "0"});
  run("RPUSH", "l", "a", "b");
  EXPECT_THAT(next(*move), is_bulk("a"));
  EXPECT_THAT(next(*pop), texts(ElementsAre("l", "b")));
  EXPECT_THAT(run("LRANGE", "m", "0", "-1"), texts(ElementsAre("a")));
  expect_nobody_blocked();
}

TEST_P(BlockingCommands, AMoveToAnotherTypeIsRefusedAndTakesNothing) {
  const auto move = connect(), pop = connect();
  run("SET", "text", "x");
  block(*move, {"BLMOVE", "l", "text", "LEFT", "RIGHT", "0"});
  block(*pop, {"BLPOP", "l", "0"});
  run("RPUSH", "l", "a");
  EXPECT_THAT(next(*move), is_error("WRONGTYPE"));
  EXPECT_THAT(next(*pop), texts(ElementsAre("l", "a")));
}

TEST_P(BlockingCommands, ACircleOfMovesKeepsItsElement) {
  const auto first = connect(), second = connect();
  block(*first, {"BLMOVE", "a", "b", "LEFT", "RIGHT", "0"});
  block(*second, {"BLMOVE", "b", "a", "LEFT", "RIGHT", "0"});
  run("RPUSH", "a", "x");
  EXPECT_THAT(next(*first), is_bulk("x"));
  EXPECT_THAT(next(*second), is_bulk("x"));
  EXPECT_THAT(run("LRANGE", "a", "0", "-1"), texts(ElementsAre("x")));
  EXPECT_THAT(run("EXISTS", "b"), is_int(0));
}

TEST_P(BlockingCommands, AListThatComesWithItsDatabaseServes) {
  const auto waiting = connect();
  block(*waiting, {"BLPOP", "l", "0"});
  run("SELECT", "1");
  run("RPUSH", "l", "there");
  run("SELECT", "0");
  EXPECT_THAT(run("SWAPDB", "0", "1"), is_ok());
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "there")));
}

TEST_P(BlockingCommands, AKilledClientWaitsNoMore) {
  const auto waiting = connect();
  const std::string id = run_on(*waiting, "CLIENT", "ID").text;
  block(*waiting, {"BLPOP", "l", "m", "0"});
  run("CLIENT", "KILL", "ID", id);
  wait_until_blocked(0);
  run("RPUSH", "l", "a");
  EXPECT_THAT(run("LLEN", "l"), is_int(1));
}

TEST_P(BlockingCommands, WhatComesRightBehindAKillStays) {
  const auto waiting = connect();
  const std::string id = run_on(*waiting, "CLIENT", "ID").text;
  block(*waiting, {"BLPOP", "l", "0"});
  client_->send_raw(encode_command({"CLIENT", "KILL", "ID", id}) + encode_command({"RPUSH", "l", "a"}) +
                    encode_command({"LLEN", "l"}));
  EXPECT_THAT(next(*client_), is_int(1));
  EXPECT_THAT(next(*client_), is_int(1));
  EXPECT_THAT(next(*client_), is_int(1)) << "it has been given to one who was killed";
}

TEST_P(BlockingCommands, AKeyMayBeNamedManyTimes) {
  const auto waiting = connect(), other = connect();
  std::vector<std::string> command(20'002, "l");
  command.front() = "BLPOP";
  command.back() = "0";
  block(*waiting, command);
  block(*other, {"BLPOP", "l", "0"});
  for (int i = 0; i < 100; ++i) run("SET", "l", "a string serves nobody");
  run("DEL", "l");
  run("RPUSH", "l", "a", "b");
  EXPECT_THAT(next(*waiting), texts(ElementsAre("l", "a")));
  EXPECT_THAT(next(*other), texts(ElementsAre("l", "b")));
}

TEST_P(BlockingCommands, WhoGoesAwayBehindALongPipelineIsNoticed) {
  auto gone = connect();
  gone->send({"BLPOP", "l", "0"});
  gone->send({"SET", "k", std::string(300'000, 'v')});
  wait_until_blocked(1);
  gone.reset();
  wait_until_blocked(0);
  run("RPUSH", "l", "a");
  EXPECT_THAT(run("LLEN", "l"), is_int(1));
}

TEST_P(BlockingCommands, OfSeveralKeysWrittenTogetherTheFirstNamedServes) {
  const auto waiting = connect();
  block(*waiting, {"BLPOP", "one", "two", "0"});
  run("MULTI");
  run("RPUSH", "two", "b");
  run("RPUSH", "one", "a");
  run("EXEC");
  EXPECT_THAT(next(*waiting), texts(ElementsAre("one", "a")));
  EXPECT_THAT(run("LLEN", "two"), is_int(1));
}

TEST_P(BlockingCommands, SortedSetsServeInTheOrderOfScores) {
  const auto lowest = connect(), highest = connect(), several = connect();
  block(*lowest, {"BZPOPMIN", "none", "z", "0"});
  block(*highest, {"BZPOPMAX", "z", "0"});
  block(*several, {"BZMPOP", "0", "1", "z", "MIN", "COUNT", "9"});
  run("LPUSH", "z", "another type");
  run("DEL", "z");
  EXPECT_THAT(run("ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d"), is_int(4));
  EXPECT_THAT(next(*lowest), texts(ElementsAre("z", "a", "1")));
  EXPECT_THAT(next(*highest), texts(ElementsAre("z", "d", "4")));
  const Reply rest = next(*several);
  ASSERT_EQ(rest.items.size(), 2u);
  EXPECT_EQ(rest.items[1].items.size(), 2u);
  EXPECT_THAT(run("EXISTS", "z"), is_int(0));
}

TEST_P(BlockingCommands, ARepliesOffClientIsServedSilently) {
  const auto waiting = connect();
  waiting->send_raw(encode_command({"CLIENT", "REPLY", "OFF"}) + encode_command({"BLPOP", "l", "0"}) +
                    encode_command({"CLIENT", "REPLY", "ON"}));
  wait_until_blocked(1);
  run("RPUSH", "l", "a");
  EXPECT_THAT(next(*waiting), is_ok());
  EXPECT_THAT(run("EXISTS", "l"), is_int(0));
}

LARDER_COMMAND_TESTS(BlockingCommands);

}  // namespace
}  // namespace larder::test
