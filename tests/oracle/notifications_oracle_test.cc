// Keyspace notifications: which events each command raises, in the order received, and notify-keyspace-events itself.
#include <set>

#include "tests/oracle/events.h"
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class NotificationsOracle : public OracleTest {
 protected:
  struct Events {
    std::vector<std::string> events;
    bool complete = false;
  };

  /// The command's reply is the same and so is every event of all databases that it caused. The end of the events is
  /// marked by a message of our own.
  void events_of(const std::string& line) {
    // Redis stores such a value, with events, and then finds it expired.
    if (reference().habits.expires_at_once && line.starts_with("SET ") && line.ends_with(" PXAT 1")) return;
    if (!listening_) {
      configure("notify-keyspace-events", "AKEmn");
      run("(events) PSUBSCRIBE __key*__:*");
      run("(events) SUBSCRIBE end");
      listening_ = true;
    }
    run(line);
    run("(marker) PUBLISH end x");
    same_events(line);
  }

  void same_events(const std::string& what) {
    if (given_up_) return;
    const Events theirs = until_marker(link("events").theirs());
    const Events ours = until_marker(link("events").ours());
    given_up_ = !theirs.complete || !ours.complete;
    EXPECT_FALSE(given_up_) << "the events do not end";
    const EventsMatch match = match_events(theirs.events, ours.events);
    if (!match.same) {
      ADD_FAILURE() << "events of " << what << ", from " << match.their_end << " and " << match.our_end << ":\n  "
                    << testing::PrintToString(theirs.events) << "\n  " << testing::PrintToString(ours.events);
    }
    their_expired_.insert(match.their_expired.begin(), match.their_expired.end());
    our_expired_.insert(match.our_expired.begin(), match.our_expired.end());
  }

  void TearDown() override {
    EXPECT_EQ(their_expired_, our_expired_);
    OracleTest::TearDown();
  }

 private:
  static Events until_marker(RespClient& client) {
    Events events;
    for (;;) {
      const Received event = client.receive();
      if (!event.ok()) return events;
      const std::string text = describe(event.value);
      if (event.value.items.size() == 3 && event.value.items[1].text == "end") {
        events.complete = true;
        return events;
      }
      events.events.push_back(text);
    }
  }

  bool listening_ = false;
  bool given_up_ = false;
  std::multiset<std::string> their_expired_;
  std::multiset<std::string> our_expired_;
};
INSTANTIATE_TEST_SUITE_P(Resp, NotificationsOracle, both_protocols(), protocol_name);

TEST_P(NotificationsOracle, Directive) {
  for (const char* flags : {"",      "K",          "E",   "KE",   "KEA",   "AKE",  "KEg$lshzxetdmn",
                            "gK",    "Ex",         "KEx", "Kg$s", "AE",    "AKEm", "AKEn",
                            "AKEmn", "g$lshzxetd", "A",   "xE",   "$E",    "KK",   "mKE",
                            "nKE",   "dKE",        "tKE", "Ksx",  "bogus", "K E",  "q",
                            "KEA "}) {
    same("CONFIG", "SET", "notify-keyspace-events", flags);
    same(find_rule("notify_flags"), "CONFIG", "GET", "notify-keyspace-events");
  }
  same("CONFIG", "SET", "notify-keyspace-events", "");
}

TEST_P(NotificationsOracle, Strings) {
  for (const char* line : {"SET k v",
                           "SET k v",
                           "SET k v EX 100",
                           "SET k v PX 100000",
                           "SET k v EXAT 4000000000",
                           "SET k v KEEPTTL",
                           "SET k v NX",
                           "SET k v XX",
                           "SET n v XX",
                           "SET k v GET",
                           "SET k v PXAT 1",
                           "GET k",
                           "SETEX k 100 v",
                           "PSETEX k 100000 v",
                           "SETNX k v",
                           "SETNX m v",
                           "GETSET k v",
                           "GETSET new v",
                           "GETDEL new",
                           "GETDEL new",
                           "GETEX k",
                           "GETEX k EX 100",
                           "GETEX k PERSIST",
                           "GETEX k PERSIST",
                           "GETEX k PXAT 1",
                           "GETEX k EX 5",
                           "MSET a 1 b 2 a 3",
                           "MSETNX a 1 z 2",
                           "MSETNX y 1 z 2",
                           "APPEND k x",
                           "APPEND k \"\"",
                           "APPEND fresh x",
                           "STRLEN k",
                           "SETRANGE k 0 y",
                           "SETRANGE k 0 \"\"",
                           "SETRANGE nothing 0 \"\"",
                           "INCR c",
                           "DECR c",
                           "INCRBY c 5",
                           "DECRBY c 5",
                           "INCRBYFLOAT c 1.5",
                           "MGET k nothing",
                           "GET nothing",
                           "GETRANGE nothing 0 1",
                           "LCS k nothing",
                           "INCR k",
                           "STRLEN nothing"})
    events_of(line);
}

