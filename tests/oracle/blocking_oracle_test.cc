// Commands that wait for a key: arguments, errors, what they answer at once, inside transactions, when they are served
// and when their time is up, and the events of all that.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class BlockingOracle : public OracleTest {
 protected:
  /// Sends a command that will wait, of the connection named first, and returns when it does on both servers.
  void block(std::string line, int count = 1) {
    run(line.insert(line.find(')') + 1, " [x0]"));
    wait_until_blocked(count);
  }
  void wait_until_blocked(int count) {
    const std::string line = "blocked_clients:" + std::to_string(count) + "\r\n";
    for (int i = 0; i < 10'000; ++i) {
      const Link::Both both = link("observer").call({"INFO", "clients"});
      const auto blocked = [&](const auto& received) { return received.value.text.find(line) != std::string::npos; };
      if (blocked(both.theirs) && blocked(both.ours)) return;
    }
    ADD_FAILURE() << "not " << line;
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, BlockingOracle, both_protocols(), protocol_name);

TEST_P(BlockingOracle, ArgumentsAndErrors) {
  run(R"(
    SET k v
    RPUSH l a b c d e f g h
    BLPOP l
    BLPOP l x
    BLPOP l -1
    BLPOP l -0.0001
    BLPOP l nan
    BLPOP l ""
    BLPOP k 0
    BLPOP k x
    BLPOP none k 0
    BLPOP k l 0
    BLPOP l k 0
    BRPOP none l 0.5
    BLPOP l 0x10
    BLPOP l 1.5e0
    BLMOVE l m LEFT
    BLMOVE l m LEFT RIGHT x
    BLMOVE l m LEFT RIGHT -1
    BLMOVE l m UP RIGHT 0
    BLMOVE l m UP RIGHT x
    BLMOVE k m LEFT RIGHT 0
    BLMOVE l k LEFT RIGHT 0
    BLMOVE l m LEFT RIGHT 0
    BLMOVE l l LEFT RIGHT 0
    BRPOPLPUSH l m
    BRPOPLPUSH l m x
    BRPOPLPUSH l m 0
    BRPOPLPUSH k m 0
    BLMPOP 0 1 l
    BLMPOP x 1 l LEFT
    BLMPOP -1 1 l LEFT
    BLMPOP 0 0 l LEFT
    BLMPOP 0 2 l LEFT
    BLMPOP 0 1 l UP
    BLMPOP 0 1 l LEFT COUNT 0
    BLMPOP 0 1 l LEFT COUNT 1 COUNT 1
    BLMPOP 0 2 none k LEFT
    BLMPOP 0 2 none l LEFT COUNT 2
    BLMPOP 0 1 m RIGHT
    LRANGE l 0 -1
    LRANGE m 0 -1
    CLIENT UNBLOCK
    CLIENT UNBLOCK x
    CLIENT UNBLOCK 0
    CLIENT UNBLOCK 999999
    CLIENT UNBLOCK 999999 TIMEOUT
    CLIENT UNBLOCK 999999 error
    CLIENT UNBLOCK 999999 BOGUS
    CLIENT UNBLOCK 999999 ERROR x
    CLIENT UNBLOCK x BOGUS
  )");
}

TEST_P(BlockingOracle, TimeoutsBeyondTheClock) {
  if (reference().habits.before_72) return;  // 7.0 lets the product overflow
  run(R"(
    RPUSH l a
    BLPOP l 1e400
    BLPOP l 1e16
    BLPOP l 9223372036854775807
    BLPOP l inf
    LLEN l
  )");
}

TEST_P(BlockingOracle, ArgumentsAndErrorsOfSortedSets) {
  run(R"(
    SET k v
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
    BZPOPMIN z
    BZPOPMIN z x
    BZPOPMIN z -1
    BZPOPMIN k 0
    BZPOPMIN none z 0
    BZPOPMAX none z 0
    BZPOPMIN k z 0
    BZPOPMAX z k 0.5
    BZMPOP 0 1 z
    BZMPOP x 1 z MIN
    BZMPOP 0 0 z MIN
    BZMPOP 0 2 z MIN
    BZMPOP 0 1 z UP
    BZMPOP 0 1 z MIN COUNT 0
    BZMPOP 0 1 z MIN COUNT 1 COUNT 1
    BZMPOP 0 2 none k MIN
    BZMPOP 0 2 none z MAX COUNT 2
    ZMPOP 1 z MIN COUNT
    ZMPOP 1 z MIN COUNT x
    ZRANGE z 0 -1 WITHSCORES
    BZPOPMIN none 0.01
    BZMPOP 0.01 1 none MAX
    MULTI
    BZPOPMIN none 0
    BZMPOP 0 1 none MIN
    EXEC
  )");
  block("(w) BZPOPMIN new other 0");
  run("ZADD other 1.5 a 2 b");
  run("(w) <");
  block("(w) BZMPOP 0 2 new more MAX COUNT 2");
  run("ZADD more 1 a 2 b 3 c");
  run("(w) <");
  block("(w) BZPOPMAX stored 0");
  run("ZUNIONSTORE stored 1 more");
  run("(w) <");
}

