// INFO, CONFIG RESETSTAT, SLOWLOG and LATENCY HISTOGRAM: that the figures are those of what was done.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/server_fixture.h"

namespace larder::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class InfoCommand : public ServerFixture {};

TEST_P(InfoCommand, IsAVerbatimStringInResp3) { EXPECT_EQ(run("INFO").type, GetParam() == 3 ? '=' : '$'); }

TEST_P(InfoCommand, ShowsTheSectionsAskedForInTheirOrder) {
  EXPECT_THAT(text("INFO", "cluster"), StartsWith("# Cluster\r\ncluster_enabled:0\r\n"));
  EXPECT_THAT(text("INFO", "keyspace", "SERVER"), StartsWith("# Server\r\n"));
  EXPECT_EQ(text("INFO", "bogus"), "");
  EXPECT_THAT(text("INFO"), Not(HasSubstr("# Commandstats")));
  EXPECT_THAT(text("INFO", "everything"), HasSubstr("# Commandstats"));
}

TEST_P(InfoCommand, CountsKeysAndDeadlines) {
  run("SET", "a", "1");
  run("SET", "b", "2", "EX", "100");
  EXPECT_EQ(info("keyspace", "db0"), "keys=2,expires=1,avg_ttl=100000");
  clock_.advance(std::chrono::seconds(40));
  EXPECT_EQ(info("keyspace", "db0"), "keys=2,expires=1,avg_ttl=60000");
  run("FLUSHALL");
  EXPECT_EQ(info("keyspace", "db0"), "");
}

TEST_P(InfoCommand, CountsHitsMissesAndErrors) {
  run("SET", "a", "1");
  run("GET", "a");
  run("GET", "nothing");
  run("GET", "nothing");
  run("SADD", "a", "x");
  run("BOGUS");
  EXPECT_EQ(info("stats", "keyspace_hits"), "1");
  EXPECT_EQ(info("stats", "keyspace_misses"), "2");
  EXPECT_EQ(info("stats", "total_error_replies"), "2");
  EXPECT_EQ(info("errorstats", "errorstat_WRONGTYPE"), "count=1");
  EXPECT_EQ(info("errorstats", "errorstat_ERR"), "count=1");
  EXPECT_THAT(info("commandstats", "cmdstat_get"), StartsWith("calls=3,"));
  EXPECT_THAT(info("commandstats", "cmdstat_sadd"), HasSubstr("failed_calls=1"));
}

TEST_P(InfoCommand, ResetstatForgetsAllOfIt) {
  run("SET", "a", "1");
  run("GET", "a");
  run("BOGUS");
  EXPECT_EQ(run("CONFIG", "RESETSTAT").text, "OK");
  EXPECT_EQ(info("stats", "keyspace_hits"), "0");
  EXPECT_EQ(info("stats", "total_error_replies"), "0");
  EXPECT_EQ(info("errorstats", "errorstat_ERR"), "");
  EXPECT_EQ(info("commandstats", "cmdstat_get"), "");
  EXPECT_EQ(info("keyspace", "db0"), "keys=1,expires=0,avg_ttl=0");
}

TEST_P(InfoCommand, KnowsItsClients) {
  const auto other = connect();
  EXPECT_EQ(info("clients", "connected_clients"), "2");
  EXPECT_EQ(info("clients", "pubsub_clients"), "0");
  run_on(*other, "SUBSCRIBE", "c");
  EXPECT_EQ(info("clients", "pubsub_clients"), "1");
  EXPECT_EQ(info("stats", "pubsub_channels"), "1");
}

TEST_P(InfoCommand, TellsTimeByTheClock) {
  EXPECT_EQ(info("server", "uptime_in_seconds"), "0");
  clock_.advance(std::chrono::hours(25));
  EXPECT_EQ(info("server", "uptime_in_seconds"), "90000");
  EXPECT_EQ(info("server", "uptime_in_days"), "1");
}

