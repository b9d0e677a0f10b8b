// The server group: DBSIZE, FLUSHALL, FLUSHDB, SWAPDB, TIME, MEMORY, SLOWLOG, LATENCY, MONITOR, ROLE, DEBUG, SHUTDOWN,
// LOLWUT, INFO.
#include <csignal>
#include <map>
#include <regex>

#include "tests/oracle/oracle_test.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

class ServerOracle : public OracleTest {
 protected:
  static std::map<std::string, std::string> fields(const Received& info) {
    std::map<std::string, std::string> result;
    static const std::regex line("(^|\n)([^#:\r\n]+):([^\r\n]*)");
    const std::string& text = info.value.text;
    for (std::sregex_iterator i(text.begin(), text.end(), line), end; i != end; ++i) result[(*i)[2]] = (*i)[3];
    return result;
  }

  static std::string sections(const Received& info) {
    std::string result;
    static const std::regex heading("# ([A-Za-z]+)");
    const std::string& text = info.value.text;
    for (std::sregex_iterator i(text.begin(), text.end(), heading), end; i != end; ++i) result += (*i)[1].str() + " ";
    return result;
  }

  /// The fields of the section, named or all, have the same values on both servers.
  void same_fields(const std::string& section, const std::vector<std::string>& names) {
    const Link::Both info = link().call({"INFO", section});
    auto theirs = fields(info.theirs);
    auto ours = fields(info.ours);
    for (const std::string& name : names) same_texts("INFO " + section + ": " + name, theirs[name], ours[name]);
  }
};
INSTANTIATE_TEST_SUITE_P(Resp, ServerOracle, both_protocols(), protocol_name);

TEST_P(ServerOracle, Arity) {
  run(R"(
    DBSIZE x
    FLUSHALL a b
    FLUSHDB a b
    SWAPDB
    SWAPDB 0
    SWAPDB 0 1 2
    TIME x
    MEMORY
    MEMORY BOGUS
    MEMORY USAGE
    MEMORY DOCTOR x
    MEMORY STATS x
    MEMORY PURGE x
    [help] MEMORY HELP
    SLOWLOG
    SLOWLOG BOGUS
    SLOWLOG LEN x
    SLOWLOG RESET x
    SLOWLOG GET 1 2
    SLOWLOG GET abc
    SLOWLOG GET -2
    [help] SLOWLOG HELP
    LATENCY
    LATENCY BOGUS
    LATENCY LATEST x
    LATENCY HISTORY
    LATENCY HISTORY a b
    LATENCY GRAPH
    LATENCY DOCTOR x
    [help] LATENCY HELP
    MONITOR x
    ROLE x
    [kind] LOLWUT VERSION
    DEBUG
    SHUTDOWN BOGUS
    SHUTDOWN SAVE NOSAVE
    SHUTDOWN ABORT NOW
    SHUTDOWN ABORT
  )");
}

