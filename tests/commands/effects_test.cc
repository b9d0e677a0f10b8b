// What writes are described as has the same effect elsewhere: the effects of random programs (three connections,
// transactions, random pops, expiry, eviction) are replayed into a redis-server, which then holds the same keys, values
// and deadlines. Skipped where there is no redis-server. The seed is printed with a failure.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/commands/random_commands.h"
#include "tests/oracle/servers.h"
#include "tests/store/store_digest.h"
#include "tests/support/process.h"
#include "tests/support/resp_client.h"

namespace larder::test {
namespace {

using store::Digest;
using store::Effect;
using store::ShardLocks;

/// Ten hours ahead of the other server: what a program lives to see expire here, that one must be told of.
std::chrono::microseconds ahead() {
  return std::chrono::microseconds(base::Clock::system().now_us()) + std::chrono::hours(10);
}

class Effects : public ::testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override {
    if (!oracle_missing().empty()) {
      if (oracle_required()) FAIL() << oracle_missing();
      GTEST_SKIP() << oracle_missing();
    }
    replica_ = std::make_unique<TestServer>(find_program("redis-server"), Args{});
    other_ = std::make_unique<RespClient>(replica_->endpoint());
  }
  void TearDown() override {
    for (auto& client : clients_) client.reset();
    server_.reset();
  }

  void start(uint64_t maxmemory) {
    server::Server::Options options;
    options.settings.port = server::kPortAuto;
    options.settings.bind = {"127.0.0.1"};
    options.settings.io_threads = 2;
    options.settings.maxmemory_bytes = maxmemory;
    options.settings.maxmemory_policy = store::EvictionPolicy::allkeys_lru;
    options.clock = &clock_;
    options.log = [](std::string_view) {};
    server_ = std::make_unique<server::Server>(std::move(options));
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
    data().set_effect_sink([this](store::EffectBatch&& batch) {
      const std::lock_guard guard(mutex_);
      incomplete_ = incomplete_ || batch.incomplete;
      for (Effect& effect : batch.effects) effects_.push_back(std::move(effect));
    });
    for (auto& client : clients_) {
      client = std::make_unique<RespClient>(Endpoint::tcp(static_cast<uint16_t>(server_->port())));
    }
  }

  store::Store& data() { return server_->state().world.store; }

  Reply on_other(const Args& command) {
    const Received received = other_->call(command);
    EXPECT_TRUE(received.ok()) << command[0];
    EXPECT_FALSE(received.value.is_error()) << command[0] << ": " << received.value.text;
    return received.value;
  }

  /// Replays what has come since the last call.
  void replay(std::vector<Effect> effects) {
    std::sort(effects.begin(), effects.end(), [](const Effect& a, const Effect& b) { return a.sequence < b.sequence; });
    for (const Effect& effect : effects) {
      ASSERT_EQ(effect.sequence, ++replayed_);
      if (effect.database != database_) on_other({"SELECT", std::to_string(effect.database)});
      database_ = effect.database;
      on_other(effect.arguments);
      if (effect.arguments[0] == "MULTI") ++transactions_;
    }
  }

  /// In the order and the form of store_digest.h.
  std::vector<std::string> members_of(const std::string& key, const std::string& type) {
    std::vector<std::string> members;
    if (type == "list") {
      for (const Reply& element : on_other({"LRANGE", key, "0", "-1"}).items) members.push_back(element.text);
      return members;
    }
    if (type == "hash") {
      const Reply pairs = on_other({"HGETALL", key});
      for (size_t i = 0; i + 1 < pairs.items.size(); i += 2) {
        members.push_back(store::field_text(pairs.items[i].text, pairs.items[i + 1].text));
      }
    } else if (type == "zset") {
      const Reply pairs = on_other({"ZRANGE", key, "0", "-1", "WITHSCORES"});
      for (size_t i = 0; i + 1 < pairs.items.size(); i += 2) {
        members.push_back(
            store::scored_text(pairs.items[i].text, std::strtod(pairs.items[i + 1].text.c_str(), nullptr)));
      }
    } else {
      for (const Reply& member : on_other({"SMEMBERS", key}).items) members.push_back(member.text);
    }
    std::sort(members.begin(), members.end());
    return members;
  }

  Digest digest_of_other() {
    Digest digest;
    for (uint32_t database = 0; database < 16; ++database) {
      on_other({"SELECT", std::to_string(database)});
      for (const Reply& key : on_other({"KEYS", "*"}).items) {
        const std::string deadline = on_other({"PEXPIRETIME", key.text}).text;
        std::string text = deadline == "-1" ? "" : "until " + deadline + ": ";
        const std::string type = on_other({"TYPE", key.text}).text;
        if (type == "string") {
          text += "string " + on_other({"GET", key.text}).text;
        } else {
          text += type;
          for (const std::string& member : members_of(key.text, type)) {
            text += " " + std::to_string(member.size()) + ":" + member;
          }
        }
        digest[std::pair(database, key.text)] = text;
      }
    }
    on_other({"SELECT", std::to_string(database_)});
    return digest;
  }

  /// Both hold the same at this instant.
  void compare() {
    Digest ours;
    std::vector<Effect> effects;
    {
      ShardLocks locks(data());
      locks.lock_all();
      ours = digest_of(data(), locks);
      const std::lock_guard guard(mutex_);
      effects.swap(effects_);
      EXPECT_FALSE(incomplete_);
    }
    replay(std::move(effects));
    if (HasFailure()) return;
    const Digest theirs = digest_of_other();
    for (const auto& [key, text] : ours) {
      const auto found = theirs.find(key);
      ASSERT_TRUE(found != theirs.end()) << key.first << " " << key.second << " is missing";
      ASSERT_EQ(found->second, text) << key.first << " " << key.second;
    }
    ASSERT_EQ(theirs.size(), ours.size());
  }

  void run(uint64_t maxmemory) {
    start(maxmemory);
    ProgramGenerator generator(GetParam());
    std::mt19937_64 random(GetParam());
    std::string lately;
    for (int i = 0; i < 2000 && !HasFailure(); ++i) {
      const Args command = any_command(generator, random);
      for (const std::string& word : command) lately += word.substr(0, 30) + " ";
      lately += "\n";
      ASSERT_TRUE(clients_[random() % std::size(clients_)]->call(command).ok()) << command[0];
      if (random() % 8 == 0) clock_.advance(std::chrono::milliseconds(random() % 100));
      if (i % 25 != 24) continue;
      SCOPED_TRACE("after step " + std::to_string(i) + ":\n" + lately);
      compare();
      lately.clear();
    }
    EXPECT_GT(transactions_, 0);
    data().set_effect_sink({});
  }

  base::ManualClock clock_{ahead()};
  std::unique_ptr<TestServer> replica_;
  std::unique_ptr<RespClient> other_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<RespClient> clients_[3];
  std::mutex mutex_;
  std::vector<Effect> effects_;
  bool incomplete_ = false;
  uint64_t replayed_ = 0;
  uint32_t database_ = 0;
  int transactions_ = 0;
};

TEST_P(Effects, ReplayedElsewhereGiveTheSameKeys) { run(0); }

TEST_P(Effects, ReplayedElsewhereGiveTheSameKeysWhereSomeAreEvicted) { run(80'000); }

INSTANTIATE_TEST_SUITE_P(Seeds, Effects, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace larder::test
