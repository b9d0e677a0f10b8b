// The gates and their order: a request that several of them would refuse is refused by the first.
#include "server/dispatch/gates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;
using testing::ElementsAre;
using testing::StartsWith;

TEST(Gates, StandInThisOrder) {
  std::vector<std::string_view> names;
  for (const Gate& gate : gates()) names.push_back(gate.name);
  EXPECT_THAT(names, ElementsAre("known", "arity", "permitted", "authenticated", "multi", "memory", "subscriber mode"));
}

class GatesTest : public testing::Test {
 protected:
  RunningServer server{[](Settings& settings) { settings.requirepass = "secret"; }};
  RespClient client = server.client();
  void authenticate() { ASSERT_EQ(ask(client, "AUTH", "secret"), "OK"); }
  void fill_memory() {
    ask(client, "SET", "filler", std::string(100'000, 'x'));
    ask(client, "CONFIG", "SET", "maxmemory", "1");
  }
};

TEST_F(GatesTest, AnUnknownCommandIsSaidToBeUnknownBeforeAnyPassword) {
  EXPECT_EQ(ask(client, "NOTHING", "a"), "ERR unknown command 'NOTHING', with args beginning with: 'a' ");
  EXPECT_EQ(ask(client, "CONFIG", "NOTHING"), "ERR unknown subcommand 'NOTHING'. Try CONFIG HELP.");
}

TEST_F(GatesTest, TheArityIsCheckedBeforeThePassword) {
  EXPECT_EQ(ask(client, "GET"), "ERR wrong number of arguments for 'get' command");
  EXPECT_EQ(ask(client, "GET", "a"), "NOAUTH Authentication required.");
}

TEST_F(GatesTest, AForbiddenCommandIsForbiddenBeforeAnyPassword) {
  EXPECT_THAT(ask(client, "DEBUG", "SLEEP", "0"), StartsWith("ERR DEBUG command not allowed."));
}

TEST_F(GatesTest, ThePasswordComesBeforeTheMemory) {
  authenticate();
  fill_memory();
  RespClient other = server.client();
  EXPECT_EQ(ask(other, "SET", "a", "1"), "NOAUTH Authentication required.");
  EXPECT_EQ(ask(client, "SET", "a", "1"), "OOM command not allowed when used memory > 'maxmemory'.");
  EXPECT_EQ(ask(client, "SET", "a"), "ERR wrong number of arguments for 'set' command");
  EXPECT_EQ(ask(client, "GET", "a"), "(nil)");
  EXPECT_EQ(ask(client, "DEL", "filler"), "1");
}

TEST_F(GatesTest, WhatIsNotAllowedInMultiIsRefusedAndSpoilsIt) {
  authenticate();
  EXPECT_EQ(ask(client, "MULTI"), "OK");
  EXPECT_EQ(ask(client, "SUBSCRIBE", "channel"), "QUEUED");
  EXPECT_EQ(ask(client, "DISCARD"), "OK");
  EXPECT_EQ(ask(client, "MULTI"), "OK");
  EXPECT_EQ(ask(client, "SHUTDOWN", "NOSAVE"), "ERR Command not allowed inside a transaction");
  EXPECT_EQ(ask(client, "EXEC"), "EXECABORT Transaction discarded because of previous errors.");
}

TEST_F(GatesTest, ARefusalWhileQueueingSpoilsTheTransaction) {
  authenticate();
  for (const auto& refused : {std::vector<std::string>{"NOTHING"}, {"GET"}, {"CONFIG", "NOTHING"}}) {
    ask(client, "MULTI");
    client.call(refused);
    EXPECT_EQ(ask(client, "EXEC"), "EXECABORT Transaction discarded because of previous errors.");
  }
}

TEST_F(GatesTest, MemoryIsCheckedWhileQueueingAndAtExec) {
  authenticate();
  ask(client, "MULTI");
  EXPECT_EQ(ask(client, "SET", "a", "1"), "QUEUED");
  RespClient other = server.client();
  ask(other, "AUTH", "secret");
  ask(other, "SET", "filler", "x");
  ask(other, "CONFIG", "SET", "maxmemory", "1");
  EXPECT_THAT(ask(client, "EXEC"), StartsWith("EXECABORT Transaction discarded because of"));
  EXPECT_EQ(ask(client, "EXISTS", "a"), "0");
}

TEST_F(GatesTest, ASubscriberInResp2MayDoLittle) {
  authenticate();
  ask(client, "SUBSCRIBE", "channel");
  EXPECT_EQ(ask(client, "GET", "a"),
            "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this "
            "context");
  EXPECT_EQ(ask(client, "GET"), "ERR wrong number of arguments for 'get' command");
  EXPECT_EQ(client.call({"PING"}).value.items.at(0).text, "pong");
  client.send({"RESET"});
  EXPECT_EQ(text_of(client.receive()), "RESET");
}

TEST_F(GatesTest, ASubscriberInResp3MayDoEverything) {
  authenticate();
  client.call({"HELLO", "3"});
  ask(client, "SUBSCRIBE", "channel");
  EXPECT_EQ(ask(client, "SET", "a", "1"), "OK");
}

}  // namespace
}  // namespace larder::server
