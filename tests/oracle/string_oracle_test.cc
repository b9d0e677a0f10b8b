// Strings: every command of the group with its options, reply types, error texts and edge cases. Counting is in
// string_numbers_oracle_test.cc.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class StringOracle : public OracleTest {};
INSTANTIATE_TEST_SUITE_P(Resp, StringOracle, both_protocols(), protocol_name);

TEST_P(StringOracle, WrongArity) {
  run(R"(
    GET
    GET a b
    SET
    SET a
    SETEX a 1
    SETEX a 1 b c
    PSETEX a 1
    SETNX a
    SETNX a b c
    GETSET a
    GETSET a b c
    GETDEL
    GETDEL a b
    GETEX
    MGET
    MSET
    MSET a
    MSET a b c
    MSETNX a
    MSETNX a b c
    APPEND a
    APPEND a b c
    STRLEN
    STRLEN a b
    GETRANGE a 0
    GETRANGE a 0 1 2
    SUBSTR a 0
    SETRANGE a 0
    SETRANGE a 0 b c
    INCR
    INCR a b
    DECR
    DECR a b
    INCRBY a
    INCRBY a 1 2
    DECRBY a
    DECRBY a 1 2
    INCRBYFLOAT a
    INCRBYFLOAT a 1 2
    LCS a
  )");
}

TEST_P(StringOracle, WrongType) {
  run(R"(
    SADD s 1 2
    GET s
    GETSET s v
    GETDEL s
    GETEX s
    GETEX s EX 10
    APPEND s x
    STRLEN s
    GETRANGE s 0 1
    SUBSTR s 0 1
    SETRANGE s 0 x
    SETRANGE s 0 ""
    INCR s
    DECR s
    INCRBY s 2
    DECRBY s 2
    INCRBYFLOAT s 1
    LCS s t
    LCS t s
    SETNX s v
    SET s v GET
    SET s v NX GET
    SET s v XX GET
    MGET s nothing
    MSETNX s 1 u 2
    SMEMBERS s
    SET s v
    TYPE s
    SADD s2 a
    MSET s2 text
    GET s2
    SADD s3 a
    SETEX s3 100 v
    GET s3
  )");
}

TEST_P(StringOracle, GetAndSet) {
  run(R"(
    GET nothing
    SET k v
    GET k
    SET k ""
    GET k
    STRLEN k
    SET "" empty-key
    GET ""
    SET "bin\x00\xff\r\n" "\x00\x01\xfe\r\n\t"
    GET "bin\x00\xff\r\n"
    set k lower
    SeT k mixed
    gEt k
  )");
  same("SET", "big", std::string(100000, 'x'));
  same("GET", "big");
  same("STRLEN", "big");
  same("SET", std::string(70000, 'k'), "long key");
  same("GET", std::string(70000, 'k'));
}

TEST_P(StringOracle, SetConditions) {
  run(R"(
    SET k v XX
    GET k
    SET k v NX
    SET k w NX
    GET k
    SET k w XX
    GET k
    SET k x GET
    GET k
    SET fresh x GET
    SET k y NX GET
    GET k
    SET fresh2 y NX GET
    GET fresh2
    SET fresh3 y XX GET
    EXISTS fresh3
    SET k z XX GET
    GET k
    SET k z nx
    SET k z xx get
    SET k v NX XX
    SET k v XX NX
    SET k v NX NX
    SET k v XX XX
    SET k v GET GET
    SET k v BOGUS
    SET k v EX
    SET k v EX 10 PX
    SET k v EX 10 PX 10
    SET k v EX 10 EX 10
    SET k v EX 10 KEEPTTL
    SET k v KEEPTTL EX 10
    SET k v KEEPTTL KEEPTTL
    SET k v PERSIST
    SET k v EXAT 10 KEEPTTL
    SET k v PXAT 10 EXAT 10
    SET k v "" 
    GET k
  )");
}

