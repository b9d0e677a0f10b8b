// maxmemory and commands that need much at once: room is made before they run, and what can't fit evicts nothing.
#include <gtest/gtest.h>

#include <string>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

constexpr std::string_view kRefused = "OOM command not allowed when used memory > 'maxmemory'.";

class MemoryLimit : public testing::TestWithParam<EvictionPolicy> {
 protected:
  static constexpr size_t kLimit = 10 << 20;

  MemoryLimit() : client(server.client()) {}

  /// Keys of 100 KB, some of which a volatile policy may evict.
  void fill(int keys) {
    for (int i = 0; i < keys; ++i) {
      const std::string name = "key:" + std::to_string(i);
      ASSERT_EQ(ask(client, "SET", name, std::string(100'000, 'v')), "OK");
      if (i % 2 == 0) ask(client, "EXPIRE", name, "1000");
    }
  }
  int64_t used_memory() {
    const std::string info = ask(client, "INFO", "memory");
    return std::stoll(info.substr(info.find("used_memory:") + 12));
  }
  int64_t evicted() {
    const std::string info = ask(client, "INFO", "stats");
    return std::stoll(info.substr(info.find("evicted_keys:") + 13));
  }
  RunningServer server{[](Settings& settings) {
    settings.maxmemory_bytes = kLimit;
    settings.maxmemory_policy = GetParam();
  }};
  test::RespClient client;
};

TEST_P(MemoryLimit, ARequestLargerThanItEvictsNothing) {
  fill(50);
  EXPECT_EQ(ask(client, "SET", "large", std::string(kLimit, 'l')), kRefused);
  EXPECT_EQ(ask(client, "MSET", "a", std::string(kLimit / 2, 'l'), "b", std::string(kLimit / 2, 'l')), kRefused);
  EXPECT_EQ(ask(client, "DBSIZE"), "50");
  EXPECT_EQ(evicted(), 0);
}

TEST_P(MemoryLimit, NeitherDoesOneThatWouldGrowBeyondIt) {
  fill(30);
  EXPECT_EQ(ask(client, "SETRANGE", "key:0", "500000000", "x"), kRefused);
  EXPECT_EQ(ask(client, "SETRANGE", "new", "20000000", "x"), kRefused);
  ask(client, "MULTI");
  EXPECT_EQ(ask(client, "SETRANGE", "new", "20000000", "x"), "QUEUED");
  EXPECT_EQ(ask(client, "EXEC"), "EXECABORT Transaction discarded because of: " + std::string(kRefused));
  EXPECT_EQ(ask(client, "DBSIZE"), "30");
  EXPECT_EQ(evicted(), 0);
}

TEST_P(MemoryLimit, HoldsForACopy) {
  ASSERT_EQ(ask(client, "SET", "source", std::string(6'000'000, 's')), "OK");
  EXPECT_EQ(ask(client, "COPY", "source", "target", "DB", "1"),
            GetParam() == EvictionPolicy::allkeys_lru ? "0" : kRefused);
  EXPECT_LE(used_memory(), static_cast<int64_t>(kLimit));
}

TEST_P(MemoryLimit, LetsACopyReplaceOne) {
  ASSERT_EQ(ask(client, "SET", "source", std::string(4'500'000, 's')), "OK");
  EXPECT_EQ(ask(client, "COPY", "source", "target"), "1");
  EXPECT_EQ(ask(client, "COPY", "source", "target", "REPLACE"), "1");
  EXPECT_EQ(ask(client, "SETRANGE", "target", "4499999", "x"), "4500000");
  EXPECT_EQ(evicted(), 0);
}

TEST_P(MemoryLimit, HoldsForTheUnionOfSets) {
  for (const std::string set : {"a", "b"}) {
    for (int i = 0; i < 30; ++i) ask(client, "SADD", set, set + std::to_string(i) + std::string(100'000, 'm'));
  }
  const std::string stored = ask(client, "SUNIONSTORE", "union", "a", "b");
  if (GetParam() != EvictionPolicy::allkeys_lru) {
    EXPECT_EQ(stored, kRefused);
  }
  EXPECT_LE(used_memory(), static_cast<int64_t>(kLimit));
}

TEST_P(MemoryLimit, HoldsForTheUnionOfSortedSetsAndSets) {
  for (int i = 0; i < 30; ++i) {
    const std::string member = std::to_string(i) + std::string(100'000, 'm');
    ask(client, "ZADD", "a", std::to_string(i), "a" + member);
    ask(client, "SADD", "b", "b" + member);
  }
  const std::string stored = ask(client, "ZUNIONSTORE", "union", "2", "a", "b");
  if (GetParam() != EvictionPolicy::allkeys_lru) {
    EXPECT_EQ(stored, kRefused);
    EXPECT_EQ(ask(client, "ZRANGESTORE", "a", "a", "0", "5"), "6") << "which takes the place of a larger one";
  }
  EXPECT_LE(used_memory(), static_cast<int64_t>(kLimit));
}

TEST_P(MemoryLimit, HoldsForRepeatedAppends) {
  const std::string part(300'000, 'a');
  bool refused = false;
  for (int i = 0; i < 60 && !refused; ++i) {
    refused = ask(client, "APPEND", "grows", part) == kRefused;
    EXPECT_LE(used_memory(), static_cast<int64_t>(kLimit));
  }
  EXPECT_EQ(refused, GetParam() != EvictionPolicy::allkeys_lru);
}

INSTANTIATE_TEST_SUITE_P(Policies, MemoryLimit,
                         testing::Values(EvictionPolicy::noeviction, EvictionPolicy::allkeys_lru,
                                         EvictionPolicy::volatile_ttl));

}  // namespace
}  // namespace larder::server