TEST_P(ServerOracle, ReplicasModulesAndSavedDataThatThereAreNone) {
  run(R"(
    WAIT
    WAIT 0
    WAIT 0 0
    WAIT 0 100
    WAIT -1 0
    WAIT a 0
    WAIT 0 a
    WAIT 0 -1
    WAIT 0 9223372036854775807
    WAIT 0 0 0
    SET k v
    WAIT 0 0
    MULTI
    WAIT 1 0
    EXEC
    [kind] LASTSAVE
    LASTSAVE x
    MODULE
    MODULE LIST
    MODULE LIST x
    MODULE BOGUS
    MODULE LOAD
    MODULE LOAD /nothing.so
    MODULE LOADEX /nothing.so
    MODULE UNLOAD nothing
    [help] MODULE HELP
    CLUSTER
    CLUSTER BOGUS
    CLUSTER INFO
    CLUSTER INFO x
    CLUSTER HELP
    CLUSTER ADDSLOTS
    CLUSTER ADDSLOTS 1
    CLUSTER ADDSLOTSRANGE 1 2
    CLUSTER BUMPEPOCH
    CLUSTER COUNT-FAILURE-REPORTS x
    CLUSTER COUNTKEYSINSLOT 1
    CLUSTER DELSLOTS 1
    CLUSTER DELSLOTSRANGE 1 2
    CLUSTER FAILOVER
    CLUSTER FLUSHSLOTS
    CLUSTER FORGET x
    CLUSTER GETKEYSINSLOT 1 10
    CLUSTER KEYSLOT k
    CLUSTER LINKS
    CLUSTER MEET 127.0.0.1 1
    CLUSTER MYID
    CLUSTER NODES
    CLUSTER REPLICAS x
    CLUSTER REPLICATE x
    CLUSTER RESET
    CLUSTER SAVECONFIG
    CLUSTER SET-CONFIG-EPOCH 1
    CLUSTER SETSLOT 1 STABLE
    CLUSTER SHARDS
    CLUSTER SLAVES x
    CLUSTER SLOTS
    READONLY
    READWRITE
    ASKING
  )");
  since_72("*2\r\n:0\r\n:0\r\n", "WAITAOF", 0, 0, 0);
  since_72("*2\r\n:0\r\n:0\r\n", "WAITAOF", 0, 0, 100);
  since_72("-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n", "WAITAOF", 1, 0, 0);
  since_72("-ERR value is out of range, value must between 0 and 1\r\n", "WAITAOF", 2, 0, 0);
  since_72("-ERR value is out of range, must be positive\r\n", "WAITAOF", 0, -1, 0);
  since_72("-ERR timeout is negative\r\n", "WAITAOF", 0, 0, -1);
  since_72("-ERR value is not an integer or out of range\r\n", "WAITAOF", "a", 0, 0);
  since_72("-ERR This instance has cluster support disabled\r\n", "CLUSTER", "MYSHARDID");
}

TEST_P(ServerOracle, ModulesThatMayBeLoaded) {
  restart({"--enable-module-command", "yes"});
  run(R"(
    MODULE LIST
    MODULE LOAD /nothing.so
    MODULE LOAD /nothing.so a b
    MODULE LOADEX /nothing.so
    MODULE UNLOAD nothing
  )");
}

TEST_P(ServerOracle, DbsizeAndFlush) {
  run(R"(
    DBSIZE
    MSET a 1 b 2 c 3
    DBSIZE
    SELECT 1
    DBSIZE
    SET d 4
    FLUSHDB
    DBSIZE
    SELECT 0
    DBSIZE
    FLUSHDB SYNC
    DBSIZE
    MSET a 1 b 2
    FLUSHDB ASYNC
    DBSIZE
    FLUSHDB BOGUS
    FLUSHDB ""
    SET a 1
    SELECT 5
    SET b 1
    FLUSHALL
    DBSIZE
    SELECT 0
    DBSIZE
    FLUSHALL SYNC
    flushall async
    FLUSHALL BOGUS
    SET gone v PXAT 1
    EXISTS gone
    DBSIZE
    SADD s 1 2
    DBSIZE
    SPOP s 2
    DBSIZE
  )");
}

TEST_P(ServerOracle, Swapdb) {
  run(R"(
    SET k zero
    SELECT 1
    SET k one
    SET l one EX 100
    SWAPDB 0 1
    GET k
    SELECT 0
    GET k
    [within:1] TTL l
    SWAPDB 0 0
    GET k
    SWAPDB 1 0
    GET k
    SWAPDB 0 16
    SWAPDB 16 0
    SWAPDB -1 0
    SWAPDB 0 -1
    SWAPDB a 0
    SWAPDB 0 b
    SWAPDB 9223372036854775808 0
    SWAPDB 2147483648 0
    (other) SELECT 1
    (other) GET k
    SWAPDB 1 9
    (other) GET k
    DBSIZE
  )");
}

TEST_P(ServerOracle, Memory) {
  run(R"(
    SET k v
    SADD s a b c
    [kind] MEMORY USAGE k
    [kind] MEMORY USAGE s SAMPLES 0
    [kind] MEMORY USAGE s SAMPLES 5
    MEMORY USAGE nothing
    MEMORY USAGE nothing SAMPLES 5
    MEMORY USAGE k SAMPLES
    MEMORY USAGE k SAMPLES -1
    MEMORY USAGE k SAMPLES abc
    MEMORY USAGE k BOGUS
    MEMORY USAGE k BOGUS 1
    [kind] memory usage k samples 1
    [kind] MEMORY STATS
    [kind] MEMORY DOCTOR
    MEMORY PURGE
    [shape] TIME
    ROLE
  )");
}

