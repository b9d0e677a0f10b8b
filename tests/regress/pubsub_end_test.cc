// When a subscriber is gone: before the reply that says so.
#include <gtest/gtest.h>

#include <string>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

constexpr int kRounds = 200;

class PubsubEnd : public testing::Test {
 protected:
  RunningServer server{[](Settings& settings) { settings.io_threads = 4; }};
  test::RespClient publisher = server.client();
};

TEST_F(PubsubEnd, NoMessageReachesAClientWhoseQuitHasBeenAnswered) {
  for (int round = 0; round < kRounds; ++round) {
    test::RespClient subscriber = server.client();
    ask(subscriber, "SUBSCRIBE", "news");
    ASSERT_EQ(ask(subscriber, "QUIT"), "OK");
    ASSERT_EQ(ask(publisher, "PUBLISH", "news", "text"), "0") << round;
  }
}

TEST_F(PubsubEnd, NoMessageReachesAKilledClient) {
  for (int round = 0; round < kRounds; ++round) {
    test::RespClient subscriber = server.client();
    const std::string id = ask(subscriber, "CLIENT", "ID");
    ask(subscriber, "SUBSCRIBE", "news");
    ask(publisher, "CLIENT", "KILL", "ID", id);
    ASSERT_EQ(ask(publisher, "PUBLISH", "news", "text"), "0") << round;
  }
}

}  // namespace
}  // namespace larder::server
