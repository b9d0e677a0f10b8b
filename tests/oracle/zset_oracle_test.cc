// Sorted sets: every command on one of them, with its options, reply types, error texts, edge cases and encodings.
#include "tests/oracle/zset_oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Resp, ZsetOracle, both_protocols(), protocol_name);

TEST_P(ZsetOracle, WrongArity) {
  run(R"(
    ZADD z
    ZADD z 1
    ZADD z 1 a 2
    ZADD z NX 1
    ZADD z NX
    ZADD z NX XX GT
    ZINCRBY z 1
    ZINCRBY z 1 a b
    ZREM z
    ZCARD
    ZCARD z a
    ZSCORE z
    ZSCORE z a b
    ZMSCORE z
    ZRANK z
    ZREVRANK z
    ZRANGE z 0
    ZREVRANGE z 0
    ZRANGEBYSCORE z 0
    ZREVRANGEBYSCORE z 0
    ZRANGEBYLEX z -
    ZREVRANGEBYLEX z +
    ZRANGESTORE d z 0
    ZCOUNT z 0
    ZCOUNT z 0 1 2
    ZLEXCOUNT z -
    ZREMRANGEBYRANK z 0
    ZREMRANGEBYSCORE z 0
    ZREMRANGEBYLEX z -
    ZREMRANGEBYLEX z - + x
    ZPOPMIN
    ZPOPMAX
    ZMPOP 1 z
    ZRANDMEMBER
    ZSCAN z
    ZUNION 1
    ZINTER 1
    ZDIFF 1
    ZINTERCARD 1
    ZUNIONSTORE d 1
    ZINTERSTORE d 1
    ZDIFFSTORE d 1
  )");
  since_72("-ERR wrong number of arguments for 'zrank' command\r\n", "ZRANK", "z", "a", "WITHSCORE", "x");
  since_72("-ERR wrong number of arguments for 'zrevrank' command\r\n", "ZREVRANK", "z", "a", "WITHSCORE", "x");
}

TEST_P(ZsetOracle, WrongType) {
  run(R"(
    SET k v
    SADD s m
    ZADD k 1 a
    ZADD k x a
    ZADD k NX XX 1 a
    ZADD s 1 a
    ZINCRBY k 1 a
    ZREM k a
    ZCARD k
    ZSCORE k a
    ZMSCORE k a b
    ZRANK k a
    ZREVRANK s a
    ZRANGE k 0 -1
    ZRANGE k x -1
    ZRANGE s 0 -1
    ZREVRANGE k 0 -1
    ZRANGEBYSCORE k 0 1
    ZREVRANGEBYSCORE k 1 0
    ZRANGEBYLEX k - +
    ZREVRANGEBYLEX k + -
    ZRANGESTORE d k 0 -1
    ZRANGESTORE d k 0 -1 BOGUS
    ZCOUNT k 0 1
    ZCOUNT k x 1
    ZLEXCOUNT k - +
    ZREMRANGEBYRANK k 0 1
    ZREMRANGEBYSCORE k 0 1
    ZREMRANGEBYLEX k - +
    ZPOPMIN k
    ZPOPMAX k 0
    ZPOPMAX k x
    ZMPOP 2 none k MIN
    ZMPOP 1 k BOGUS
    ZRANDMEMBER k
    ZRANDMEMBER k 0
    ZRANDMEMBER k x
    ZSCAN k 0
    ZSCAN k 0 BOGUS
    ZUNION 1 k
    ZUNION 2 s k BOGUS
    ZINTER 1 k WEIGHTS x
    ZDIFF 1 k
    ZINTERCARD 1 k LIMIT x
    ZUNIONSTORE d 1 k
    ZINTERSTORE d 1 k
    ZDIFFSTORE d 1 k
    ZADD z 1 a
    GET z
    SADD z a
    HGET z a
    SINTER z s
    TYPE z
    ZRANGESTORE k z 0 -1
    TYPE k
    ZUNIONSTORE s 1 s
    TYPE s
    SET z text
    TYPE z
  )");
}

