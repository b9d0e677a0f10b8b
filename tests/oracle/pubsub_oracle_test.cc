// Channels, patterns and shard channels: confirmations, messages, PUBSUB, and what a subscribed connection may do.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class PubsubOracle : public OracleTest {
 protected:
  /// The command's reply and the messages that it causes on its own connection. Redis 7.0 puts them before or inside
  /// the reply, Redis since 7.2 after it (so does Larder): the same frames, the order of Larder's is checked.
  void same_with_own_messages(const Args& command, size_t messages) {
    link().send(command);
    Link::Both first = link().receive();
    std::vector<std::string> theirs{first.theirs.bytes};
    std::vector<std::string> ours{first.ours.bytes};
    for (size_t i = 0; i < messages; ++i) {
      const Link::Both next = link().receive();
      theirs.push_back(next.theirs.bytes);
      ours.push_back(next.ours.bytes);
    }
    EXPECT_TRUE(self_check() || !ours[0].starts_with(">")) << "a message came before the reply to " << quoted(command);
    std::sort(theirs.begin(), theirs.end());
    std::sort(ours.begin(), ours.end());
    EXPECT_EQ(theirs, ours) << quoted(command);
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, PubsubOracle, both_protocols(), protocol_name);

TEST_P(PubsubOracle, Arity) {
  run(R"(
    SUBSCRIBE
    PSUBSCRIBE
    SSUBSCRIBE
    PUBLISH
    PUBLISH a
    PUBLISH a b c
    SPUBLISH a
    SPUBLISH a b c
    PUBSUB
    PUBSUB BOGUS
    PUBSUB BOGUS x
    PUBSUB CHANNELS a b
    PUBSUB NUMPAT a
    PUBSUB SHARDCHANNELS a b
    PUBSUB NUMSUB
    PUBSUB SHARDNUMSUB
    [help] PUBSUB HELP
    PUBSUB HELP x
  )");
}

TEST_P(PubsubOracle, Channels) {
  run(R"(
    PUBLISH a nobody
    (sub) [x3] SUBSCRIBE a b a
    PUBLISH a hello
    (sub) <
    PUBLISH b ""
    (sub) <
    PUBLISH c nothing
    PUBLISH a "bin\x00\r\n"
    (sub) <
    (sub2) SUBSCRIBE a
    PUBLISH a both
    (sub) <
    (sub2) <
    [unordered] PUBSUB CHANNELS
    [unordered] PUBSUB CHANNELS *
    PUBSUB CHANNELS a
    PUBSUB CHANNELS [b]
    PUBSUB CHANNELS nothing
    PUBSUB NUMSUB a b c
    PUBSUB NUMSUB a a
    PUBSUB NUMPAT
    (sub) UNSUBSCRIBE a
    PUBLISH a one
    (sub2) <
    (sub) [x2] UNSUBSCRIBE b nothing
    PUBSUB CHANNELS
    (sub) UNSUBSCRIBE
    (sub) UNSUBSCRIBE x
    (sub) PING
    (sub2) UNSUBSCRIBE
    PUBSUB CHANNELS
    PUBSUB NUMSUB a
  )");
}

TEST_P(PubsubOracle, UnsubscribeFromAll) {
  run(R"(
    UNSUBSCRIBE
    PUNSUBSCRIBE
    SUNSUBSCRIBE
    (sub) [x3] SUBSCRIBE a b c
    (sub) [x2] PSUBSCRIBE p* q*
    (sub) [shape] [x3] UNSUBSCRIBE
    PUBSUB CHANNELS
    PUBSUB NUMPAT
    (sub) [shape] [x2] PUNSUBSCRIBE
    PUBSUB NUMPAT
    (sub) GET k
    (sub) UNSUBSCRIBE
    (sub) PUNSUBSCRIBE
    (sub) [x2] UNSUBSCRIBE x y
    (sub) [x2] PUNSUBSCRIBE x y
    (sub) [x2] SUNSUBSCRIBE x y
  )");
}

TEST_P(PubsubOracle, Patterns) {
  run(R"(
    (sub) [x2] PSUBSCRIBE news.* n?ws.x
    (sub) SUBSCRIBE news.x
    PUBSUB NUMPAT
    PUBSUB CHANNELS
    PUBLISH news.art v
    (sub) <
    PUBLISH other v
    (sub2) PSUBSCRIBE news.*
    PUBSUB NUMPAT
    PUBLISH news.y v
    (sub) <
    (sub2) <
    (sub) PUNSUBSCRIBE n?ws.x
    PUBLISH news.x v
    (sub) [shape] <
    (sub) [shape] <
    (sub2) <
    (sub) PUNSUBSCRIBE nothing
    (sub) PUNSUBSCRIBE
    PUBLISH news.x w
    (sub) <
    (sub2) <
    (sub2) PUNSUBSCRIBE news.*
    (sub2) PUNSUBSCRIBE news.*
    (sub) PSUBSCRIBE h[a-c]llo
    PUBLISH hbllo x
    (sub) <
    PUBLISH hdllo x
    (sub) PSUBSCRIBE "\\*"
    PUBLISH * star
    (sub) <
    PUBLISH x nostar
  )");
}

