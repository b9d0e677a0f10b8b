// What connections hold: that it is counted, shown, and bounded by maxmemory-clients and by the limit of subscribers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "server/net/io_thread.h"
#include "server/net/io_threads.h"
#include "server/state.h"
#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;
using testing::AllOf;
using testing::HasSubstr;

constexpr size_t kMegabyte = 1 << 20;

int64_t number_in(const std::string& text, const std::string& field) {
  const size_t at = text.find(field);
  return at == std::string::npos ? -1 : std::stoll(text.substr(at + field.size()));
}

class ClientMemory : public testing::Test {
 protected:
  ClientMemory() : me(server.client()) {}

  int64_t used_memory() { return number_in(ask(me, "INFO", "memory"), "\r\nused_memory:"); }
  int64_t of_clients() { return number_in(ask(me, "INFO", "memory"), "\r\nmem_clients_normal:"); }
  int64_t evicted_clients() { return number_in(ask(me, "INFO", "stats"), "\r\nevicted_clients:"); }
  std::string line_of(RespClient& client) { return ask(me, "CLIENT", "LIST", "ID", ask(client, "CLIENT", "ID")); }
  /// Has so much wait in the output of a client that does not read, beside what the sockets take.
  void let_replies_wait(RespClient& client, size_t megabytes) {
    ask(me, "SET", "megabyte", std::string(kMegabyte, 'm'));
    std::string pipeline;
    for (size_t i = 0; i < megabytes; ++i) pipeline += "GET megabyte\r\n";
    client.send_raw(pipeline);
  }

  RunningServer server;
  RespClient me;
};

