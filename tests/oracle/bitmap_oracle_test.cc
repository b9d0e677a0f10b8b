// Bitmaps: every command of the group with its options, reply types, error texts and edge cases.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class BitmapOracle : public OracleTest {
 protected:
  /// Redis has the operations since 8.2: an older server refuses the word. Who has none of them compares nothing.
  static bool has_new_operations() { return reference().name == "redis-8.2"; }
};
INSTANTIATE_TEST_SUITE_P(Resp, BitmapOracle, both_protocols(), protocol_name);

TEST_P(BitmapOracle, WrongArity) {
  run(R"(
    SETBIT k 0
    SETBIT k 0 1 2
    GETBIT k
    GETBIT k 0 1
    BITCOUNT
    BITPOS k
    BITOP AND d
    BITFIELD
    BITFIELD_RO
  )");
}

TEST_P(BitmapOracle, WrongType) {
  run(R"(
    SADD s 1
    SET k v
    SETBIT s 0 1
    SETBIT s x 1
    GETBIT s 0
    BITCOUNT s
    BITCOUNT s 0 x
    BITPOS s 1
    BITPOS s 1 0 -1 BIT
    BITOP AND d k s
    BITOP NOT d s
    BITOP OR s k k
    TYPE s
    SADD s2 a
    BITOP AND s2 nothing
    EXISTS s2
    SADD s3 a
    BITFIELD s3
    BITFIELD s3 GET u8 0
    BITFIELD s3 SET u8 0 1
    BITFIELD_RO s3 GET u8 0
    EXISTS d
  )");
}

TEST_P(BitmapOracle, SingleBits) {
  run(R"(
    SETBIT b 7 1
    SETBIT b 7 1
    SETBIT b 7 0
    SETBIT b 0 1
    SETBIT b 100 1
    SETBIT b 99 0
    STRLEN b
    GET b
    GETBIT b 0
    GETBIT b 1
    GETBIT b 100
    GETBIT b 104
    GETBIT b 4294967295
    GETBIT nothing 5
    SETBIT zero 20 0
    GET zero
    SETBIT b -1 1
    SETBIT b x 1
    SETBIT b 4294967296 1
    SETBIT b 9223372036854775808 1
    SETBIT b "#1" 1
    SETBIT b 1 2
    SETBIT b 1 -1
    SETBIT b 1 x
    SETBIT b x x
    GETBIT b -1
    GETBIT b 4294967296
    GETBIT b x
    GETBIT b "#1"
    SET n 12
    SETBIT n 1 0
    OBJECT ENCODING n
    GET n
    GETBIT n 2
    SETBIT n 7 1
    GET n
    OBJECT ENCODING n
    SET short abc EX 1000
    SETBIT short 3 1
    [within:1] TTL short
    SETBIT large 80000 1
    SETBIT large 79999 1
    STRLEN large
    BITCOUNT large
    MULTI
    SETBIT t 1 1
    GETBIT t 1
    EXEC
  )");
}

TEST_P(BitmapOracle, ALimitOfStringsIsOneOfBits) {
  configure("proto-max-bulk-len", "1048576");
  run(R"(
    SETBIT b 8388607 1
    SETBIT c 8388608 1
    GETBIT b 8388608
    BITFIELD d SET u16 8388607 65535
    STRLEN d
    BITFIELD d SET u16 #524288 1
  )");
}

TEST_P(BitmapOracle, Counting) {
  run(R"(
    SET k foobar
    BITCOUNT k
    BITCOUNT nothing
    BITCOUNT k 0 0
    BITCOUNT k 1 1
    BITCOUNT k 1 1 BYTE
    BITCOUNT k 5 30 BIT
    BITCOUNT k 5 30 bit
    BITCOUNT k 0 -1 BIT
    BITCOUNT k -1 -1 BIT
    BITCOUNT k 3 3 BIT
    BITCOUNT k 8 15 BIT
    BITCOUNT k -2 -1
    BITCOUNT k 2 1
    BITCOUNT k -1 -2
    BITCOUNT k -100 -90
    BITCOUNT k -90 -100
    BITCOUNT k -100 100
    BITCOUNT k 100 200
    BITCOUNT k 0 9223372036854775807
    BITCOUNT k -9223372036854775808 9223372036854775807 BIT
    BITCOUNT k 0 0 x
    BITCOUNT k 0 0 BIT x
    BITCOUNT k x 0
    BITCOUNT k 0 x BIT
    SET n 12345
    BITCOUNT n
    SET e ""
    BITCOUNT e
    BITCOUNT e 0 0
    BITCOUNT e 0 -1 BIT
  )");
  // Later servers let the end go.
  if (!reference().name.starts_with("valkey")) run("BITCOUNT k 0");
  // 7.0 finds nothing before it looks at the words.
  if (reference().name != "redis-7.0") {
    run("BITCOUNT nothing x 0");
    run("BITCOUNT nothing 0 0 x");
  }
  same("SET", "long", std::string(1000, '\xA5'));
  for (const char* range :
       {"", " 1 -2", " 3 997", " 13 7877 BIT", " 0 7999 BIT", " 8 7991 BIT", " -1 -1 BIT", " 31 64"})
    run(std::string("BITCOUNT long") + range);
}

