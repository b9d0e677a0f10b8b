// CLIENT over several connections: lists, kills, pauses, reply modes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/server_fixture.h"

namespace larder::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientCommand : public ServerFixture {};

TEST_P(ClientCommand, LineHasTheFieldsOfRedis72InOrder) {
  run("CLIENT", "SETNAME", "me");
  run("CLIENT", "SETINFO", "lib-name", "lib");
  run("CLIENT", "SETINFO", "LIB-VER", "1.2");
  EXPECT_THAT(
      text("CLIENT", "INFO"),
      ContainsRegex(
          "^id=[0-9]+ addr=[^ ]+ laddr=[^ ]+ fd=[0-9]+ name=me age=[0-9]+ idle=[0-9]+ flags=N db=0 sub=0 psub=0 "
          "ssub=0 multi=-1 qbuf=[0-9]+ qbuf-free=[0-9]+ argv-mem=[0-9]+ multi-mem=[0-9]+ rbs=[0-9]+ rbp=[0-9]+ "
          "obl=[0-9]+ oll=[0-9]+ omem=[0-9]+ tot-mem=[0-9]+ events=r cmd=client.info user=default redir=-1 "
          "resp=[23] lib-name=lib lib-ver=1.2\n$"));
}

TEST_P(ClientCommand, AgeAndIdleFollowTheClock) {
  const auto other = connect();
  const std::string id = run_on(*other, "CLIENT", "ID").text;
  clock_.advance(std::chrono::seconds(7));
  EXPECT_THAT(text("CLIENT", "LIST", "ID", id), HasSubstr(" age=7 idle=7 "));
}

TEST_P(ClientCommand, ListFilters) {
  const auto other = connect();
  const std::string id = run_on(*other, "CLIENT", "ID").text;
  run_on(*other, "SUBSCRIBE", "c");
  EXPECT_THAT(text("CLIENT", "LIST", "TYPE", "pubsub"), HasSubstr("id=" + id + " "));
  EXPECT_THAT(text("CLIENT", "LIST", "TYPE", "normal"), Not(HasSubstr("id=" + id + " ")));
  EXPECT_EQ(text("CLIENT", "LIST", "TYPE", "replica"), "");
  EXPECT_EQ(text("CLIENT", "LIST", "ID", "4711"), "");
  EXPECT_EQ(text("CLIENT", "LIST", "TYPE", "bogus"), "ERR Unknown client type 'bogus'");
}

TEST_P(ClientCommand, AKilledClientIsGoneAtOnce) {
  const auto other = connect();
  const std::string id = run_on(*other, "CLIENT", "ID").text;
  EXPECT_EQ(text("CLIENT", "KILL", "ID", id), "1");
  EXPECT_EQ(text("CLIENT", "KILL", "ID", id), "0");
  EXPECT_EQ(text("CLIENT", "LIST", "ID", id), "");
  EXPECT_EQ(other->receive_until_closed().bytes, "");
}

TEST_P(ClientCommand, KillsItselfAfterTheReply) {
  const std::string id = text("CLIENT", "ID");
  EXPECT_EQ(text("CLIENT", "KILL", "ID", id), "0");  // SKIPME is yes unless told otherwise
  EXPECT_EQ(text("CLIENT", "KILL", "ID", id, "SKIPME", "no"), "1");
  EXPECT_EQ(client_->receive_until_closed().bytes, "");
}

TEST_P(ClientCommand, ReplySkipDropsOneReply) {
  client_->send({"CLIENT", "REPLY", "SKIP"});
  client_->send({"PING", "dropped"});
  EXPECT_EQ(text("PING", "kept"), "kept");
  client_->send({"CLIENT", "REPLY", "SKIP"});
  client_->send({"CLIENT", "REPLY", "SKIP"});
  client_->send({"PING", "dropped"});
  EXPECT_EQ(text("PING", "kept"), "kept");
  client_->send({"CLIENT", "REPLY", "OFF"});
  client_->send({"PING", "dropped"});
  EXPECT_EQ(text("CLIENT", "REPLY", "ON"), "OK");
  client_->send({"CLIENT", "REPLY", "SKIP"});
  EXPECT_EQ(text("CLIENT", "REPLY", "ON"), "OK");
}

TEST_P(ClientCommand, APauseOfWritesHoldsBackWritesOnly) {
  const auto other = connect();
  run("CLIENT", "PAUSE", "100000", "WRITE");
  other->send({"SET", "a", "1"});
  EXPECT_EQ(run("GET", "a").text, "");
  EXPECT_EQ(text("CLIENT", "UNPAUSE"), "OK");
  EXPECT_EQ(other->receive().value.text, "OK");
  EXPECT_EQ(text("GET", "a"), "1");
}

TEST_P(ClientCommand, APauseEndsByTheClock) {
  const auto other = connect();
  run("CLIENT", "PAUSE", "5000", "WRITE");
  other->send({"SET", "a", "1"});
  EXPECT_EQ(run("GET", "a").text, "");
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(other->receive().value.text, "OK");
}

INSTANTIATE_TEST_SUITE_P(Protocols, ClientCommand, ::testing::Values(2, 3), protocol_name);

}  // namespace
}  // namespace larder::test