TEST_P(StringOracle, SetExpiry) {
  run(R"(
    SET k v EX 100
    [within:1] TTL k
    SET k v PX 100000
    [within:2000] PTTL k
    SET k v EXAT 4000000000
    EXPIRETIME k
    SET k v PXAT 4000000000123
    PEXPIRETIME k
    SET k v2 KEEPTTL
    PEXPIRETIME k
    GET k
    SET k v3
    TTL k
    SET k v3 KEEPTTL
    TTL k
    SET k v ex 100
    [within:1] TTL k
    SET k w XX KEEPTTL GET
    [within:1] TTL k
    SET k v NX EX 5
    [within:1] TTL k
    SET k v EX 0
    SET k v EX -1
    SET k v PX 0
    SET k v PX -5
    SET k v EXAT 0
    SET k v EXAT -1
    SET k v PXAT 0
    SET k v EX abc
    SET k v EX 1.5
    SET k v EX " 1"
    SET k v EX +1
    SET k v EX 01
    SET k v EX ""
    SET k v EX 9223372036854775807
    SET k v EX 9223372036854775808
    SET k v EX 9223372036854775
    SET k v EX -9223372036854775808
    SET k v PX 9223372036854775807
    SET k v EXAT 9223372036854775807
    SET k v PXAT 9223372036854775807
    SET k v EXAT 9223372036854775
    GET k
    SET k v PXAT 1
    GET k
    EXISTS k
    TTL k
    SET k v EXAT 1
    EXISTS k
    SET k v EXAT 1 GET
    SET old v
    SET old w PXAT 1 GET
    EXISTS old
    DBSIZE
    SET k v NX EXAT 1
    SET k v NX
    GET k
  )");
}

TEST_P(StringOracle, SetexPsetex) {
  run(R"(
    SETEX k 100 v
    [within:1] TTL k
    GET k
    PSETEX k 100000 w
    [within:2000] PTTL k
    GET k
    SETEX k 0 v
    SETEX k -1 v
    SETEX k abc v
    SETEX k 9223372036854775807 v
    SETEX k 9223372036854775808 v
    SETEX k 1.0 v
    PSETEX k 0 v
    PSETEX k -1 v
    PSETEX k abc v
    PSETEX k 9223372036854775807 v
    GET k
    SADD s a
    SETEX s 0 v
    TYPE s
  )");
}

TEST_P(StringOracle, SetnxGetsetGetdel) {
  run(R"(
    SETNX k v
    SETNX k w
    GET k
    GETSET k x
    GET k
    GETSET fresh 1
    GET fresh
    SET ttl v EX 100
    GETSET ttl w
    TTL ttl
    GETDEL ttl
    GET ttl
    GETDEL ttl
    SET gone v PXAT 1
    GETDEL gone
    SETNX gone w
    GETDEL gone
  )");
}

TEST_P(StringOracle, Getex) {
  run(R"(
    GETEX k
    GETEX k EX 10
    SET k v
    GETEX k
    TTL k
    GETEX k EX 100
    [within:1] TTL k
    GETEX k PX 200000
    [within:2000] PTTL k
    GETEX k EXAT 4000000000
    EXPIRETIME k
    GETEX k PXAT 4000000000001
    PEXPIRETIME k
    GETEX k
    PEXPIRETIME k
    GETEX k PERSIST
    TTL k
    GETEX k PERSIST
    GETEX k persist
    GETEX k EX 0
    GETEX k EX -1
    GETEX k PX 0
    GETEX k EX abc
    GETEX k EX
    GETEX k EX 10 PERSIST
    GETEX k PERSIST EX 10
    GETEX k EX 10 PX 10
    GETEX k NX
    GETEX k GET
    GETEX k KEEPTTL
    GETEX k BOGUS
    GETEX k EX 9223372036854775807
    GETEX nothing EX abc
    GETEX nothing EX 0
    GETEX nothing BOGUS
    GET k
    GETEX k PXAT 1
    EXISTS k
    SET k v
    GETEX k EXAT 1
    EXISTS k
    SET k v
    GETEX k EXAT 0
    GETEX k EXAT -1
    EXISTS k
  )");
}

