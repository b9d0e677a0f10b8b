// Several worlds in one server: their clients share threads and settings, and neither data, channels nor time. Commands
// are dispatched on the test's own thread, to a server that has not been started.
#include "server/clients/world.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/clients/client.h"
#include "server/dispatch/dispatch.h"
#include "server/net/io_threads.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/store/allocation_counter.h"

namespace larder::server {
namespace {

store::Store::Options small(const base::Clock& clock) {
  return {.seed = 1, .clock = &clock, .shards = 1, .arenas = 1, .single_threaded = true};
}

Server::Options options() {
  Server::Options options;
  options.settings.io_threads = 1;
  options.settings.notify_keyspace_events = ~0u;
  options.log = [](std::string_view) {};
  return options;
}

class Worlds : public testing::Test {
 protected:
  std::string run(Client& client, const std::vector<std::string>& words) {
    const std::vector<std::string_view> args(words.begin(), words.end());
    Request request{.arg_count = args.size(), .bytes = 100};
    Dispatcher& dispatcher = server.threads().first().dispatcher();
    dispatcher.begin_batch(client);
    dispatcher.prepare(request, args, client);
    dispatcher.execute(client, request, args);
    const std::string reply = client.output.to_string();
    client.output.clear();
    return reply;
  }

  base::ManualClock clock;
  Server server{options()};
  World other{small(clock)};
  Client here{1, server.threads().first(), server.state().world};
  Client there{2, server.threads().first(), other};
};

TEST_F(Worlds, HaveKeysOfTheirOwn) {
  EXPECT_EQ(run(here, {"SET", "k", "here"}), "+OK\r\n");
  EXPECT_EQ(run(there, {"GET", "k"}), "$-1\r\n");
  EXPECT_EQ(run(there, {"SET", "k", "there"}), "+OK\r\n");
  EXPECT_EQ(run(here, {"GET", "k"}), "$4\r\nhere\r\n");
  EXPECT_EQ(run(there, {"MSET", "a", "1", "b", "2"}), "+OK\r\n");
  EXPECT_EQ(run(there, {"DBSIZE"}), ":3\r\n");
  EXPECT_EQ(run(here, {"DBSIZE"}), ":1\r\n");
  EXPECT_EQ(run(there, {"FLUSHALL"}), "+OK\r\n");
  EXPECT_EQ(run(here, {"DBSIZE"}), ":1\r\n");
}

TEST_F(Worlds, HaveTransactionsAndWatchesOfTheirOwn) {
  EXPECT_EQ(run(there, {"WATCH", "k"}), "+OK\r\n");
  EXPECT_EQ(run(here, {"SET", "k", "here"}), "+OK\r\n");
  EXPECT_EQ(run(there, {"MULTI"}), "+OK\r\n");
  EXPECT_EQ(run(there, {"SET", "k", "there"}), "+QUEUED\r\n");
  EXPECT_EQ(run(there, {"EXEC"}), "*1\r\n+OK\r\n");
  EXPECT_EQ(run(there, {"GET", "k"}), "$5\r\nthere\r\n");
}

TEST_F(Worlds, HaveATimeOfTheirOwn) {
  EXPECT_EQ(run(there, {"SET", "k", "v", "PX", "1000"}), "+OK\r\n");
  EXPECT_EQ(run(there, {"PTTL", "k"}), ":1000\r\n");
  clock.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(run(there, {"EXISTS", "k"}), ":0\r\n");
  EXPECT_EQ(run(there, {"TIME"}).substr(0, 4), "*2\r\n");
  EXPECT_EQ(other.thread_state(0).now_us(), clock.now_us());
}

TEST_F(Worlds, HaveChannelsAndEventsOfTheirOwn) {
  run(here, {"SUBSCRIBE", "__keyevent@0__:set"});
  run(there, {"SUBSCRIBE", "news"});
  Client writer{3, server.threads().first(), other};
  EXPECT_EQ(run(writer, {"PUBSUB", "CHANNELS"}), "*1\r\n$4\r\nnews\r\n");
  EXPECT_EQ(run(writer, {"PUBLISH", "news", "text"}), ":1\r\n");
  EXPECT_EQ(run(writer, {"PUBLISH", "__keyevent@0__:set", "k"}), ":0\r\n");
  EXPECT_FALSE(other.pubsub.hears_events());
  run(there, {"SUBSCRIBE", "__keyevent@0__:set"});
  EXPECT_EQ(run(writer, {"SET", "k", "v"}), "+OK\r\n");
  EXPECT_GT(there.undelivered.bytes, 0u);
  EXPECT_EQ(here.undelivered.bytes, 0u);
  other.pubsub.forget(there);
  server.state().world.pubsub.forget(here);
}

/// Bytes that the general allocator has handed out.
size_t heap_bytes() {
  const struct mallinfo2 heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

TEST(SmallWorlds, AThousandTakeLessThan50KilobytesEach) {
  constexpr size_t kWorlds = 1000, kMost = 50 * 1024;
  const base::ManualClock clock;
  std::vector<std::unique_ptr<World>> worlds(kWorlds);
  const store::AllocationCounter counter;
  const size_t before = heap_bytes();
  for (auto& world : worlds) {
    world = std::make_unique<World>(small(clock));
    world->apply(Settings{});
    world->thread_state(0).refresh_time();
  }
  size_t bytes = store::AllocationCounter::available() ? counter.bytes() : heap_bytes() - before;
  for (const auto& world : worlds) bytes += world->store.block_figures().mapped;
  EXPECT_GT(bytes / kWorlds, sizeof(World));  // it is measured at all
  EXPECT_LT(bytes / kWorlds, kMost);
  RecordProperty("bytes_each", std::to_string(bytes / kWorlds));
}

}  // namespace
}  // namespace larder::server
