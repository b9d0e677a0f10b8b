// Sets: every command of the group with its options, reply types, error texts, edge cases and encodings.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class SetOracle : public OracleTest {
 protected:
  /// SADD with `count` members from `first` on, such as m0 m1 ..., or numbers when the prefix is empty.
  void fill(const std::string& key, const std::string& prefix, int count, int first = 0) {
    Args command{"SADD", key};
    for (int i = first; i < first + count; ++i) command.push_back(prefix + std::to_string(i));
    link().same({}, command, Location::here());
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, SetOracle, both_protocols(), protocol_name);

TEST_P(SetOracle, WrongArity) {
  run(R"(
    SADD s
    SREM s
    SMEMBERS
    SMEMBERS a b
    SISMEMBER s
    SISMEMBER s a b
    SMISMEMBER s
    SCARD
    SCARD a b
    SPOP
    SPOP a 1 2
    SRANDMEMBER
    SRANDMEMBER a 1 2
    SMOVE a b
    SMOVE a b c d
    SINTER
    SINTERCARD
    SINTERCARD 1
    SINTERSTORE d
    SUNION
    SUNIONSTORE d
    SDIFF
    SDIFFSTORE d
    SSCAN s
  )");
}

TEST_P(SetOracle, WrongType) {
  run(R"(
    SET k v
    SADD s 1
    SADD k a
    SREM k a
    SMEMBERS k
    SISMEMBER k a
    SMISMEMBER k a b
    SCARD k
    SPOP k
    SPOP k 1
    SPOP k 0
    SPOP k -1
    SRANDMEMBER k
    SRANDMEMBER k 1
    SRANDMEMBER k 0
    SMOVE k s a
    SMOVE s k 1
    SMOVE s k 2
    SMOVE nothing k 1
    SMOVE k nothing 1
    SINTER k
    SINTER s k
    SINTER nothing k
    SINTER k nothing
    SINTERCARD 1 k
    SINTERCARD 2 s k
    SINTERCARD 2 nothing k
    SINTERSTORE d s k
    SINTERSTORE d nothing k
    SUNION k
    SUNION s k
    SUNIONSTORE d s k
    SDIFF k
    SDIFF s k
    SDIFF nothing k
    SDIFFSTORE d s k
    SSCAN k 0
    SINTERSTORE k s
    TYPE k
    SET k v
    SUNIONSTORE k s nothing
    TYPE k
    SET k v
    SDIFFSTORE k nothing
    EXISTS k
  )");
}

TEST_P(SetOracle, AddRemove) {
  run(R"(
    SADD s a
    SADD s a
    SADD s a b c b
    SCARD s
    [unordered] SMEMBERS s
    SISMEMBER s a
    SISMEMBER s z
    SISMEMBER nothing z
    SMISMEMBER s a z b
    SMISMEMBER nothing a b
    SMISMEMBER s a a
    SREM s a
    SREM s a
    SREM s b b z
    SREM nothing a
    SMEMBERS s
    SREM s c
    EXISTS s
    SCARD s
    SMEMBERS s
    SADD s ""
    SISMEMBER s ""
    SMEMBERS s
    SADD "" x
    SMEMBERS ""
    SADD b "\x00\xff\r\n"
    SMEMBERS b
    SADD i 1 2 3 -1 0
    SADD i 01 +1 " 1"
    SADD j 9223372036854775807 -9223372036854775808
    OBJECT ENCODING j
    SADD j 9223372036854775808
    SCARD j
    SADD ttl a EX 100
    EXPIRE ttl 100
    SADD ttl z
    SREM ttl a
    [within:1] TTL ttl
    SADD gone a
    PEXPIREAT gone 1
    SADD gone b
    SMEMBERS gone
  )");
}

TEST_P(SetOracle, Encodings) {
  run(R"(
    SADD i 1 2 3
    OBJECT ENCODING i
    SADD i a
    [small_set_is_listpack] OBJECT ENCODING i
    SREM i a
    [small_set_is_listpack] OBJECT ENCODING i
    SADD s a
    [small_set_is_listpack] OBJECT ENCODING s
    SADD m 1 b
    [small_set_is_listpack] OBJECT ENCODING m
    SADD t 01
    [small_set_is_listpack] OBJECT ENCODING t
    SADD u -0
    [small_set_is_listpack] OBJECT ENCODING u
  )");
  fill("p128", "m", 128);
  run("[small_set_is_listpack] OBJECT ENCODING p128");
  run("SADD p128 one-more");
  run("OBJECT ENCODING p128");
  run("SREM p128 one-more");
  run("OBJECT ENCODING p128");
  fill("p129", "m", 129);
  run("OBJECT ENCODING p129");
  same("SADD", "v64", std::string(64, 'x'));
  run("[small_set_is_listpack] OBJECT ENCODING v64");
  same("SADD", "v65", std::string(65, 'x'));
  run("OBJECT ENCODING v65");
  same("SADD", "v64", std::string(65, 'y'));
  run("OBJECT ENCODING v64");
  fill("i512", "", 512);
  run("OBJECT ENCODING i512");
  run("SADD i512 100000");
  run("OBJECT ENCODING i512");
  fill("i128", "", 127);
  run("SADD i128 a");
  run("[small_set_is_listpack] OBJECT ENCODING i128");
  fill("i129", "", 128);
  run("SADD i129 a");
  run("OBJECT ENCODING i129");
  fill("il", "", 5);
  same("SADD", "il", std::string(65, 'z'));
  run("OBJECT ENCODING il");
}

