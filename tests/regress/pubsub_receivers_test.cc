// Who receives a message, and in which protocol, is decided when it is published.
#include <gtest/gtest.h>

#include <string>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

class PubsubReceivers : public testing::Test {
 protected:
  /// Sends commands inside MULTI and reads the replies up to EXEC's, which is returned.
  static test::Reply transaction(test::RespClient& client, const std::string& commands, int count) {
    client.send_raw("MULTI\r\n" + commands + "EXEC\r\n");
    for (int i = 0; i < count + 1; ++i) EXPECT_TRUE(client.receive().ok());
    return client.receive().value;
  }

  RunningServer server;
  test::RespClient client = server.client();
};

TEST_F(PubsubReceivers, AMessageToOneselfIsNotLostWhenTheSameExecUnsubscribes) {
  for (const char* version : {"2", "3"}) {
    client.call({"HELLO", version});
    const test::Reply replies = transaction(client, "SUBSCRIBE c\r\nPUBLISH c text\r\nUNSUBSCRIBE c\r\n", 3);
    ASSERT_GE(replies.items.size(), 1u);
    const test::Received message = client.receive();
    ASSERT_TRUE(message.ok());
    EXPECT_EQ(message.value.items.at(0).text, "message");
    EXPECT_EQ(message.value.items.at(2).text, "text");
    EXPECT_EQ(ask(client, "PING"), "PONG");
  }
}

TEST_F(PubsubReceivers, AMessageIsWrittenInTheProtocolOfItsPublishing) {
  client.call({"HELLO", "3"});
  ask(client, "SUBSCRIBE", "c");
  transaction(client, "PUBLISH c text\r\nHELLO 2\r\n", 2);
  const test::Received message = client.receive();
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message.value.type, '>');
}

TEST_F(PubsubReceivers, WhatWasPublishedBeforeComesBeforeTheEndOfTheSubscription) {
  test::RespClient publisher = server.client();
  for (const char* end : {"UNSUBSCRIBE c", "RESET", "QUIT"}) {
    for (int i = 0; i < 50; ++i) {
      test::RespClient subscriber = server.client();
      ask(subscriber, "SUBSCRIBE", "c");
      ASSERT_EQ(ask(publisher, "PUBLISH", "c", "text"), "1");
      subscriber.send_raw(std::string(end) + "\r\n");
      const test::Received message = subscriber.receive();
      ASSERT_TRUE(message.ok());
      ASSERT_EQ(message.value.items.size(), 3u) << end;
      ASSERT_EQ(message.value.items.at(0).text, "message") << end;
      ASSERT_TRUE(subscriber.receive().ok()) << end;
    }
  }
}

}  // namespace
}  // namespace larder::server
