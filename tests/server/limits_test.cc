// Limits of a connection and of the server: how much may wait, how long, how many may connect, who may, and what
// happens to requests that arrive in pieces, late, or to a client that does not read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "server/state.h"
#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using std::chrono::seconds;
using test::Received;
using test::RespClient;
using testing::StartsWith;

// -- Input --

/// What many connections have sent is received together: the first of them closes the others, whose requests are then
/// waiting already or about to be received.
TEST(Input, ConnectionsOfOneRoundMayCloseEachOther) {
  const RunningServer server([](Settings& settings) { settings.io_threads = 1; });
  RespClient busy = server.client();
  ask(busy, "SADD", "members", "a", "b", "c");
  std::vector<RespClient> clients;
  for (int i = 0; i < 60; ++i) clients.push_back(server.client());
  for (RespClient& client : clients) ask(client, "PING");
  // While the thread is busy with this, all of the others become ready.
  busy.send({"SRANDMEMBER", "members", "-200000"});
  for (RespClient& client : clients) {
    client.send_raw(test::encode_command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}) +
                    test::encode_command({"INCR", "survivors"}));
  }
  int answered = 0;
  for (RespClient& client : clients) answered += client.receive().ok() ? 1 : 0;
  EXPECT_GE(answered, 1);
  EXPECT_LT(answered, 60);
  RespClient after = server.client();
  EXPECT_GE(std::stoi(ask(after, "GET", "survivors")), 1);
  EXPECT_EQ(ask(after, "PING"), "PONG");
}

TEST(Input, ARequestMayArriveByteByByte) {
  RunningServer server;
  RespClient client = server.client();
  const std::string requests = test::encode_command({"SET", "key", "value"}) + "GET key\r\n" +
                               test::encode_command({"APPEND", "key", std::string(300, 'x')});
  for (const char byte : requests) client.send_raw(std::string_view(&byte, 1));
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_EQ(text_of(client.receive()), "value");
  EXPECT_EQ(text_of(client.receive()), "305");
}

TEST(Input, AnswersARequestWhileTheNextIsIncomplete) {
  RunningServer server;
  RespClient client = server.client();
  client.send_raw("PING\r\n*2\r\n$4\r\nECHO\r\n$5\r\nhel");
  EXPECT_EQ(text_of(client.receive()), "PONG");
  client.send_raw("lo\r\nPING\r\n");
  EXPECT_EQ(text_of(client.receive()), "hello");
  EXPECT_EQ(text_of(client.receive()), "PONG");
}

TEST(Input, ALargeValueGoesThereAndBack) {
  RunningServer server;
  RespClient client = server.client();
  std::string value(20 << 20, '\0');
  for (size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 2654435761u >> 13);
  client.send({"SET", "large", value});
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_TRUE(text_of(client.call({"GET", "large"})) == value);
  client.send({"APPEND", "large", value});
  EXPECT_EQ(text_of(client.receive()), std::to_string(2 * value.size()));
}

TEST(Input, TheQueryBufferIsLimited) {
  RunningServer server([](Settings& settings) { settings.client_query_buffer_limit_bytes = 1 << 20; });
  RespClient client = server.client();
  EXPECT_EQ(ask(client, "SET", "key", std::string(1'000'000, 'x')), "OK");
  client.send_raw("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3000000\r\n" + std::string(2'000'000, 'x'));
  EXPECT_EQ(client.receive().status, Received::Status::closed);
  EXPECT_TRUE(server.logged("reached max query buffer length"));
  RespClient other = server.client();
  EXPECT_EQ(ask(other, "PING"), "PONG");
}

TEST(Input, ProtocolErrorsEndTheConnectionAfterTheRepliesBefore) {
  RunningServer server;
  RespClient client = server.client();
  client.send_raw("PING\r\n*1\r\n$x\r\nPING\r\n");
  EXPECT_EQ(text_of(client.receive()), "PONG");
  EXPECT_EQ(text_of(client.receive()), "ERR Protocol error: invalid bulk length");
  EXPECT_EQ(client.receive().status, Received::Status::closed);
}