TEST_P(InfoCommand, WorksInsideATransaction) {
  run("MULTI");
  run("SET", "a", "1");
  run("INFO", "keyspace");
  run("CLIENT", "LIST");
  run("MEMORY", "STATS");
  const Reply replies = run("EXEC");
  ASSERT_EQ(replies.items.size(), 4u);
  EXPECT_THAT(replies.items[1].text, HasSubstr("db0:keys=1"));
}

TEST_P(InfoCommand, UsedMemoryIsOverheadAndDataset) {
  const auto bytes = [&](const char* field) { return std::stoll(info("memory", field)); };
  const int64_t before = bytes("used_memory"), dataset_before = bytes("used_memory_dataset");
  EXPECT_GE(bytes("used_memory_startup"), 1000);
  EXPECT_GE(bytes("used_memory_overhead"), bytes("used_memory_startup") + bytes("mem_clients_normal"));
  run("SET", "a", std::string(1'000'000, 'v'));
  const int64_t grown = bytes("used_memory") - before;
  EXPECT_GE(grown, 1'000'000);
  EXPECT_LT(grown, 1'010'000);
  EXPECT_GE(bytes("used_memory_dataset"), dataset_before + 1'000'000);
  const std::string all = text("INFO", "memory");
  const auto in = [&](const std::string& field) {
    return std::stoll(all.substr(all.find("\n" + field + ":") + field.size() + 2));
  };
  EXPECT_EQ(in("used_memory"), in("used_memory_overhead") + in("used_memory_dataset"));
  run("FLUSHALL");
  EXPECT_LT(bytes("used_memory"), before + 10'000);
}

TEST_P(InfoCommand, CountsTurnsOfTheEventLoop) {
  const int64_t before = std::stoll(info("stats", "eventloop_cycles"));
  for (int i = 0; i < 10; ++i) run("PING");
  EXPECT_GE(std::stoll(info("stats", "eventloop_cycles")), before + 10);
  EXPECT_NE(info("stats", "eventloop_duration_sum"), "");
  EXPECT_NE(info("stats", "eventloop_duration_cmd_sum"), "0");
  EXPECT_NE(info("stats", "instantaneous_eventloop_cycles_per_sec"), "");
  EXPECT_NE(info("stats", "instantaneous_eventloop_duration_usec"), "");
  EXPECT_NE(info("stats", "reply_buffer_shrinks"), "");
  EXPECT_NE(info("stats", "reply_buffer_expands"), "");
  EXPECT_THAT(info("cpu", "used_cpu_user_main_thread"), HasSubstr("."));
  EXPECT_THAT(info("cpu", "used_cpu_sys_main_thread"), HasSubstr("."));
  run("CONFIG", "RESETSTAT");
  EXPECT_LT(std::stoll(info("stats", "eventloop_cycles")), before + 10);
}

TEST_P(InfoCommand, HistogramCountsCalls) {
  run("SET", "a", "1");
  run("SET", "a", "2");
  const Reply histogram = run("LATENCY", "HISTOGRAM", "set", "bogus");
  ASSERT_EQ(histogram.items.size(), 2u);
  EXPECT_EQ(histogram.items[0].text, "set");
  EXPECT_EQ(histogram.items[1].items.at(1).text, "2");
  EXPECT_EQ(histogram.items[1].items.at(3).items.back().text, "2");
}

TEST_P(InfoCommand, SlowLogHidesPasswords) {
  run("CONFIG", "SET", "slowlog-log-slower-than", "0");
  run("AUTH", "default", "secret");
  run("CONFIG", "SET", "slowlog-log-slower-than", "-1", "requirepass", "");
  const Reply entries = run("SLOWLOG", "GET", "-1");
  ASSERT_GE(entries.items.size(), 1u);
  for (const Reply& entry : entries.items) EXPECT_THAT(describe(entry), Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(Protocols, InfoCommand, ::testing::Values(2, 3), protocol_name);

}  // namespace
}  // namespace larder::test
