// Keys of any type: every command of the generic group with its options, reply types, error texts and edge cases.
#include <set>

#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class GenericOracle : public OracleTest {
 protected:
  /// Every element of a whole scan of both servers, each with the same arguments after the cursor.
  void same_scan(const Args& options) {
    const auto scan = [&](RespClient& client) {
      std::set<std::string> found;
      std::string cursor = "0";
      for (int page = 0; page < 10000; ++page) {
        Args command{"SCAN", cursor};
        command.insert(command.end(), options.begin(), options.end());
        const Received reply = client.call(command);
        if (reply.value.items.size() != 2) return std::set<std::string>{"not a page: " + reply.bytes};
        for (const Reply& key : reply.value.items[1].items) found.insert(key.text);
        cursor = reply.value.items[0].text;
        if (cursor == "0") return found;
      }
      return std::set<std::string>{"the scan does not end"};
    };
    EXPECT_EQ(scan(link().theirs()), scan(link().ours())) << "SCAN " << quoted(options);
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, GenericOracle, both_protocols(), protocol_name);

TEST_P(GenericOracle, WrongArity) {
  run(R"(
    DEL
    UNLINK
    EXISTS
    TYPE
    TYPE a b
    TTL
    TTL a b
    PTTL
    EXPIRE a
    PEXPIRE a
    EXPIREAT a
    PEXPIREAT a
    EXPIRETIME
    PEXPIRETIME a b
    PERSIST
    PERSIST a b
    KEYS
    KEYS a b
    SCAN
    RANDOMKEY a
    RENAME a
    RENAME a b c
    RENAMENX a
    RENAMENX a b c
    MOVE a
    MOVE a 1 2
    COPY a
    TOUCH
    OBJECT
    OBJECT ENCODING
    OBJECT ENCODING a b
    OBJECT FREQ
    OBJECT IDLETIME
    OBJECT REFCOUNT
    OBJECT REFCOUNT a b
    OBJECT BOGUS
    OBJECT BOGUS a
    OBJECT HELP a
  )");
}

TEST_P(GenericOracle, DelExistsTouchType) {
  run(R"(
    MSET a 1 b 2 c 3 d 4 e 5
    SADD s 1
    EXISTS a
    EXISTS a a a nothing
    EXISTS nothing
    TOUCH a b nothing
    TOUCH a a
    TOUCH nothing
    TYPE a
    TYPE s
    TYPE nothing
    DEL a
    DEL a
    DEL b b c
    UNLINK d d nothing s
    UNLINK d
    EXISTS a b c d e s
    SET gone v PXAT 1
    EXISTS gone
    TYPE gone
    TOUCH gone
    DEL gone
    UNLINK gone
    SET "" v
    EXISTS ""
    DEL ""
    DBSIZE
  )");
}

TEST_P(GenericOracle, Deadlines) {
  run(R"(
    TTL nothing
    PTTL nothing
    EXPIRETIME nothing
    PEXPIRETIME nothing
    SET k v
    TTL k
    PTTL k
    EXPIRETIME k
    PEXPIRETIME k
    EXPIRE k 100
    [within:1] TTL k
    [within:2000] PTTL k
    [within:2] EXPIRETIME k
    [within:2000] PEXPIRETIME k
    PEXPIRE k 200000
    [within:1] TTL k
    EXPIREAT k 4000000000
    EXPIRETIME k
    PEXPIRETIME k
    PEXPIREAT k 4000000000123
    EXPIRETIME k
    PEXPIRETIME k
    PEXPIREAT k 4000000000999
    EXPIRETIME k
    PERSIST k
    PERSIST k
    PERSIST nothing
    TTL k
    EXPIRE nothing 100
    PEXPIRE nothing 100
    EXPIREAT nothing 4000000000
    PEXPIREAT nothing 4000000000123
  )");
}

TEST_P(GenericOracle, DeadlinesInThePast) {
  run(R"(
    SET k v
    EXPIRE k 0
    EXISTS k
    SET k v
    EXPIRE k -1
    EXISTS k
    SET k v
    PEXPIRE k 0
    EXISTS k
    SET k v
    PEXPIRE k -1000
    EXISTS k
    SET k v
    EXPIREAT k 1
    EXISTS k
    SET k v
    EXPIREAT k 0
    EXISTS k
    SET k v
    EXPIREAT k -1
    EXISTS k
    SET k v
    PEXPIREAT k 1
    EXISTS k
    SET k v
    PEXPIREAT k -1
    EXISTS k
    SADD s a b
    EXPIRE s -1
    EXISTS s
    DBSIZE
    SET k v
    EXPIRE k -1 NX
    EXISTS k
    SET k v
    EXPIRE k -1 XX
    EXISTS k
    EXPIRE k -1 GT
    EXISTS k
    EXPIRE k -1 LT
    EXISTS k
  )");
}

