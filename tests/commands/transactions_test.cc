// MULTI, EXEC, DISCARD and WATCH, with one client and with others in between.
#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Transactions : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    other_ = connect();
  }
  template <class... Words>
  Reply run_other(const Words&... words) {
    return run_on(*other_, words...);
  }
  /// EXEC of one PING after `key` was watched and `meanwhile` was done: null if the watch was broken.
  template <class Meanwhile>
  Reply watched(const std::string& key, Meanwhile&& meanwhile) {
    EXPECT_THAT(run("WATCH", key), is_ok());
    meanwhile();
    run("MULTI");
    run("PING");
    return run("EXEC");
  }
  static auto executed() { return items(ElementsAre(::testing::Field(&Reply::text, "PONG"))); }

  std::unique_ptr<RespClient> other_;
};

TEST_P(Transactions, ExecAnswersForEachCommandInOrder) {
  EXPECT_THAT(run("MULTI"), is_ok());
  EXPECT_THAT(run("SET", "a", "1"), is_queued());
  EXPECT_THAT(run("INCR", "a"), is_queued());
  EXPECT_THAT(run_other("GET", "a"), is_nil());
  EXPECT_THAT(run("GET", "none"), is_queued());
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_ok(), is_int(2), is_nil())));
  EXPECT_THAT(run_other("GET", "a"), is_bulk("2"));
}

TEST_P(Transactions, DiscardForgets) {
  run("MULTI");
  run("SET", "a", "1");
  EXPECT_THAT(run("DISCARD"), is_ok());
  EXPECT_THAT(run("EXISTS", "a"), is_int(0));
  EXPECT_THAT(run("DISCARD"), is_error("ERR DISCARD without MULTI"));
  EXPECT_THAT(run("EXEC"), is_error("ERR EXEC without MULTI"));
}

TEST_P(Transactions, ARefusedCommandAbortsAll) {
  run("MULTI");
  EXPECT_THAT(run("SET", "a", "1"), is_queued());
  EXPECT_THAT(run("NOSUCHCOMMAND"), is_error("ERR unknown command"));
  EXPECT_THAT(run("GET"), is_error("ERR wrong number of arguments"));
  EXPECT_THAT(run("SET", "b", "2"), is_queued());
  EXPECT_THAT(run("EXEC"), is_error("EXECABORT"));
  EXPECT_THAT(run("EXISTS", "a", "b"), is_int(0));
  EXPECT_THAT(run("EXEC"), is_error("ERR EXEC without MULTI"));
}

TEST_P(Transactions, AnErrorWhileExecutingStopsNothing) {
  run("SADD", "s", "m");
  run("MULTI");
  run("SET", "a", "1");
  run("INCR", "s");
  run("SET", "b", "2");
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_ok(), is_error("WRONGTYPE"), is_ok())));
  EXPECT_THAT(run("MGET", "a", "b"), texts(ElementsAre("1", "2")));
}

TEST_P(Transactions, NestingAndWatchInsideAreErrorsThatAbortNothing) {
  run("MULTI");
  EXPECT_THAT(run("MULTI"), is_error("ERR MULTI calls can not be nested"));
  EXPECT_THAT(run("WATCH", "a"), is_error("ERR WATCH inside MULTI is not allowed"));
  EXPECT_THAT(run("EXEC"), items(IsEmpty()));
}