TEST_P(SetOracle, EncodingThresholdsAreConfigurable) {
  configure("set-max-intset-entries", "4");
  run(R"(
    SADD i 1 2 3 4
    OBJECT ENCODING i
  )");
  fill("j", "", 5);
  run("[encoding_72] OBJECT ENCODING j");
}

TEST_P(SetOracle, Spop) {
  run(R"(
    SPOP nothing
    SPOP nothing 1
    SPOP nothing 0
    SPOP nothing -1
    SPOP nothing abc
    SADD s a
    SPOP s
    EXISTS s
    SADD s a b c
    SPOP s 0
    SPOP s -1
    SPOP s abc
    SPOP s 1.5
    SPOP s 9223372036854775808
    [unordered] SPOP s 3
    EXISTS s
    SADD s a b c
    [unordered] SPOP s 100
    SADD s 1 2 3 4 5
    [shape] SPOP s 2
    SCARD s
    [shape] SPOP s
    SCARD s
    DEL s
    SADD s a b c d e
    [shape] SPOP s 4
    SCARD s
    [shape] SPOP s
    EXISTS s
  )");
  fill("big", "member:", 1000);
  run("[shape] SPOP big 10");
  run("[shape] SPOP big 900");
  run("SCARD big");
  run("[shape] SPOP big 9223372036854775807");
  run("EXISTS big");
  fill("ints", "", 500);
  run("[shape] SPOP ints 499");
  run("SCARD ints");
  run("OBJECT ENCODING ints");
  run("DEL ints");
}

TEST_P(SetOracle, Srandmember) {
  run(R"(
    SRANDMEMBER nothing
    SRANDMEMBER nothing 1
    SRANDMEMBER nothing 0
    SRANDMEMBER nothing -1
    SRANDMEMBER nothing abc
    SADD s a
    SRANDMEMBER s
    SRANDMEMBER s 1
    SRANDMEMBER s 5
    SRANDMEMBER s -3
    SADD s b c
    [kind] SRANDMEMBER s
    SRANDMEMBER s 0
    [shape] SRANDMEMBER s 2
    [unordered] SRANDMEMBER s 3
    [unordered] SRANDMEMBER s 10
    [shape] SRANDMEMBER s -1
    [shape] SRANDMEMBER s -10
    SRANDMEMBER s abc
    SRANDMEMBER s 1.5
    SRANDMEMBER s -9223372036854775808
    SRANDMEMBER s 9223372036854775808
    [unordered] SRANDMEMBER s 9223372036854775807
    SADD i 1 2 3
    [unordered] SRANDMEMBER i 3
    [shape] SRANDMEMBER i -5
    SADD gone a
    PEXPIREAT gone 1
    SRANDMEMBER gone
    SRANDMEMBER gone 2
  )");
  fill("big", "member:", 1000);
  run("[shape] SRANDMEMBER big 10");
  run("[shape] SRANDMEMBER big 900");
  run("[shape] SRANDMEMBER big -2000");
  run("[unordered] SRANDMEMBER big 1000");
}

TEST_P(SetOracle, Smove) {
  run(R"(
    SADD a 1 2
    SADD b 3
    SMOVE a b 1
    SMOVE a b 1
    SMOVE a b nothing
    [unordered] SMEMBERS b
    SMOVE nothing b 1
    SMOVE a c 2
    EXISTS a
    SMEMBERS c
    SMOVE c c 2
    SMOVE c c nothing
    SADD b 2
    SMOVE c b 2
    EXISTS c
    [unordered] SMEMBERS b
    SADD x a
    SADD i 1 2
    SMOVE x i a
    [small_set_is_listpack] OBJECT ENCODING i
    SADD ttl v
    EXPIRE ttl 100
    SADD src w
    SMOVE src ttl w
    [within:1] TTL ttl
  )");
}