TEST_P(ZsetOracle, Adding) {
  run(R"(
    ZADD z 1 a
    ZADD z 1 a
    ZADD z 2 a
    ZADD z CH 3 a
    ZADD z CH 3 a 4 b
    ZADD z ch nx 5 a 6 c
    ZADD z XX CH 5 a 7 d
    ZADD z XX 9 none
    ZADD nothing XX 9 none
    EXISTS nothing
    ZADD z GT CH 4 a 100 b 5 new
    ZADD z LT CH 4 a 100 b -1 newer
    ZADD z GT XX CH 50 a 50 none
    ZRANGE z 0 -1 WITHSCORES
    ZADD z INCR 1 a
    ZADD z INCR 1 fresh
    ZADD z XX INCR 1 none
    ZADD z NX INCR 1 a
    ZADD z NX INCR 1 freshest
    ZADD z GT INCR -1 a
    ZADD z GT INCR 1 a
    ZADD z LT INCR 1 a
    ZADD z GT INCR 0 a
    ZADD z INCR 0 a
    ZADD z CH INCR 1 a
    ZADD nothing XX INCR 1 a
    ZADD z NX XX 1 a
    ZADD z GT LT 1 a
    ZADD z NX GT 1 a
    ZADD z LT NX 1 a
    ZADD z NX XX GT 1 a
    ZADD z INCR 1 a 2 b
    ZADD z INCR NX XX 1 a 2 b
    ZADD z x a
    ZADD z 1 a x b
    ZADD z nan a
    ZADD z "" a
    ZADD z " 1" a
    ZADD z "1 " a
    ZADD z 1e400 a
    ZADD z INCR nan a
    ZADD hex 0x10 m
    ZSCORE hex m
    DEL hex
    ZADD z inf up -inf down +inf up2 infinity up3 -INF down2
    ZADD z 1 a 2 a 3 a
    ZADD z CH 1 a 2 a 3 a
    ZADD new 1 a 2 a
    ZADD z 3.0 f 1e3 g 1.5e-7 h .5 i 5. j +7 k 1e20 l -1e300 m 1e17 n 123456789012 o
    [scores] ZRANGE z 0 -1 WITHSCORES
    ZADD z 0.1 p 3.14159265358979 q 1e-320 r 9223372036854775807 s
    [scores] ZMSCORE z p q r s
    ZADD "" 1 ""
    ZRANGE "" 0 -1
    ZADD b 1 "\x00\xff\r\n" 1 "\x00"
    ZRANGE b 0 -1
  )");
  run_in_both("ZADD {z} -0 a 0 b -0 c", R"(
    ZRANGE {z} 0 -1 WITHSCORES
    ZADD {z} CH 0 a
    ZADD {z} CH -0 b
    ZSCORE {z} a
    ZINCRBY {z} 0 a
    ZINCRBY {z} -0 a
  )");
}

TEST_P(ZsetOracle, Increments) {
  run_in_both("ZADD {z} 1 a 2 b 3 c", R"(
    ZINCRBY {z} 5 a
    ZINCRBY {z} -2.5 a
    ZINCRBY {z} 1.5 fresh
    [scores] ZINCRBY {z} 0.1 fresh
    ZINCRBY {z} inf a
    ZINCRBY {z} -inf a
    ZADD {z} INCR -inf a
    ZINCRBY {z} -inf b
    ZINCRBY {z} inf b
    ZINCRBY {z} x a
    ZINCRBY {z} nan a
    ZINCRBY {z} NX a
    ZINCRBY {z} incr xx
    ZINCRBY other 3 m
    ZINCRBY other -3 m
    ZREM other m
    [scores] ZRANGE {z} 0 -1 WITHSCORES
  )");
}