TEST(Input, QuitEndsAPipeline) {
  RunningServer server;
  RespClient client = server.client();
  client.send_raw("SET a 1\r\nQUIT\r\nSET a 2\r\n");
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_EQ(client.receive().status, Received::Status::closed);
  RespClient other = server.client();
  EXPECT_EQ(ask(other, "GET", "a"), "1");
}

TEST(Input, AClientThatHasSentItsLastStillGetsItsReplies) {
  RunningServer server;
  RespClient client = server.client();
  client.send_raw("SET a 1\r\nGET a\r\nPING\r\n");
  client.finish_sending();
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_EQ(text_of(client.receive()), "1");
  EXPECT_EQ(text_of(client.receive()), "PONG");
  EXPECT_EQ(client.receive().status, Received::Status::closed);
}

TEST(Input, AConnectionThatEndsInTheMiddleOfARequestLeavesNothing) {
  RunningServer server;
  RespClient client = server.client();
  client.send_raw("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$10\r\n123");
  client.finish_sending();
  EXPECT_EQ(client.receive().status, Received::Status::closed);
  RespClient other = server.client();
  EXPECT_EQ(ask(other, "EXISTS", "a"), "0");
  EXPECT_TRUE(eventually([&] { return server->state().clients.connected() == 1; }));
}

// -- Output --

/// Bytes that wait for the client that has the most, as CLIENT LIST tells.
long output_waiting(RespClient& client) {
  const std::string list = ask(client, "CLIENT", "LIST");
  long most = 0;
  for (size_t at = list.find(" omem="); at != std::string::npos; at = list.find(" omem=", at + 1)) {
    most = std::max(most, std::stol(list.substr(at + 6)));
  }
  return most;
}

TEST(Output, ASlowReaderOfALargePipelineGetsEveryReply) {
  RunningServer server;
  RespClient client = server.client();
  ask(client, "SET", "small", "s");
  ask(client, "SET", "medium", std::string(3000, 'm'));
  ask(client, "SET", "large", std::string(100'000, 'l'));
  // Everything is sent before anything is read; RespClient takes replies from the socket only when sending would block.
  constexpr int kRequests = 1500;
  std::string pipeline;
  for (int i = 0; i < kRequests; ++i) {
    pipeline += test::encode_command({"GET", i % 50 == 0 ? "large" : i % 3 == 0 ? "medium" : "small"});
    pipeline += "INCR counter\r\n";
  }
  client.send_raw(pipeline);
  for (int i = 0; i < kRequests; ++i) {
    const std::string reply = text_of(client.receive());
    ASSERT_EQ(reply.size(), i % 50 == 0 ? 100'000u : i % 3 == 0 ? 3000u : 1u) << i;
    ASSERT_EQ(text_of(client.receive()), std::to_string(i + 1));
  }
}

TEST(Output, AboveTheHardLimitAClientIsClosed) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.normal.hard_bytes = 4 << 20; });
  RespClient writer = server.client();
  ask(writer, "SET", "large", std::string(1 << 20, 'l'));
  RespClient slow = server.client();
  std::string pipeline;
  for (int i = 0; i < 32; ++i) pipeline += "GET large\r\n";
  slow.send_raw(pipeline);
  EXPECT_TRUE(eventually([&] { return server.logged("closed for overcoming of output buffer limits"); }));
  EXPECT_EQ(ask(writer, "PING"), "PONG");
}

TEST(Output, TheHardLimitHoldsWithinABatch) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.normal.hard_bytes = 1 << 20; });
  RespClient other = server.client();
  for (int i = 0; i < 100; ++i) ask(other, "SADD", "members", std::to_string(i) + std::string(1000, 'm'));
  RespClient slow = server.client();
  std::string pipeline;
  for (int i = 0; i < 100; ++i) pipeline += "SMEMBERS members\r\n";  // 10 MB of replies
  slow.send_raw(pipeline + "SET after 1\r\n");
  const Received received = slow.receive_until_closed();
  EXPECT_EQ(received.status, Received::Status::closed);
  EXPECT_LT(received.bytes.size(), 1u << 20);
  EXPECT_TRUE(server.logged("closed for overcoming of output buffer limits"));
  EXPECT_EQ(ask(other, "EXISTS", "after"), "0");
  EXPECT_EQ(server->state().figures.rare.output_limit_disconnections.load(), 1u);
}