TEST_P(SetOracle, Algebra) {
  run(R"(
    SADD a 1 2 3 4
    SADD b 3 4 5
    SADD c 4 x y
    SADD i 4 5
    [unordered] SINTER a
    [unordered] SINTER a b
    SINTER a b c
    SINTER a b c i
    SINTER a nothing
    SINTER nothing a
    SINTER nothing
    [unordered] SINTER a a
    [unordered] SUNION a
    [unordered] SUNION a b
    [unordered] SUNION a b c nothing
    SUNION nothing
    SUNION nothing nothing2
    [unordered] SUNION a a
    [unordered] SDIFF a
    [unordered] SDIFF a b
    [unordered] SDIFF a b c
    [unordered] SDIFF c a
    SDIFF a a
    [unordered] SDIFF a nothing
    SDIFF nothing a
    SDIFF nothing
    [unordered] SDIFF a nothing b
    SINTERSTORE d a b
    [unordered] SMEMBERS d
    OBJECT ENCODING d
    SINTERSTORE d a nothing
    EXISTS d
    SUNIONSTORE d a b c
    [unordered] SMEMBERS d
    [small_set_is_listpack] OBJECT ENCODING d
    SUNIONSTORE d nothing
    EXISTS d
    SDIFFSTORE d a b
    [unordered] SMEMBERS d
    SDIFFSTORE d a a
    EXISTS d
    SINTERSTORE a a b
    [unordered] SMEMBERS a
    SUNIONSTORE a a c
    [unordered] SMEMBERS a
    SDIFFSTORE a a c
    SMEMBERS a
    SADD ttl v
    EXPIRE ttl 100
    SUNIONSTORE ttl b c
    TTL ttl
    SADD gone z
    PEXPIREAT gone 1
    [unordered] SUNION b gone
    SINTER b gone
    [unordered] SDIFF b gone
    SUNIONSTORE e gone
    SINTERSTORE e gone b
    SDIFFSTORE e gone b
  )");
}

TEST_P(SetOracle, AlgebraOfLargeSets) {
  fill("ints", "", 400);
  fill("ints2", "", 400, 200);
  fill("text", "m", 300);
  fill("text2", "m", 300, 150);
  fill("small", "m", 3, 100);
  for (const char* command : {"SINTER", "SUNION", "SDIFF"}) {
    for (const char* pair : {"ints ints2", "text text2", "ints text", "text small", "small text", "text text2 small",
                             "small ints text", "text small small small small small"})
      run(std::string("[unordered] ") + command + " " + pair);
  }
  run(R"(
    SINTERSTORE d ints ints2
    SUNIONSTORE e ints ints2
    SDIFFSTORE f text text2
    SINTERSTORE g text small
    SINTERCARD 2 ints ints2
    SINTERCARD 2 text text2 LIMIT 7
    SUNIONSTORE h ints text
    OBJECT ENCODING h
  )");
}

TEST_P(SetOracle, Sintercard) {
  run(R"(
    SADD a 1 2 3 4
    SADD b 2 3 4 5
    SINTERCARD 1 a
    SINTERCARD 2 a b
    SINTERCARD 2 a b LIMIT 2
    SINTERCARD 2 a b LIMIT 0
    SINTERCARD 2 a b LIMIT 10
    SINTERCARD 2 a b limit 1
    SINTERCARD 2 a b LIMIT -1
    SINTERCARD 2 a b LIMIT abc
    SINTERCARD 2 a b LIMIT
    SINTERCARD 2 a b LIMIT 1 LIMIT 2
    SINTERCARD 2 a b BOGUS
    SINTERCARD 2 a b BOGUS 1
    SINTERCARD 3 a b
    SINTERCARD 1 a b
    SINTERCARD 0 a
    SINTERCARD -1 a
    SINTERCARD abc a
    SINTERCARD 1.5 a
    SINTERCARD 9223372036854775807 a
    SINTERCARD 9223372036854775808 a
    SINTERCARD 2 a nothing
    SINTERCARD 2 a a
    SINTERCARD 1 LIMIT
    SINTERCARD 2 LIMIT 1
  )");
}

TEST_P(SetOracle, Sscan) {
  run(R"(
    SSCAN nothing 0
    SSCAN nothing abc
    SSCAN nothing -1
    SSCAN nothing 0 COUNT 0
    SADD s a b c
    [one_page] SSCAN s 0
    [one_page] SSCAN s 0 COUNT 100
    [one_page] SSCAN s 0 MATCH [ab]
    [one_page] SSCAN s 0 MATCH nothing COUNT 100
    [one_page] SSCAN s 0 COUNT 100 MATCH a
    SSCAN s abc
    SSCAN s 0 COUNT 0
    SSCAN s 0 COUNT -5
    SSCAN s 0 COUNT abc
    SSCAN s 0 COUNT
    SSCAN s 0 MATCH
    SSCAN s 0 BOGUS
    SSCAN s 0 TYPE string
    SSCAN s 0 NOVALUES
    SADD i 3 1 2 20 10
    SSCAN i 0
    SSCAN i 0 COUNT 1
    SSCAN i 0 MATCH 1*
    SSCAN i 5
  )");
  fill("big", "member:", 1000);
  same_scan("SSCAN", "big", {});
  same_scan("SSCAN", "big", {"COUNT", "1"});
  same_scan("SSCAN", "big", {"COUNT", "100"});
  same_scan("SSCAN", "big", {"COUNT", "100000"});
  same_scan("SSCAN", "big", {"MATCH", "*7*"});
  fill("ints", "", 300);
  same_scan("SSCAN", "ints", {"COUNT", "10"});
  same_scan("SSCAN", "nothing", {});
}

}  // namespace
}  // namespace larder::test