TEST_P(ZsetOracle, RemovingScoresAndRanks) {
  run_in_both("ZADD {z} 1 a 2 b 2 c 3 d 3.5 e 7 12 7 13", R"(
    ZSCORE {z} a
    ZSCORE {z} e
    ZSCORE {z} 12
    ZSCORE {z} none
    ZSCORE nothing a
    ZMSCORE {z} a none e
    ZMSCORE nothing a b
    ZRANK {z} a
    ZRANK {z} c
    ZRANK {z} 13
    ZRANK {z} none
    ZRANK nothing a
    ZREVRANK {z} a
    ZREVRANK {z} c
    ZREVRANK {z} 13
    ZREVRANK {z} none
    ZREVRANK nothing a
    ZCARD {z}
    ZCARD nothing
    ZREM {z} none
    ZREM {z} a b none a
    ZREM nothing a
    ZCARD {z}
    ZREM {z} c d e 12 13 14
    EXISTS {z}
  )");
  run("ZADD z 1 a 2 b");
  since_72(version() == 3 ? "*2\r\n:1\r\n,2\r\n" : "*2\r\n:1\r\n$1\r\n2\r\n", "ZRANK", "z", "b", "WITHSCORE");
  since_72(version() == 3 ? "*2\r\n:0\r\n,2\r\n" : "*2\r\n:0\r\n$1\r\n2\r\n", "ZREVRANK", "z", "b", "withscore");
  since_72(version() == 3 ? "_\r\n" : "*-1\r\n", "ZRANK", "z", "none", "WITHSCORE");
  since_72(version() == 3 ? "_\r\n" : "*-1\r\n", "ZRANK", "nothing", "none", "WITHSCORE");
  since_72("-ERR syntax error\r\n", "ZRANK", "z", "b", "WITHSCORES");
}

TEST_P(ZsetOracle, RangesOfRanks) {
  run_in_both("ZADD {z} 1 a 2 b 2 c 3 d 3.5 e", R"(
    ZRANGE {z} 0 -1
    ZRANGE {z} 0 -1 WITHSCORES
    ZRANGE {z} 0 -1 withscores rev
    ZRANGE {z} 1 2
    ZRANGE {z} 1 2 REV
    ZRANGE {z} -2 -1
    ZRANGE {z} -100 100
    ZRANGE {z} 3 1
    ZRANGE {z} 5 10
    ZRANGE {z} -9223372036854775808 9223372036854775807 REV WITHSCORES
    ZRANGE {z} 9223372036854775807 -9223372036854775808
    ZRANGE {z} 0 9223372036854775808
    ZRANGE {z} x 1
    ZRANGE {z} 0 1.5
    ZRANGE {z} 0 1 REV REV WITHSCORES WITHSCORES
    ZRANGE {z} 0 -1 LIMIT 0 1
    ZRANGE {z} 0 -1 LIMIT 0 -1
    ZRANGE {z} 0 -1 LIMIT 2 -1
    ZRANGE {z} 0 -1 LIMIT x 1
    ZRANGE {z} 0 -1 LIMIT 1
    ZRANGE {z} 0 -1 BOGUS
    ZRANGE nothing 0 -1
    ZRANGE nothing 0 -1 WITHSCORES
    ZRANGE nothing x -1
    ZREVRANGE {z} 0 1
    ZREVRANGE {z} 0 1 WITHSCORES
    ZREVRANGE {z} 0 1 REV
    ZREVRANGE {z} 0 1 BYSCORE
    ZREVRANGE {z} 0 -1 LIMIT 0 1
    ZREVRANGE nothing 0 1
  )");
}