/// What one command replies is bounded while it is written, and with CLIENT REPLY OFF not at all.
TEST(Output, TheHardLimitHoldsWithinAReply) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.normal.hard_bytes = 1 << 20; });
  RespClient other = server.client();
  ask(other, "SADD", "members", std::string(1000, 'm'));
  RespClient slow = server.client();
  slow.send_raw("CLIENT REPLY OFF\r\nSRANDMEMBER members -5000\r\nCLIENT REPLY ON\r\n");
  EXPECT_EQ(text_of(slow.receive()), "OK");
  slow.send_raw("SRANDMEMBER members -5000\r\n");
  EXPECT_EQ(slow.receive_until_closed().bytes, "");
}

/// Reads nothing before everything has been sent; false when the server has stopped reading.
bool send_without_reading(int descriptor, std::string_view bytes) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!bytes.empty()) {
    if (test::wait_until(descriptor, POLLOUT, deadline) == 0) return false;
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    if (sent < 0 && errno != EAGAIN) return false;
  }
  return true;
}

TEST(Output, InputIsReadHoweverMuchOutputWaits) {
  RunningServer server;
  RespClient other = server.client();
  ask(other, "SET", "large", std::string(8 << 20, 'l'));
  std::string gets;
  for (int i = 0; i < 10; ++i) gets += "GET large\r\n";
  const std::string set = test::encode_command({"SET", "next", std::string(4 << 20, 'n')});
  std::vector<test::Descriptor> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(test::connect_to(server.endpoint(), seconds(10)));
    ASSERT_TRUE(send_without_reading(clients.back().get(), gets));
    ASSERT_TRUE(eventually([&] { return output_waiting(other) > 64 << 20; }));
    EXPECT_TRUE(send_without_reading(clients.back().get(), set));
  }
  EXPECT_TRUE(eventually([&] { return ask(other, "STRLEN", "next") == std::to_string(4 << 20); }));
}

TEST(Output, ASubscriberThatDoesNotReadIsClosedByItsOwnLimit) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.pubsub.hard_bytes = 2 << 20; });
  RespClient subscriber = server.client(), publisher = server.client();
  ask(subscriber, "SUBSCRIBE", "news");
  const std::string message(500'000, 'n');
  bool closed = false;
  for (int i = 0; i < 100 && !closed; ++i) closed = ask(publisher, "PUBLISH", "news", message) == "0";
  EXPECT_TRUE(closed);
  EXPECT_TRUE(server.logged("closed for overcoming of output buffer limits"));
}

TEST(Output, AReplyWithoutEndEndsWithTheRoomForIt) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.normal.hard_bytes = 1 << 20; });
  RespClient client = server.client(), other = server.client();
  ask(client, "SADD", "s", "a");
  EXPECT_FALSE(client.call({"SRANDMEMBER", "s", "-9223372036854775807"}).ok());
  EXPECT_EQ(ask(other, "SCARD", "s"), "1");
  EXPECT_TRUE(server.logged("closed for overcoming of output buffer limits"));
}

TEST(Output, ANewLimitHoldsForWhoIsConnected) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.pubsub.hard_bytes = 1 << 20; });
  RespClient subscriber = server.client(), publisher = server.client();
  ask(subscriber, "SUBSCRIBE", "news");
  ask(publisher, "CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0");
  EXPECT_EQ(ask(publisher, "PUBLISH", "news", std::string(2 << 20, 'n')), "1");
  EXPECT_EQ(subscriber.receive().value.items.at(2).text.size(), size_t{2 << 20});
}