TEST_P(NotificationsOracle, Lists) {
  for (const char* line : {"LPUSH l a b",
                           "RPUSH l c d e",
                           "LPUSHX l f",
                           "RPUSHX nothing f",
                           "LPOP l",
                           "RPOP l 2",
                           "LPOP l 0",
                           "LPOP nothing",
                           "LMOVE l m LEFT RIGHT",
                           "LMOVE l m RIGHT LEFT",
                           "LMOVE m m LEFT RIGHT",
                           "LMOVE m m LEFT LEFT",
                           "LMOVE nothing m LEFT LEFT",
                           "RPOPLPUSH m n",
                           "RPOPLPUSH n n",
                           "LMPOP 2 nothing n LEFT",
                           "RPUSH l a b c d e f",
                           "LMPOP 1 l RIGHT COUNT 2",
                           "LSET l 0 x",
                           "LSET l 9 x",
                           "LINSERT l AFTER x y",
                           "LINSERT l AFTER none y",
                           "LREM l 0 y",
                           "LREM l 0 none",
                           "LTRIM l 0 1",
                           "LTRIM l 0 -1",
                           "LTRIM l 5 1",
                           "LTRIM nothing 5 1",
                           "RPUSH l a a",
                           "LREM l 0 a",
                           "RPUSH l a a",
                           "LPOP l 5",
                           "RPUSH l 3 1 2",
                           "SORT l STORE sorted",
                           "SORT l STORE l",
                           "SORT nothing STORE sorted",
                           "SORT nothing STORE sorted"})
    events_of(line);
}

TEST_P(NotificationsOracle, Sets) {
  for (const char* line : {"SADD s a b c",
                           "SADD s a",
                           "SADD s d",
                           "SREM s a",
                           "SREM s z",
                           "SREM nothing z",
                           "SMOVE s t b",
                           "SMOVE s t z",
                           "SMOVE t t b",
                           "SADD t c",
                           "SMOVE s t c",
                           "SMOVE s t d",
                           "SADD one x",
                           "SPOP one",
                           "SADD two x y",
                           "[unordered] SPOP two 2",
                           "SPOP two",
                           "SADD three x y",
                           "SPOP three 0",
                           "SREM three x y",
                           "SADD s 1 2 3",
                           "SADD u 2 3 4",
                           "SINTERSTORE d s u",
                           "SINTERSTORE d s nothing",
                           "SINTERSTORE d s nothing",
                           "SUNIONSTORE d s u",
                           "SUNIONSTORE d nothing",
                           "SDIFFSTORE d s u",
                           "SDIFFSTORE d s s",
                           "SDIFFSTORE d nothing",
                           "SET text v",
                           "SUNIONSTORE text s",
                           "SMEMBERS nothing",
                           "SISMEMBER nothing a",
                           "SMISMEMBER nothing a",
                           "SCARD nothing",
                           "SINTER nothing s",
                           "SINTERCARD 2 nothing s",
                           "SUNION nothing",
                           "SDIFF nothing",
                           "SRANDMEMBER nothing",
                           "SRANDMEMBER nothing 3",
                           "SSCAN nothing 0",
                           "SPOP nothing",
                           "SPOP nothing 2"})
    events_of(line);
}

TEST_P(NotificationsOracle, SortedSets) {
  for (const char* line : {"ZADD z 1 a 2 b 3 c",
                           "ZADD z 1 a",
                           "ZADD z 2 a",
                           "ZADD z XX 5 none",
                           "ZADD nothing XX 5 none",
                           "ZADD z GT 1 a",
                           "ZADD z INCR 1 a",
                           "ZADD z INCR 0 a",
                           "ZADD z NX INCR 1 a",
                           "ZADD z INCR 1 d",
                           "ZINCRBY z 1 a",
                           "ZINCRBY z 1 e",
                           "ZINCRBY z 0 e",
                           "ZADD inf inf m",
                           "ZINCRBY inf -inf m",
                           "ZREM z a",
                           "ZREM z none",
                           "ZREM nothing a",
                           "ZREM z b e",
                           "ZREM z c d",
                           "ZADD z 1 a 2 b 3 c 4 d 5 e",
                           "ZREMRANGEBYRANK z 0 0",
                           "ZREMRANGEBYRANK z 9 9",
                           "ZREMRANGEBYSCORE z 2 2",
                           "ZREMRANGEBYSCORE z 90 91",
                           "ZREMRANGEBYSCORE nothing 0 1",
                           "ZREMRANGEBYLEX z [c [c",
                           "ZREMRANGEBYLEX z [x [x",
                           "ZREMRANGEBYRANK z 0 -1",
                           "ZADD z 1 a 2 b 3 c 4 d",
                           "ZPOPMIN z",
                           "ZPOPMAX z 2",
                           "ZPOPMAX z 0",
                           "ZPOPMIN z",
                           "ZPOPMIN nothing",
                           "ZPOPMAX nothing 3",
                           "ZADD z 1 a 2 b",
                           "ZMPOP 2 nothing z MIN",
                           "ZMPOP 2 nothing z MAX COUNT 9",
                           "ZMPOP 2 nothing z MAX",
                           "ZADD z 1 a 2 b 3 c",
                           "ZADD y 1 b 2 c",
                           "SADD s a x",
                           "ZRANGESTORE d z 0 1",
                           "ZRANGESTORE d z 8 9",
                           "ZRANGESTORE d z 8 9",
                           "ZRANGESTORE d nothing 0 1",
                           "ZUNIONSTORE d 2 z s",
                           "ZUNIONSTORE d 1 nothing",
                           "ZUNIONSTORE d 1 nothing",
                           "ZINTERSTORE d 2 z y",
                           "ZINTERSTORE d 2 z nothing",
                           "ZDIFFSTORE d 2 z y",
                           "ZDIFFSTORE d 2 z z",
                           "ZDIFFSTORE d 1 nothing",
                           "SET text v",
                           "ZUNIONSTORE text 1 z",
                           "ZSCORE nothing a",
                           "ZMSCORE nothing a b",
                           "ZCARD nothing",
                           "ZRANK nothing a",
                           "ZRANGE nothing 0 -1",
                           "ZRANGEBYSCORE nothing 0 1",
                           "ZREVRANGEBYLEX nothing + -",
                           "ZCOUNT nothing 0 1",
                           "ZLEXCOUNT nothing - +",
                           "ZUNION 2 nothing z",
                           "ZINTER 2 nothing z",
                           "ZDIFF 2 nothing z",
                           "ZINTERCARD 2 nothing z",
                           "ZRANDMEMBER nothing",
                           "ZRANDMEMBER nothing 3",
                           "ZSCAN nothing 0"})
    events_of(line);
}