TEST_P(StringOracle, SeveralKeys) {
  run(R"(
    MSET a 1 b 2 c 3
    MGET a b c d
    MGET a a a
    MGET nothing
    MSET a x a y a z
    GET a
    MSETNX a 1 fresh 2
    EXISTS fresh
    MSETNX n1 1 n2 2 n1 3
    MGET n1 n2
    SET ttl v EX 100
    MSET ttl w
    TTL ttl
    SET gone v PXAT 1
    MSETNX gone 1 gone2 2
    MGET gone gone2
    MSET "" ""
    MGET ""
  )");
  Args many{"MSET"};
  for (int i = 0; i < 500; ++i) {
    many.push_back("key:" + std::to_string(i));
    many.push_back(std::string(static_cast<size_t>(i), 'v'));
  }
  link().same({}, many, Location::here());
  Args all{"MGET"};
  for (int i = 0; i < 501; ++i) all.push_back("key:" + std::to_string(i));
  link().same({}, all, Location::here());
}

TEST_P(StringOracle, AppendAndStrlen) {
  run(R"(
    STRLEN k
    APPEND k ""
    EXISTS k
    APPEND k abc
    APPEND k ""
    APPEND k "\x00"
    STRLEN k
    GET k
    OBJECT ENCODING k
    SET n 12
    APPEND n 3
    GET n
    OBJECT ENCODING n
    INCR n
    OBJECT ENCODING n
    STRLEN n
    SET ttl v EX 100
    APPEND ttl w
    [within:1] TTL ttl
    SET emb abcdefghij
    APPEND emb k
    OBJECT ENCODING emb
  )");
}

TEST_P(StringOracle, Ranges) {
  run(R"(
    SET k "Hello World"
    GETRANGE k 0 4
    GETRANGE k 0 -1
    GETRANGE k -5 -1
    GETRANGE k -5 4
    GETRANGE k 4 3
    GETRANGE k -1 -5
    GETRANGE k 0 100
    GETRANGE k -100 100
    GETRANGE k -100 -50
    GETRANGE k -100 -1
    GETRANGE k 10 10
    GETRANGE k 11 11
    GETRANGE k 100 200
    GETRANGE k -1 -1
    GETRANGE k 0 9223372036854775807
    GETRANGE k -9223372036854775808 9223372036854775807
    GETRANGE k 9223372036854775807 9223372036854775807
    GETRANGE k 0 9223372036854775808
    GETRANGE k a 1
    GETRANGE k 0 b
    GETRANGE k 0 1.0
    GETRANGE nothing 0 -1
    GETRANGE nothing a b
    SUBSTR k 0 4
    SUBSTR k -5 -1
    SUBSTR nothing 0 -1
    SET n 123456
    GETRANGE n 1 3
    GETRANGE n -2 -1
    SET e ""
    GETRANGE e 0 -1
    GETRANGE e 0 0
  )");
}

TEST_P(StringOracle, Setrange) {
  run(R"(
    SETRANGE k 0 ""
    EXISTS k
    SETRANGE k 5 ""
    EXISTS k
    SETRANGE k 5 abc
    GET k
    SETRANGE k 0 xyz
    GET k
    SETRANGE k 2 ""
    SETRANGE k 100 ""
    STRLEN k
    SETRANGE k 7 zz
    GET k
    SETRANGE k -1 a
    SETRANGE nothing -1 ""
    SETRANGE k a b
    SETRANGE k 1.5 b
    SETRANGE k 536870911 xx
    SETRANGE k 536870912 x
    SETRANGE k 9223372036854775807 x
    SETRANGE k 9223372036854775807 ""
    SETRANGE nothing 536870912 ""
    SETRANGE nothing 9223372036854775808 x
    GET k
    SET n 100
    SETRANGE n 1 5
    GET n
    OBJECT ENCODING n
    INCR n
    SET ttl abc EX 100
    SETRANGE ttl 1 x
    [within:1] TTL ttl
    APPEND far ab
    SETRANGE far 1000 end
    STRLEN far
    GETRANGE far 995 -1
  )");
}