// A client that does not read, behind a soft limit of so many seconds.
void expect_soft_limit(int soft_seconds, bool closes) {
  base::ManualClock clock;
  RunningServer server(
      [&](Settings& settings) {
        settings.client_output_buffer_limits.normal = {
            .hard_bytes = 0, .soft_bytes = 1 << 20, .soft_seconds = soft_seconds};
      },
      clock);
  RespClient writer = server.client();
  ask(writer, "SET", "large", std::string(1 << 20, 'l'));
  RespClient slow = server.client();
  std::string pipeline;
  for (int i = 0; i < 16; ++i) pipeline += "GET large\r\n";
  slow.send_raw(pipeline);
  EXPECT_TRUE(eventually([&] { return closes || output_waiting(writer) > 1 << 20; }));
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(ask(writer, "PING"), "PONG");
  const auto closed = [&] { return server.logged("closed for overcoming of output buffer limits"); };
  if (closes) {
    EXPECT_TRUE(eventually(closed));
  } else {
    EXPECT_FALSE(closed());
  }
}

TEST(Output, TheSoftLimitIsAMatterOfTime) { expect_soft_limit(1, true); }

TEST(Output, TheSoftLimitFollowsTheMachinesClockNotTheOneOfClients) { expect_soft_limit(3600, false); }

// -- Who may connect, and for how long --

TEST(Connections, AreLimitedByMaxclients) {
  RunningServer server([](Settings& settings) { settings.maxclients = 3; });
  std::vector<RespClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(server.client());
    EXPECT_EQ(ask(clients.back(), "PING"), "PONG");
  }
  RespClient refused = server.client();
  EXPECT_EQ(refused.receive_until_closed().bytes, "-ERR max number of clients reached\r\n");
  clients.pop_back();
  EXPECT_TRUE(eventually([&] {
    RespClient next = server.client();
    return ask(next, "PING") == "PONG";
  }));
  EXPECT_GE(server->state().figures.rare.rejected_connections.load(), 1u);
}

TEST(Connections, EndWhenIdleForLongerThanTheTimeout) {
  base::ManualClock clock;
  RunningServer server([](Settings& settings) { settings.timeout_s = 60; }, clock);
  RespClient idle = server.client(), subscriber = server.client();
  ask(idle, "PING");
  ask(subscriber, "SUBSCRIBE", "news");
  clock.advance(seconds(59));
  EXPECT_EQ(ask(idle, "PING"), "PONG");
  clock.advance(seconds(61));
  EXPECT_EQ(idle.receive().status, Received::Status::closed);
  RespClient publisher = server.client();
  EXPECT_EQ(ask(publisher, "PUBLISH", "news", "still there"), "1");
}

TEST(Connections, NeedThePasswordOnlyWhenThereIsOne) {
  RunningServer server([](Settings& settings) { settings.requirepass = "secret"; });
  RespClient client = server.client();
  EXPECT_EQ(ask(client, "GET", "a"), "NOAUTH Authentication required.");
  EXPECT_EQ(ask(client, "AUTH", "wrong"), "WRONGPASS invalid username-password pair or user is disabled.");
  EXPECT_EQ(ask(client, "AUTH", "default", "secret"), "OK");
  EXPECT_EQ(ask(client, "GET", "a"), "(nil)");
  RespClient hello = server.client();
  EXPECT_THAT(ask(hello, "HELLO", "3"), StartsWith("NOAUTH "));
  EXPECT_EQ(hello.call({"HELLO", "3", "AUTH", "default", "secret"}).value.type, '%');
}