TEST_P(Transactions, AWatchBreaksWhenTheKeyChanges) {
  run("SET", "k", "v");
  EXPECT_THAT(watched("k", [] {}), executed());
  EXPECT_THAT(watched("k", [&] { run_other("SET", "k", "v"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run("APPEND", "k", "w"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("EXPIRE", "k", "100"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("PERSIST", "k"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("RENAME", "k", "l"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("COPY", "l", "k"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("MOVE", "k", "1"); }), is_nil());
  EXPECT_THAT(watched("l", [&] { run_other("DEL", "l"); }), is_nil());
  EXPECT_THAT(watched("s", [&] { run_other("SADD", "s", "m"); }), is_nil());
  EXPECT_THAT(watched("s", [&] { run_other("SPOP", "s"); }), is_nil());
}

TEST_P(Transactions, AWatchHoldsWhileTheKeyDoesNotChange) {
  run("SADD", "s", "m");
  run("SET", "k", "v");
  EXPECT_THAT(watched("k", [&] { run_other("SET", "other", "v"); }), executed());
  EXPECT_THAT(watched("k", [&] { run_other("SETNX", "k", "w"); }), executed());
  EXPECT_THAT(watched("k", [&] { run_other("GET", "k"); }), executed());
  EXPECT_THAT(watched("s", [&] { run_other("SADD", "s", "m"); }), executed());
  EXPECT_THAT(watched("s", [&] { run_other("SREM", "s", "none"); }), executed());
  EXPECT_THAT(watched("none", [&] { run_other("DEL", "none"); }), executed());
  run_other("SELECT", "1");
  EXPECT_THAT(watched("k", [&] { run_other("SET", "k", "elsewhere"); }), executed());
}

TEST_P(Transactions, UnwatchDiscardAndExecEndAWatch) {
  EXPECT_THAT(watched("k",
                      [&] {
                        run_other("SET", "k", "1");
                        run("UNWATCH");
                      }),
              executed());
  run("WATCH", "k");
  run_other("SET", "k", "2");
  run("MULTI");
  run("DISCARD");
  run("MULTI");
  run("PING");
  EXPECT_THAT(run("EXEC"), executed());
  EXPECT_THAT(watched("k", [&] { run_other("SET", "k", "3"); }), is_nil());
  run("MULTI");
  run("PING");
  EXPECT_THAT(run("EXEC"), executed());
}

TEST_P(Transactions, FlushingAndSwappingBreakAWatch) {
  run("SET", "k", "v");
  EXPECT_THAT(watched("none", [&] { run_other("FLUSHALL"); }), executed());
  run("SET", "k", "v");
  EXPECT_THAT(watched("k", [&] { run_other("FLUSHDB"); }), is_nil());
  run("SET", "k", "v");
  EXPECT_THAT(watched("k", [&] { run_other("SWAPDB", "0", "1"); }), is_nil());
  EXPECT_THAT(watched("k", [&] { run_other("SWAPDB", "0", "1"); }), is_nil());
  EXPECT_THAT(watched("none", [&] { run_other("SWAPDB", "0", "1"); }), executed());
}

TEST_P(Transactions, AWatchBreaksWhenTheKeyExpires) {
  run("SET", "k", "v", "PX", "1000");
  EXPECT_THAT(watched("k", [&] { clock.advance(999ms); }), executed());
  EXPECT_THAT(watched("k", [&] { clock.advance(1ms); }), is_nil());
  run("SET", "k", "v", "PX", "1000");
  EXPECT_THAT(watched("k",
                      [&] {
                        clock.advance(1s);
                        run_other("GET", "k");
                      }),
              is_nil());
}

TEST_P(Transactions, OneClientsQueueIsNotTheOthers) {
  run("MULTI");
  run("INCR", "n");
  run_other("MULTI");
  run_other("INCR", "n");
  EXPECT_THAT(run_other("EXEC"), items(ElementsAre(is_int(1))));
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_int(2))));
}

TEST_P(Transactions, WhatIsQueuedSelectsAndExpires) {
  run("MULTI");
  run("SET", "k", "zero");
  run("SELECT", "1");
  run("SET", "k", "one", "PX", "1000");
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_ok(), is_ok(), is_ok())));
  EXPECT_THAT(run("PTTL", "k"), is_int(1000));
  clock.advance(1s);
  run("MULTI");
  run("GET", "k");
  run("SELECT", "0");
  run("GET", "k");
  EXPECT_THAT(run("EXEC"), items(ElementsAre(is_nil(), is_ok(), is_bulk("zero"))));
}

LARDER_COMMAND_TESTS(Transactions);

}  // namespace
}  // namespace larder::test