TEST_P(PubsubOracle, ShardChannels) {
  run(R"(
    SPUBLISH a nobody
    (sub) [x2] SSUBSCRIBE a b
    SPUBLISH a hello
    (sub) <
    PUBLISH a plain
    [unordered] PUBSUB SHARDCHANNELS
    PUBSUB SHARDCHANNELS a*
    PUBSUB SHARDNUMSUB a b c
    PUBSUB CHANNELS
    PUBSUB NUMSUB a
    (sub) SUBSCRIBE a
    PUBLISH a plain
    (sub) <
    SPUBLISH a shard
    (sub) <
    (sub) SUNSUBSCRIBE a
    SPUBLISH a nobody
    (sub) SUNSUBSCRIBE
    (sub) SUNSUBSCRIBE
    (sub) SUNSUBSCRIBE x
    (sub) UNSUBSCRIBE a
    PUBSUB SHARDCHANNELS
  )");
}

TEST_P(PubsubOracle, ASubscribedConnection) {
  run(R"(
    SUBSCRIBE a
    PING
    PING hello
    PING a b
    GET k
    SET k v
    SET k
    BOGUS
    CONFIG GET x
    CLIENT ID x
    ECHO x
    HELLO 9
    MULTI
    EXEC
    DISCARD
    SELECT 1
    PUBLISH b x
    SPUBLISH b x
    AUTH x
    PUNSUBSCRIBE x
    SUNSUBSCRIBE x
    SSUBSCRIBE x
    SUBSCRIBE
    UNSUBSCRIBE a
    PING
    SUNSUBSCRIBE x
    PING
    GET k
    SUBSCRIBE a
    RESET
    PING
    PING hello
    GET k
    PUBLISH a x
    PSUBSCRIBE p
    QUIT
    <end
  )");
}

TEST_P(PubsubOracle, OnlyPatternsOrShards) {
  run(R"(
    PSUBSCRIBE p
    GET k
    PING
    PUNSUBSCRIBE p
    GET k
    SSUBSCRIBE s
    GET k
    PING
    SUNSUBSCRIBE s
    GET k
  )");
}

TEST_P(PubsubOracle, ResetOfTheProtocolWhileSubscribed) {
  if (version() != 3) GTEST_SKIP() << "HELLO is refused on a subscribed RESP2 connection, see ASubscribedConnection";
  run(R"(
    SUBSCRIBE a
    [hello] HELLO 2
    GET k
    PING
    UNSUBSCRIBE a
    [hello] HELLO 3
    GET k
  )");
}

TEST_P(PubsubOracle, PublishingToOneself) {
  if (version() != 3) GTEST_SKIP() << "a subscribed RESP2 connection cannot publish";
  run("[x2] SUBSCRIBE a b");
  run("PSUBSCRIBE a*");
  same_with_own_messages({"PUBLISH", "b", "x"}, 1);
  same_with_own_messages({"PUBLISH", "a", "x"}, 2);
  run("SSUBSCRIBE s");
  same_with_own_messages({"SPUBLISH", "s", "x"}, 1);
  run("GET k");
}

TEST_P(PubsubOracle, PublishInsideATransaction) {
  run(R"(
    (sub) SUBSCRIBE a
    MULTI
    PUBLISH a 1
    SET k v
    PUBLISH a 2
    PUBLISH nobody 3
    EXEC
    (sub) <
    (sub) <
    MULTI
    PUBLISH a 4
    DISCARD
    PUBLISH a 5
    (sub) <
  )");
}

TEST_P(PubsubOracle, ManyChannels) {
  Args channels{"SUBSCRIBE"};
  for (int i = 0; i < 100; ++i) channels.push_back("channel:" + std::to_string(i));
  link("sub").same({}, channels, Location::here(), 100);
  run("[unordered] PUBSUB CHANNELS");
  for (int i = 0; i < 100; i += 7) {
    same("PUBLISH", "channel:" + std::to_string(i), i);
    run("(sub) <");
  }
  run("(sub) [shape] [x100] UNSUBSCRIBE");
  run("PUBSUB CHANNELS");
}

TEST_P(PubsubOracle, AClosedSubscriberIsForgotten) {
  run(R"(
    (sub) SUBSCRIBE a
    (sub) PSUBSCRIBE a*
    PUBSUB NUMSUB a
    (sub) QUIT
    (sub) <end
    PUBLISH a x
    PUBSUB NUMSUB a
    PUBSUB NUMPAT
    PUBSUB CHANNELS
  )");
}

TEST_P(PubsubOracle, LargeMessages) {
  run("(sub) SUBSCRIBE a");
  same("PUBLISH", "a", std::string(1000000, 'x'));
  run("(sub) <");
}

}  // namespace
}  // namespace larder::test
