// Pub/sub over connections: channels, patterns, shard channels, and how messages look in each protocol.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class PubSub : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    subscriber_ = connect();
  }
  template <class... Words>
  Reply subscriber(const Words&... words) {
    return run_on(*subscriber_, words...);
  }
  Reply message() {
    Reply received = next(*subscriber_);
    EXPECT_EQ(received.type, resp3() ? '>' : '*');
    return received;
  }

  std::unique_ptr<RespClient> subscriber_;
};

TEST_P(PubSub, AMessageReachesTheSubscribersOfItsChannel) {
  EXPECT_THAT(subscriber("SUBSCRIBE", "news"), texts(ElementsAre("subscribe", "news", "1")));
  EXPECT_THAT(run("PUBLISH", "news", "hello"), is_int(1));
  EXPECT_THAT(run("PUBLISH", "other", "hello"), is_int(0));
  EXPECT_THAT(run("PUBLISH", "news", "again"), is_int(1));
  EXPECT_THAT(message(), texts(ElementsAre("message", "news", "hello")));
  EXPECT_THAT(message(), texts(ElementsAre("message", "news", "again")));
}

TEST_P(PubSub, ConfirmationsCountChannelsAndPatterns) {
  EXPECT_THAT(subscriber("SUBSCRIBE", "a", "b"), texts(ElementsAre("subscribe", "a", "1")));
  EXPECT_THAT(message(), texts(ElementsAre("subscribe", "b", "2")));
  EXPECT_THAT(subscriber("PSUBSCRIBE", "c*"), texts(ElementsAre("psubscribe", "c*", "3")));
  EXPECT_THAT(subscriber("SUBSCRIBE", "a"), texts(ElementsAre("subscribe", "a", "3")));
  EXPECT_THAT(subscriber("SSUBSCRIBE", "shard"), texts(ElementsAre("ssubscribe", "shard", "1")));
  EXPECT_THAT(subscriber("UNSUBSCRIBE", "none"), texts(ElementsAre("unsubscribe", "none", "3")));
  EXPECT_THAT(subscriber("PUNSUBSCRIBE"), texts(ElementsAre("punsubscribe", "c*", "2")));
  EXPECT_THAT(subscriber("PUNSUBSCRIBE"), items(ElementsAre(is_bulk("punsubscribe"), is_nil(), is_int(2))));
}

TEST_P(PubSub, APatternGetsWhatMatches) {
  subscriber("PSUBSCRIBE", "news.*");
  subscriber("SUBSCRIBE", "news.art");
  EXPECT_THAT(run("PUBLISH", "news.art", "both"), is_int(2));
  EXPECT_THAT(run("PUBLISH", "news.", "pattern"), is_int(1));
  EXPECT_THAT(run("PUBLISH", "newsroom", "neither"), is_int(0));
  EXPECT_THAT(message(), texts(ElementsAre("message", "news.art", "both")));
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "news.*", "news.art", "both")));
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "news.*", "news.", "pattern")));
}

TEST_P(PubSub, ShardChannelsAreApart) {
  subscriber("SSUBSCRIBE", "c");
  EXPECT_THAT(run("PUBLISH", "c", "not for shards"), is_int(0));
  EXPECT_THAT(run("SPUBLISH", "c", "for shards"), is_int(1));
  EXPECT_THAT(message(), texts(ElementsAre("smessage", "c", "for shards")));
  EXPECT_THAT(run("PUBSUB", "SHARDCHANNELS"), texts(ElementsAre("c")));
  EXPECT_THAT(run("PUBSUB", "CHANNELS"), texts(IsEmpty()));
  EXPECT_THAT(subscriber("SUNSUBSCRIBE"), texts(ElementsAre("sunsubscribe", "c", "0")));
  EXPECT_THAT(run("SPUBLISH", "c", "nobody"), is_int(0));
}

