// Commands that look at a whole database see one instant of it, whatever other I/O threads do meanwhile: a key that is
// renamed to and fro is always there, once.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

constexpr int kRounds = 300;
constexpr int kFillers = 50;

class OneInstant : public testing::Test {
 protected:
  OneInstant() {
    for (int i = 0; i < kFillers; ++i) ask(reader, "SET", "filler" + std::to_string(i), "");
    ask(reader, "SET", "here", "");
    renamer_ = std::thread([this] {
      test::RespClient client = server.client();
      std::string pipeline;
      for (int i = 0; i < 20; ++i) pipeline += "RENAME here there\r\nRENAME there here\r\n";
      while (!over_) {
        client.send_raw(pipeline);
        for (int i = 0; i < 40; ++i) client.receive();
      }
    });
  }
  ~OneInstant() override {
    over_ = true;
    renamer_.join();
  }

  static void expect_all(const std::vector<test::Reply>& found) {
    EXPECT_EQ(found.size(), size_t{kFillers + 1});
    EXPECT_EQ(std::count_if(found.begin(), found.end(),
                            [](const auto& key) { return key.text == "here" || key.text == "there"; }),
              1);
  }

  RunningServer server{[](Settings& settings) { settings.io_threads = 4; }};
  test::RespClient reader = server.client();

 private:
  std::atomic<bool> over_{false};
  std::thread renamer_;
};

TEST_F(OneInstant, IsWhatKeysLists) {
  for (int i = 0; i < kRounds && !HasFailure(); ++i) expect_all(reader.call({"KEYS", "*"}).value.items);
}

TEST_F(OneInstant, IsWhatDbsizeCounts) {
  for (int i = 0; i < kRounds && !HasFailure(); ++i) {
    EXPECT_EQ(ask(reader, "DBSIZE"), std::to_string(kFillers + 1));
  }
}

TEST_F(OneInstant, IsWhatOneCallOfScanVisits) {
  for (int i = 0; i < kRounds && !HasFailure(); ++i) {
    const test::Reply reply = reader.call({"SCAN", "0", "COUNT", "1000"}).value;
    ASSERT_EQ(reply.items.at(0).text, "0");
    expect_all(reply.items.at(1).items);
  }
}

TEST_F(OneInstant, IsWhatRandomkeyChoosesFrom) {
  for (int i = 0; i < kFillers; ++i) ask(reader, "DEL", "filler" + std::to_string(i));
  for (int i = 0; i < kRounds && !HasFailure(); ++i) EXPECT_NE(ask(reader, "RANDOMKEY"), "(nil)");
}

TEST_F(OneInstant, WalksInOneTransactionWithWritesEndAllTheSame) {
  for (int i = 0; i < kRounds && !HasFailure(); ++i) {
    reader.send_raw("MULTI\r\nSET filler0 x\r\nDBSIZE\r\nSCAN 0 COUNT 1000\r\nEXEC\r\n");
    for (int reply = 0; reply < 4; ++reply) ASSERT_TRUE(reader.receive().ok());
    const test::Received results = reader.receive();
    ASSERT_TRUE(results.ok());
    EXPECT_EQ(results.value.items.at(1).text, std::to_string(kFillers + 1));
  }
}

}  // namespace
}  // namespace larder::server
