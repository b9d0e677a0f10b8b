// The order of messages that come from several I/O threads.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

/// A server with four threads and a client on each, besides the one that listens.
class PubsubOrder : public testing::Test {
 protected:
  void SetUp() override { ask(busy[0], "SADD", "members", "a", "b", "c"); }

  /// Gives one thread work for a while, so that what others hand to it has to wait: a different one each round.
  void keep_busy(size_t round) { busy.at(round % 4).send({"SRANDMEMBER", "members", "-20000"}); }
  void end_busy(size_t round) { ASSERT_TRUE(busy.at(round % 4).receive().ok()); }
  /// Who comes next; the one on the busy thread is the last of four.
  test::RespClient& turn(size_t round, size_t i) { return turns.at((round + 1 + i) % 4); }
  void expect_message(const std::string& text) {
    const test::Received message = subscriber.receive();
    ASSERT_TRUE(message.ok());
    ASSERT_EQ(message.value.items.at(2).text, text);
  }

  using FourClients = std::array<test::RespClient, 4>;
  RunningServer server{[](Settings& settings) { settings.io_threads = 4; }};
  FourClients busy = {server.client(), server.client(), server.client(), server.client()};
  FourClients turns = {server.client(), server.client(), server.client(), server.client()};
  test::RespClient subscriber = server.client();
};

constexpr size_t kRounds = 40;

TEST_F(PubsubOrder, MessagesArriveInTheOrderInWhichTheirPublishersWereAnswered) {
  ask(subscriber, "SUBSCRIBE", "turns");
  for (size_t round = 0; round < kRounds; ++round) {
    keep_busy(round);
    for (size_t i = 0; i < 4; ++i) ask(turn(round, i), "PUBLISH", "turns", std::to_string(i));
    for (size_t i = 0; i < 4; ++i) expect_message(std::to_string(i));
    end_busy(round);
  }
}

TEST_F(PubsubOrder, EventsOfAKeyArriveInTheOrderOfItsChanges) {
  ask(turns[0], "CONFIG", "SET", "notify-keyspace-events", "K$g");
  ask(subscriber, "SUBSCRIBE", "__keyspace@0__:k");
  for (size_t round = 0; round < kRounds; ++round) {
    keep_busy(round);
    for (size_t i = 0; i < 4; i += 2) {
      ask(turn(round, i), "SET", "k", "v");
      ask(turn(round, i + 1), "DEL", "k");
    }
    for (int i = 0; i < 2; ++i) {
      expect_message("set");
      expect_message("del");
    }
    end_busy(round);
  }
}

}  // namespace
}  // namespace larder::server
