// Settings: every value that the server acts on, as plain typed fields. It is the meeting point of the conf file, the
// command line, CONFIG SET and embedders that fill it in by hand:
//
//     Settings settings;
//     settings.port = kPortAuto;
//     settings.maxmemory_bytes = 64 << 20;
//
// A default-constructed Settings holds Redis' defaults. Invariants: the units stand in the names (_bytes, _s, _ms, _us,
// _min); values set through the directive table (directive.h) lie within the bounds of the table, values set by hand
// are the caller's responsibility. A plain value without synchronisation; the running server shares
// immutable snapshots of it (config.h).
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/config/log_level.h"
#include "store/core/eviction.h"

namespace larder::server {

/// What goes when `maxmemory` is reached.
using EvictionPolicy = store::EvictionPolicy;

/// Who may use a guarded feature: nobody, everybody, or clients on this host (loopback and Unix sockets).
enum class Permission : std::uint8_t { no, yes, local };

/// Which service manager started the process, and so whom to tell that it is ready.
enum class Supervision : std::uint8_t { none, upstart, systemd, automatic };

/// Classes of keyspace events and the two channels they go to: the bits of `notify-keyspace-events`.
namespace notify {
inline constexpr std::uint32_t kKeyspace = 1U << 0;   // K: to __keyspace@<db>__:<key>
inline constexpr std::uint32_t kKeyevent = 1U << 1;   // E: to __keyevent@<db>__:<event>
inline constexpr std::uint32_t kGeneric = 1U << 2;    // g
inline constexpr std::uint32_t kString = 1U << 3;     // $
inline constexpr std::uint32_t kList = 1U << 4;       // l
inline constexpr std::uint32_t kSet = 1U << 5;        // s
inline constexpr std::uint32_t kHash = 1U << 6;       // h
inline constexpr std::uint32_t kSortedSet = 1U << 7;  // z
inline constexpr std::uint32_t kExpired = 1U << 8;    // x
inline constexpr std::uint32_t kEvicted = 1U << 9;    // e
inline constexpr std::uint32_t kStream = 1U << 10;    // t
inline constexpr std::uint32_t kKeyMiss = 1U << 11;   // m, not part of A
inline constexpr std::uint32_t kModule = 1U << 13;    // d
inline constexpr std::uint32_t kNewKey = 1U << 14;    // n, not part of A
inline constexpr std::uint32_t kAll =
    kGeneric | kString | kList | kSet | kHash | kSortedSet | kExpired | kEvicted | kStream | kModule;  // A
}  // namespace notify

/// How much output may wait for a client before it is cut off. 0 = no limit.
struct OutputLimit {
  std::uint64_t hard_bytes = 0;  // above: closed at once
  std::uint64_t soft_bytes = 0;  // above for longer than soft_seconds: closed
  std::int64_t soft_seconds = 0;
  bool operator==(const OutputLimit&) const = default;
};

struct OutputLimits {
  OutputLimit normal;
  OutputLimit replica{.hard_bytes = 256ULL << 20, .soft_bytes = 64ULL << 20, .soft_seconds = 60};
  OutputLimit pubsub{.hard_bytes = 32ULL << 20, .soft_bytes = 8ULL << 20, .soft_seconds = 60};
  bool operator==(const OutputLimits&) const = default;
};

/// Either a number of bytes or a share of maxmemory. Both 0 = no limit.
struct MemoryOrPercent {
  std::uint64_t bytes = 0;
  int percent = 0;  // 1..100; 0 = `bytes` counts
  bool operator==(const MemoryOrPercent&) const = default;
};

/// A point of the `save` schedule: after `seconds` if at least `changes` keys changed.
struct SavePoint {
  std::int64_t seconds = 0;
  std::int64_t changes = 0;
  bool operator==(const SavePoint&) const = default;
};

/// `port auto`: the system chooses; the server stores the port it got (Config::amend).
inline constexpr int kPortAuto = -1;

/// The cores that this process may use, at most 8, at least 1.
int default_io_threads();

/// rename-command: the command answers to another name, or with an empty one to none.
struct RenamedCommand {
  std::string from, to;
  bool operator==(const RenamedCommand&) const = default;
};

struct Settings {
  // --- network
  int port = 6379;                                // 0 = no TCP, kPortAuto = the system chooses
  std::vector<std::string> bind = {"*", "-::*"};  // a leading '-' = the address may be missing; empty = no TCP
  std::string unixsocket;                         // path, empty = none
  std::uint32_t unixsocket_mode = 0;              // file mode, 0 = as the umask says
  bool protected_mode = true;
  int tcp_backlog = 511;
  int timeout_s = 0;          // idle clients are closed after this, 0 = never
  int tcp_keepalive_s = 300;  // 0 = off
  std::int64_t maxclients = 10000;

