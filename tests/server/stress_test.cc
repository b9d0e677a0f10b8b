// Many connections on four I/O threads send random commands, and some things must hold all the same: transfers conserve
// the sum, no reader sees half a write, no increment is lost, and nothing crashes while others flush other databases,
// swap them, list and kill clients, publish and change the limit of memory. Meant for ThreadSanitizer; bounded by
// counts, not by time.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::Received;
using test::RespClient;

constexpr int kAccounts = 8;
constexpr int64_t kEach = 1000;

std::string account(uint64_t number) { return "account:" + std::to_string(number); }

class Stress : public testing::Test {
 protected:
  RunningServer server{[](Settings& settings) {
    settings.io_threads = 4;
    settings.enable_debug_command = Permission::yes;
  }};

  /// Runs all at once; the first of them are waited for, the others stop when they see `done`.
  void run(const std::vector<std::function<void()>>& work, const std::vector<std::function<void()>>& beside) {
    std::vector<std::thread> workers, companions;
    for (const auto& task : beside) companions.emplace_back(task);
    for (const auto& task : work) workers.emplace_back(task);
    for (std::thread& worker : workers) worker.join();
    done = true;
    for (std::thread& companion : companions) companion.join();
  }

  std::atomic<bool> done = false;
};

/// Moves an amount between two accounts in MULTI, unless a watched account changes in between. Returns whether it did.
bool transfer(RespClient& client, std::mt19937_64& random) {
  const std::string from = account(random() % kAccounts), to = account(random() % kAccounts);
  if (from == to) return false;
  ask(client, "WATCH", from, to);
  const int64_t have = std::stoll(ask(client, "GET", from)), there = std::stoll(ask(client, "GET", to));
  const auto amount = static_cast<int64_t>(random() % 20);
  ask(client, "MULTI");
  ask(client, "SET", from, std::to_string(have - amount));
  ask(client, "SET", to, std::to_string(there + amount));
  const Received executed = client.call({"EXEC"});
  return executed.ok() && !executed.value.null;
}

int64_t sum_of(const test::Reply& reply) {
  int64_t sum = 0;
  for (const test::Reply& item : reply.items) sum += std::stoll(item.text);
  return sum;
}

TEST_F(Stress, TransfersConserveTheSum) {
  RespClient client = server.client();
  std::vector<std::string> all = {"MGET"};
  for (uint64_t i = 0; i < kAccounts; ++i) {
    ask(client, "SET", account(i), std::to_string(kEach));
    all.push_back(account(i));
  }
  std::atomic<int> executed = 0;
  std::vector<std::function<void()>> work;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    work.emplace_back([this, seed, &executed] {
      std::mt19937_64 random(seed);
      RespClient mine = server.client();
      for (int i = 0; i < 150; ++i) executed += transfer(mine, random) ? 1 : 0;
    });
  }
  const auto audit = [this, &all] {
    RespClient auditor = server.client();
    while (!done) {
      const Received snapshot = auditor.call(all);
      ASSERT_TRUE(snapshot.ok());
      ASSERT_EQ(sum_of(snapshot.value), kAccounts * kEach);
    }
  };
  run(work, {audit});
  EXPECT_GT(executed, 0);
  EXPECT_EQ(sum_of(client.call(all).value), kAccounts * kEach);
}

TEST_F(Stress, NoReaderSeesHalfOfAnMset) {
  constexpr int kKeys = 5;
  std::vector<std::function<void()>> work;
  for (int writer = 0; writer < 4; ++writer) {
    work.emplace_back([this, writer] {
      RespClient client = server.client();
      for (int i = 0; i < 250; ++i) {
        std::vector<std::string> words = {"MSET"};
        const std::string value =
            std::to_string(writer) + ":" + std::to_string(i) + std::string(i % 7 == 0 ? 5000 : 5, '.');
        for (int key = 0; key < kKeys; ++key) words.insert(words.end(), {"torn:" + std::to_string(key), value});
        ASSERT_EQ(text_of(client.call(words)), "OK");
      }
    });
  }
  const auto read = [this] {
    RespClient client = server.client();
    std::vector<std::string> words = {"MGET"};
    for (int key = 0; key < kKeys; ++key) words.push_back("torn:" + std::to_string(key));
    while (!done) {
      const Received values = client.call(words);
      ASSERT_TRUE(values.ok());
      for (const test::Reply& value : values.value.items) ASSERT_EQ(value, values.value.items.front());
    }
  };
  run(work, {read, read});
}

TEST_F(Stress, IncrementsAreExactInPipelinesAndTransactions) {
  constexpr int kClients = 6, kRounds = 25, kDepth = 30;
  std::vector<std::function<void()>> work;
  for (int number = 0; number < kClients; ++number) {
    work.emplace_back([this, number] {
      RespClient client = server.client();
      for (int round = 0; round < kRounds; ++round) {
        const bool transaction = (round + number) % 3 == 0;
        if (transaction) client.send({"MULTI"});
        for (int i = 0; i < kDepth; ++i) client.send({"INCR", i % 2 == 0 ? "counter:even" : "counter:odd"});
        if (transaction) client.send({"EXEC"});
        for (int i = 0; i < kDepth + (transaction ? 2 : 0); ++i) {
          const Received reply = client.receive();
          ASSERT_TRUE(reply.ok());
          ASSERT_FALSE(reply.value.is_error()) << reply.bytes;
        }
      }
    });
  }
  run(work, {});
  RespClient client = server.client();
  EXPECT_EQ(ask(client, "GET", "counter:even"), std::to_string(kClients * kRounds * kDepth / 2));
  EXPECT_EQ(ask(client, "GET", "counter:odd"), std::to_string(kClients * kRounds * kDepth / 2));
}

