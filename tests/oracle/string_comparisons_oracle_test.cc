// What string commands got after Redis 7.2, where a reference has it: SET IFEQ (Valkey since 8.1) and MSETEX (Valkey
// since 9.1, with other words for two errors). IFNE, IFDEQ, IFDNE, DELEX and DIGEST came in Redis 8.4, which is no
// reference yet: tests/commands/string_comparisons_test.cc holds what its documentation and its tests say.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class StringComparisonsOracle : public OracleTest {
 protected:
  static bool is(std::string_view name) { return reference().name == name; }
};
INSTANTIATE_TEST_SUITE_P(Resp, StringComparisonsOracle, both_protocols(), protocol_name);

TEST_P(StringComparisonsOracle, SetIfeq) {
  if (!is("valkey-8.1") && !is("valkey-9.1")) GTEST_SKIP() << reference().name << " has no SET IFEQ";
  run(R"(
    SET k v
    SET k w IFEQ v
    SET k x IFEQ v
    SET k w ifeq w
    SET k w IFEQ
    SET k y IFEQ w GET
    SET k z IFEQ w GET
    SET k z GET IFEQ y
    SET nothing w IFEQ v
    SET nothing w IFEQ v GET
    SET nothing w IFEQ "" EX 10
    EXISTS nothing
    SET k x IFEQ w NX
    SET k x NX IFEQ w
    SET k x XX IFEQ w
    SET k x IFEQ w XX
    SET k x IFEQ w IFEQ w
    SADD s 1
    SET s x IFEQ 1
    SET s x IFEQ 1 GET
    SET k y IFEQ z EX 100
    [within:1] TTL k
    SET k y IFEQ z EX 200
    [within:1] TTL k
    SET k x IFEQ y KEEPTTL
    [within:1] TTL k
    SET k x IFEQ x
    TTL k
    SET k x IFEQ x EX 0
    SET k x IFEQ x EX nothing
    SET n 12345
    SET n 6 IFEQ 12345
    SET n 7 IFEQ 06
    SET e ""
    SET e v IFEQ ""
    MULTI
    SET k m IFEQ x
    SET k o IFEQ x
    EXEC
    (watcher) WATCH k
    SET k o IFEQ x
    (watcher) MULTI
    (watcher) PING
    (watcher) EXEC
  )");
}

TEST_P(StringComparisonsOracle, Msetex) {
  if (!is("valkey-9.1")) GTEST_SKIP() << reference().name << " has no MSETEX";
  configure("notify-keyspace-events", "KEA");
  run(R"(
    (events) PSUBSCRIBE __keyevent*
    MSETEX 2 a 1 b 2 EX 100
    (events) <
    (events) <
    (events) <
    (events) <
    (events) PUNSUBSCRIBE
    [within:1] TTL a
    [within:1] TTL b
    MSETEX 2 a 3 c 4 NX
    MGET a b c
    MSETEX 2 d 3 c 4 NX
    MSETEX 2 d 5 c 6 XX KEEPTTL
    MSETEX 2 d 7 nothing 8 XX
    MGET a b c d nothing
    MSETEX 1 a 9 keepttl
    [within:1] TTL a
    MSETEX 1 a 10
    TTL a
    MSETEX 2 a 11 a 12 PX 100000
    GET a
    [within:2000] PTTL a
    MSETEX 1 a 1 EXAT 4000000000
    EXPIRETIME a
    MSETEX 1 a 1 PXAT 4000000000000
    PEXPIRETIME a
    MSETEX 1 a 1 EX 10 EX 20000000
    [within:1] TTL a
    MSETEX 1 a b XX XX
    SADD s 1
    MSETEX 1 s text XX
    GET s
    MSETEX
    MSETEX 1 a
    MSETEX 0 a b
    MSETEX -1 a b
    MSETEX x a b
    MSETEX 2147483648 a b
    MSETEX 2147483647 a b
    MSETEX 9223372036854775808 a b
    MSETEX 2 a b
    MSETEX 2 a b c
    MSETEX 1 a b EX 0
    MSETEX 1 a b EX -1
    MSETEX 1 a b EX x
    MSETEX 1 a b EX 9223372036854775807
    MSETEX 1 a b EX
    MSETEX 1 a b NX XX
    MSETEX 1 a b XX NX
    MSETEX 1 a b EX 10 KEEPTTL
    MSETEX 1 a b KEEPTTL EX 10
    MSETEX 1 a b EX 10 PX 10
    MSETEX 1 a b GET
    MSETEX 1 a b BOGUS
    MSETEX 1 a b c d
    COMMAND GETKEYSANDFLAGS MSETEX 2 a b c d NX
    COMMAND GETKEYS MSETEX 3 a b c d
    COMMAND GETKEYS MSETEX 0 a b
  )");
}

}  // namespace
}  // namespace larder::test
