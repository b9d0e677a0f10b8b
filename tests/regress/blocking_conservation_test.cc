// Blocking commands under contention, on four I/O threads: nothing is lost, nothing is given twice, and what one client
// has pushed to a key is given in that order. Clients go away and are unblocked while they wait. Made for
// ThreadSanitizer as well.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

constexpr int kKeys = 3;
constexpr int kPushers = 8, kPoppers = 48, kLeavers = 8;  // 64 clients
constexpr int kElements = 150;                            // of each pusher

std::string key_of(uint64_t number) { return "list:" + std::to_string(number % kKeys); }

/// What has been given to whom.
class Given {
 public:
  void add(const std::string& key, const std::string& element) {
    const std::lock_guard guard(mutex_);
    elements_[key].push_back(element);
    ++count_;
  }
  int count() const { return count_; }
  const std::map<std::string, std::vector<std::string>>& elements() const { return elements_; }

 private:
  std::mutex mutex_;
  std::atomic<int> count_{0};
  std::map<std::string, std::vector<std::string>> elements_;
};

TEST(BlockingConservation, EveryElementIsGivenOnce) {
  const RunningServer server([](Settings& settings) {
    settings.io_threads = 4;
    settings.port = kPortAuto;  // many connections come and go, more than a Unix socket's queue holds
  });
  test::RespClient control = server.client();
  Given given;
  std::atomic<bool> done{false};
  std::vector<std::thread> poppers, pushers;
  for (int i = 0; i < kPoppers; ++i) {
    poppers.emplace_back([&, i] {
      std::mt19937_64 random(static_cast<uint64_t>(i));
      test::RespClient client = server.client();
      while (!done) {
        const std::string first = key_of(random()), second = key_of(random());
        const std::vector<std::string> command =
            i % 2 == 0 ? std::vector<std::string>{"BLPOP", first, second, "0.05"}
                       : std::vector<std::string>{"BLMPOP", "0.05", "2", first, second, "LEFT"};
        const test::Received popped = client.call(command);
        ASSERT_TRUE(popped.ok());
        if (popped.value.items.size() != 2) continue;
        const test::Reply& element = popped.value.items[1];
        given.add(popped.value.items[0].text, element.is_aggregate() ? element.items.at(0).text : element.text);
      }
    });
  }
  // These go away while they wait, or just when they are served: what they have moved is kept.
  for (int i = 0; i < kLeavers; ++i) {
    poppers.emplace_back([&, i] {
      std::mt19937_64 random(static_cast<uint64_t>(1000 + i));
      while (!done) {
        test::RespClient client = server.client();
        ASSERT_TRUE(client.call({"PING"}).ok());
        client.send({"BLMOVE", key_of(random()), "kept", "LEFT", "RIGHT", "0"});
        if (random() % 2 == 0) std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < kPushers; ++i) {
    pushers.emplace_back([&, i] {
      test::RespClient client = server.client();
      for (int n = 0; n < kElements; ++n) {
        const std::string element = std::to_string(i) + ":" + std::to_string(n);
        ASSERT_TRUE(client.call({"RPUSH", key_of(static_cast<uint64_t>(n)), element}).ok());
      }
    });
  }
  for (auto& thread : pushers) thread.join();
  const auto kept = [&] { return control.call({"LRANGE", "kept", "0", "-1"}).value.items; };
  EXPECT_TRUE(eventually([&] { return given.count() + static_cast<int>(kept().size()) == kPushers * kElements; }));
  done = true;
  for (auto& thread : poppers) thread.join();
  std::vector<std::string> all;
  for (const auto& [key, elements] : given.elements()) all.insert(all.end(), elements.begin(), elements.end());
  for (const auto& element : kept()) all.push_back(element.text);
  EXPECT_EQ(all.size(), static_cast<size_t>(kPushers * kElements));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end()) << "something was given twice";
  for (int key = 0; key < kKeys; ++key) {
    EXPECT_EQ(control.call({"LLEN", key_of(static_cast<uint64_t>(key))}).value.text, "0");
  }
}

/// Elements go round through lists, moved by those who wait and by those who do not, while some are unblocked.
TEST(BlockingConservation, RingsOfMovesKeepTheirElements) {
  const RunningServer server([](Settings& settings) {
    settings.io_threads = 4;
    settings.port = kPortAuto;  // many connections come and go, more than a Unix socket's queue holds
  });
  constexpr int kInRing = 20, kMovers = 24, kMoves = 60;
  test::RespClient control = server.client();
  for (int i = 0; i < kInRing; ++i) control.call({"RPUSH", key_of(static_cast<uint64_t>(i)), std::to_string(i)});
  std::vector<std::thread> threads;
  for (int i = 0; i < kMovers; ++i) {
    threads.emplace_back([&, i] {
      test::RespClient client = server.client();
      for (int n = 0; n < kMoves; ++n) {
        const auto from = static_cast<uint64_t>(i + n);
        std::vector<std::string> command{"LMOVE", key_of(from), key_of(from + 1), "LEFT", "RIGHT"};
        if (i % 2 == 0) {
          command.front() = "BLMOVE";
          command.emplace_back("0.02");
        }
        ASSERT_TRUE(client.call(command).ok());
      }
    });
  }
  threads.emplace_back([&] {
    test::RespClient client = server.client();
    for (int i = 0; i < 200; ++i) client.call({"CLIENT", "UNBLOCK", std::to_string(i % 30), "TIMEOUT"});
  });
  for (auto& thread : threads) thread.join();
  std::vector<int> elements;
  for (uint64_t key = 0; key < kKeys; ++key) {
    for (const auto& element : control.call({"LRANGE", key_of(key), "0", "-1"}).value.items) {
      elements.push_back(std::stoi(element.text));
    }
  }
  std::sort(elements.begin(), elements.end());
  ASSERT_EQ(elements.size(), static_cast<size_t>(kInRing));
  for (int i = 0; i < kInRing; ++i) EXPECT_EQ(elements[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace larder::server