  // --- clients
  OutputLimits client_output_buffer_limits;
  std::uint64_t client_query_buffer_limit_bytes = 1ULL << 30;
  MemoryOrPercent maxmemory_clients;
  std::int64_t proto_max_bulk_len_bytes = 512LL << 20;
  std::int64_t tracking_table_max_keys = 1000000;

  // --- security
  std::string requirepass;  // empty = no password
  Permission enable_debug_command = Permission::no;
  Permission enable_module_command = Permission::no;
  Permission enable_protected_configs = Permission::no;
  std::vector<RenamedCommand> renamed_commands;  // one after the other
  std::int64_t acllog_max_len = 128;

  // --- memory and eviction
  std::uint64_t maxmemory_bytes = 0;  // 0 = no limit
  EvictionPolicy maxmemory_policy = EvictionPolicy::noeviction;
  int maxmemory_samples = 5;
  int maxmemory_eviction_tenacity = 10;
  int lfu_log_factor = 10;
  int lfu_decay_time_min = 1;
  int active_expire_effort = 1;  // 1..10
  bool lazyfree_lazy_eviction = false;
  bool lazyfree_lazy_expire = false;
  bool lazyfree_lazy_server_del = false;
  bool lazyfree_lazy_user_del = false;
  bool lazyfree_lazy_user_flush = false;
  bool activerehashing = true;

  // --- general
  int databases = 16;
  int io_threads = default_io_threads();
  int hz = 10;  // 1..500
  bool dynamic_hz = true;
  bool daemonize = false;
  std::string pidfile;  // empty = none, unless daemonized
  std::string logfile;  // empty = standard output
  bool always_show_logo = false;
  bool set_proc_title = true;
  std::string proc_title_template = "{title} {listen-addr} {server-mode}";
  LogLevel loglevel = LogLevel::notice;
  bool syslog_enabled = false;
  std::string syslog_ident = "redis";
  Supervision supervised = Supervision::none;
  std::string dir;         // working directory, empty = the one the process was started in
  std::string ready_file;  // Larder's own: written when every listener is open, empty = none
  int shutdown_timeout_s = 10;

  // --- persistence
  std::vector<SavePoint> save = {{3600, 1}, {300, 100}, {60, 10000}};
  bool appendonly = false;
  std::string dbfilename = "dump.rdb";
  std::string appendfilename = "appendonly.aof";

  // --- replication
  int min_replicas_to_write = 0;
  int min_replicas_max_lag_s = 10;  // 0 = as if no replicas were demanded

  // --- observation
  std::uint32_t notify_keyspace_events = 0;         // bits of namespace notify
  std::int64_t slowlog_log_slower_than_us = 10000;  // 0 = every command, -1 = none
  std::int64_t slowlog_max_len = 128;
  std::int64_t latency_monitor_threshold_ms = 0;  // 0 = off
  bool latency_tracking = true;
  std::vector<double> latency_tracking_info_percentiles = {50, 99, 99.9};
  std::int64_t busy_reply_threshold_ms = 5000;

  // --- encodings: up to these a collection keeps its compact form
  std::int64_t hash_max_listpack_entries = 512;
  std::int64_t hash_max_listpack_value_bytes = 64;
  int list_max_listpack_size = -2;  // > 0 = elements a node, -1..-5 = 4, 8, 16, 32, 64 KiB a node
  int list_compress_depth = 0;
  std::int64_t set_max_intset_entries = 512;
  std::int64_t set_max_listpack_entries = 128;
  std::int64_t set_max_listpack_value_bytes = 64;
  std::int64_t zset_max_listpack_entries = 128;
  std::int64_t zset_max_listpack_value_bytes = 64;
  std::int64_t stream_node_max_bytes = 4096;
  std::int64_t stream_node_max_entries = 100;
  std::int64_t hll_sparse_max_bytes = 3000;

  /// Directives that Redis knows and Larder only remembers: name -> value as CONFIG GET shows it. Absent = the default.
  std::map<std::string, std::string, std::less<>> remembered;

  bool operator==(const Settings&) const = default;
};

}  // namespace larder::server