TEST_P(StringOracle, Lcs) {
  run(R"(
    MSET key1 ohmytext key2 mynewtext
    LCS key1 key2
    LCS key1 key2 LEN
    LCS key1 key2 IDX
    LCS key1 key2 IDX MINMATCHLEN 4
    LCS key1 key2 IDX MINMATCHLEN 4 WITHMATCHLEN
    LCS key1 key2 IDX WITHMATCHLEN
    LCS key1 key2 idx withmatchlen minmatchlen 0
    LCS key1 key2 IDX MINMATCHLEN -5
    LCS key1 key2 IDX MINMATCHLEN 100
    LCS key1 key2 MINMATCHLEN 2
    LCS key1 key2 WITHMATCHLEN
    LCS key1 key2 LEN IDX
    LCS key1 key2 IDX LEN
    LCS key1 key2 LEN LEN
    LCS key1 key2 BOGUS
    LCS key1 key2 MINMATCHLEN
    LCS key1 key2 MINMATCHLEN abc
    LCS key1 key2 IDX MINMATCHLEN 9223372036854775808
    LCS key1 key1
    LCS key1 key1 IDX WITHMATCHLEN
    LCS nothing key1
    LCS nothing key1 LEN
    LCS nothing key1 IDX
    LCS nothing nothing2
    LCS nothing nothing2 IDX WITHMATCHLEN
    SET empty ""
    LCS empty key1
    LCS empty key1 LEN
    SET n 123
    SET m 1923
    LCS n m
    LCS n m IDX WITHMATCHLEN
    MSET a abcde b xyz
    LCS a b
    LCS a b LEN
    LCS a b IDX
    MSET p AGGTABXYAGGTAB q GXTXAYBGGTTAB
    LCS p q
    LCS p q LEN
    LCS p q IDX WITHMATCHLEN
    LCS p q IDX WITHMATCHLEN MINMATCHLEN 2
    SADD s a
    LCS s key1 BOGUS
    LCS key1 s LEN
  )");
}

TEST_P(StringOracle, Encodings) {
  run(R"(
    SET k 1
    OBJECT ENCODING k
    SET k 9999
    OBJECT ENCODING k
    SET k 10000
    OBJECT ENCODING k
    SET k 9223372036854775807
    OBJECT ENCODING k
    SET k -9223372036854775808
    OBJECT ENCODING k
    SET k 9223372036854775808
    OBJECT ENCODING k
    SET k 01
    OBJECT ENCODING k
    SET k -0
    OBJECT ENCODING k
    SET k 1.5
    OBJECT ENCODING k
    SET k " 1"
    OBJECT ENCODING k
    SET k ""
    OBJECT ENCODING k
    SET k abc
    OBJECT ENCODING k
    GETSET k 5
    OBJECT ENCODING k
    MSET k 7 l seven
    OBJECT ENCODING k
    SETNX m 7
    OBJECT ENCODING m
    SETEX m 100 7
    OBJECT ENCODING m
    APPEND fresh 7
    OBJECT ENCODING fresh
    SETRANGE fresh2 0 7
    OBJECT ENCODING fresh2
    INCRBY c 7
    OBJECT ENCODING c
    INCRBYFLOAT d 7
    OBJECT ENCODING d
  )");
  for (const size_t size : {19, 20, 21, 43, 44, 45, 46, 100, 10000}) {
    same("SET", "size", std::string(size, 'a'));
    same("OBJECT", "ENCODING", "size");
    same("SET", "size", std::string(size, '1'));
    same("OBJECT", "ENCODING", "size");
  }
}

}  // namespace
}  // namespace larder::test
