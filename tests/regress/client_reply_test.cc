// What CLIENT REPLY OFF and SKIP drop: replies, nothing else.
#include <gtest/gtest.h>

#include <string>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

class ClientReply : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(client.call({"HELLO", "3"}).ok()); }
  /// The items of what comes next, with a blank between them.
  static std::string next(test::RespClient& from) {
    const test::Received received = from.receive();
    if (!received.ok()) return "nothing";
    std::string words = received.value.text;
    for (const auto& item : received.value.items) words += (words.empty() ? "" : " ") + item.text;
    return words;
  }

  RunningServer server;
  test::RespClient client = server.client();
};

TEST_F(ClientReply, OffKeepsMessagesToOneself) {
  ask(client, "SUBSCRIBE", "c");
  client.send({"CLIENT", "REPLY", "OFF"});
  client.send({"PUBLISH", "c", "text"});
  client.send({"GET", "k"});
  client.send({"CLIENT", "REPLY", "ON"});
  EXPECT_EQ(next(client), "message c text");
  EXPECT_EQ(next(client), "OK");
}

TEST_F(ClientReply, SkipKeepsMessagesAndAppliesToOneCommand) {
  ask(client, "SUBSCRIBE", "c");
  client.send({"CLIENT", "REPLY", "SKIP"});
  client.send({"PUBLISH", "c", "text"});
  client.send({"PING"});
  EXPECT_EQ(next(client), "message c text");
  EXPECT_EQ(next(client), "PONG");
}

TEST_F(ClientReply, OffKeepsConfirmations) {
  for (const char* version : {"2", "3"}) {
    test::RespClient other = server.client();
    ASSERT_TRUE(other.call({"HELLO", version}).ok());
    other.send({"CLIENT", "REPLY", "OFF"});
    other.send({"SUBSCRIBE", "c"});
    EXPECT_EQ(next(other), "subscribe c 1");
    other.send({"UNSUBSCRIBE", "c"});
    EXPECT_EQ(next(other), "unsubscribe c 0");
  }
}

TEST_F(ClientReply, OffKeepsMessagesOfOthers) {
  constexpr int kMessages = 3000;
  test::RespClient publisher = server.client();
  ask(client, "SUBSCRIBE", "c");
  client.send({"CLIENT", "REPLY", "OFF"});
  for (int i = 0; i < kMessages; ++i) {
    publisher.send({"PUBLISH", "c", std::to_string(i)});
    client.send({"PING"});
  }
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(next(client), "message c " + std::to_string(i));
}

}  // namespace
}  // namespace larder::server