TEST_P(GenericOracle, DeadlineConditions) {
  run(R"(
    SET k v
    EXPIREAT k 4000000000 XX
    TTL k
    EXPIREAT k 4000000000 GT
    TTL k
    EXPIREAT k 4000000000 LT
    EXPIRETIME k
    PERSIST k
    EXPIREAT k 4000000000 NX
    EXPIRETIME k
    EXPIREAT k 4000000001 NX
    EXPIRETIME k
    EXPIREAT k 4000000002 XX
    EXPIRETIME k
    EXPIREAT k 4000000001 GT
    EXPIRETIME k
    EXPIREAT k 4000000002 GT
    EXPIREAT k 4000000003 GT
    EXPIRETIME k
    EXPIREAT k 4000000004 LT
    EXPIREAT k 4000000003 LT
    EXPIREAT k 4000000000 LT
    EXPIRETIME k
    EXPIREAT k 4000000005 XX GT
    EXPIRETIME k
    EXPIREAT k 4000000004 XX LT
    EXPIRETIME k
    PERSIST k
    EXPIREAT k 4000000004 XX LT
    EXPIREAT k 4000000004 xx
    EXPIREAT k 4000000004 nx
    EXPIRETIME k
    PEXPIREAT k 4000000004000 GT
    PEXPIREAT k 4000000004001 GT
    PEXPIRETIME k
    PEXPIREAT k 4000000004000 LT
    PEXPIRETIME k
    EXPIRE k 100 LT
    [within:1] TTL k
    EXPIRE k 50 GT
    PEXPIRE k 300000 GT
    [within:1] TTL k
    EXPIRE k 100 NX XX
    EXPIRE k 100 NX GT
    EXPIRE k 100 NX LT
    EXPIRE k 100 GT LT
    EXPIRE k 100 LT GT
    EXPIRE k 100 NX NX
    EXPIRE k 100 XX XX
    EXPIRE k 100 BOGUS
    EXPIRE k 100 NX BOGUS
    EXPIRE nothing 100 BOGUS
    EXPIRE nothing 100 NX XX
    EXPIRE nothing abc NX XX
    EXPIRE k abc BOGUS
  )");
}

TEST_P(GenericOracle, DeadlineNumbers) {
  run(R"(
    SET k v
    EXPIRE k abc
    EXPIRE k 1.5
    EXPIRE k ""
    EXPIRE k " 1"
    EXPIRE k +1
    EXPIRE k 9223372036854775807
    EXPIRE k 9223372036854775808
    EXPIRE k -9223372036854775808
    EXPIRE k 9223372036854776
    EXPIRE k -9223372036854776
    EXPIRE k 9223372036854775
    PEXPIRE k abc
    PEXPIRE k 9223372036854775807
    PEXPIRE k 9223372036854775808
    PEXPIRE k 9223370399119966
    [kind] PTTL k
    EXPIREAT k 9223372036854775807
    EXPIREAT k 9223372036854775
    EXPIRETIME k
    EXPIREAT k 9223372036854776
    EXPIREAT k -9223372036854776
    EXISTS k
    PEXPIREAT k 9223372036854775807
    PEXPIRETIME k
    EXPIRETIME k
    TTL k
    PEXPIREAT k 9223372036854775808
    EXPIREAT k abc
    PEXPIREAT k abc
    EXPIRE nothing 9223372036854775807
    EXPIRE nothing abc
  )");
  ignore_state();
}

