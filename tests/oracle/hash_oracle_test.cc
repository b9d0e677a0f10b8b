// Hashes: every command of the group with its options, reply types, error texts, edge cases and encodings.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class HashOracle : public OracleTest {
 protected:
  /// HSET with `count` fields f0 f1 ... and values of `bytes` bytes.
  void fill(const std::string& key, int count, size_t bytes = 3) {
    Args command{"HSET", key};
    for (int i = 0; i < count; ++i) {
      command.push_back("f" + std::to_string(i));
      command.push_back(std::string(bytes, static_cast<char>('a' + i % 26)));
    }
    link().same({}, command, Location::here());
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, HashOracle, both_protocols(), protocol_name);

TEST_P(HashOracle, WrongArity) {
  run(R"(
    HSET h
    HSET h f
    HSET h f v g
    HMSET h f
    HMSET h f v g
    HSETNX h f
    HSETNX h f v x
    HGET h
    HGET h f g
    HMGET h
    HGETALL
    HGETALL h f
    HDEL h
    HEXISTS h
    HEXISTS h f g
    HLEN
    HLEN h f
    HSTRLEN h
    HSTRLEN h f g
    HKEYS
    HVALS h f
    HINCRBY h f
    HINCRBY h f 1 2
    HINCRBYFLOAT h f
    HRANDFIELD
    HSCAN h
  )");
}

TEST_P(HashOracle, WrongType) {
  run(R"(
    SET k v
    HSET k f v
    HSET k f v g
    HMSET k f v
    HSETNX k f v
    HGET k f
    HMGET k f g
    HGETALL k
    HDEL k f
    HEXISTS k f
    HLEN k
    HSTRLEN k f
    HKEYS k
    HVALS k
    HINCRBY k f 1
    HINCRBY k f x
    HINCRBYFLOAT k f 1
    HINCRBYFLOAT k f x
    HRANDFIELD k
    HRANDFIELD k 0
    HRANDFIELD k 1 WITHVALUES
    HSCAN k 0
    HSCAN k 0 BOGUS
    HSCAN k x
    GET k
    HSET h f v
    GET h
    SADD h m
    APPEND h x
    TYPE h
    RENAME h k
    HGET k f
  )");
}

TEST_P(HashOracle, SetGetDelete) {
  run(R"(
    HSET h f v
    HSET h f w
    HSET h f 1 g 2 f 3
    HGET h f
    HGET h none
    HGET nothing f
    HMSET h a 1 b 2
    HMGET h a none b a
    HMGET nothing a b
    HLEN h
    HLEN nothing
    HEXISTS h a
    HEXISTS h none
    HEXISTS nothing a
    HSTRLEN h a
    HSTRLEN h none
    HSTRLEN nothing a
    HSET h number 12345 long "0123456789012345678901234567890123456789"
    HSTRLEN h number
    HSTRLEN h long
    [unordered_map] HGETALL h
    [unordered] HKEYS h
    [unordered] HVALS h
    HGETALL nothing
    HKEYS nothing
    HVALS nothing
    HSETNX h f z
    HSETNX h fresh z
    HGET h fresh
    HSETNX created f v
    HGETALL created
    HDEL h f
    HDEL h f
    HDEL h g a a none b
    HDEL nothing f
    HDEL created f
    EXISTS created
    TYPE created
    HSET "" "" ""
    HGETALL ""
    HSTRLEN "" ""
    HSET b "\x00\xff\r\n" "\r\n"
    HGETALL b
    HSET n 1 1 01 2 +1 3 -0 4 9223372036854775807 5 9223372036854775808 6
    HGET n 1
    HGET n 01
    HMGET n +1 -0 9223372036854775807 9223372036854775808 001
    HSET n 1 -5 01 00 x " 7"
    HMGET n 1 01 x
    OBJECT ENCODING n
  )");
}

TEST_P(HashOracle, Increments) {
  run(R"(
    HINCRBY h n 5
    HINCRBY h n -7
    HGET h n
    HSET h text abc empty "" spaced " 1" big 9223372036854775807 small -9223372036854775808 real 1.5
    HINCRBY h text 1
    HINCRBY h empty 1
    HINCRBY h spaced 1
    HINCRBY h real 1
    HINCRBY h big 1
    HINCRBY h big -1
    HINCRBY h small -1
    HINCRBY h n 9223372036854775808
    HINCRBY h n 1.5
    HINCRBY h n ""
    HINCRBY nothing n x
    EXISTS nothing
    HINCRBYFLOAT h real 0.1
    HINCRBYFLOAT h real -1.6
    HINCRBYFLOAT h fresh 3.0e3
    HINCRBYFLOAT h n 1
    HINCRBYFLOAT h text 1
    HINCRBYFLOAT h empty 1
    HINCRBYFLOAT h spaced 1
    HINCRBYFLOAT h real x
    HINCRBYFLOAT h real nan
    HINCRBYFLOAT h real inf
    HINCRBYFLOAT h real -inf
    HINCRBYFLOAT h text inf
    HSET h huge 1.7e308 infinite inf
    HINCRBYFLOAT h huge 1.7e308
    HINCRBYFLOAT h infinite 1
    HINCRBYFLOAT other f 1.50
    HGETALL other
    HINCRBY other f 1
    HINCRBYFLOAT other f 8.5
    HINCRBY other f 1
  )");
}

