// Keyspace events and MONITOR lines against the order in which commands on one key were executed, with several I/O
// threads that race for it.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

constexpr int kWriters = 4;
constexpr int kRounds = 40;
constexpr int kCommands = 50;  // that each writer sends at once

class ExecutionOrder : public testing::Test {
 protected:
  /// All writers send their pipelines at the same time and read the replies, `kRounds` times.
  template <class Write>
  void race(Write&& write) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i) {
      threads.emplace_back([this, i, &write] {
        test::RespClient client = server.client();
        for (int round = 0; round < kRounds; ++round) write(client, i, round);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  RunningServer server{[](Settings& settings) { settings.io_threads = kWriters; }};
};

TEST_F(ExecutionOrder, AKeyIsNotDeletedTwiceWithoutBeingSetBetween) {
  test::RespClient subscriber = server.client(), admin = server.client();
  ask(admin, "CONFIG", "SET", "notify-keyspace-events", "K$g");
  ask(subscriber, "SUBSCRIBE", "__keyspace@0__:k");
  race([](test::RespClient& client, int, int) {
    std::string pipeline;
    for (int i = 0; i < kCommands; ++i) pipeline += "SET k v\r\nDEL k\r\n";
    client.send_raw(pipeline);
    for (int i = 0; i < 2 * kCommands; ++i) ASSERT_TRUE(client.receive().ok());
  });
  ask(admin, "PUBLISH", "__keyspace@0__:k", "end");
  std::string before = "set";
  for (;;) {
    const test::Received message = subscriber.receive();
    ASSERT_TRUE(message.ok());
    const std::string event = message.value.items.at(2).text;
    if (event == "end") break;
    ASSERT_FALSE(event == "del" && before == "del");
    before = event;
  }
}

TEST_F(ExecutionOrder, MonitorShowsCommandsOnAKeyAsTheyWereExecuted) {
  test::RespClient monitor = server.client();
  ASSERT_EQ(ask(monitor, "MONITOR"), "OK");
  std::map<std::string, std::string> replaced[kWriters];  // by each value, which value stood there before
  race([&](test::RespClient& client, int writer, int round) {
    std::vector<std::string> values;
    for (int i = 0; i < kCommands; ++i) {
      values.push_back(std::to_string(writer) + "-" + std::to_string(round) + "-" + std::to_string(i));
      client.send({"GETSET", "k", values.back()});
    }
    for (const std::string& value : values) replaced[writer][value] = text_of(client.receive());
  });
  std::string before = "(nil)";
  for (int i = 0; i < kWriters * kRounds * kCommands; ++i) {
    const test::Received line = monitor.receive();
    ASSERT_TRUE(line.ok());
    const size_t end = line.value.text.rfind('"'), start = line.value.text.rfind('"', end - 1) + 1;
    const std::string value = line.value.text.substr(start, end - start);
    ASSERT_EQ(replaced[value[0] - '0'].at(value), before) << line.value.text;
    before = value;
  }
}

}  // namespace
}  // namespace larder::server
