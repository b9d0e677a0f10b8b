// MULTI, EXEC, DISCARD, WATCH, UNWATCH: queueing, errors while queueing and while running, what makes EXEC fail.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class TransactionsOracle : public OracleTest {
 protected:
  /// Whether EXEC fails after `change` was made by another connection between WATCH k and MULTI.
  void watched(const std::string& prepare, const std::string& change) {
    run("FLUSHALL");
    run("SELECT 0");
    if (!prepare.empty()) run(prepare);
    run("WATCH k");
    run("(other) SELECT 0");
    run("(other) " + (change.starts_with("S") ? "[unordered] " + change : change));
    run("MULTI");
    run("PING");
    run("EXEC");
    if (HasFailure()) ADD_FAILURE() << "in the case: " << prepare << " | " << change;
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, TransactionsOracle, both_protocols(), protocol_name);

TEST_P(TransactionsOracle, Arity) {
  run(R"(
    MULTI x
    EXEC x
    DISCARD x
    WATCH
    UNWATCH x
    EXEC
    DISCARD
    UNWATCH
  )");
}

TEST_P(TransactionsOracle, Basics) {
  run(R"(
    MULTI
    SET k v
    GET k
    INCR n
    EXEC
    GET k
    MULTI
    EXEC
    MULTI
    SET k w
    DISCARD
    GET k
    MULTI
    PING
    MULTI
    PING
    EXEC
    MULTI
    GET nothing
    MGET k nothing
    SADD s a b
    SMEMBERS s
    [unordered_items] EXEC
    exec
    multi
    set k lower
    exec
  )");
}

TEST_P(TransactionsOracle, ErrorsWhileQueueing) {
  run(R"(
    MULTI
    SET k v
    BOGUS a b
    SET l v
    EXEC
    GET k
    MULTI
    GET
    EXEC
    MULTI
    GET
    DISCARD
    MULTI
    SET k v
    EXEC
    GET k
    MULTI
    CONFIG BOGUS
    EXEC
    MULTI
    OBJECT
    EXEC
    MULTI
    SET
    SET
    EXEC
    EXEC
    MULTI
    MULTI x
    EXEC
    MULTI
    EXEC x
    EXEC
    MULTI
    WATCH a
    PING
    EXEC
    MULTI
    WATCH
    EXEC
    MULTI
    DISCARD x
    EXEC
    MULTI
    QUIT
    <end
  )");
}

TEST_P(TransactionsOracle, TooFewReplicas) {
  run(R"(
    SET k 1
    MULTI
    INCR k
    (other) CONFIG SET min-replicas-to-write 2
    EXEC
    GET k
    DEL k
    PUBLISH c m
    MULTI
    INCR k
    EXEC
    MULTI
    GET k
    EXEC
    CONFIG SET min-replicas-max-lag 0
    INCR k
    CONFIG SET min-replicas-to-write 0 min-replicas-max-lag 10
    INCR k
  )");
}

TEST_P(TransactionsOracle, ErrorsWhileRunning) {
  run(R"(
    SET k text
    MULTI
    INCR k
    SET l v
    SADD k a
    GET l
    SET l v EX 0
    SET l v BOGUS
    CONFIG SET bogus 1
    OBJECT ENCODING nothing
    SELECT 99
    EXEC
    GET l
  )");
}

TEST_P(TransactionsOracle, CommandsThatAreSpecial) {
  run(R"(
    MULTI
    UNWATCH
    SELECT 3
    SET k v
    SELECT 0
    PING
    PING hello
    ECHO x
    CLIENT GETNAME
    CLIENT SETNAME inside
    CLIENT GETNAME
    FLUSHDB
    DBSIZE
    RANDOMKEY
    KEYS *
    EXEC
    GET k
    MULTI
    SELECT 5
    EXEC
    SET here v
    SELECT 0
    EXISTS here
    MULTI
    SHUTDOWN
    MONITOR
    EXEC
    MULTI
    RESET
    EXEC
    MULTI
    HELLO
    CLIENT ID
    DISCARD
    MULTI
    AUTH x
    AUTH x y
    AUTH
    DISCARD
  )");
}

TEST_P(TransactionsOracle, SubscribingInside) {
  run(R"(
    MULTI
    SUBSCRIBE a b
    PUBLISH nobody x
    UNSUBSCRIBE a
    EXEC
  )");
  // The confirmations stand among the replies of EXEC: three were announced, four are written.
  run(R"(
    <
    UNSUBSCRIBE b
    PING
  )");
}

TEST_P(TransactionsOracle, Watch) {
  run(R"(
    SET k 1
    WATCH k
    MULTI
    SET k 2
    EXEC
    GET k
    WATCH k
    (other) SET k 3
    MULTI
    SET k 4
    EXEC
    GET k
    MULTI
    SET k 5
    EXEC
    WATCH k
    SET k 6
    MULTI
    GET k
    EXEC
    WATCH k
    (other) SET k 7
    UNWATCH
    MULTI
    GET k
    EXEC
    WATCH k
    (other) SET k 8
    MULTI
    DISCARD
    MULTI
    GET k
    EXEC
    WATCH a b c k k
    (other) SET unrelated 1
    MULTI
    GET k
    EXEC
    WATCH a b c k k
    (other) SET c 1
    MULTI
    GET k
    EXEC
    WATCH k
    (other) SET k 9
    WATCH k
    MULTI
    GET k
    EXEC
    WATCH k
    (other) SET k 10
    MULTI
    BOGUS
    EXEC
    MULTI
    GET k
    EXEC
    WATCH k
    (other) SELECT 1
    (other) SET k other-database
    MULTI
    GET k
    EXEC
    WATCH k
    SELECT 1
    (other) SET k again
    MULTI
    GET k
    EXEC
    SELECT 0
    WATCH k
    RESET
    (other) SELECT 0
    (other) SET k 11
    MULTI
    EXEC
  )");
}