TEST_P(BitmapOracle, Positions) {
  run(R"(
    SET k "\xff\xf0\x00"
    BITPOS k 0
    BITPOS k 1
    BITPOS k 1 2
    BITPOS k 0 2
    BITPOS k 0 0 0
    BITPOS k 0 0 1
    BITPOS k 0 0 -1
    BITPOS k 1 -1
    BITPOS k 1 -1 -1
    BITPOS k 0 5
    BITPOS k 1 5
    BITPOS k 1 1 0
    BITPOS k 0 3 11 BIT
    BITPOS k 0 3 12 BIT
    BITPOS k 1 12 23 BIT
    BITPOS k 1 11 23 bit
    BITPOS k 1 5 5 BIT
    BITPOS k 0 -10 -1 BIT
    BITPOS k 1 -1 -10 BIT
    BITPOS k 0 -100 -90 BIT
    BITPOS k 0 -90 -100
    BITPOS k 1 0 100 BYTE
    BITPOS k 1 -9223372036854775808 9223372036854775807 BIT
    BITPOS k 2
    BITPOS k -1
    BITPOS k x
    BITPOS k 1 x
    BITPOS k 1 0 x
    BITPOS k 1 0 0 x
    BITPOS k 1 0 x x
    BITPOS k 1 x 0 BIT
    BITPOS k 1 0 0 BIT x
    BITPOS k 2 x
    BITPOS nothing 0
    BITPOS nothing 1
    BITPOS nothing 0 5 7
    BITPOS nothing 1 5 7 BIT
    SET ones "\xff\xff\xff"
    BITPOS ones 0
    BITPOS ones 0 1
    BITPOS ones 0 0 -1
    BITPOS ones 0 0 -1 BIT
    BITPOS ones 0 3
    BITPOS ones 1 2
    SET zeros "\x00\x00\x00"
    BITPOS zeros 1
    BITPOS zeros 1 0 -1
    BITPOS zeros 0
    BITPOS zeros 0 1
    SET e ""
    BITPOS e 0
    BITPOS e 1
    BITPOS e 0 0
    BITPOS e 0 0 -1
    SET n 12
    BITPOS n 1
    SETBIT far 100003 1
    BITPOS far 1
    BITPOS far 1 64 -2
    BITPOS far 1 100003 100003 BIT
    BITPOS far 1 0 100002 BIT
  )");
  same("SET", "full", std::string(1000, '\xFF'));
  for (const char* range : {"", " 1", " 3 -1", " 13 7999 BIT", " 999"}) run(std::string("BITPOS full 0") + range);
}

TEST_P(BitmapOracle, Operations) {
  run(R"(
    SET a "abcdefgh-and-more"
    SET b "\x0f\xf0\xff"
    SET n 12345
    BITOP AND d a b
    GET d
    OBJECT ENCODING d
    BITOP OR d a b n
    GET d
    BITOP XOR d a b n a
    GET d
    BITOP NOT d b
    GET d
    BITOP not d n
    GET d
    BITOP AND d a
    GET d
    BITOP AND d a nothing
    GET d
    BITOP OR d nothing nothing
    EXISTS d
    BITOP NOT d nothing
    SET kept v EX 1000
    BITOP OR kept b
    TTL kept
    BITOP AND a a b
    GET a
    SADD s 1
    BITOP OR s b
    GET s
    SET gone v
    BITOP AND gone nothing
    EXISTS gone
    SET e ""
    BITOP OR e e
    EXISTS e
    BITOP NOT d a b
    BITOP BOGUS d a
    BITOP "" d a
    BITOP AND2 d a
  )");
  std::string large;
  for (int i = 0; i < 9000; ++i) large += static_cast<char>(i * 7 + i / 256);
  same("SET", "large", large);
  same("SET", "larger", std::string(2500, '\x3C') + large);
  for (const char* operation :
       {"AND d large larger a", "OR d a large larger", "XOR d large a larger", "NOT d larger"}) {
    run(std::string("BITOP ") + operation);
    run("GET d");
  }
}