TEST_P(NotificationsOracle, Generic) {
  for (const char* line : {"MSET k 1 l 2 m 3 n 4",
                           "DEL k",
                           "DEL k",
                           "DEL l m nothing",
                           "UNLINK n nothing",
                           "SET k v",
                           "EXPIRE k 100",
                           "PEXPIRE k 100000",
                           "EXPIREAT k 4000000000",
                           "PEXPIREAT k 4000000000000",
                           "EXPIRE k 100 NX",
                           "EXPIRE nothing 100",
                           "PERSIST k",
                           "PERSIST k",
                           "EXPIRE k -1",
                           "SET k v",
                           "PEXPIREAT k 1",
                           "SET k v",
                           "RENAME k l",
                           "SET m v",
                           "RENAME l m",
                           "RENAME m m",
                           "RENAMENX m m",
                           "RENAMENX m n",
                           "SET o v",
                           "RENAMENX n o",
                           "MOVE n 1",
                           "MOVE n 1",
                           "COPY o p",
                           "COPY o p",
                           "COPY o p REPLACE",
                           "COPY o q DB 2",
                           "TOUCH o nothing",
                           "EXISTS o nothing",
                           "TYPE nothing",
                           "TTL nothing",
                           "OBJECT ENCODING nothing",
                           "SET r v EX 100",
                           "RENAME r s",
                           "COPY s t",
                           "SADD u a",
                           "RENAME u s",
                           "RANDOMKEY",
                           "FLUSHDB"}) {
    if (std::string_view(line) == "RANDOMKEY") {
      events_of("[kind] RANDOMKEY");
    } else {
      events_of(line);
    }
  }
  for (const char* line : {"SET a 1", "SWAPDB 0 5", "SELECT 5", "GET a", "SET b 2", "SELECT 0", "FLUSHALL"})
    events_of(line);
}

TEST_P(NotificationsOracle, Expiry) {
  for (const char* line : {"SET k v", "GETEX k PXAT 1", "SET k v", "PEXPIREAT k 1", "GET k", "SET k v PXAT 1", "GET k",
                           "EXISTS k", "SADD s a", "PEXPIREAT s 1", "SMEMBERS s"})
    events_of(line);
}

TEST_P(NotificationsOracle, Transactions) {
  for (const char* line : {"MULTI", "SET k v", "DEL k", "SADD s a b", "[x1] EXEC", "MULTI", "SET k v", "DISCARD"})
    events_of(line);
}

TEST_P(NotificationsOracle, OnlyTheClassesChosen) {
  for (const char* flags : {"K$", "E$", "Kg", "Es", "Ex", "KEm", "KEn", "KEA", "A", "Eg", "KExg"}) {
    same("CONFIG", "SET", "notify-keyspace-events", flags);
    run(R"(
      (events) PSUBSCRIBE __key*__:*
      (events) SUBSCRIBE end
      SET k v
      EXPIRE k 100
      GET nothing
      SADD s a
      SREM s a
      RENAME k l
      DEL l
      SET x v
    )");
    if (!reference().habits.expires_at_once) run("PEXPIREAT x 1");  // there, an event of another class
    run("PUBLISH end x");
    same_events(std::string("the classes ") + flags);
    run("(events) RESET");
  }
  same("CONFIG", "SET", "notify-keyspace-events", "");
}

TEST_P(NotificationsOracle, NamesOfKeysAndDatabases) {
  run("SELECT 7");
  for (const char* line : {"SET \"bin\\x00\\r\\n\" v", "SET \"\" v", "SET \"a b\" v", "DEL \"\""}) events_of(line);
}

}  // namespace
}  // namespace larder::test
