// Who subscribes to what, without sockets: clients of a server that has not been started.
#include "server/clients/pubsub_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "server/clients/client.h"
#include "server/net/io_threads.h"
#include "server/state.h"

namespace larder::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PubsubHubTest : public testing::Test {
 protected:
  bool hears_events() { return state.world.pubsub.hears_events(); }

  ServerState state{{}};
  IoThreads threads{state};
  Client client{1, threads.first(), state.world};
};

TEST_F(PubsubHubTest, HearsEventsWhileSomebodyListensToNamesThatMatchThem) {
  EXPECT_FALSE(hears_events());
  state.world.pubsub.subscribe(client, ChannelKind::channel, "__keyspace@0__:k");
  EXPECT_TRUE(hears_events());
  state.world.pubsub.unsubscribe(client, ChannelKind::channel, "__keyspace@0__:k");
  EXPECT_FALSE(hears_events());
  for (const char* pattern : {"*", "__key*", "__keyevent@0__:*", "_?*", "\\__key*", "__k[e]*"}) {
    state.world.pubsub.subscribe(client, ChannelKind::pattern, pattern);
    EXPECT_TRUE(hears_events()) << pattern;
    state.world.pubsub.forget(client);
    EXPECT_FALSE(hears_events()) << pattern;
  }
}

TEST_F(PubsubHubTest, OtherSubscribersCostWritesNothing) {
  state.world.pubsub.subscribe(client, ChannelKind::channel, "news");
  state.world.pubsub.subscribe(client, ChannelKind::pattern, "news.*");
  state.world.pubsub.subscribe(client, ChannelKind::shard, "__keyspace@0__:k");
  EXPECT_FALSE(hears_events());
}

TEST_F(PubsubHubTest, AnEmptyPatternMatchesOnlyTheChannelWithoutAName) {
  state.world.pubsub.subscribe(client, ChannelKind::channel, "news");
  EXPECT_THAT(state.world.pubsub.channels(ChannelKind::channel, std::nullopt), ElementsAre("news"));
  EXPECT_THAT(state.world.pubsub.channels(ChannelKind::channel, ""), IsEmpty());
  state.world.pubsub.subscribe(client, ChannelKind::channel, "");
  EXPECT_THAT(state.world.pubsub.channels(ChannelKind::channel, ""), ElementsAre(""));
}

TEST_F(PubsubHubTest, AClientThatIsToBeClosedHearsNothingFromThenOn) {
  state.world.pubsub.subscribe(client, ChannelKind::channel, "news");
  state.clients.close(client);
  EXPECT_EQ(state.world.pubsub.publish(ChannelKind::channel, "news", "text"), 0u);
}

TEST_F(PubsubHubTest, NoEventIsRaisedWhileNobodyListens) {
  store::ThreadState& thread = threads.first().thread_state();
  thread.set_event_mask(store::kEventString);
  EXPECT_FALSE(thread.wants(store::kEventString));
  state.world.pubsub.subscribe(client, ChannelKind::pattern, "__key*");
  EXPECT_TRUE(thread.wants(store::kEventString));
}

}  // namespace
}  // namespace larder::server