TEST_P(BitmapOracle, OperationsOfRedis82) {
  if (!has_new_operations()) GTEST_SKIP() << reference().name << " has none of them";
  run(R"(
    SET a "abcdefgh-and-more"
    SET b "\x0f\xf0\xff"
    SET n 12345
    BITOP DIFF d a b n
    GET d
    BITOP DIFF1 d a b n
    GET d
    BITOP ANDOR d a b n
    GET d
    BITOP ONE d a b n
    GET d
    BITOP one d a
    GET d
    BITOP DIFF d b a
    GET d
    BITOP DIFF1 d b a
    GET d
    BITOP ANDOR d b a nothing
    GET d
    BITOP DIFF d nothing a
    GET d
    BITOP DIFF1 d a nothing
    GET d
    BITOP ONE d a a
    GET d
    BITOP ONE d a a a
    GET d
    BITOP DIFF d nothing nothing
    BITOP DIFF d a
    BITOP DIFF1 d a
    BITOP ANDOR d a
    BITOP andor d a
    SADD s 1
    BITOP DIFF d a s
  )");
  std::string large;
  for (int i = 0; i < 9000; ++i) large += static_cast<char>(i * 7 + i / 256);
  same("SET", "large", large);
  same("SET", "larger", std::string(2500, '\x3C') + large);
  same("SET", "third", large.substr(100, 4000));
  for (const char* operation : {"DIFF", "DIFF1", "ANDOR", "ONE"}) {
    run(std::string("BITOP ") + operation + " d large larger third");
    run("GET d");
  }
}

TEST_P(BitmapOracle, Fields) {
  run(R"(
    BITFIELD f
    BITFIELD f GET u8 0
    BITFIELD f SET u8 0 255 GET i8 0 GET u4 2 GET i4 6
    BITFIELD f SET i5 3 -7 GET u5 3 INCRBY i5 3 2
    BITFIELD f INCRBY u2 100 1 INCRBY u2 100 1 INCRBY u2 100 1 INCRBY u2 100 1
    GET f
    BITFIELD f SET u8 #2 17 SET i16 #3 -2 GET u8 #2 GET i16 #3
    GET f
    BITFIELD f SET i64 3 -9223372036854775808 GET i64 3 GET u63 4
    BITFIELD f SET u63 1 9223372036854775807 GET u63 1
    BITFIELD f SET i1 0 -1 GET i1 0 GET u1 0 GET i1 1
    BITFIELD f GET u8 4294967295 GET i64 100000
    GET f
    BITFIELD_RO f GET u8 0 GET i64 3 GET u1 999
    BITFIELD_RO f
    BITFIELD_RO nothing GET u8 0
    BITFIELD_RO f SET u8 0 1
    BITFIELD_RO f GET u8 0 INCRBY u8 0 1
    bitfield f get u8 0 set u8 0 3 overflow sat incrby u8 0 300
    EXISTS nothing
    SET n 12345
    BITFIELD n GET u8 0
    OBJECT ENCODING n
    BITFIELD n SET u8 0 49
    OBJECT ENCODING n
    GET n
    BITFIELD n INCRBY u8 8 1
    GET n
    SET kept v EX 1000
    BITFIELD kept SET u8 50 1
    [within:1] TTL kept
  )");
}

