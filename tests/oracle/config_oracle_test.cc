// CONFIG GET, SET, RESETSTAT, REWRITE: names, globs, units, errors, and that SET of several is atomic.
#include "tests/oracle/oracle_test.h"

namespace larder::test {
namespace {

class ConfigOracle : public OracleTest {
 protected:
  /// Reads the directive, sets each value and reads it back, then sets it as it was.
  void round_trips(const std::string& name, std::initializer_list<const char*> values) {
    const Link::Both before = link().call({"CONFIG", "GET", name});
    ASSERT_EQ(before.theirs.value.items.size(), 2U) << name;
    for (const char* value : values) {
      same("CONFIG", "SET", name, value);
      same("CONFIG", "GET", name);
    }
    same("CONFIG", "SET", name, before.theirs.value.items[1].text);
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, ConfigOracle, both_protocols(), protocol_name);

TEST_P(ConfigOracle, Arity) {
  run(R"(
    CONFIG
    CONFIG BOGUS
    CONFIG GET
    CONFIG SET
    CONFIG SET maxmemory
    CONFIG SET maxmemory 1 maxclients
    CONFIG RESETSTAT x
    CONFIG REWRITE x
    CONFIG HELP x
    [help] CONFIG HELP
    CONFIG RESETSTAT
    config resetstat
  )");
}

TEST_P(ConfigOracle, Defaults) {
  for (const char* name : {"maxmemory",
                           "maxmemory-policy",
                           "maxmemory-samples",
                           "maxmemory-eviction-tenacity",
                           "maxclients",
                           "timeout",
                           "tcp-keepalive",
                           "databases",
                           "requirepass",
                           "notify-keyspace-events",
                           "appendonly",
                           "slowlog-log-slower-than",
                           "slowlog-max-len",
                           "latency-monitor-threshold",
                           "proto-max-bulk-len",
                           "client-query-buffer-limit",
                           "client-output-buffer-limit",
                           "lazyfree-lazy-eviction",
                           "lazyfree-lazy-expire",
                           "lazyfree-lazy-server-del",
                           "lazyfree-lazy-user-del",
                           "lazyfree-lazy-user-flush",
                           "lfu-log-factor",
                           "lfu-decay-time",
                           "hz",
                           "set-max-intset-entries",
                           "activerehashing",
                           "protected-mode",
                           "tcp-backlog",
                           "daemonize",
                           "port",
                           "loglevel",
                           "replica-serve-stale-data",
                           "save",
                           "enable-debug-command",
                           "enable-protected-configs",
                           "active-expire-effort"})
    same("CONFIG", "GET", name);
}

TEST_P(ConfigOracle, Globs) {
  run(R"(
    [unordered_map] CONFIG GET maxmemory*
    [unordered_map] CONFIG GET maxmemory maxclients
    [unordered_map] CONFIG GET maxmemory maxmemory
    [unordered_map] CONFIG GET maxmemory* maxmemory-p*
    [unordered_map] CONFIG GET MAXMEMORY
    [unordered_map] CONFIG GET MaxMemory*
    CONFIG GET nothing
    CONFIG GET nothing nothing2
    CONFIG GET maxmemor[y]
    CONFIG GET m?xmemory
    CONFIG GET ""
    [unordered_map] CONFIG GET lazyfree*
    [unordered_map] CONFIG GET slowlog-*
    [unordered_map] CONFIG GET latency-monitor-threshold slowlog-max-len
    [unordered_map] CONFIG GET latency-monitor-threshold slowlog-max-len bogus
  )");
}

TEST_P(ConfigOracle, Numbers) {
  round_trips("maxmemory", {"0",
                            "100mb",
                            "100MB",
                            "1gb",
                            "1g",
                            "1k",
                            "1kb",
                            "1m",
                            "1b",
                            "123456789",
                            "1G",
                            "0b",
                            "-1",
                            "abc",
                            "1x",
                            "1 mb",
                            "",
                            "1.5gb",
                            "18446744073709551615",
                            "18446744073709551616",
                            "0"});
  round_trips("maxmemory-samples", {"1", "10", "64", "0", "-1", "abc", "100", "5"});
  round_trips("timeout", {"0", "100", "-1", "abc", "2147483647", "2147483648", "1.5", "1k", "0"});
  round_trips("tcp-keepalive", {"0", "60", "-1", "x"});
  round_trips("slowlog-max-len", {"0", "5", "-1", "x"});
  round_trips("slowlog-log-slower-than", {"0", "-1", "-2", "5", "x"});
  round_trips("latency-monitor-threshold", {"0", "100", "-1", "x"});
  round_trips("lfu-log-factor", {"0", "5", "-1"});
  round_trips("lfu-decay-time", {"0", "5", "-1"});
  round_trips("hz", {"10", "100", "0", "1000", "x"});
  round_trips("proto-max-bulk-len", {"1mb", "2mb", "1000", "512mb", "x"});
  round_trips("client-query-buffer-limit", {"1mb", "2gb", "1000", "x"});
  round_trips("set-max-intset-entries", {"0", "100", "-1", "x"});
  round_trips("active-expire-effort", {"1", "10", "0", "11"});
  round_trips("maxmemory-eviction-tenacity", {"0", "100", "101", "-1"});
}

TEST_P(ConfigOracle, EnumerationsAndSwitches) {
  round_trips("maxmemory-policy", {"allkeys-lru", "ALLKEYS-LFU", "volatile-ttl", "volatile-lru", "volatile-lfu",
                                   "volatile-random", "allkeys-random", "noeviction"});
  run(R"(
    [one_more_policy] CONFIG SET maxmemory-policy bogus
    [one_more_policy] CONFIG SET maxmemory-policy ""
    CONFIG GET maxmemory-policy
  )");
  round_trips("lazyfree-lazy-user-del", {"yes", "no", "YES", "No", "maybe", "1", ""});
  round_trips("lazyfree-lazy-eviction", {"yes", "no"});
  round_trips("activerehashing", {"yes", "no", "x"});
  round_trips("loglevel", {"debug", "verbose", "notice", "warning", "NOTICE"});
  since_72(
      "-ERR CONFIG SET failed (possibly related to argument 'loglevel') - argument(s) must be one of the following: "
      "debug, verbose, notice, warning, nothing\r\n",
      "CONFIG", "SET", "loglevel", "bogus");
  round_trips("protected-mode", {"yes", "no", "x"});
}

TEST_P(ConfigOracle, SpecialDirectives) {
  round_trips(
      "client-output-buffer-limit",
      {"normal 1mb 2mb 60", "pubsub 32mb 8mb 60", "replica 256mb 64mb 60", "slave 256mb 64mb 60", "normal 1 2",
       "bogus 1 2 3", "normal x 2 3", "normal 0 0 -1", "normal 1mb 2mb 60 pubsub 1mb 2mb 60", "", "normal 0 0 0"});
  round_trips("notify-keyspace-events", {"KEA", "Ex", "bogus", ""});
  round_trips("save", {"60 1", "60 1 300 10", "", "60", "x y", "-1 1"});
  round_trips("appendonly", {"no", "maybe"});
}

TEST_P(ConfigOracle, SetErrors) {
  run(R"(
    CONFIG SET bogus 1
    CONFIG SET bogus 1 maxmemory 5mb
    CONFIG SET maxmemory 5mb bogus 1
    CONFIG GET maxmemory
    CONFIG SET maxmemory 5mb maxmemory-samples abc
    CONFIG GET maxmemory
    CONFIG SET maxmemory 5mb maxmemory 6mb
    CONFIG GET maxmemory
    CONFIG SET maxmemory 5mb maxmemory-samples 7
    [unordered_map] CONFIG GET maxmemory maxmemory-samples
    CONFIG SET maxmemory 0 maxmemory-samples 5
    CONFIG SET databases 5
    CONFIG SET daemonize yes
    CONFIG SET tcp-backlog 5
    CONFIG SET unixsocket /x
    CONFIG SET supervised no
    CONFIG SET maxmemory
    CONFIG SET MAXMEMORY 1mb
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0
    CONFIG SET "" 1
    CONFIG SET enable-debug-command yes
    CONFIG SET enable-protected-configs yes
    CONFIG SET dbfilename x
    CONFIG SET dir /
    CONFIG SET bind 127.0.0.1 maxmemory x
  )");
}

TEST_P(ConfigOracle, RequirepassAtRuntime) {
  restart({});
  ignore_state();
  run(R"(
    CONFIG SET requirepass secret
    CONFIG GET requirepass
    GET k
  )");
  open("fresh", 0);
  run(R"(
    (fresh) GET k
    (fresh) AUTH wrong
    (fresh) AUTH secret
    (fresh) GET k
    CONFIG SET requirepass ""
    CONFIG GET requirepass
  )");
  open("fresh2", 0);
  run(R"(
    (fresh2) GET k
    (fresh2) AUTH secret
  )");
}

TEST_P(ConfigOracle, RewriteWithoutAFile) { run("CONFIG REWRITE"); }

TEST_P(ConfigOracle, MaxmemoryRefusesWrites) {
  // Redis counts what an empty server takes, too; and each thread of Larder may still keep 64 KiB of what it has
  // counted.
  same("SET", "filler", std::string(1'000'000, 'x'));
  configure("maxmemory", "1");
  run(R"(
    SET k v
    GET k
    DEL k
    APPEND k v
    SADD s a
    MULTI
    SET k v
    EXEC
    MULTI
    GET k
    EXEC
    GETDEL k
    EXPIRE k 10
    INCR n
    SETRANGE k 0 x
    MSET a 1
    COPY a b
    RENAME a b
    GETEX k EX 1
    PERSIST k
    SREM s a
    SPOP s
    SMOVE s t a
    SINTERSTORE d s
    PUBLISH a b
    FLUSHALL
    CONFIG SET maxmemory 0
    SET k v
  )");
}

}  // namespace
}  // namespace larder::test
