// The gates and their order: a request that several of them would refuse is refused by the first.
#include "server/dispatch/gates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/dispatch/command_table.h"
#include "server/net/io_threads.h"
#include "server/state.h"
#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;
using testing::ElementsAre;
using testing::StartsWith;

TEST(Gates, StandInThisOrder) {
  std::vector<std::string_view> names;
  for (const Gate& gate : gates()) names.push_back(gate.name);
  EXPECT_THAT(names, ElementsAre("known", "arity", "permitted", "authenticated", "multi", "memory", "replicas",
                                 "subscriber mode", "pause"));
}

// Which gates a request of few arguments has to pass, as COMMAND's row, its client and the server say.
GateMask ahead(std::vector<std::string_view> args, const Client& client, GateMask closed = kGatesAlwaysClosed) {
  return gates_ahead(CommandTable::instance().resolve(args), args.size(), client, closed);
}

class GatesAhead : public testing::Test {
 protected:
  ServerState state{{}};
  IoThreads threads{state};
  Client client{1, threads.first(), state.world};
};

TEST_F(GatesAhead, AreNoneForMostRequests) {
  for (const auto& args :
       {std::vector<std::string_view>{"GET", "k"}, {"SET", "k", "v"}, {"EXEC"}, {"SUBSCRIBE", "c"}, {"INFO"}}) {
    EXPECT_EQ(ahead(args, client), 0u) << args[0];
  }
}

TEST_F(GatesAhead, FollowFromTheRequest) {
  EXPECT_EQ(ahead({"NOTHING"}, client), kGateUnknown);
  EXPECT_EQ(ahead({"CONFIG", "NOTHING"}, client), kGateUnknown);
  EXPECT_EQ(ahead({"GET"}, client), kGateArity);
  EXPECT_EQ(ahead({"CONFIG"}, client), kGateArity);
  EXPECT_EQ(ahead({"DEBUG", "SLEEP", "0"}, client), kGatePermission);
}

TEST_F(GatesAhead, FollowFromTheClient) {
  client.authenticated = false;
  client.update_gates();
  EXPECT_EQ(ahead({"GET", "k"}, client), kGatePassword);
  EXPECT_EQ(ahead({"HELLO", "3"}, client), 0u);
  client.authenticated = true;
  client.transaction.active = true;
  client.update_gates();
  EXPECT_EQ(ahead({"GET", "k"}, client), kGateTransaction);
  client.transaction.reset();
  client.channels.emplace("c");
  client.update_gates();
  EXPECT_EQ(ahead({"GET", "k"}, client), kGateSubscriber);
  EXPECT_EQ(ahead({"PING"}, client), 0u);
  client.protocol = 3;
  client.update_gates();
  EXPECT_EQ(ahead({"GET", "k"}, client), 0u);
}

TEST_F(GatesAhead, FollowFromTheServer) {
  EXPECT_EQ(ahead({"SET", "k", "v"}, client, kGateMemory), kGateMemory);
  EXPECT_EQ(ahead({"GET", "k"}, client, kGateMemory), 0u);
  EXPECT_EQ(ahead({"GET", "k"}, client, kGatePause), kGatePause);
  EXPECT_EQ(ahead({"DEL", "k"}, client, kGateReplicas), kGateReplicas);
  EXPECT_EQ(ahead({"EXEC"}, client, kGateReplicas), kGateReplicas);
  EXPECT_EQ(ahead({"PUBLISH", "c", "m"}, client, kGateReplicas), 0u);
}

TEST_F(GatesAhead, OfTheServerCloseAndOpen) {
  const std::pair<std::string_view, std::string_view> limit[] = {{"maxmemory", "100mb"}};
  const std::pair<std::string_view, std::string_view> no_limit[] = {{"maxmemory", "0"}};
  ASSERT_TRUE(state.config.set(limit, true));
  EXPECT_EQ(state.gates.closed(), kGatesAlwaysClosed | kGateMemory);
  ASSERT_TRUE(state.config.set(no_limit, true));
  EXPECT_EQ(state.gates.closed(), kGatesAlwaysClosed);

  state.pause.begin(PauseMode::writes, 1000 + state.world.clock().now_ms());
  state.pause.note_time(state.world.clock().now_ms());
  EXPECT_EQ(state.gates.closed(), kGatesAlwaysClosed | kGatePause);
  state.pause.note_time(1000 + state.world.clock().now_ms());
  EXPECT_EQ(state.gates.closed(), kGatesAlwaysClosed);

  state.pause.begin(PauseMode::all, 1000 + state.world.clock().now_ms());
  state.pause.end();
  EXPECT_EQ(state.gates.closed(), kGatesAlwaysClosed);
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

TEST_F(GatesTest, WhereReplicasAreDemandedNothingIsWritten) {
  const std::string refusal = "NOREPLICAS Not enough good replicas to write.";
  authenticate();
  ask(client, "SET", "a", "1");
  ask(client, "MULTI");
  ask(client, "INCR", "a");
  RespClient other = server.client();
  ask(other, "AUTH", "secret");
  ask(other, "CONFIG", "SET", "min-replicas-to-write", "2");
  EXPECT_EQ(ask(client, "EXEC"), "EXECABORT Transaction discarded because of: " + refusal);
  EXPECT_EQ(ask(client, "GET", "a"), "1");
  EXPECT_EQ(ask(client, "DEL", "a"), refusal);
  EXPECT_EQ(ask(client, "PUBLISH", "channel", "message"), "0");
  ask(client, "MULTI");
  EXPECT_EQ(ask(client, "INCR", "a"), refusal);
  EXPECT_EQ(ask(client, "EXEC"), "EXECABORT Transaction discarded because of previous errors.");
  EXPECT_NE(ask(client, "INFO", "replication").find("\r\nmin_slaves_good_slaves:0\r\n"), std::string::npos);
  ask(client, "CONFIG", "SET", "min-replicas-max-lag", "0");
  EXPECT_EQ(ask(client, "INCR", "a"), "2");
  ask(client, "CONFIG", "SET", "min-replicas-to-write", "0", "min-replicas-max-lag", "10");
  EXPECT_EQ(ask(client, "INCR", "a"), "3");
}

TEST_F(GatesTest, WhatStopsTheThreadsIsAllowedInATransactionThatHoldsShards) {
  authenticate();
  ask(client, "MULTI");
  ask(client, "SET", "a", "1");
  client.send_raw("INFO\r\nCLIENT LIST\r\nMEMORY STATS\r\nMEMORY DOCTOR\r\nCONFIG RESETSTAT\r\nCLIENT KILL ID 99\r\n");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(text_of(client.receive()), "QUEUED");
  EXPECT_EQ(client.call({"EXEC"}).value.items.size(), 7u);
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