TEST_P(BitmapOracle, FieldErrors) {
  run(R"(
    BITFIELD f GET
    BITFIELD f GET u8
    BITFIELD f SET u8 0
    BITFIELD f INCRBY u8 0
    BITFIELD f OVERFLOW
    BITFIELD f OVERFLOW x
    BITFIELD f OVERFLOW SAT
    BITFIELD f OVERFLOW x SET u8 0 1
    BITFIELD f BOGUS u8 0
    BITFIELD f GET x 0
    BITFIELD f GET "" 0
    BITFIELD f GET u 0
    BITFIELD f GET u0 0
    BITFIELD f GET u64 0
    BITFIELD f GET i64 0
    BITFIELD f GET i65 0
    BITFIELD f GET i-1 0
    BITFIELD f GET U8 0
    BITFIELD f GET u08 0
    BITFIELD f GET "u8\x00x" 0
    BITFIELD f GET u8 -1
    BITFIELD f GET u8 x
    BITFIELD f GET u8 "#"
    BITFIELD f GET u8 #-1
    BITFIELD f GET u8 #x
    BITFIELD f GET u8 4294967296
    BITFIELD f GET u8 #536870911
    BITFIELD f GET u8 #536870912
    BITFIELD f SET u8 0 x
    BITFIELD f SET u8 x x
    BITFIELD f SET u65 x x
    BITFIELD f SET u8 0 9223372036854775808
    BITFIELD f SET u8 0 1 GET x 0
    BITFIELD f SET u8 0 1 BOGUS
    BITFIELD_RO f SET u8 0 x
    EXISTS f
  )");
}

TEST_P(BitmapOracle, FieldsOverflow) {
  for (const char* type : {"u1", "u4", "u8", "u32", "u63", "i1", "i4", "i8", "i32", "i63", "i64"}) {
    for (const char* mode : {"WRAP", "SAT", "FAIL"}) {
      run("DEL f");
      const std::string start = std::string("BITFIELD f OVERFLOW ") + mode;
      for (const char* number : {"0",
                                 "1",
                                 "-1",
                                 "2",
                                 "7",
                                 "8",
                                 "-8",
                                 "-9",
                                 "15",
                                 "127",
                                 "128",
                                 "-128",
                                 "-129",
                                 "255",
                                 "256",
                                 "4294967295",
                                 "4294967296",
                                 "-2147483648",
                                 "-2147483649",
                                 "4611686018427387904",
                                 "9223372036854775807",
                                 "-9223372036854775808"}) {
        run(start + " INCRBY " + type + " 5 " + number + " GET " + type + " 5");
        run(start + " SET " + type + " 5 " + number + " INCRBY " + type + " 5 " + number + " GET " + type + " 5");
      }
      run("GET f");
    }
  }
  run(R"(
    BITFIELD made OVERFLOW FAIL INCRBY u1 0 2
    EXISTS made
    GET made
    SET grows a
    BITFIELD grows OVERFLOW FAIL INCRBY u1 30 2 OVERFLOW WRAP INCRBY u1 0 2
    GET grows
    BITFIELD mixed OVERFLOW FAIL INCRBY u2 0 3 INCRBY u2 0 3 OVERFLOW SAT INCRBY u2 0 3 OVERFLOW WRAP INCRBY u2 0 3
    GET mixed
  )");
}

TEST_P(BitmapOracle, EventsAndWatchers) {
  configure("notify-keyspace-events", "KEA");
  run(R"(
    (events) PSUBSCRIBE __key*
    SETBIT b 1 1
    (events) <
    (events) <
    SETBIT b 1 1
    SETBIT b 1 0
    (events) <
    (events) <
    BITOP NOT d b
    (events) <
    (events) <
    BITFIELD b SET u8 0 1
    (events) <
    (events) <
    BITFIELD b SET u8 0 1
    BITFIELD b GET u8 0
    BITOP AND d nothing
    (events) <
    (events) <
    BITOP AND d nothing
    (watcher) WATCH b
    SETBIT b 0 0
    BITFIELD b INCRBY u8 0 0
    (watcher) MULTI
    (watcher) PING
    (watcher) EXEC
    (watcher) WATCH b
    SETBIT b 0 1
    (events) <
    (events) <
    (watcher) MULTI
    (watcher) PING
    (watcher) EXEC
  )");
}

TEST_P(BitmapOracle, KeysOfTheCommands) {
  run(R"(
    COMMAND GETKEYSANDFLAGS BITOP AND d a b
    COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0
    COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 SET u8 0 1
    COMMAND GETKEYSANDFLAGS BITFIELD k OVERFLOW SAT GET u8 0
    COMMAND GETKEYSANDFLAGS BITFIELD k INCRBY u8 0 1
    COMMAND GETKEYSANDFLAGS BITFIELD_RO k GET u8 0
  )");
}

}  // namespace
}  // namespace larder::test
