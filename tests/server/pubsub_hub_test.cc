// Who subscribes to what, without sockets: clients of a server that has not been started.
#include "server/clients/pubsub_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "server/clients/client.h"
#include "server/core.h"
#include "server/net/io_thread.h"

namespace larder::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PubsubHubTest : public testing::Test {
 protected:
  bool hears_events() { return core.pubsub.hears_events(); }

  Core core{Core::Options{}};
  Client client{1, *core.threads().front()};
};

TEST_F(PubsubHubTest, HearsEventsWhileSomebodyListensToNamesThatMatchThem) {
  EXPECT_FALSE(hears_events());
  core.pubsub.subscribe(client, ChannelKind::channel, "__keyspace@0__:k");
  EXPECT_TRUE(hears_events());
  core.pubsub.unsubscribe(client, ChannelKind::channel, "__keyspace@0__:k");
  EXPECT_FALSE(hears_events());
  for (const char* pattern : {"*", "__key*", "__keyevent@0__:*", "_?*", "\\__key*", "__k[e]*"}) {
    core.pubsub.subscribe(client, ChannelKind::pattern, pattern);
    EXPECT_TRUE(hears_events()) << pattern;
    core.pubsub.forget(client);
    EXPECT_FALSE(hears_events()) << pattern;
  }
}

TEST_F(PubsubHubTest, OtherSubscribersCostWritesNothing) {
  core.pubsub.subscribe(client, ChannelKind::channel, "news");
  core.pubsub.subscribe(client, ChannelKind::pattern, "news.*");
  core.pubsub.subscribe(client, ChannelKind::shard, "__keyspace@0__:k");
  EXPECT_FALSE(hears_events());
}

TEST_F(PubsubHubTest, AnEmptyPatternMatchesOnlyTheChannelWithoutAName) {
  core.pubsub.subscribe(client, ChannelKind::channel, "news");
  EXPECT_THAT(core.pubsub.channels(ChannelKind::channel, std::nullopt), ElementsAre("news"));
  EXPECT_THAT(core.pubsub.channels(ChannelKind::channel, ""), IsEmpty());
  core.pubsub.subscribe(client, ChannelKind::channel, "");
  EXPECT_THAT(core.pubsub.channels(ChannelKind::channel, ""), ElementsAre(""));
}

TEST_F(PubsubHubTest, AClientThatIsToBeClosedHearsNothingFromThenOn) {
  core.pubsub.subscribe(client, ChannelKind::channel, "news");
  core.close_client(client);
  EXPECT_EQ(core.pubsub.publish(ChannelKind::channel, "news", "text"), 0u);
}

TEST_F(PubsubHubTest, NoEventIsRaisedWhileNobodyListens) {
  store::StoreThread& thread = core.threads().front()->store_thread();
  thread.set_event_mask(store::kEventString);
  EXPECT_FALSE(thread.wants(store::kEventString));
  core.pubsub.subscribe(client, ChannelKind::pattern, "__key*");
  EXPECT_TRUE(thread.wants(store::kEventString));
}

}  // namespace
}  // namespace larder::server