TEST_P(GenericOracle, Keys) {
  run(R"(
    [unordered] KEYS *
    MSET one 1 two 2 three 3 four 4 h?llo 5 hello 6 hallo 7 hxllo 8 hllo 9 heeello 10
    [unordered] KEYS *
    [unordered] KEYS *o*
    [unordered] KEYS t??
    [unordered] KEYS h?llo
    [unordered] KEYS h*llo
    [unordered] KEYS h[ae]llo
    [unordered] KEYS h[^e]llo
    [unordered] KEYS h[a-f]llo
    [unordered] KEYS h[f-a]llo
    [unordered] KEYS h[^a-f]llo
    [unordered] KEYS "h\\?llo"
    [unordered] KEYS nothing
    [unordered] KEYS ""
    [unordered] KEYS hello
    [unordered] KEYS HELLO
    [unordered] KEYS h[
    [unordered] KEYS h[a
    [unordered] KEYS h[]llo
    [unordered] KEYS h[ae-]llo
    [unordered] KEYS "h[\\e]llo"
    [unordered] KEYS "hello\\"
    [unordered] KEYS ***o
    [unordered] KEYS *?*?*?*?*?*
    SET "" v
    SET "bin\x00x" v
    SET "[x]" v
    SET "a\\b" v
    SET "a*b" v
    [unordered] KEYS ""
    [unordered] KEYS "bin\x00*"
    [unordered] KEYS "bin?x"
    [unordered] KEYS "\\[x\\]"
    [unordered] KEYS "[[]x]"
    [unordered] KEYS "a\\\\b"
    [unordered] KEYS "a\\*b"
    [unordered] KEYS "*"
    SET gone v PXAT 1
    [unordered] KEYS g*
    SELECT 1
    KEYS *
  )");
}

TEST_P(GenericOracle, KeysOfNastyPatterns) {
  same("SET", std::string(50, 'a'), "v");
  same("KEYS", "a*a*a*a*a*a*a*a*a*a*b");
  same("KEYS", "a*a*a*a*a*a*a*a*a*a*");
  same("KEYS", std::string(200, '*') + "a");
  same("KEYS", std::string(50, '?'));
  same("KEYS", std::string(51, '?'));
  same("KEYS", "[a-z]*[^b]");
}

TEST_P(GenericOracle, ScanArguments) {
  run(R"(
    SCAN 0
    SCAN abc
    SCAN -1
    SCAN ""
    SCAN 1.5
    SCAN " 0"
    SCAN 18446744073709551616
    SCAN 0 MATCH
    SCAN 0 COUNT
    SCAN 0 COUNT 0
    SCAN 0 COUNT -1
    SCAN 0 COUNT abc
    SCAN 0 COUNT 9223372036854775808
    SCAN 0 TYPE
    SCAN 0 BOGUS
    SCAN 0 MATCH a BOGUS b
    SCAN 0 MATCH a COUNT
    SCAN 0 TYPE bogus
    MSET a 1 b 2 c 3
    SADD s 1
    [one_page] SCAN 0 COUNT 1000
    [one_page] SCAN 0 COUNT 1000 MATCH [ab]
    [one_page] SCAN 0 COUNT 1000 MATCH nothing
    [one_page] SCAN 0 MATCH * COUNT 1000 TYPE string
    [one_page] SCAN 0 COUNT 1000 TYPE SET
    [one_page] SCAN 0 COUNT 1000 TYPE ""
    [one_page] SCAN 0 COUNT 1000 TYPE zset
    [one_page] SCAN 0 COUNT 1000 TYPE bogus
    [one_page] scan 0 count 1000 match s type set
    [one_page] SCAN 0 COUNT 1 COUNT 1000
    [one_page] SCAN 0 COUNT 1000 MATCH a MATCH b
    SET gone v PXAT 1
    [one_page] SCAN 0 COUNT 1000
    SELECT 3
    [one_page] SCAN 0 COUNT 1000
  )");
}

TEST_P(GenericOracle, ScanFindsEveryKey) {
  Args many{"MSET"};
  for (int i = 0; i < 1000; ++i) {
    many.push_back("key:" + std::to_string(i));
    many.push_back("v");
  }
  link().same({}, many, Location::here());
  run("SADD set:1 a");
  run("SADD set:2 a");
  same_scan({});
  same_scan({"COUNT", "1"});
  same_scan({"COUNT", "7"});
  same_scan({"COUNT", "100000"});
  same_scan({"MATCH", "key:1*"});
  same_scan({"MATCH", "key:1*", "COUNT", "50"});
  same_scan({"TYPE", "set"});
  same_scan({"TYPE", "string", "COUNT", "333"});
  same_scan({"MATCH", "nothing*"});
}

TEST_P(GenericOracle, Randomkey) {
  run(R"(
    RANDOMKEY
    SET only v
    RANDOMKEY
    SET other v
    [kind] RANDOMKEY
    SELECT 1
    RANDOMKEY
  )");
}

TEST_P(GenericOracle, Rename) {
  run(R"(
    RENAME nothing other
    RENAMENX nothing other
    SET a 1
    RENAME a b
    EXISTS a
    GET b
    RENAME b b
    RENAMENX b b
    SET c 2
    RENAMENX b c
    GET b
    RENAME b c
    GET c
    RENAMENX c d
    GET d
    SET ttl v EX 100
    RENAME ttl ttl2
    [within:1] TTL ttl2
    SET plain v
    RENAME plain ttl2
    TTL ttl2
    SET ttl3 v EX 100
    SET plain v
    RENAME ttl3 plain
    [within:1] TTL plain
    SADD s 1 2 3
    RENAME s d
    TYPE d
    SET gone v PXAT 1
    RENAME gone x
    SET y 1
    SET gone v PXAT 1
    RENAMENX y gone
    GET gone
    RENAME nothing nothing
    SET "" e
    RENAME "" f
    RENAME f ""
    GET ""
  )");
}

TEST_P(GenericOracle, Move) {
  run(R"(
    SET k v EX 100
    MOVE k 1
    EXISTS k
    SELECT 1
    GET k
    [within:1] TTL k
    SELECT 0
    SET k w
    MOVE k 1
    MOVE nothing 1
    MOVE k 0
    MOVE k 16
    MOVE k -1
    MOVE k abc
    MOVE k 1.5
    MOVE k 9223372036854775807
    MOVE k 2147483648
    SADD s 1 2
    MOVE s 2
    SELECT 2
    [unordered] SMEMBERS s
    SET gone v PXAT 1
    MOVE gone 3
    SELECT 15
    SET last v
    MOVE last 0
  )");
}

TEST_P(GenericOracle, Copy) {
  run(R"(
    COPY nothing other
    SET a 1 EX 100
    COPY a b
    GET b
    [within:1] TTL b
    COPY a b
    SET a 2
    COPY a b
    COPY a b REPLACE
    GET b
    TTL b
    COPY a a
    COPY a a REPLACE
    COPY a a DB 1
    COPY a c DB 1
    COPY a c DB 1
    COPY a c DB 1 REPLACE
    COPY a c REPLACE DB 1
    COPY a c replace db 2
    COPY a c DB
    COPY a c DB abc
    COPY a c DB -1
    COPY a c DB 16
    COPY a c DB 9223372036854775807
    COPY a c BOGUS
    COPY a c REPLACE REPLACE
    COPY a c DB 1 DB 3
    COPY nothing c DB 16
    SADD s 1 2 3
    COPY s t
    SADD t 4
    [unordered] SMEMBERS s
    [unordered] SMEMBERS t
    SADD st a b
    COPY st st2
    SREM st2 a
    SMEMBERS st2
    [unordered] SMEMBERS st
    COPY s a REPLACE
    TYPE a
    SET gone v PXAT 1
    COPY gone x
    SET big v
    APPEND big w
    COPY big big2
    OBJECT ENCODING big
    OBJECT ENCODING big2
    SELECT 1
    GET c
  )");
}

TEST_P(GenericOracle, Object) {
  run(R"(
    OBJECT ENCODING nothing
    OBJECT REFCOUNT nothing
    OBJECT IDLETIME nothing
    OBJECT FREQ nothing
    SET k v
    OBJECT ENCODING k
    OBJECT REFCOUNT k
    [within:2] OBJECT IDLETIME k
    OBJECT FREQ k
    object encoding k
    SADD i 1 2
    OBJECT ENCODING i
    OBJECT REFCOUNT i
    SET gone v PXAT 1
    OBJECT ENCODING gone
    [help] OBJECT HELP
    SET n 5000000
    OBJECT REFCOUNT n
    SET n 9999
    OBJECT REFCOUNT n
    SET n 10000
    OBJECT REFCOUNT n
  )");
}

TEST_P(GenericOracle, ObjectUnderLfu) {
  configure("maxmemory-policy", "allkeys-lfu");
  run(R"(
    SET k v
    OBJECT FREQ k
    OBJECT IDLETIME k
    OBJECT FREQ nothing
    OBJECT IDLETIME nothing
  )");
}

}  // namespace
}  // namespace larder::test
