// Strings as numbers: INCR and its kin, what they take for a number, how INCRBYFLOAT writes one.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class StringNumbersOracle : public OracleTest {};
INSTANTIATE_TEST_SUITE_P(Resp, StringNumbersOracle, both_protocols(), protocol_name);

TEST_P(StringNumbersOracle, Counters) {
  run(R"(
    INCR k
    INCR k
    DECR k
    INCRBY k 10
    DECRBY k 5
    INCRBY k -3
    DECRBY k -3
    INCRBY k 0
    GET k
    DECR fresh
    DECRBY fresh2 7
    INCRBY fresh3 -9223372036854775808
    DECR fresh3
    GET fresh3
    SET max 9223372036854775807
    INCR max
    INCRBY max 1
    DECRBY max -1
    INCRBY max 0
    DECR max
    INCR max
    SET min -9223372036854775808
    DECR min
    DECRBY min 1
    INCRBY min -1
    DECRBY min 9223372036854775807
    INCRBY min 9223372036854775807
    GET min
    INCRBY k 9223372036854775808
    INCRBY k -9223372036854775809
    DECRBY k -9223372036854775808
    DECRBY k 9223372036854775808
    INCRBY k abc
    INCRBY k 1.5
    INCRBY k ""
    INCRBY k " 1"
    INCRBY k "1 "
    INCRBY k +1
    INCRBY k 01
    INCRBY k -0
    INCRBY k 0x10
    INCRBY k 1e3
    SET t text
    INCR t
    SET t " 1"
    INCR t
    SET t "1 "
    DECR t
    SET t 1.0
    INCR t
    SET t 01
    INCR t
    SET t +1
    INCR t
    SET t -0
    INCR t
    SET t ""
    INCR t
    SET t 9223372036854775808
    INCR t
    SET t -1
    INCR t
    OBJECT ENCODING t
    SET ttl 5 EX 100
    INCR ttl
    [within:1] TTL ttl
    SET gone 5 PXAT 1
    INCR gone
    GET gone
    INCRBY t bogus
  )");
}

TEST_P(StringNumbersOracle, Incrbyfloat) {
  run(R"(
    INCRBYFLOAT f 1
    INCRBYFLOAT f 1.5
    INCRBYFLOAT f 0.1
    INCRBYFLOAT f -2.6
    INCRBYFLOAT f 5.0e3
    INCRBYFLOAT f 200
    GET f
    OBJECT ENCODING f
    INCRBYFLOAT f 0
    SET g 10.50
    INCRBYFLOAT g 0.1
    INCRBYFLOAT g -5
    SET g 5.0e3
    INCRBYFLOAT g 2.0e2
    SET h 3.0
    INCRBYFLOAT h 0
    INCRBYFLOAT h 1.000000000000000005
    INCRBYFLOAT h 0.00000000000000001
    INCRBYFLOAT h 1e-17
    INCRBYFLOAT h 1e-18
    SET i 1
    INCRBYFLOAT i 1e15
    INCRBYFLOAT i 1e17
    INCRBYFLOAT i 1e18
    INCRBYFLOAT i 1e21
    INCRBYFLOAT i 1e25
    GET i
    INCRBYFLOAT i -1e25
    SET j 0.1
    INCRBYFLOAT j 0.2
    INCRBYFLOAT j 0.3
    INCRBYFLOAT j 1e300
    INCRBYFLOAT j inf
    INCRBYFLOAT j -inf
    INCRBYFLOAT j +inf
    INCRBYFLOAT j Infinity
    INCRBYFLOAT j nan
    INCRBYFLOAT j abc
    INCRBYFLOAT j ""
    INCRBYFLOAT j " 1"
    INCRBYFLOAT j "1 "
    INCRBYFLOAT j 1x
    INCRBYFLOAT j 0x10
    INCRBYFLOAT j 0x1p3
    INCRBYFLOAT j +1
    INCRBYFLOAT j .5
    INCRBYFLOAT j 5.
    INCRBYFLOAT j 1e
    INCRBYFLOAT j 1e4000
    INCRBYFLOAT j 1e5000
    GET j
    SET t text
    INCRBYFLOAT t 1
    SET t ""
    INCRBYFLOAT t 1
    SET t " 1"
    INCRBYFLOAT t 1
    SET t inf
    INCRBYFLOAT t 1
    SET t nan
    INCRBYFLOAT t 1
    SET n -0
    INCRBYFLOAT n 0
    SET n 0
    INCRBYFLOAT n -0.0
    SET n 1
    INCRBYFLOAT n -1
    SET n 3.0000000000000000
    INCRBYFLOAT n 0.0
    SET n 9223372036854775807
    INCRBYFLOAT n 1
    SET n 123456789.123456789
    INCRBYFLOAT n 0.000000001
    SET n 100
    INCRBYFLOAT n 0.5
    OBJECT ENCODING n
    INCRBYFLOAT n 0.5
    OBJECT ENCODING n
    INCR n
    SET ttl 1 EX 100
    INCRBYFLOAT ttl 1
    [within:1] TTL ttl
  )");
  same("INCRBYFLOAT", "long", std::string(300, '1'));
  same("SET", "long", std::string(300, '1'));
  same("INCRBYFLOAT", "long", "1");
}

}  // namespace
}  // namespace larder::test