TEST_P(ServerOracle, Slowlog) {
  restart({});
  ignore_state();
  run(R"(
    SLOWLOG LEN
    SLOWLOG GET
    SLOWLOG GET -1
    SLOWLOG GET 0
    SLOWLOG GET 5
    CLIENT SETNAME me
    CONFIG SET slowlog-log-slower-than 0
    SET k v
    GET k
    MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 i 9 j 10 k 11 l 12 m 13 n 14 o 15 p 16 q 17 r 18
    BOGUS a
    GET
    AUTH default secret
    CONFIG SET requirepass ""
    MULTI
    INCR c
    PING
    EXEC
    EVERYTHING
  )");
  same("SET", "long", std::string(1000, 'x'));
  same("SET", std::string(128, 'k'), std::string(129, 'v'));
  run(R"(
    CONFIG SET slowlog-log-slower-than -1
    SLOWLOG LEN
    [slowlog] SLOWLOG GET -1
    [slowlog] SLOWLOG GET 3
    [slowlog] SLOWLOG GET
    SLOWLOG GET 0
    CONFIG SET slowlog-max-len 2
    CONFIG SET slowlog-log-slower-than 0
    PING
    PING 2
    PING 3
    CONFIG SET slowlog-log-slower-than -1
    [slowlog] SLOWLOG GET
    SLOWLOG RESET
    SLOWLOG LEN
  )");
}

TEST_P(ServerOracle, Latency) {
  run(R"(
    LATENCY LATEST
    LATENCY HISTORY command
    LATENCY HISTORY bogus
    LATENCY RESET
    LATENCY RESET command
    LATENCY RESET command bogus
    LATENCY GRAPH command
    LATENCY GRAPH bogus
    [kind] LATENCY DOCTOR
    [kind] LATENCY HISTOGRAM
    LATENCY HISTOGRAM bogus
    CONFIG RESETSTAT
    SET k v
    [latency_histogram] LATENCY HISTOGRAM set
    [latency_histogram] LATENCY HISTOGRAM set bogus get
    [latency_histogram] LATENCY HISTOGRAM SET
    GET k
    GET k
    [latency_histogram] LATENCY HISTOGRAM get
    CONFIG GET maxmemory
    [latency_histogram] LATENCY HISTOGRAM config|get
    [latency_histogram] LATENCY HISTOGRAM config
  )");
}

TEST_P(ServerOracle, Monitor) {
  run(R"(
    (watching) MONITOR
    PING
    (watching) [monitor] <
    SET k "bin\x00\r\n\"quoted\\"
    (watching) [monitor] <
    SELECT 3
    (watching) [monitor] <
    get k
    (watching) [monitor] <
    MULTI
    (watching) [monitor] <
    SET a b
    GET a
    EXEC
    (watching) [monitor] <
    (watching) [monitor] <
    (watching) [monitor] <
    BOGUS a
    GET
    CONFIG GET maxmemory
    AUTH default secret
    (watching) [monitor] <
    PING last
    (watching) [monitor] <
    (watching) [monitor] <
    (watching) RESET
    PING unseen
    (watching) PING
    (watching) MONITOR
    (watching) QUIT
    (watching) <end
  )");
}

TEST_P(ServerOracle, RoleAndLolwut) {
  run(R"(
    ROLE
    [kind] LOLWUT
    [kind] LOLWUT VERSION 5
    [kind] LOLWUT VERSION 6
    [kind] LOLWUT 1
    LOLWUT VERSION abc
  )");
}

TEST_P(ServerOracle, DebugIsOffByDefault) {
  run(R"(
    DEBUG SLEEP 0
    DEBUG OBJECT k
    DEBUG DIGEST
    DEBUG JMAP
    DEBUG BOGUS
  )");
}

TEST_P(ServerOracle, DebugProtocolShowsEachType) {
  restart({"--enable-debug-command", "yes"});
  for (const char* type : {"string", "INTEGER", "double", "bignum", "null", "array", "set", "map", "verbatim", "true",
                           "false", "bogus", ""})
    same("DEBUG", "PROTOCOL", type);
  // The client of these tests knows no attributes.
  if (version() == 2) same("DEBUG", "PROTOCOL", "attrib");
  run(version() == 2 ? "DEBUG PROTOCOL push" : "[x2] DEBUG PROTOCOL push");
}

