// CONFIG SET as it takes effect on a running server, and DEBUG, which a directive guards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/server_fixture.h"

namespace larder::test {
namespace {

using ::testing::StartsWith;

class ConfigCommand : public ServerFixture {};

TEST_P(ConfigCommand, GetIsAMap) {
  const Reply reply = run("CONFIG", "GET", "maxmemory");
  EXPECT_EQ(reply.type, GetParam() == 3 ? '%' : '*');
  ASSERT_EQ(reply.items.size(), 2u);
  EXPECT_EQ(reply.items[1].text, "0");
}

TEST_P(ConfigCommand, SetChangesAllOrNothing) {
  EXPECT_TRUE(run("CONFIG", "SET", "maxmemory", "5mb", "maxmemory-samples", "none").is_error());
  EXPECT_EQ(run("CONFIG", "GET", "maxmemory").items.at(1).text, "0");
  EXPECT_EQ(text("CONFIG", "SET", "maxmemory", "5mb", "maxmemory-samples", "7"), "OK");
  EXPECT_EQ(run("CONFIG", "GET", "maxmemory").items.at(1).text, "5242880");
  EXPECT_EQ(info("memory", "maxmemory_human"), "5.00M");
}

TEST_P(ConfigCommand, ASmallerLimitEvictsAtOnce) {
  for (int i = 0; i < 2000; ++i) run("SET", "key:" + std::to_string(i), std::string(1000, 'v'));
  EXPECT_EQ(text("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1mb"), "OK");
  EXPECT_LE(std::stoll(info("memory", "used_memory")), 1 << 20);
  EXPECT_GT(std::stoll(info("stats", "evicted_keys")), 900);
}

TEST_P(ConfigCommand, FlushesAndSwaps) {
  run("SET", "a", "zero");
  run("SELECT", "1");
  run("SET", "a", "one");
  EXPECT_EQ(text("SWAPDB", "0", "1"), "OK");
  EXPECT_EQ(text("GET", "a"), "zero");
  EXPECT_EQ(text("FLUSHDB"), "OK");
  EXPECT_EQ(text("DBSIZE"), "0");
  run("SELECT", "0");
  EXPECT_EQ(text("GET", "a"), "one");
  EXPECT_EQ(text("FLUSHALL", "ASYNC"), "OK");
  EXPECT_EQ(text("DBSIZE"), "0");
}

TEST_P(ConfigCommand, DebugHasToBeAllowed) {
  EXPECT_THAT(text("DEBUG", "OBJECT", "a"), StartsWith("ERR DEBUG command not allowed"));
  server::Settings settings;
  settings.enable_debug_command = server::Permission::yes;
  start(settings);
  EXPECT_EQ(text("DEBUG", "OBJECT", "a"), "ERR no such key");
  run("SET", "a", "1");
  EXPECT_THAT(text("DEBUG", "OBJECT", "a"), StartsWith("Value at:"));
  EXPECT_EQ(text("DEBUG", "SLEEP", "0"), "OK");
}

TEST_P(ConfigCommand, MonitorSeesCommandsOfOthersWithoutPasswords) {
  const auto watcher = connect();
  EXPECT_EQ(run_on(*watcher, "MONITOR").text, "OK");
  run("SET", "a", "1");
  const std::string line = watcher->receive().value.text;
  EXPECT_EQ(line.substr(line.size() - 13), "\"SET\" \"a\" \"1\"");
  run("AUTH", "default", "secret");
  EXPECT_EQ(watcher->receive().value.text.find("secret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Protocols, ConfigCommand, ::testing::Values(2, 3), protocol_name);

}  // namespace
}  // namespace larder::test