TEST(Connections, ThatWaitForAPasswordAreServedOnceThereIsNone) {
  RunningServer server([](Settings& settings) { settings.requirepass = "secret"; });
  RespClient waiting = server.client(), admin = server.client();
  EXPECT_EQ(ask(waiting, "GET", "a"), "NOAUTH Authentication required.");
  EXPECT_EQ(ask(admin, "AUTH", "secret"), "OK");
  EXPECT_EQ(ask(admin, "CONFIG", "SET", "requirepass", ""), "OK");
  EXPECT_EQ(ask(waiting, "GET", "a"), "(nil)");
  EXPECT_EQ(ask(waiting, "SET", "a", std::string(20'000, 'x')), "OK");
  EXPECT_THAT(ask(waiting, "HELLO", "3"), StartsWith("NOAUTH "));  // as redis-server answers
  EXPECT_EQ(ask(admin, "CONFIG", "SET", "requirepass", "another"), "OK");
  EXPECT_EQ(ask(waiting, "PING"), "NOAUTH Authentication required.");
  EXPECT_EQ(ask(admin, "PING"), "PONG");
}

TEST(Connections, HelloAppliesNothingBeforeAllOptionsAreChecked) {
  RunningServer server([](Settings& settings) { settings.requirepass = "secret"; });
  RespClient client = server.client();
  EXPECT_EQ(ask(client, "HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me", "FOO"),
            "ERR Syntax error in HELLO option 'FOO'");
  EXPECT_EQ(ask(client, "PING"), "NOAUTH Authentication required.");
  EXPECT_EQ(ask(client, "HELLO", "3", "SETNAME", "me", "AUTH", "default", "wrong"),
            "WRONGPASS invalid username-password pair or user is disabled.");
  EXPECT_EQ(ask(client, "AUTH", "secret"), "OK");
  EXPECT_EQ(ask(client, "CLIENT", "GETNAME"), "(nil)");
  EXPECT_EQ(client.call({"HELLO", "3", "SETNAME", "me", "AUTH", "default", "secret"}).value.type, '%');
  EXPECT_EQ(ask(client, "CLIENT", "GETNAME"), "me");
}

TEST(Connections, AnUnauthenticatedClientMaySendLittle) {
  RunningServer server([](Settings& settings) { settings.requirepass = "secret"; });
  RespClient many = server.client();
  many.send_raw("*11\r\n");
  EXPECT_EQ(text_of(many.receive()), "ERR Protocol error: unauthenticated multibulk length");
  RespClient large = server.client();
  large.send_raw("*2\r\n$20000\r\n");
  EXPECT_EQ(text_of(large.receive()), "ERR Protocol error: unauthenticated bulk length");
}

TEST(Connections, APipelineMayAuthenticateItself) {
  RunningServer server([](Settings& settings) { settings.requirepass = "secret"; });
  RespClient client = server.client();
  client.send_raw("AUTH secret\r\n*12\r\n$4\r\nMGET\r\n");
  for (int i = 0; i < 11; ++i) client.send_raw("$1\r\na\r\n");
  EXPECT_EQ(text_of(client.receive()), "OK");
  EXPECT_EQ(client.receive().value.items.size(), 11u);
}

void connect_fail_and_leave(const RunningServer& server) {
  RespClient client = server.client();
  client.send_raw("*1\r\n$x\r\n");
  EXPECT_THAT(text_of(client.receive()), testing::HasSubstr("invalid bulk length"));
  EXPECT_EQ(client.receive().status, Received::Status::closed);
  {
    RespClient leaves = server.client();
    ask(leaves, "PING");
  }
}

TEST(Connections, AreLoggedAtVerbose) {
  const RunningServer server([](Settings& settings) { settings.loglevel = LogLevel::verbose; });
  connect_fail_and_leave(server);
  EXPECT_TRUE(server.logged("- Accepted connection to "));
  EXPECT_TRUE(server.logged("- Protocol error (invalid bulk length) from client: id="));
  EXPECT_TRUE(eventually([&] { return server.logged("- Client closed connection id="); }));
}

TEST(Connections, AreNotLoggedAtNotice) {
  const RunningServer server;
  connect_fail_and_leave(server);
  EXPECT_FALSE(server.logged("Accepted "));
  EXPECT_FALSE(server.logged("Protocol error"));
}

TEST(Connections, OverTcpFromThisHostAreServedInProtectedMode) {
  RunningServer server([](Settings& settings) { settings.port = kPortAuto; });
  RespClient client = server.client();
  EXPECT_EQ(client.call({"CONFIG", "GET", "protected-mode"}).value.items.at(1).text, "yes");
  EXPECT_EQ(ask(client, "PING"), "PONG");
}

}  // namespace
}  // namespace larder::server