TEST_P(ServerOracle, Debug) {
  restart({"--enable-debug-command", "yes"});
  ignore_state();
  run(R"(
    SET k v
    SET n 12
    SET long 123456789012345678901234567890123456789012345678901234567890
    SADD s 1 2
    [debug_object] DEBUG OBJECT k
    [debug_object] DEBUG OBJECT n
    [debug_object] DEBUG OBJECT long
    [debug_object] DEBUG OBJECT s
    DEBUG OBJECT nothing
    DEBUG OBJECT
    DEBUG SLEEP 0
    DEBUG SLEEP 0.001
    DEBUG QUICKLIST-PACKED-THRESHOLD 100b
    RPUSH plain a 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x
    LSET plain 0 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789y
    LRANGE plain 0 -1
    DEBUG QUICKLIST-PACKED-THRESHOLD 5gb
    DEBUG QUICKLIST-PACKED-THRESHOLD x
    DEBUG QUICKLIST-PACKED-THRESHOLD
    DEBUG QUICKLIST-PACKED-THRESHOLD 0
    DEL plain
    DEBUG SLEEP
    DEBUG SET-ACTIVE-EXPIRE 0
    SET gone v PX 1
    DEBUG SLEEP 0.01
    GET gone
    DEBUG SET-ACTIVE-EXPIRE 1
    DEBUG SET-ACTIVE-EXPIRE
    DEBUG BOGUS
    [help] DEBUG HELP
  )");
}

TEST_P(ServerOracle, DebugDigest) {
  restart({"--enable-debug-command", "yes"});
  run(R"(
    DEBUG DIGEST
    SET k v
    SET n 12
    SET empty ""
    SET soon v EX 1000
    SADD numbers 3 1 2
    SADD words a b c
    DEBUG DIGEST-VALUE k n empty soon numbers words nothing
    DEBUG DIGEST-VALUE k
    DEBUG DIGEST-VALUE
    DEBUG DIGEST
    SELECT 3
    SET k v
    DEBUG DIGEST
    MULTI
    SET k w
    DEBUG DIGEST
    DEBUG DIGEST-VALUE k
    EXEC
    FLUSHALL
    DEBUG DIGEST
  )");
}

TEST_P(ServerOracle, DebugPopulate) {
  restart({"--enable-debug-command", "yes"});
  run(R"(
    SET key:1 mine
    DEBUG POPULATE 5
    MGET key:0 key:1 key:4 key:5
    DEBUG POPULATE 3 other 10
    DEBUG POPULATE 3 short 2
    DEBUG POPULATE 0
    MGET other:0 other:2 short:1
    DEBUG DIGEST
    DEBUG POPULATE
    DEBUG POPULATE x
    DEBUG POPULATE 1 key 10 more
  )");
}

TEST_P(ServerOracle, EnableDebugForLocalConnections) {
  restart({"--enable-debug-command", "local"});
  ignore_state();
  run(R"(
    DEBUG SLEEP 0
    CONFIG GET enable-debug-command
  )");
}

TEST_P(ServerOracle, Shutdown) {
  for (const char* command : {"SHUTDOWN", "SHUTDOWN NOSAVE", "SHUTDOWN NOSAVE NOW FORCE", "shutdown nosave"}) {
    restart({});
    ignore_state();
    run(command[0] == 's' ? "PING" : "SET k v");
    run(std::string("[x0] ") + command);
    run("<end");
    for (TestServer* server : {&servers().theirs(), &servers().ours()}) {
      const auto status = server->wait(std::chrono::seconds(5));
      EXPECT_TRUE(status && *status == (ExitStatus{.code = 0, .signal = 0})) << command << "\n" << server->output();
    }
  }
  restart({});
}

TEST_P(ServerOracle, InfoSections) {
  for (const char* arguments : {"",
                                "everything",
                                "all",
                                "default",
                                "server",
                                "clients",
                                "memory",
                                "persistence",
                                "stats",
                                "replication",
                                "cpu",
                                "modules",
                                "errorstats",
                                "cluster",
                                "keyspace",
                                "commandstats",
                                "latencystats",
                                "server clients",
                                "SERVER",
                                "bogus",
                                "bogus server",
                                "keyspace keyspace",
                                "default keyspace",
                                "all default"}) {
    run("SET k v");
    run("BOGUS");
    const Link::Both info = link().call(split_words(std::string("INFO ") + arguments));
    EXPECT_EQ(info.theirs.value.type, info.ours.value.type);
    same_texts(std::string("sections of INFO ") + arguments, sections(info.theirs), sections(info.ours));
  }
}

