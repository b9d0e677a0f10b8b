// HyperLogLogs: the same elements give the same bytes, and every command its replies, error texts and edge cases.
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class HyperloglogOracle : public OracleTest {
 protected:
  /// PFADD with the elements `prefix`<from> up to `prefix`<to>, `at_once` in a command.
  void add(const std::string& key, int from, int to, int at_once = 100, const std::string& prefix = "e") {
    for (int i = from; i < to;) {
      Args command{"PFADD", key};
      for (int n = 0; n < at_once && i < to; ++n) command.push_back(prefix + std::to_string(i++));
      link().same({}, command, Location::here());
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, HyperloglogOracle, both_protocols(), protocol_name);

TEST_P(HyperloglogOracle, WrongArity) {
  run(R"(
    PFADD
    PFCOUNT
    PFMERGE
    PFDEBUG
    PFDEBUG ENCODING
    PFDEBUG ENCODING a b
    PFSELFTEST x
  )");
}

TEST_P(HyperloglogOracle, WrongType) {
  run(R"(
    SADD s 1
    SET k v
    SET n 12345
    SET short HYLL
    SET magic "HYLM\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"
    SET encoding "HYLL\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"
    SET dense "HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"
    PFADD good a
  )");
  for (const char* key : {"s", "k", "n", "short", "magic", "encoding", "dense"}) {
    for (const char* command : {"PFADD", "PFCOUNT", "PFCOUNT good", "PFMERGE", "PFMERGE good", "PFMERGE new good",
                                "PFDEBUG ENCODING", "PFDEBUG BOGUS"}) {
      run(std::string(command) + " " + key);
    }
    run(std::string("PFADD ") + key + " a b");
  }
  run("EXISTS new");
}

TEST_P(HyperloglogOracle, Corrupted) {
  run(R"(
    SET short "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00"
    SET none "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"
    SET long "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff\x00"
    PFADD good a
  )");
  for (const char* key : {"short", "none", "long"}) {
    for (const char* command : {"PFCOUNT ", "PFCOUNT good ", "PFMERGE new ", "PFDEBUG GETREG ", "PFDEBUG TODENSE "}) {
      run(command + std::string(key));
    }
    run(std::string("GET ") + key);
  }
  run(R"(
    EXISTS new
    PFADD none a
    PFADD short a b c d
    SET known "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00"
    PFCOUNT known
    SET odd "HYLL\x01xyz\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
    PFADD odd a
    GET odd
    PFCOUNT odd
    GET odd
  )");
}

TEST_P(HyperloglogOracle, TheSameBytesAsElementsComeOneByOne) {
  run(R"(
    PFADD h
    GET h
    PFADD h
    PFADD h a
    GET h
    PFADD h a
    PFADD h b c a
    GET h
    PFCOUNT h
    GET h
    PFCOUNT h
    PFADD h a
    GET h
    PFADD h ""
    PFADD h "\x00" "\xff\xfe" "12345678" "123456789" "a longer element of the set"
    GET h
    PFCOUNT h
    TYPE h
    OBJECT ENCODING h
    STRLEN h
    PFDEBUG ENCODING h
    PFDEBUG DECODE h
    EXPIRE h 1000
    PFADD h d e f
    [within:1] TTL h
  )");
  for (int i = 0; i < 400; ++i) {
    same("PFADD", "one", "x" + std::to_string(i));
    if (i % 20 == 0) same("GET", "one");
  }
  same("PFDEBUG", "DECODE", "one");
}

TEST_P(HyperloglogOracle, FromSparseToDense) {
  for (int i = 0; i < 5000; i += 50) {
    add("h", i, i + 50, 50);
    if (i % 500 == 0) {
      same("GET", "h");
      same("PFCOUNT", "h");
      same("GET", "h");
    }
    same("STRLEN", "h");
  }
  run(R"(
    PFDEBUG ENCODING h
    PFDEBUG DECODE h
    PFDEBUG GETREG h
    PFDEBUG TODENSE h
    OBJECT ENCODING h
  )");
  add("h", 5000, 60'000, 2000);
  same("PFCOUNT", "h");
  same("GET", "h");
  add("h", 0, 2000, 2000);
  same("GET", "h");
}

TEST_P(HyperloglogOracle, TheSparseFormHasALimit) {
  for (const char* most : {"0", "18", "100", "300", "16000", "3000"}) {
    configure("hll-sparse-max-bytes", most);
    const std::string key = std::string("limit") + most;
    for (int i = 0; i < 300; i += 10) {
      add(key, i, i + 10, 10);
      same("STRLEN", key);
    }
    same("GET", key);
    same("PFDEBUG", "ENCODING", key);
  }
  configure("hll-sparse-max-bytes", "20000");
  for (int i = 0; i < 60'000; i += 2000) {
    add("wide", i, i + 2000, 2000);
    same("STRLEN", "wide");
    same("PFCOUNT", "wide");
  }
  same("GET", "wide");
}

TEST_P(HyperloglogOracle, Unions) {
  add("small", 0, 50);
  add("other", 30, 90);
  add("middle", 0, 900);
  add("large", 1000, 20'000, 1000);
  run(R"(
    PFCOUNT small other
    PFCOUNT small nothing
    PFCOUNT nothing
    PFCOUNT nothing nothing2
    PFCOUNT small other middle large small
    PFMERGE empty
    GET empty
    PFMERGE d nothing
    GET d
    PFMERGE d small
    GET d
    PFCOUNT d
    PFMERGE d other
    GET d
    PFMERGE small
    GET small
    PFMERGE d2 small other middle
    GET d2
    PFMERGE d2 large
    GET d2
    PFCOUNT d2
    PFMERGE d3 middle other
    GET d3
    PFMERGE d4 large small
    GET d4
    PFMERGE large small other
    GET large
    EXPIRE d 1000
    PFMERGE d small
    [within:1] TTL d
  )");
  configure("hll-sparse-max-bytes", "500");
  run(R"(
    PFMERGE d5 small other
    GET d5
    PFMERGE d5 middle
    GET d5
  )");
  configure("hll-sparse-max-bytes", "20000");
  add("spread", 0, 5000, 500, "s");
  run(R"(
    PFDEBUG ENCODING spread
    PFMERGE d6 spread small
    PFMERGE d6 middle other
    GET d6
    PFCOUNT d6
  )");
}

TEST_P(HyperloglogOracle, Debugging) {
  run(R"(
    PFDEBUG ENCODING nothing
    PFDEBUG BOGUS nothing
    PFADD h a b c
    PFDEBUG BOGUS h
    PFDEBUG "bo\x00gus" h
    PFDEBUG decode h
    PFDEBUG encoding h
    PFCOUNT h
    PFDEBUG TODENSE h
    PFDEBUG TODENSE h
    GET h
    PFDEBUG DECODE h
    PFADD i a b c
    PFDEBUG GETREG i
    PFDEBUG ENCODING i
    GET i
    PFSELFTEST
  )");
}

TEST_P(HyperloglogOracle, EventsAndWatchers) {
  configure("notify-keyspace-events", "KEA");
  run(R"(
    (events) PSUBSCRIBE __keyevent*
    PFADD h a
    (events) <
    PFADD h a
    PFADD h b
    (events) <
    PFCOUNT h
    PFMERGE d h
    (events) <
    PFMERGE d h
    (events) <
    PFDEBUG TODENSE h
    SET end 1
    (events) <
    (watcher) WATCH d h
    PFCOUNT h
    PFADD h a
    PFDEBUG ENCODING h
    (watcher) MULTI
    (watcher) PING
    (watcher) EXEC
    (watcher) WATCH d
    PFCOUNT d
    (watcher) MULTI
    (watcher) PING
    (watcher) EXEC
  )");
}

TEST_P(HyperloglogOracle, EncodingsOfStringsLookedAt) {
  run(R"(
    SET e "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"
    OBJECT ENCODING e
    PFCOUNT e e
    OBJECT ENCODING e
    PFCOUNT e
    OBJECT ENCODING e
    SET f "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"
    PFADD f
    OBJECT ENCODING f
  )");
}

TEST_P(HyperloglogOracle, KeysOfTheCommands) {
  run(R"(
    COMMAND GETKEYSANDFLAGS PFADD k a
    COMMAND GETKEYSANDFLAGS PFCOUNT a b
    COMMAND GETKEYSANDFLAGS PFMERGE d a b
    COMMAND GETKEYSANDFLAGS PFMERGE d
    COMMAND GETKEYSANDFLAGS PFDEBUG ENCODING k
    [getkeys_72] COMMAND GETKEYSANDFLAGS PFSELFTEST
  )");
}

}  // namespace
}  // namespace larder::test