TEST_P(HashOracle, Encodings) {
  run(R"(
    CONFIG SET hash-max-listpack-entries 4
    CONFIG SET hash-max-ziplist-value 8
    HSET few a 1 b 2 c 3 d 4
    OBJECT ENCODING few
    HSET few a 5
    OBJECT ENCODING few
    HSET few e 5
    OBJECT ENCODING few
    HDEL few a b c
    OBJECT ENCODING few
    HSET at_once a 1 b 2 c 3 d 4 e 5
    OBJECT ENCODING at_once
    HSET twice a 1 a 2 a 3 a 4 a 5
    OBJECT ENCODING twice
    DEL twice
    HSET short f 12345678
    OBJECT ENCODING short
    HSET short f 123456789
    OBJECT ENCODING short
    HSET long_field 123456789 v
    OBJECT ENCODING long_field
    HINCRBY by_one 123456789 1
    OBJECT ENCODING by_one
    HSETNX unless f 12345678x
    OBJECT ENCODING unless
    HINCRBY grows n 99999999
    OBJECT ENCODING grows
    HINCRBY grows n 1
    OBJECT ENCODING grows
    HSET lowered a 1 b 2 c 3
    HSET raised a 1 b 2 c 3
    CONFIG SET hash-max-listpack-entries 2
    HGET lowered a
    OBJECT ENCODING lowered
    HSET lowered a 2
    OBJECT ENCODING lowered
    CONFIG SET hash-max-listpack-entries 3
    HINCRBY raised a 1
    OBJECT ENCODING raised
    COPY few copied
    OBJECT ENCODING copied
    COPY at_once copied REPLACE
    OBJECT ENCODING copied
    CONFIG SET hash-max-listpack-entries 512
    CONFIG SET hash-max-listpack-value 64
  )");
  for (const int count : {511, 512, 513}) {
    const std::string key = "of" + std::to_string(count);
    fill(key, count);
    run("OBJECT ENCODING " + key);
    run("[unordered_map] HGETALL " + key);
    run("HSET " + key + " one more");
    run("OBJECT ENCODING " + key);
  }
  fill("wide", 20, 64);
  run("OBJECT ENCODING wide");
  fill("wider", 20, 65);
  run("OBJECT ENCODING wider");
  run("DEBUG DIGEST-VALUE of511 of513 wide wider few nothing");
}

TEST_P(HashOracle, RandomFields) {
  run(R"(
    HRANDFIELD nothing
    HRANDFIELD nothing 5
    HRANDFIELD nothing -5 WITHVALUES
    HSET one f v
    HRANDFIELD one
    HRANDFIELD one 3
    HRANDFIELD one 3 WITHVALUES
    HRANDFIELD one -3
    HRANDFIELD one -3 withvalues
    HRANDFIELD one 0
    HRANDFIELD one 0 WITHVALUES
    HRANDFIELD one x
    HRANDFIELD one 1 x
    HRANDFIELD one 1 WITHVALUES x
    HRANDFIELD one x WITHVALUES x
    HRANDFIELD one -9223372036854775808
    HRANDFIELD one -9223372036854775807 WITHVALUES
    HRANDFIELD one 4611686018427387904 WITHVALUES
    HRANDFIELD one 9223372036854775807
    HRANDFIELD one 9223372036854775808
  )");
  fill("small", 20);
  fill("large", 1000);
  for (const char* key : {"small", "large"}) {
    const std::string command = std::string("HRANDFIELD ") + key;
    run("[kind] " + command);
    for (const char* count : {"1", "5", "900", "-1", "-30"}) run("[shape] " + command + " " + count);
    run("[shape] " + command + " 5 WITHVALUES");
    run("[shape] " + command + " -30 WITHVALUES");
    run("[unordered] " + command + " 1000");
    run("[unordered_pairs] " + command + " 2000 WITHVALUES");
  }
}

TEST_P(HashOracle, Scan) {
  run(R"(
    HSCAN nothing 0
    HSCAN nothing 0 BOGUS
    HSCAN nothing x
    HSET h a 1 b 2 abc 3
    [one_page_of_pairs] HSCAN h 0
    [one_page_of_pairs] HSCAN h 0 MATCH a*
    [one_page_of_pairs] HSCAN h 0 MATCH nothing
    [one_page_of_pairs] HSCAN h 0 COUNT 1
    [one_page_of_pairs] HSCAN h 0 MATCH a* COUNT 100
    HSCAN h 0 COUNT 0
    HSCAN h 0 COUNT x
    HSCAN h 0 COUNT
    HSCAN h 0 MATCH
    HSCAN h 0 TYPE string
    HSCAN h 0 BOGUS
    HSCAN h x
  )");
  // Redis has it since 7.4, and Valkey.
  if (!reference().name.starts_with("redis-7")) run("[one_page] HSCAN h 0 NOVALUES");
  fill("small", 100);
  fill("large", 1500);
  for (const char* key : {"small", "large"}) {
    same_scan("HSCAN", key, {});
    same_scan("HSCAN", key, {"COUNT", "100"});
    same_scan("HSCAN", key, {"MATCH", "f1*"});
    same_scan("HSCAN", key, {"MATCH", "*5", "COUNT", "7"});
  }
}

TEST_P(HashOracle, DeadlinesAndTransactions) {
  run(R"(
    HSET h f 1
    EXPIRE h 100
    HSET h g 2
    [within:1] TTL h
    HINCRBY h f 1
    [within:1] TTL h
    HDEL h f g
    TTL h
    HSET gone f v
    PEXPIREAT gone 1
    HGET gone f
    HSET gone g w
    HGETALL gone
    TTL gone
    MULTI
    HSET t f 1
    HINCRBY t f 2
    HGETALL t
    HDEL t f
    HGETALL t
    EXEC
    HSET from f v
    COPY from to
    HSET to f w
    HGET from f
    MOVE from 1
    SELECT 1
    HGETALL from
  )");
}

}  // namespace
}  // namespace larder::test