TEST_P(PubSub, UnsubscribedMeansNoMoreMessages) {
  subscriber("SUBSCRIBE", "c");
  subscriber("UNSUBSCRIBE", "c");
  EXPECT_THAT(run("PUBLISH", "c", "m"), is_int(0));
  EXPECT_THAT(subscriber("PING"), testing::Field(&Reply::text, "PONG"));
}

TEST_P(PubSub, WhoIsSubscribed) {
  subscriber("SUBSCRIBE", "a", "b");
  message();
  const auto second = connect();
  run_on(*second, "SUBSCRIBE", "a");
  EXPECT_THAT(run("PUBSUB", "CHANNELS"), texts(UnorderedElementsAre("a", "b")));
  EXPECT_THAT(run("PUBSUB", "CHANNELS", "[b]"), texts(ElementsAre("b")));
  EXPECT_THAT(run("PUBSUB", "NUMSUB", "a", "b", "c"), texts(ElementsAre("a", "2", "b", "1", "c", "0")));
  EXPECT_THAT(run("PUBSUB", "NUMPAT"), is_int(0));
  run_on(*second, "PSUBSCRIBE", "*");
  EXPECT_THAT(run("PUBSUB", "NUMPAT"), is_int(1));
  EXPECT_THAT(run("PUBLISH", "a", "m"), is_int(3));
}

TEST_P(PubSub, ASubscriberMayOnlyListenInResp2) {
  subscriber("SUBSCRIBE", "c");
  if (resp3()) {
    EXPECT_THAT(subscriber("SET", "k", "v"), is_ok());
    EXPECT_EQ(subscriber("PING").type, '+');
  } else {
    EXPECT_THAT(subscriber("SET", "k", "v"), is_error("ERR Can't execute 'set': only (P|S)SUBSCRIBE"));
    EXPECT_THAT(subscriber("PING"), texts(ElementsAre("pong", "")));
    EXPECT_THAT(subscriber("PING", "text"), texts(ElementsAre("pong", "text")));
    subscriber("UNSUBSCRIBE");
    EXPECT_THAT(subscriber("SET", "k", "v"), is_ok());
  }
  EXPECT_THAT(run("GET", "k"), is_bulk("v"));
}

TEST_P(PubSub, InResp3APublisherHearsItself) {
  if (!resp3()) return;
  subscriber("SUBSCRIBE", "c");
  subscriber_->send({"PUBLISH", "c", "echo"});
  const Reply first = next(*subscriber_), second = next(*subscriber_);
  const Reply& push = first.type == '>' ? first : second;
  const Reply& answer = first.type == '>' ? second : first;
  EXPECT_THAT(push, texts(ElementsAre("message", "c", "echo")));
  EXPECT_THAT(answer, is_int(1));
}

TEST_P(PubSub, PublishedInATransaction) {
  subscriber("SUBSCRIBE", "c");
  run("MULTI");
  run("PUBLISH", "c", "one");
  run("PUBLISH", "c", "two");
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_int(1), is_int(1))));
  EXPECT_THAT(message(), texts(ElementsAre("message", "c", "one")));
  EXPECT_THAT(message(), texts(ElementsAre("message", "c", "two")));
}

TEST_P(PubSub, KeyspaceEventsAreMessages) {
  EXPECT_THAT(run("CONFIG", "SET", "notify-keyspace-events", "KEA"), is_ok());
  subscriber("PSUBSCRIBE", "__key*__:*");
  run("SET", "k", "v");
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "__key*__:*", "__keyspace@0__:k", "set")));
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "__key*__:*", "__keyevent@0__:set", "k")));
  run("PEXPIRE", "k", "10");
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "__key*__:*", "__keyspace@0__:k", "expire")));
  message();
  clock.advance(std::chrono::milliseconds(10));
  run("GET", "k");
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "__key*__:*", "__keyspace@0__:k", "expired")));
  EXPECT_THAT(message(), texts(ElementsAre("pmessage", "__key*__:*", "__keyevent@0__:expired", "k")));
}

LARDER_COMMAND_TESTS(PubSub);

}  // namespace
}  // namespace larder::test