TEST_P(TransactionsOracle, WhatTouchesAWatchedString) {
  for (const char* change : {"SET k w",
                             "SET k v",
                             "SET k v NX",
                             "SET k v XX",
                             "SET k v GET",
                             "SETNX k v",
                             "GETSET k v",
                             "GETDEL k",
                             "GETEX k",
                             "GETEX k EX 100",
                             "GETEX k PERSIST",
                             "GETEX k PXAT 1",
                             "APPEND k x",
                             "APPEND k \"\"",
                             "SETRANGE k 0 x",
                             "SETRANGE k 0 \"\"",
                             "INCR k",
                             "INCRBYFLOAT k 1",
                             "SADD k x",
                             "DEL k",
                             "UNLINK k",
                             "EXPIRE k 100",
                             "EXPIRE k -1",
                             "EXPIRE k 100 XX",
                             "PERSIST k",
                             "RENAME k l",
                             "RENAME l k",
                             "RENAME k k",
                             "RENAMENX k l",
                             "MOVE k 1",
                             "COPY k l",
                             "COPY l k REPLACE",
                             "COPY l k",
                             "TOUCH k",
                             "GET k",
                             "TYPE k",
                             "MSET k v",
                             "MSETNX k v",
                             "MSETNX k v q 1",
                             "FLUSHALL",
                             "FLUSHDB",
                             "SWAPDB 0 1",
                             "SWAPDB 1 2",
                             "SETEX k 100 v",
                             "SINTERSTORE k nothing",
                             "DBSIZE"}) {
    watched("MSET k v l w", change);
  }
}

TEST_P(TransactionsOracle, WhatTouchesAnAbsentWatchedKey) {
  for (const char* change : {"SET k w",
                             "SET k v XX",
                             "SETNX k v",
                             "GETDEL k",
                             "APPEND k \"\"",
                             "APPEND k x",
                             "SETRANGE k 0 \"\"",
                             "DEL k",
                             "EXPIRE k 100",
                             "PERSIST k",
                             "RENAME l k",
                             "COPY l k",
                             "MOVE k 1",
                             "FLUSHALL",
                             "FLUSHDB",
                             "SWAPDB 0 1",
                             "INCR k",
                             "SREM k a",
                             "SPOP k",
                             "SADD k a",
                             "SINTERSTORE k nothing",
                             "SET k v PXAT 1"}) {
    watched("SET l w", change);
  }
}

TEST_P(TransactionsOracle, WhatTouchesAWatchedSet) {
  for (const char* change : {"SADD k a", "SADD k z", "SREM k a", "SREM k z", "SPOP k 0", "SPOP k 100", "SMOVE k l a",
                             "SMOVE k l z", "SMOVE l k y", "SMOVE k k a", "SMEMBERS k", "SINTERSTORE k l",
                             "SUNIONSTORE k l", "SDIFFSTORE k k", "SUNIONSTORE d k l"}) {
    watched("SADD k a b c\nSADD l x y", change);
  }
}

TEST_P(TransactionsOracle, WatchAndExpiry) {
  run(R"(
    SET k v PXAT 1
    WATCH k
    (other) GET k
    MULTI
    PING
    EXEC
    SET k v
    WATCH k
    (other) PEXPIREAT k 1
    MULTI
    PING
    EXEC
    WATCH k
    (other) SET k v PXAT 1
    MULTI
    PING
    EXEC
  )");
}

TEST_P(TransactionsOracle, WatchAcrossDatabases) {
  run(R"(
    SELECT 1
    SET k v
    SELECT 0
    WATCH k
    (other) SWAPDB 0 1
    MULTI
    PING
    EXEC
    (other) SWAPDB 0 1
    WATCH k
    (other) SELECT 1
    (other) MOVE k 0
    MULTI
    PING
    EXEC
    SELECT 2
    WATCH k
    (other) FLUSHALL
    MULTI
    PING
    EXEC
    SET k v
    WATCH k
    (other) SELECT 2
    (other) FLUSHDB
    MULTI
    PING
    EXEC
    SET k v
    WATCH k
    (other) SELECT 3
    (other) FLUSHDB
    MULTI
    PING
    EXEC
  )");
}

TEST_P(TransactionsOracle, Isolation) {
  run(R"(
    MULTI
    SET k 1
    (other) GET k
    (other) SET k 2
    GET k
    EXEC
    (other) GET k
  )");
}

TEST_P(TransactionsOracle, LongQueue) {
  run("MULTI");
  for (int i = 0; i < 300; ++i) same("INCR", "n");
  run("EXEC");
}

}  // namespace
}  // namespace larder::test