TEST_P(ZsetOracle, RangesOfScores) {
  run_in_both("ZADD {z} -inf low 1 a 2 b 2 c 3 d 3.5 e inf high", R"(
    ZRANGEBYSCORE {z} -inf +inf
    ZRANGEBYSCORE {z} -inf inf WITHSCORES
    ZRANGEBYSCORE {z} (-inf (inf
    ZRANGEBYSCORE {z} 1 2
    ZRANGEBYSCORE {z} (1 (3
    ZRANGEBYSCORE {z} (2 2
    ZRANGEBYSCORE {z} (2 (2
    ZRANGEBYSCORE {z} 2 (2
    ZRANGEBYSCORE {z} 3 1
    ZRANGEBYSCORE {z} 100 200
    ZRANGEBYSCORE {z} 1 3 LIMIT 1 2
    ZRANGEBYSCORE {z} 1 3 LIMIT 0 0
    ZRANGEBYSCORE {z} 1 3 LIMIT 1 -1
    ZRANGEBYSCORE {z} 1 3 LIMIT -1 2
    ZRANGEBYSCORE {z} 1 3 LIMIT 100 2
    ZRANGEBYSCORE {z} 1 3 LIMIT 9223372036854775807 -9223372036854775808
    ZRANGEBYSCORE {z} 1 3 limit 1 2 withscores
    ZRANGEBYSCORE {z} 1 3 LIMIT 0 5 LIMIT 1 1
    ZRANGEBYSCORE {z} 1 3 LIMIT 1
    ZRANGEBYSCORE {z} 1 3 LIMIT x 1
    ZRANGEBYSCORE {z} 1 3 LIMIT 1 x
    ZRANGEBYSCORE {z} 1 3 BOGUS
    ZRANGEBYSCORE {z} 1 3 REV
    ZRANGEBYSCORE {z} x 3
    ZRANGEBYSCORE {z} 1 (x
    ZRANGEBYSCORE {z} nan 3
    ZRANGEBYSCORE {z} 1 [3
    ZRANGEBYSCORE {z} ((1 3
    ZRANGEBYSCORE {z} x 3 BOGUS
    ZRANGEBYSCORE nothing 1 3
    ZRANGEBYSCORE nothing x 3
    ZREVRANGEBYSCORE {z} 3 1
    ZREVRANGEBYSCORE {z} 1 3
    ZREVRANGEBYSCORE {z} +inf -inf WITHSCORES
    ZREVRANGEBYSCORE {z} (3 1 LIMIT 1 1
    ZREVRANGEBYSCORE {z} 3 (1 LIMIT 0 2
    ZREVRANGEBYSCORE {z} 3 (1 LIMIT -5 2
    ZRANGE {z} 1 3 BYSCORE
    ZRANGE {z} 3 1 BYSCORE REV
    ZRANGE {z} 3 1 BYSCORE REV LIMIT 1 2 WITHSCORES
    ZRANGE {z} 1 3 BYSCORE REV
    ZCOUNT {z} -inf +inf
    ZCOUNT {z} 1 (3
    ZCOUNT {z} (1 3
    ZCOUNT {z} 3 1
    ZCOUNT {z} x 1
    ZCOUNT nothing 1 2
    ZREMRANGEBYSCORE {z} x 1
    ZREMRANGEBYSCORE {z} 3 1
    ZREMRANGEBYSCORE {z} (1 (3
    ZREMRANGEBYSCORE nothing 1 3
    ZRANGE {z} 0 -1
    ZREMRANGEBYSCORE {z} -inf +inf
    EXISTS {z}
  )");
  // What strtod takes; the younger references read bounds more strictly.
  run(R"(
    ZADD z 0 a 1 b 16 c
    ZCOUNT z "" 1
    ZCOUNT z "(" 1
    ZCOUNT z " 1" " 16"
    ZCOUNT z "1 " 16
    ZCOUNT z 0 0x10
    ZCOUNT z 1 1e400
    ZCOUNT z infinity -INFINITY
  )");
}

TEST_P(ZsetOracle, RangesOfMembers) {
  run_in_both("ZADD {z} 0 a 0 b 0 c 0 d 0 e 0 12 0 \"\"", R"(
    ZRANGEBYLEX {z} - +
    ZRANGEBYLEX {z} + -
    ZRANGEBYLEX {z} - -
    ZRANGEBYLEX {z} + +
    ZRANGEBYLEX {z} [b [d
    ZRANGEBYLEX {z} (b (d
    ZRANGEBYLEX {z} (b [b
    ZRANGEBYLEX {z} [b [b
    ZRANGEBYLEX {z} [d [b
    ZRANGEBYLEX {z} [ [b
    ZRANGEBYLEX {z} ( [b
    ZRANGEBYLEX {z} - [bb
    ZRANGEBYLEX {z} [x +
    ZRANGEBYLEX {z} - + LIMIT 1 2
    ZRANGEBYLEX {z} - + LIMIT 1 -1
    ZRANGEBYLEX {z} - + LIMIT -1 1
    ZRANGEBYLEX {z} b d
    ZRANGEBYLEX {z} -x +
    ZRANGEBYLEX {z} - +x
    ZRANGEBYLEX {z} "" +
    ZRANGEBYLEX {z} 1 +
    ZRANGEBYLEX {z} - + WITHSCORES
    ZRANGEBYLEX {z} - + BYLEX
    ZRANGEBYLEX nothing - +
    ZRANGEBYLEX nothing x +
    ZREVRANGEBYLEX {z} + -
    ZREVRANGEBYLEX {z} - +
    ZREVRANGEBYLEX {z} [d (b
    ZREVRANGEBYLEX {z} + - LIMIT 1 2
    ZREVRANGEBYLEX {z} + - WITHSCORES
    ZRANGE {z} [b [d BYLEX
    ZRANGE {z} [d [b BYLEX REV
    ZRANGE {z} [d - BYLEX REV LIMIT 1 2
    ZRANGE {z} - + BYLEX WITHSCORES
    ZRANGE {z} - + BYLEX BYSCORE
    ZRANGE {z} - + BYSCORE BYLEX
    ZLEXCOUNT {z} - +
    ZLEXCOUNT {z} [b (d
    ZLEXCOUNT {z} + -
    ZLEXCOUNT {z} b d
    ZLEXCOUNT nothing - +
    ZREMRANGEBYLEX {z} b d
    ZREMRANGEBYLEX {z} [d [b
    ZREMRANGEBYLEX {z} (b [d
    ZREMRANGEBYLEX nothing - +
    ZRANGE {z} 0 -1
    ZREMRANGEBYLEX {z} - +
    EXISTS {z}
  )");
  // Of different scores, a listpack is walked until a member is outside.
  run(R"(
    CONFIG SET zset-max-listpack-entries 128
    ZADD mixed 1 c 2 a 3 d 4 b 5 e
    ZRANGEBYLEX mixed [a [c
    ZRANGEBYLEX mixed [b [d
    ZRANGEBYLEX mixed (c +
    ZRANGEBYLEX mixed - (c
    ZREVRANGEBYLEX mixed [c [a
    ZREVRANGEBYLEX mixed [d [b
    ZREVRANGEBYLEX mixed [e [d
    ZREVRANGEBYLEX mixed (e [b
    ZLEXCOUNT mixed [a [d
    ZREMRANGEBYLEX mixed [d +
    ZRANGE mixed 0 -1
  )");
}

TEST_P(ZsetOracle, Popping) {
  run_in_both("ZADD {z} 1 a 2 b 2 c 3 d 3.5 e 4 f 5 g 6 h", R"(
    ZPOPMIN {z}
    ZPOPMAX {z}
    ZPOPMIN {z} 2
    ZPOPMAX {z} 1
    ZPOPMAX {z} 0
    ZPOPMAX {z} -1
    ZPOPMAX {z} x
    ZPOPMAX {z} 1 2
    ZPOPMIN nothing
    ZPOPMIN nothing 5
    ZPOPMIN nothing 0
    ZMPOP 1 {z} MIN
    ZMPOP 2 nothing {z} MAX COUNT 2
    ZMPOP 1 nothing MIN
    ZMPOP 1 {z} MIN COUNT 0
    ZMPOP 1 {z} MIN COUNT x
    ZMPOP 1 {z} MIN COUNT
    ZMPOP 1 {z} MIN COUNT 1 COUNT 2
    ZMPOP 1 {z} MIN MAX
    ZMPOP 1 {z} BOGUS
    ZMPOP 0 {z} MIN
    ZMPOP -1 {z} MIN
    ZMPOP x {z} MIN
    ZMPOP 2 {z} MIN
    ZMPOP 5 {z} MIN
    ZMPOP 9223372036854775807 {z} MIN
    EXISTS {z}
    ZADD {z} 1 a 2 b
    ZPOPMIN {z} 100
    EXISTS {z}
    ZADD {z} 1 a
    ZMPOP 3 nothing none {z} max count 9223372036854775807
    EXISTS {z}
    ZADD {z} 1 a
    ZPOPMAX {z}
    EXISTS {z}
  )");
}

TEST_P(ZsetOracle, RandomMembers) {
  run(R"(
    ZRANDMEMBER nothing
    ZRANDMEMBER nothing 5
    ZRANDMEMBER nothing -5 WITHSCORES
    ZADD one 1.5 m
    ZRANDMEMBER one
    ZRANDMEMBER one 3
    ZRANDMEMBER one 3 WITHSCORES
    ZRANDMEMBER one -3
    ZRANDMEMBER one -3 withscores
    ZRANDMEMBER one 0
    ZRANDMEMBER one 0 WITHSCORES
    ZRANDMEMBER one x
    ZRANDMEMBER one 1 x
    ZRANDMEMBER one 1 WITHSCORES x
    ZRANDMEMBER one x WITHSCORES x
    ZRANDMEMBER one -9223372036854775808
    ZRANDMEMBER one -9223372036854775807 WITHSCORES
    ZRANDMEMBER one 4611686018427387904 WITHSCORES
    ZRANDMEMBER one 9223372036854775807
    ZRANDMEMBER one 9223372036854775808
  )");
  fill("small", 20, 7);
  fill("large", 500, 50);
  for (const char* key : {"small", "large"}) {
    const std::string command = std::string("ZRANDMEMBER ") + key;
    run("[kind] " + command);
    for (const char* count : {"1", "5", "400", "-1", "-30"}) run("[shape] " + command + " " + count);
    run("[shape] " + command + " 5 WITHSCORES");
    run("[shape] " + command + " -30 WITHSCORES");
    run("[unordered] " + command + " 1000");
    run("[unordered_pairs] " + command + " 2000 WITHSCORES");
  }
}

TEST_P(ZsetOracle, Scan) {
  run_in_both("ZADD {z} 1 a 2.5 b -0 abc inf d 1e20 e", R"(
    [one_page_of_pairs] ZSCAN {z} 0
    [one_page_of_pairs] ZSCAN {z} 0 MATCH a*
    [one_page_of_pairs] ZSCAN {z} 0 MATCH nothing
    [one_page_of_pairs] ZSCAN {z} 0 MATCH a* COUNT 100
    ZSCAN {z} 0 COUNT 0
    ZSCAN {z} 0 COUNT x
    ZSCAN {z} 0 COUNT
    ZSCAN {z} 0 TYPE string
    ZSCAN {z} 0 BOGUS
    ZSCAN {z} x
    ZSCAN nothing 0
    ZSCAN nothing 0 BOGUS
    ZSCAN nothing x
    ZADD fraction 0.1 m
    [one_page_of_scores] ZSCAN fraction 0
    DEL fraction
  )");
  fill("small", 100, 7);
  fill("large", 1500, 50);
  for (const char* key : {"small", "large"}) {
    same_scan("ZSCAN", key, {});
    same_scan("ZSCAN", key, {"COUNT", "100"});
    same_scan("ZSCAN", key, {"MATCH", "m1*"});
  }
}

TEST_P(ZsetOracle, Encodings) {
  run(R"(
    CONFIG SET zset-max-listpack-entries 4
    CONFIG SET zset-max-ziplist-value 8
    ZADD few 1 a 2 b 3 c 4 d
    OBJECT ENCODING few
    ZADD few 5 a
    OBJECT ENCODING few
    ZADD few 5 e
    OBJECT ENCODING few
    ZREM few a b c
    OBJECT ENCODING few
    ZADD short 1 12345678
    OBJECT ENCODING short
    ZADD short 1 123456789
    OBJECT ENCODING short
    ZADD long 1 123456789
    OBJECT ENCODING long
    ZINCRBY by_one 1 123456789
    OBJECT ENCODING by_one
    ZINCRBY by_one_short 1 12345678
    OBJECT ENCODING by_one_short
    ZADD lowered 1 a 2 b 3 c
    CONFIG SET zset-max-listpack-entries 2
    ZADD lowered 5 a
    OBJECT ENCODING lowered
    ZADD lowered XX 5 none
    OBJECT ENCODING lowered
    ZADD lowered 1 d
    OBJECT ENCODING lowered
    CONFIG SET zset-max-listpack-entries 4
    ZRANGESTORE d lowered 0 -1
    OBJECT ENCODING d
    ZUNIONSTORE d 1 lowered
    OBJECT ENCODING d
    ZUNIONSTORE d 2 lowered few
    OBJECT ENCODING d
    ZUNIONSTORE d 1 long
    OBJECT ENCODING d
    ZRANGESTORE d long 0 -1
    OBJECT ENCODING d
    ZUNIONSTORE d 2 short few
    ZPOPMAX d 10
    SADD s a b c
    ZUNIONSTORE d 1 s
    OBJECT ENCODING d
    COPY few copied
    OBJECT ENCODING copied
    CONFIG SET zset-max-listpack-entries 0
    ZADD none 1 a
    OBJECT ENCODING none
    CONFIG SET zset-max-listpack-entries 128
    CONFIG SET zset-max-listpack-value 64
  )");
  for (const int count : {127, 128, 129}) {
    const std::string key = "of" + std::to_string(count);
    fill(key, count, 10);
    run("OBJECT ENCODING " + key);
    run("ZRANGE " + key + " 0 -1 WITHSCORES");
    run("ZADD " + key + " 1 one-more");
    run("OBJECT ENCODING " + key);
  }
  fill("wide", 20, 3, 64);
  run("OBJECT ENCODING wide");
  fill("wider", 20, 3, 65);
  run("OBJECT ENCODING wider");
  run("ZADD digested 1 a -2.5 b inf c 1e20 d");
  run("DEBUG DIGEST-VALUE of127 of129 wide wider few digested nothing");
}

/// Redis builds what it combines as a skiplist, which keeps the sign of -0, and a range as a listpack, which does not.
TEST_P(ZsetOracle, MoreAtOnceThanAListpackTakes) {
  run(R"(
    CONFIG SET zset-max-listpack-entries 4
    ZADD twice 1 a 2 a 3 a 4 a 5 a
    OBJECT ENCODING twice
    ZADD again 1 a
    ZADD again 1 a 2 a 3 a 4 a 5 a
    OBJECT ENCODING again
    DEL twice again
    CONFIG SET zset-max-listpack-entries 128
  )");
}

TEST_P(ZsetOracle, DeadlinesAndTransactions) {
  run(R"(
    ZADD z 1 a
    EXPIRE z 100
    ZADD z 2 b
    [within:1] TTL z
    ZINCRBY z 1 a
    [within:1] TTL z
    ZREM z a b
    TTL z
    ZADD gone 1 a
    PEXPIREAT gone 1
    ZSCORE gone a
    ZADD gone 2 b
    ZRANGE gone 0 -1
    TTL gone
    MULTI
    ZADD t 1 a
    ZINCRBY t 2 a
    ZRANGE t 0 -1 WITHSCORES
    ZPOPMIN t
    ZRANGE t 0 -1
    EXEC
    ZADD from 1 a
    COPY from to
    ZADD to 2 a
    ZSCORE from a
    MOVE from 1
    SELECT 1
    ZRANGE from 0 -1 WITHSCORES
  )");
}

}  // namespace
}  // namespace larder::test