TEST_P(BlockingOracle, InTransactionsNothingWaits) {
  run(R"(
    MULTI
    BLPOP none 0
    BRPOP none other 1
    BLMOVE none m LEFT RIGHT 0
    BRPOPLPUSH none m 0
    BLMPOP 0 1 none LEFT
    RPUSH l a b
    BLPOP none l 0
    BLMOVE l m LEFT RIGHT 0
    EXEC
  )");
}

TEST_P(BlockingOracle, Timeouts) {
  run(R"(
    BLPOP none 0.01
    BRPOP none other 0.001
    BLMOVE none m LEFT RIGHT 0.01
    BRPOPLPUSH none m 0.01
    BLMPOP 0.01 1 none LEFT
    BLPOP none 0.0001
    EXISTS none m
  )");
}

TEST_P(BlockingOracle, Served) {
  block("(w) BLPOP none l 0");
  run("RPUSH l a b");
  run("(w) <");
  block("(w) BRPOP l2 0");
  run("LPUSH l2 a b");
  run("(w) <");
  block("(w) BLMPOP 0 2 none l3 RIGHT COUNT 2");
  run("LPUSH l3 a b c");
  run("(w) <");
  block("(w) BLMOVE l4 m LEFT RIGHT 0");
  run("LPUSH l4 a");
  run("(w) <");
  block("(w) BRPOPLPUSH l4 l4 0");
  run("LPUSH l4 a b");
  run("(w) <");
  block("(w) BLPOP renamed 0");
  run("RENAME l4 renamed");
  run("(w) <");
  block("(w) BLPOP copied 0");
  run("COPY renamed copied");
  run("(w) <");
  run("SET text x");
  block("(w) BLMOVE l5 text LEFT LEFT 0");
  run("RPUSH l5 a");
  run("(w) <");
  run("LRANGE l5 0 -1");
}

TEST_P(BlockingOracle, InTheOrderOfArrival) {
  block("(one) BLPOP l 0");
  block("(two) BRPOP l m 0", 2);
  block("(three) BLMOVE l m LEFT RIGHT 0", 3);
  block("(four) BLPOP l 0", 4);
  run(R"(
    RPUSH l a b c
    (one) <
    (two) <
    (three) <
    LRANGE m 0 -1
    MULTI
    RPUSH l x
    DEL l
    EXEC
    SADD l y
    DEL l
    RPUSH l z
    (four) <
  )");
}

TEST_P(BlockingOracle, SeveralKeysOfOneTransaction) {
  if (reference().habits.before_72) return;  // 7.0 serves from the key that was written first
  block("(w) BLPOP one two 0");
  run(R"(
    MULTI
    RPUSH two b
    RPUSH one a
    EXEC
    (w) <
    LLEN two
  )");
}

TEST_P(BlockingOracle, ChainsOfMoves) {
  block("(last) BLPOP c 0");
  block("(second) BLMOVE b c LEFT RIGHT 0", 2);
  block("(first) BLMOVE a b LEFT RIGHT 0", 3);
  run(R"(
    RPUSH a x
    (first) <
    (second) <
    (last) <
    EXISTS a b c
  )");
}

TEST_P(BlockingOracle, Unblock) {
  const Link::Both id = link("w").call({"CLIENT", "ID"});
  set("id", id.theirs.value.text, id.ours.value.text);
  run("CLIENT UNBLOCK {id}");
  block("(w) BLPOP l 0");
  run("CLIENT UNBLOCK {id}");
  run("(w) <");
  block("(w) BLMOVE l m LEFT LEFT 0");
  run("CLIENT UNBLOCK {id} TIMEOUT");
  run("(w) <");
  block("(w) BLPOP l 0");
  run("CLIENT UNBLOCK {id} ERROR");
  run("(w) <");
  run("RPUSH l a");
  run("LLEN l");
}

TEST_P(BlockingOracle, EventsOfWhatIsServed) {
  configure("notify-keyspace-events", "AKE");
  run("(events) PSUBSCRIBE __key*__:*");
  block("(w) BLPOP l 0");
  run("RPUSH l a");
  run("(w) <");
  for (int i = 0; i < 6; ++i) run("(events) <");
  block("(w) BLMOVE l m LEFT RIGHT 0");
  run("RPUSH l a");
  run("(w) <");
  for (int i = 0; i < 8; ++i) run("(events) <");
}

}  // namespace
}  // namespace larder::test
