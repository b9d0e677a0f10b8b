// Sorted sets made of others: ZRANGESTORE, ZUNION, ZINTER, ZDIFF and what stores their results.
#include "tests/oracle/zset_oracle_test.h"

namespace larder::test {
namespace {

class ZsetResultsOracle : public ZsetOracle {};
INSTANTIATE_TEST_SUITE_P(Resp, ZsetResultsOracle, both_protocols(), protocol_name);

TEST_P(ZsetResultsOracle, StoringARange) {
  run_in_both("ZADD {z} 1 a 2 b 2 c 3 d 3.5 e", R"(
    ZRANGESTORE d {z} 0 -1
    ZRANGE d 0 -1 WITHSCORES
    OBJECT ENCODING d
    ZRANGESTORE d {z} 0 1 REV
    ZRANGE d 0 -1 WITHSCORES
    ZRANGESTORE d {z} 2 3 BYSCORE
    ZRANGESTORE d {z} 3 2 BYSCORE REV LIMIT 1 1
    ZRANGE d 0 -1 WITHSCORES
    ZRANGESTORE d {z} [a [c BYLEX
    ZRANGESTORE d {z} 0 -1 WITHSCORES
    ZRANGESTORE d {z} 0 -1 LIMIT 0 1
    ZRANGESTORE d {z} x -1
    EXPIRE d 100
    ZRANGESTORE d {z} 0 0
    TTL d
    ZRANGESTORE d {z} 9 10
    EXISTS d
    ZRANGESTORE d nothing 0 -1
    SADD d m
    ZRANGESTORE d nothing 0 -1
    EXISTS d
    ZRANGESTORE {z} {z} 1 2
    ZRANGE {z} 0 -1 WITHSCORES
    ZREMRANGEBYRANK {z} x 1
    ZREMRANGEBYRANK {z} 1 0
    ZREMRANGEBYRANK {z} -1 -1
    ZREMRANGEBYRANK nothing 0 -1
    ZRANGE {z} 0 -1
    ZREMRANGEBYRANK {z} -100 100
    EXISTS {z}
  )");
}

TEST_P(ZsetResultsOracle, Combinations) {
  run_in_both("ZADD {z} 1 a 2 b 3 c 4 d", R"(
    ZADD y 10 b 20 c 30 e
    SADD s a b x 12
    ZUNION 1 {z}
    ZUNION 2 {z} y
    ZUNION 2 {z} y WITHSCORES
    ZUNION 3 {z} y s WITHSCORES
    ZUNION 3 {z} y nothing AGGREGATE MAX WITHSCORES
    ZUNION 2 {z} y WEIGHTS 2 0.5 WITHSCORES
    ZUNION 2 {z} y WEIGHTS 2 -1 AGGREGATE min WITHSCORES
    ZUNION 2 {z} {z} WITHSCORES
    ZUNION 2 {z} {z} WEIGHTS inf -inf WITHSCORES
    ZUNION 2 {z} s WEIGHTS 0 inf WITHSCORES
    ZADD five 5 m
    ZADD minus -5 m
    ZADD endless inf m
    ZADD endless inf n
    ZINTER 2 five endless WEIGHTS 1 0 WITHSCORES
    ZINTER 2 five endless WEIGHTS 1 0 AGGREGATE MIN WITHSCORES
    ZINTER 2 minus endless WEIGHTS 1 0 AGGREGATE MAX WITHSCORES
    ZUNION 2 s s WITHSCORES
    ZUNION 2 nothing none
    ZUNION 0 {z}
    ZUNION -1 {z}
    ZUNION x {z}
    ZUNION 3 {z} y
    ZUNION 1 {z} y
    ZUNION 1 {z} WEIGHTS
    ZUNION 1 {z} WEIGHTS x
    ZUNION 1 {z} WEIGHTS nan
    ZUNION 2 {z} y WEIGHTS 1
    ZUNION 2 {z} y WEIGHTS 1 2 3
    ZUNION 1 {z} AGGREGATE
    ZUNION 1 {z} AGGREGATE avg
    ZUNION 1 {z} WEIGHTS 1 WEIGHTS 3 AGGREGATE MIN AGGREGATE MAX WITHSCORES WITHSCORES
    ZUNION 1 {z} BOGUS
    ZUNION 1 {z} LIMIT 1
    ZINTER 1 {z} WITHSCORES
    ZINTER 2 {z} y WITHSCORES
    ZINTER 3 {z} y s WITHSCORES
    ZINTER 2 {z} nothing
    ZINTER 2 {z} {z} WEIGHTS 3 4 WITHSCORES
    ZINTER 3 s {z} y WEIGHTS 3 4 0 AGGREGATE MAX WITHSCORES
    ZINTER 2 {z} y AGGREGATE MIN WITHSCORES
    ZINTER 0 {z}
    ZDIFF 1 {z} WITHSCORES
    ZDIFF 2 {z} y WITHSCORES
    ZDIFF 3 {z} y s
    ZDIFF 2 {z} nothing
    ZDIFF 2 nothing {z}
    ZDIFF 2 {z} {z}
    ZDIFF 2 s y WITHSCORES
    ZDIFF 1 {z} WEIGHTS 1
    ZDIFF 1 {z} AGGREGATE MAX
    ZDIFF 0 {z}
    ZINTERCARD 1 {z}
    ZINTERCARD 2 {z} y
    ZINTERCARD 2 {z} y LIMIT 1
    ZINTERCARD 2 {z} y LIMIT 0
    ZINTERCARD 2 {z} s LIMIT 100
    ZINTERCARD 2 {z} nothing
    ZINTERCARD 2 {z} y LIMIT -1
    ZINTERCARD 2 {z} y LIMIT x
    ZINTERCARD 2 {z} y LIMIT
    ZINTERCARD 2 {z} y WEIGHTS 1 2
    ZINTERCARD 2 {z} y WITHSCORES
    ZINTERCARD 0 {z}
    ZINTERCARD 3 {z} y
    ZUNIONSTORE d 3 {z} y s
    ZRANGE d 0 -1 WITHSCORES
    OBJECT ENCODING d
    EXPIRE d 100
    ZUNIONSTORE d 2 {z} y WEIGHTS 2 3 AGGREGATE MAX
    TTL d
    ZRANGE d 0 -1 WITHSCORES
    ZUNIONSTORE d 2 d {z}
    ZRANGE d 0 -1 WITHSCORES
    ZUNIONSTORE d 1 {z} WITHSCORES
    ZUNIONSTORE d 0 {z}
    ZUNIONSTORE d x {z}
    ZUNIONSTORE d 3 {z} y
    ZINTERSTORE d 2 {z} y
    ZRANGE d 0 -1 WITHSCORES
    ZINTERSTORE d 2 {z} nothing
    EXISTS d
    ZINTERSTORE d 2 {z} nothing
    ZDIFFSTORE d 2 {z} y
    ZRANGE d 0 -1 WITHSCORES
    ZDIFFSTORE d 2 {z} {z}
    ZDIFFSTORE d 1 {z} WEIGHTS 1
    ZUNIONSTORE s 2 s {z}
    ZRANGE s 0 -1 WITHSCORES
    DEL y s d
  )");
}

TEST_P(ZsetResultsOracle, CombinationsOfLargeSets) {
  fill("large", 700, 50);
  fill("other", 300, 9);
  fill("small", 60, 9);
  for (int i = 0; i < 3; ++i) {
    const std::string third = i == 0 ? "small" : i == 1 ? "large" : "nothing";
    run("ZUNION 3 large other " + third + " WITHSCORES");
    run("ZINTER 3 large other " + third + " WITHSCORES");
    run("ZDIFF 3 large other " + third + " WITHSCORES");
    run("ZINTERCARD 3 large other " + third);
    run("ZUNIONSTORE d 3 large other " + third + " WEIGHTS 1 2 3");
    run("OBJECT ENCODING d");
    run("ZINTERSTORE d 3 large other " + third + " AGGREGATE MAX");
    run("OBJECT ENCODING d");
    run("ZDIFFSTORE d 2 " + third + " large");
  }
  run("ZRANGESTORE d large 10 100");
  run("OBJECT ENCODING d");
  run("ZRANGESTORE d large 10 300");
  run("OBJECT ENCODING d");
  run("ZRANGEBYSCORE large 10 (20 LIMIT 5 20");
  run("ZREVRANGEBYSCORE large 20 (10 LIMIT 5 20 WITHSCORES");
  run("ZRANK large m333");
  run("ZREMRANGEBYRANK large 100 500");
  run("ZRANGE large 0 -1 WITHSCORES");
}

TEST_P(ZsetResultsOracle, MinusZeroInResults) {
  const std::string longest(65, 'm');
  run("ZADD short 5 a 0 b");
  run("ZADD long 5 a 0 " + longest);
  run(R"(
    ZUNIONSTORE d 1 short WEIGHTS -0
    ZRANGE d 0 -1 WITHSCORES
    ZUNIONSTORE e 1 long WEIGHTS -0
    ZRANGE e 0 -1 WITHSCORES
    ZRANGESTORE f e 0 -1
    ZRANGE f 0 -1 WITHSCORES
    ZRANGESTORE f e -inf +inf BYSCORE
    ZRANGE f 0 -1 WITHSCORES
  )");
}

}  // namespace
}  // namespace larder::test