TEST_F(ClientMemory, CountsAnIncompleteRequest) {
  RespClient other = server.client();
  const std::string id = ask(other, "CLIENT", "ID");
  const int64_t before = used_memory();
  other.send_raw("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3000000\r\n" + std::string(2'000'000, 'x'));
  const auto line = [&] { return ask(me, "CLIENT", "LIST", "ID", id); };
  EXPECT_TRUE(eventually([&] { return number_in(line(), " qbuf=") > 2'000'000; }));
  EXPECT_GT(number_in(line(), " tot-mem="), 2'000'000);
  EXPECT_GT(of_clients(), 2'000'000);
  EXPECT_GT(used_memory(), before + 2'000'000);
  other.send_raw(std::string(1'000'000, 'x') + "\r\n");
  EXPECT_EQ(text_of(other.receive()), "OK");
  EXPECT_TRUE(eventually([&] { return of_clients() < 100'000; }));
  EXPECT_GT(used_memory(), before + 3'000'000);  // the value
  ask(me, "DEL", "key");
  EXPECT_LT(used_memory(), before + 100'000);
}

TEST_F(ClientMemory, CountsOutputThatWaits) {
  const int64_t before = used_memory();
  {
    RespClient other = server.client();
    const std::string id = ask(other, "CLIENT", "ID");
    let_replies_wait(other, 20);
    EXPECT_TRUE(eventually([&] { return of_clients() > static_cast<int64_t>(10 * kMegabyte); }));
    const std::string line = ask(me, "CLIENT", "LIST", "ID", id);
    EXPECT_GT(number_in(line, " omem="), static_cast<int64_t>(10 * kMegabyte));
    EXPECT_GT(number_in(line, " tot-mem="), static_cast<int64_t>(10 * kMegabyte));
    EXPECT_GT(used_memory(), before + static_cast<int64_t>(10 * kMegabyte));
  }
  EXPECT_TRUE(eventually([&] { return used_memory() < before + static_cast<int64_t>(2 * kMegabyte); }));
}

TEST_F(ClientMemory, CountsQueuesSubscriptionsAndWatches) {
  RespClient other = server.client();
  const auto bytes = [&] { return number_in(line_of(other), " tot-mem="); };
  const int64_t idle = bytes();
  ask(other, "WATCH", std::string(10'000, 'w'));
  EXPECT_GE(bytes(), idle + 10'000);
  ask(other, "UNWATCH");
  EXPECT_EQ(bytes(), idle);
  const std::string id = ask(other, "CLIENT", "ID");
  ask(other, "MULTI");
  ask(other, "SET", "key", std::string(10'000, 'v'));
  const std::string line = ask(me, "CLIENT", "LIST", "ID", id);
  EXPECT_GE(number_in(line, " tot-mem="), idle + 10'000);
  EXPECT_GE(number_in(line, " multi-mem="), 10'000);
  ask(other, "DISCARD");
  EXPECT_EQ(bytes(), idle);
  other.call({"HELLO", "3"});
  ask(other, "SUBSCRIBE", std::string(10'000, 'c'));
  EXPECT_GE(bytes(), idle + 10'000);
  ask(other, "UNSUBSCRIBE");
  EXPECT_EQ(bytes(), idle);
}

TEST_F(ClientMemory, TheCallersOwnBufferIsShown) {
  me.send_raw("*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n");
  const std::string line = text_of(me.receive());
  EXPECT_THAT(line, HasSubstr(" qbuf=26 "));
  EXPECT_GT(number_in(line, " qbuf-free="), 0);
}

TEST_F(ClientMemory, OutputEvictsKeysAsItDoesInRedis) {
  ask(me, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  for (int i = 0; i < 100; ++i) ask(me, "SET", "key:" + std::to_string(i), std::string(50'000, 'v'));
  RespClient other = server.client();
  let_replies_wait(other, 20);
  ASSERT_TRUE(eventually([&] { return of_clients() > static_cast<int64_t>(10 * kMegabyte); }));
  ask(me, "CONFIG", "SET", "maxmemory", std::to_string(used_memory() - 2'000'000));
  ask(me, "SET", "one more", "v");
  EXPECT_LT(std::stoi(ask(me, "DBSIZE")), 90);
}

/// What grows without any write makes room before the next command, whatever it is: as in Redis, one that only reads.
TEST_F(ClientMemory, OutputEvictsKeysThoughNobodyWrites) {
  ask(me, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  for (int i = 0; i < 100; ++i) ask(me, "SET", "key:" + std::to_string(i), std::string(50'000, 'v'));
  ask(me, "SET", "megabyte", std::string(kMegabyte, 'm'));
  ask(me, "CONFIG", "SET", "maxmemory", std::to_string(used_memory() + 2'000'000));
  RespClient other = server.client();
  std::string pipeline;
  for (int i = 0; i < 20; ++i) pipeline += "GET megabyte\r\n";
  other.send_raw(pipeline);
  EXPECT_TRUE(eventually([&] { return std::stoi(ask(me, "DBSIZE")) < 90; }));
}

TEST_F(ClientMemory, AnIncompleteRequestEvictsKeysThoughNobodyWrites) {
  ask(me, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  for (int i = 0; i < 100; ++i) ask(me, "SET", "key:" + std::to_string(i), std::string(50'000, 'v'));
  ask(me, "CONFIG", "SET", "maxmemory", std::to_string(used_memory() + 500'000));
  RespClient other = server.client();
  other.send_raw("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3000000\r\n" + std::string(2'000'000, 'x'));
  EXPECT_TRUE(eventually([&] { return std::stoi(ask(me, "DBSIZE")) < 90; }));
}

TEST_F(ClientMemory, MaxmemoryClientsClosesWhoHoldsMost) {
  RespClient small = server.client();
  ask(small, "MULTI");
  ask(small, "SET", "key", std::string(100'000, 'v'));
  std::vector<RespClient> large;
  ask(me, "CONFIG", "SET", "maxmemory-clients", "8mb");
  for (int i = 0; i < 10; ++i) {
    large.push_back(server.client());
    let_replies_wait(large.back(), 7);
  }
  EXPECT_TRUE(eventually([&] { return evicted_clients() > 0; }));
  EXPECT_TRUE(eventually([&] { return of_clients() <= static_cast<int64_t>(8 * kMegabyte); }));
  EXPECT_EQ(ask(small, "EXEC"), "");
  EXPECT_TRUE(server.logged("Evicting client: id="));
}

TEST_F(ClientMemory, OneReplyAloneIsBoundedByIt) {
  ask(me, "CONFIG", "SET", "maxmemory-clients", "1mb");
  ask(me, "SADD", "members", std::string(1000, 'm'));
  RespClient other = server.client();
  other.send_raw("SRANDMEMBER members -100000\r\n");
  EXPECT_EQ(other.receive_until_closed().bytes, "");
  EXPECT_EQ(evicted_clients(), 1);
}

TEST_F(ClientMemory, NoEvictSparesAConnection) {
  RespClient spared = server.client(), other = server.client();
  ask(spared, "CLIENT", "NO-EVICT", "on");
  ask(other, "MULTI");
  ask(other, "SET", "key", std::string(100'000, 'v'));
  let_replies_wait(spared, 12);
  ASSERT_TRUE(eventually([&] { return of_clients() > static_cast<int64_t>(5 * kMegabyte); }));
  ask(me, "CLIENT", "NO-EVICT", "on");
  ask(me, "CONFIG", "SET", "maxmemory-clients", "1mb");
  EXPECT_EQ(other.receive_until_closed().bytes, "");
  for (int i = 0; i < 12; ++i) ASSERT_EQ(text_of(spared.receive()).size(), kMegabyte);
  EXPECT_EQ(ask(me, "PING"), "PONG");
}

TEST_F(ClientMemory, TheLimitMayBeAShareOfMaxmemory) {
  ask(me, "CONFIG", "SET", "maxmemory", "100mb", "maxmemory-clients", "5%");
  EXPECT_EQ(server->state().clients.memory_limit(), static_cast<int64_t>(5 * kMegabyte));
  ask(me, "CONFIG", "SET", "maxmemory", "10mb");
  EXPECT_EQ(server->state().clients.memory_limit(), static_cast<int64_t>(kMegabyte) / 2);
  ask(me, "CONFIG", "SET", "maxmemory-clients", "1");  // nobody could talk to it
  EXPECT_EQ(server->state().clients.memory_limit(), 128 * 1024);
  ask(me, "CONFIG", "SET", "maxmemory-clients", "5%", "maxmemory", "0");
  EXPECT_EQ(server->state().clients.memory_limit(), 0);
}

/// Messages for a thread that is busy wait in a queue of the server's own, which the subscriber's limit bounds too.
TEST(SubscriberOfABusyThread, IsClosedByTheLimitOfItsOutput) {
  RunningServer server([](Settings& settings) { settings.client_output_buffer_limits.pubsub.hard_bytes = 2 << 20; });
  RespClient subscriber = server.client(), publisher = server.client();  // each on a thread of its own
  ask(subscriber, "SUBSCRIBE", "news");
  ask(publisher, "PING");
  const std::string message(100'000, 'n');
  int delivered = 0;
  {
    const std::lock_guard busy(server->threads().first().execution);
    while (delivered < 1000 && ask(publisher, "PUBLISH", "news", message) == "1") ++delivered;
  }
  EXPECT_GT(delivered, 15);
  EXPECT_LT(delivered, 22);
  EXPECT_TRUE(eventually([&] { return server.logged("closed for overcoming of output buffer limits"); }));
  EXPECT_TRUE(eventually([&] { return publisher.call({"PUBSUB", "NUMSUB", "news"}).value.items.at(1).text == "0"; }));
  RespClient next = server.client();
  ask(next, "SUBSCRIBE", "news");
  EXPECT_EQ(ask(publisher, "PUBLISH", "news", "text"), "1");
}

}  // namespace
}  // namespace larder::server