TEST_P(ServerOracle, InfoFigures) {
  restart({});
  ignore_state();
  run(R"(
    SET k v
    SET l v EX 100
    SELECT 3
    SADD s a
    GET nothing
    GET nothing
    SCARD s
    BOGUS
    BOGUS
    GET
    INCR s
    SET gone v
    PEXPIREAT gone 1
    SELECT 0
  )");
  const Link::Both keyspace = link().call({"INFO", "keyspace"});
  const auto without_ttl = [](const Received& info) {
    return std::regex_replace(info.value.text, std::regex("avg_ttl=[0-9]+"), "avg_ttl=?");
  };
  same_texts("INFO keyspace", without_ttl(keyspace.theirs), without_ttl(keyspace.ours));
  same_fields("stats", {"keyspace_hits", "keyspace_misses", "expired_keys", "evicted_keys", "pubsub_channels",
                        "pubsub_patterns", "rejected_connections", "total_error_replies", "sync_full",
                        "latest_fork_usec", "unexpected_error_replies", "evicted_clients"});
  same_fields("errorstats", {"errorstat_ERR", "errorstat_WRONGTYPE"});
  same_fields("replication", {"role", "connected_slaves", "master_failover_state"});
  same_fields("server", {"redis_mode", "arch_bits", "process_supervised", "tcp_port", "config_file", "hz"});
  same_fields("memory", {"maxmemory", "maxmemory_human", "maxmemory_policy"});
  same_fields("clients", {"connected_clients", "blocked_clients", "maxclients", "cluster_connections"});
  same_fields("persistence", {"loading", "aof_enabled", "rdb_bgsave_in_progress"});
  same_fields("cluster", {"cluster_enabled"});
  const auto stats = link().call({"INFO", "commandstats"});
  const auto counts = [](const Received& info) {
    std::string result;
    for (const auto& [name, value] : fields(info)) {
      const std::string figures = std::regex_replace(value, std::regex("usec[a-z_]*=[0-9.]+,"), "");
      if (name != "cmdstat_info") result += name + " " + figures + "\n";
    }
    return result;
  };
  same_texts("INFO commandstats", counts(stats.theirs), counts(stats.ours));
}

TEST_P(ServerOracle, FieldsOfInfo) {
  const Link::Both info = link().call({"INFO", "everything"});
  auto ours = fields(info.ours);
  // Clients and dashboards read these by name.
  for (const char* name : {"redis_version",
                           "redis_mode",
                           "os",
                           "arch_bits",
                           "process_id",
                           "run_id",
                           "tcp_port",
                           "uptime_in_seconds",
                           "uptime_in_days",
                           "hz",
                           "executable",
                           "config_file",
                           "connected_clients",
                           "maxclients",
                           "blocked_clients",
                           "used_memory",
                           "used_memory_human",
                           "used_memory_rss",
                           "used_memory_peak",
                           "maxmemory",
                           "maxmemory_policy",
                           "mem_fragmentation_ratio",
                           "mem_allocator",
                           "loading",
                           "rdb_changes_since_last_save",
                           "rdb_bgsave_in_progress",
                           "rdb_last_save_time",
                           "aof_enabled",
                           "total_connections_received",
                           "total_commands_processed",
                           "instantaneous_ops_per_sec",
                           "total_net_input_bytes",
                           "total_net_output_bytes",
                           "rejected_connections",
                           "expired_keys",
                           "evicted_keys",
                           "keyspace_hits",
                           "keyspace_misses",
                           "pubsub_channels",
                           "pubsub_patterns",
                           "role",
                           "connected_slaves",
                           "master_replid",
                           "master_repl_offset",
                           "used_cpu_sys",
                           "used_cpu_user",
                           "cluster_enabled"})
    EXPECT_TRUE(ours.contains(name)) << "INFO lacks " << name;
}

}  // namespace
}  // namespace larder::test