/// A command of no consequence for what the test checks: everything below happens in databases 1 and 2.
std::vector<std::string> any_command(std::mt19937_64& random) {
  const std::string key = "k" + std::to_string(random() % 50), other = "k" + std::to_string(random() % 50);
  const std::string value(random() % 10 == 0 ? 6000 : random() % 60, 'v');
  switch (random() % 34) {
    case 0: return {"SET", key, value};
    case 1: return {"SET", key, value, "PX", std::to_string(1 + random() % 30)};
    case 2: return {"GET", key};
    case 3: return {"DEL", key, other};
    case 4: return {"MSET", key, value, other, value};
    case 5: return {"MGET", key, other, "missing"};
    case 6: return {"APPEND", key, value};
    case 7: return {"SETRANGE", key, "100", "x"};
    case 8: return {"SADD", "s" + key, other, value, "1"};
    case 9: return {"SPOP", "s" + key};
    case 10: return {"SUNIONSTORE", "s" + key, "s" + other, "s1"};
    case 11: return {"SMEMBERS", "s" + key};
    case 12: return {"RENAME", key, other};
    case 13: return {"COPY", key, other, "REPLACE"};
    case 14: return {"EXPIRE", key, "1"};
    case 15: return {"SCAN", std::to_string(random() % 1000), "COUNT", "20"};
    case 16: return {"RANDOMKEY"};
    case 17: return {"DBSIZE"};
    case 18: return {"KEYS", "k1*"};
    case 19: return {"FLUSHDB", random() % 2 == 0 ? "ASYNC" : "SYNC"};
    case 20: return {"SWAPDB", "1", "2"};
    case 21: return {"CLIENT", "LIST"};
    case 22: return {"CLIENT", "NO-TOUCH", random() % 2 == 0 ? "on" : "off"};
    case 23: return {"CONFIG", "SET", "maxmemory", random() % 2 == 0 ? "0" : "200000"};
    case 24: return {"CONFIG", "SET", "maxmemory-policy", random() % 2 == 0 ? "volatile-lru" : "volatile-ttl"};
    case 25: return {"PUBLISH", "channel", value};
    case 26: return {"SUBSCRIBE", "channel"};
    case 27: return {"INFO"};
    case 28: return {"MULTI"};
    case 29: return {"EXEC"};
    case 30: return {"WATCH", key};
    case 31: return {"OBJECT", "IDLETIME", key};
    case 32: return {"MEMORY", "USAGE", key};
    default: return {"SELECT", random() % 2 == 0 ? "1" : "2"};
  }
}

TEST_F(Stress, EverythingAtOnce) {
  std::vector<std::function<void()>> work, beside;
  // Four clients count in database 0, which nobody else touches; keys without a deadline are safe from the evictor.
  constexpr int kIncrements = 400;
  for (int i = 0; i < 4; ++i) {
    work.emplace_back([this] {
      RespClient client = server.client();
      for (int increment = 0; increment < kIncrements; ++increment) {
        const Received reply = client.call({"INCR", "counter"});
        ASSERT_TRUE(reply.ok());
        if (reply.value.is_error()) --increment;  // out of memory: database 0 alone is never above the limit for long
      }
    });
  }
  // Others send what comes to their mind, pipelined, and connect again when they are killed or limited to pub/sub.
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    beside.emplace_back([this, seed] {
      std::mt19937_64 random(seed);
      while (!done) {
        RespClient client = server.client();
        if (random() % 2 == 0) client.send({"HELLO", "3"});
        client.send({"SELECT", "1"});
        for (int i = 0; i < 40 && !done; ++i) {
          std::string pipeline;
          for (auto n = 1 + random() % 8; n > 0; --n) pipeline += test::encode_command(any_command(random));
          client.send_raw(pipeline);
          if (!client.call({"PING"}).ok()) break;
        }
      }
    });
  }
  beside.emplace_back([this] {
    while (!done) {
      RespClient client = server.client();
      ask(client, "MONITOR");
      RespClient killer = server.client();
      for (int i = 0; i < 5; ++i) ask(killer, "CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
    }
  });
  run(work, beside);
  RespClient client = server.client();
  EXPECT_EQ(ask(client, "GET", "counter"), std::to_string(4 * kIncrements));
  EXPECT_EQ(ask(client, "CONFIG", "SET", "maxmemory", "0"), "OK");
  EXPECT_EQ(ask(client, "FLUSHALL"), "OK");
  EXPECT_EQ(ask(client, "DBSIZE"), "0");
}

}  // namespace
}  // namespace larder::server
