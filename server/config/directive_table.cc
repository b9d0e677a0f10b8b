// The rows of the directive table for everything that concerns the running server. Data, persistence, replication, cluster
// and TLS follow in directive_table_data.cc. Types, defaults, bounds and immutability were asked of a real server; the
// explanations are ours and appear in --help and conf/larder.conf.
#include "server/config/directive_table.h"

#include "server/config/custom_fields.h"

namespace larder::server {

namespace {

constexpr Choice kPermissions[] = {{"no", static_cast<int>(Permission::no)},
                                   {"yes", static_cast<int>(Permission::yes)},
                                   {"local", static_cast<int>(Permission::local)}};
// In Redis' order, which its error text shows; then ours.
constexpr Choice kPolicies[] = {{"volatile-lru", static_cast<int>(EvictionPolicy::volatile_lru)},
                                {"volatile-lfu", static_cast<int>(EvictionPolicy::volatile_lfu)},
                                {"volatile-random", static_cast<int>(EvictionPolicy::volatile_random)},
                                {"volatile-ttl", static_cast<int>(EvictionPolicy::volatile_ttl)},
                                {"allkeys-lru", static_cast<int>(EvictionPolicy::allkeys_lru)},
                                {"allkeys-lfu", static_cast<int>(EvictionPolicy::allkeys_lfu)},
                                {"allkeys-random", static_cast<int>(EvictionPolicy::allkeys_random)},
                                {"noeviction", static_cast<int>(EvictionPolicy::noeviction)},
                                {"allkeys-lhd", static_cast<int>(EvictionPolicy::allkeys_lhd)}};
constexpr Choice kSupervisions[] = {{"upstart", static_cast<int>(Supervision::upstart)},
                                    {"systemd", static_cast<int>(Supervision::systemd)},
                                    {"auto", static_cast<int>(Supervision::automatic)},
                                    {"no", static_cast<int>(Supervision::none)}};
constexpr Choice kLogLevels[] = {{"debug", static_cast<int>(LogLevel::debug)},
                                 {"verbose", static_cast<int>(LogLevel::verbose)},
                                 {"notice", static_cast<int>(LogLevel::notice)},
                                 {"warning", static_cast<int>(LogLevel::warning)},
                                 {"nothing", static_cast<int>(LogLevel::nothing)}};
constexpr Choice kPubsubDefaults[] = {{"allchannels"}, {"resetchannels"}};
constexpr Choice kFacilities[] = {{"user"},   {"local0"}, {"local1"}, {"local2"}, {"local3"},
                                  {"local4"}, {"local5"}, {"local6"}, {"local7"}};
constexpr Choice kShutdownFlags[] = {{"default"}, {"save"}, {"nosave"}, {"now"}, {"force"}};
constexpr Choice kOomModes[] = {{"no"}, {"yes"}, {"relative"}, {"absolute"}};
constexpr Choice kPropagation[] = {{"ignore"}, {"panic"}, {"panic-on-replicas"}};

constexpr Directive kNetworkDirectives[] = {
    {.name = "bind", .type = kWords, .field = CustomField{assign_bind, format_bind}, .initial = "* -::*",
     .doc = "Addresses to listen on. A leading '-' means: do not fail when this host has not got the address. '*' "
            "is every IPv4 address, '::*' every IPv6 address."},
    {.name = "port", .type = kInteger, .field = CustomField{assign_port, format_port}, .initial = "6379",
     .max = 65535,
     .doc = "TCP port. 0 = no TCP. At the start also 'auto': the system chooses a free port, which the log, CONFIG "
            "GET and the ready file tell."},
    {.name = "tcp-backlog", .type = kInteger, .field = &Settings::tcp_backlog, .initial = "511", .max = kMaxInt,
     .access = kAtStart,
     .doc = "Connections that the system lets wait to be accepted."},
    {.name = "tcp-keepalive", .type = kInteger, .field = &Settings::tcp_keepalive_s, .initial = "300", .max = kMaxInt,
     .unit = Unit::seconds,
     .doc = "Silence on a connection after which the system asks whether the peer is alive. 0 = never."},
    {.name = "timeout", .type = kInteger, .field = &Settings::timeout_s, .initial = "0", .max = kMaxInt,
     .unit = Unit::seconds,
     .doc = "Clients that send nothing for this long are disconnected. 0 = never."},
    {.name = "unixsocket", .type = kText, .field = &Settings::unixsocket, .access = kAtStart,
     .doc = "Path of a Unix socket to listen on as well. Empty = none."},
    {.name = "unixsocketperm", .type = kInteger, .field = CustomField{assign_unixsocketperm, format_unixsocketperm},
     .initial = "0", .max = 0777, .unit = Unit::mode, .access = kAtStart,
     .doc = "File mode of the Unix socket, in octal. 0 = what the umask leaves."},
    {.name = "protected-mode", .type = kFlag, .field = &Settings::protected_mode, .initial = "yes",
     .doc = "As long as there is no password, serve clients on this host only."},
    {.name = "bind-source-addr", .type = kText, .effect = kWithout, .since = "7.0",
     .doc = "Local address for outgoing connections."},
    {.name = "socket-mark-id", .type = kInteger, .initial = "0", .max = kMaxUint, .access = kAtStart,
     .effect = kWithout, .since = "7.0",
     .doc = "Mark for the sockets, for routing and filtering."},
};

constexpr Directive kClientsDirectives[] = {
    {.name = "maxclients", .type = kInteger, .field = &Settings::maxclients, .initial = "10000", .min = 1,
     .max = kMaxUint,
     .doc = "Clients at a time. One more is refused with an error."},
    {.name = "client-output-buffer-limit", .type = kWords,
     .field = CustomField{assign_output_limits, format_output_limits},
     .initial = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
     .doc = "Per class of client (normal, replica, pubsub): hard limit, soft limit, seconds. Replies that pile up "
            "beyond the hard limit, or beyond the soft limit for so many seconds, close the connection. 0 = no "
            "limit."},
    {.name = "client-query-buffer-limit", .type = kMemory, .field = &Settings::client_query_buffer_limit_bytes,
     .initial = "1073741824", .min = 1048576, .max = kMaxLong, .unit = Unit::bytes,
     .doc = "Bytes of an unfinished request beyond which its client is disconnected."},
    {.name = "maxmemory-clients", .type = kMemoryOrPercent, .field = &Settings::maxmemory_clients, .initial = "0",
     .unit = Unit::bytes, .since = "7.0",
     .doc = "Memory for the buffers of all clients together; those that hold most are closed first. A share such as 5% "
            "counts from maxmemory. 0 = no limit."},
    {.name = "proto-max-bulk-len", .type = kMemory, .field = &Settings::proto_max_bulk_len_bytes,
     .initial = "536870912", .min = 1048576, .max = kMaxLong, .unit = Unit::bytes,
     .doc = "Longest single argument that a client may send."},
    {.name = "tracking-table-max-keys", .type = kInteger, .field = &Settings::tracking_table_max_keys,
     .initial = "1000000", .max = kMaxLong, .unit = Unit::keys, .effect = kWithout,
     .doc = "Keys remembered for client-side caching. 0 = no limit."},
};

constexpr Directive kSecurityDirectives[] = {
    {.name = "requirepass", .type = kText, .field = &Settings::requirepass,
     .doc = "Password of the default user. Empty = none."},
    {.name = "enable-debug-command", .type = kChoice, .field = choice_field<&Settings::enable_debug_command>,
     .initial = "no", .choices = kPermissions, .access = kAtStart, .since = "7.0",
     .doc = "Whether DEBUG may be used: no, yes, or local (clients on this host)."},
    {.name = "enable-module-command", .type = kChoice, .field = choice_field<&Settings::enable_module_command>,
     .initial = "no", .choices = kPermissions, .access = kAtStart, .effect = kWithout, .since = "7.0",
     .doc = "Whether MODULE may be used: no, yes, or local."},
    {.name = "enable-protected-configs", .type = kChoice, .field = choice_field<&Settings::enable_protected_configs>,
     .initial = "no", .choices = kPermissions, .access = kAtStart, .since = "7.0",
     .doc = "Whether CONFIG SET may change dir and dbfilename: no, yes, or local."},
    {.name = "acl-pubsub-default", .type = kChoice, .initial = "resetchannels", .choices = kPubsubDefaults,
     .effect = kWithout,
     .doc = "Channels of a new user."},
    {.name = "aclfile", .type = kText, .access = kAtStart, .effect = kWithout,
     .warning = "aclfile restricts who may do what, but Larder has no users yet: it would be open to everybody.",
     .protects = true,
     .doc = "File with users."},
    {.name = "acllog-max-len", .type = kInteger, .field = &Settings::acllog_max_len, .initial = "128",
     .max = kMaxLong, .unit = Unit::entries, .effect = kWithout,
     .doc = "Entries that ACL LOG keeps."},
};

constexpr Directive kMemoryDirectives[] = {
    {.name = "maxmemory", .type = kMemory, .field = &Settings::maxmemory_bytes, .initial = "0", .unit = Unit::bytes,
     .doc = "Memory for the data. When it is reached, keys are evicted or writes refused, as maxmemory-policy "
            "says. 0 = no limit."},
    {.name = "maxmemory-policy", .type = kChoice, .field = choice_field<&Settings::maxmemory_policy>,
     .initial = "noeviction", .choices = kPolicies,
     .doc = "What goes when memory is full: among all keys or among those with a deadline (volatile), the least "
            "recently used (lru), the least often used (lfu), any (random), the next to expire (ttl), or nothing "
            "(noeviction: writes fail). allkeys-lhd is Larder's own: what brings the fewest hits for the time that "
            "it stays, learned from the traffic; it misses less than lru where some keys are asked for much more "
            "often than others, and does not fall behind it when the favourites change."},
    {.name = "maxmemory-samples", .type = kInteger, .field = &Settings::maxmemory_samples, .initial = "5", .min = 1,
     .max = kMaxInt, .unit = Unit::keys,
     .doc = "Keys compared for each eviction. More is closer to the exact order, and slower."},
    {.name = "maxmemory-eviction-tenacity", .type = kInteger, .field = &Settings::maxmemory_eviction_tenacity,
     .initial = "10", .max = 100, .effect = kWithout,
     .doc = "Effort of one round of eviction."},
    {.name = "lfu-decay-time", .type = kInteger, .field = &Settings::lfu_decay_time_min, .initial = "1",
     .max = kMaxInt, .unit = Unit::minutes,
     .doc = "Time after which a key's count of uses is lowered by one. 0 = never."},
    {.name = "lfu-log-factor", .type = kInteger, .field = &Settings::lfu_log_factor, .initial = "10", .max = kMaxInt,
     .doc = "How slowly a key's count of uses grows: at 10 about a million uses reach the highest count, at 0 a "
            "few hundred."},
    {.name = "active-expire-effort", .type = kInteger, .field = &Settings::active_expire_effort, .initial = "1",
     .min = 1, .max = 10,
     .doc = "How eagerly keys past their deadline are looked for, from 1 to 10: more gives their memory back sooner and "
            "costs more time."},
    {.name = "activedefrag", .type = kFlag, .initial = "no", .effect = kWithout,
     .doc = "Move values to make memory whole again."},
    {.name = "active-defrag-ignore-bytes", .type = kMemory, .initial = "104857600", .min = 1, .max = kMaxLong,
     .unit = Unit::bytes, .effect = kWithout,
     .doc = "Fragmentation below this is left alone."},
    {.name = "active-defrag-threshold-lower", .type = kInteger, .initial = "10", .max = 1000, .unit = Unit::percent,
     .effect = kWithout,
     .doc = "Fragmentation at which moving starts."},
    {.name = "active-defrag-threshold-upper", .type = kInteger, .initial = "100", .max = 1000, .unit = Unit::percent,
     .effect = kWithout,
     .doc = "Fragmentation at which the highest effort is spent."},
    {.name = "active-defrag-cycle-min", .type = kInteger, .initial = "1", .min = 1, .max = 99, .unit = Unit::percent,
     .effect = kWithout,
     .doc = "Least share of time for moving."},
    {.name = "active-defrag-cycle-max", .type = kInteger, .initial = "25", .min = 1, .max = 99, .unit = Unit::percent,
     .effect = kWithout,
     .doc = "Highest share of time for moving."},
    {.name = "active-defrag-max-scan-fields", .type = kInteger, .initial = "1000", .min = 1, .max = kMaxLong,
     .effect = kWithout,
     .doc = "Elements of one collection handled at once."},
    {.name = "jemalloc-bg-thread", .type = kFlag, .initial = "yes", .effect = kWithout,
     .doc = "Let the allocator give memory back in a thread of its own."},
};

constexpr Directive kLazyFreeingDirectives[] = {
    {.name = "lazyfree-lazy-eviction", .type = kFlag, .field = &Settings::lazyfree_lazy_eviction, .initial = "no",
     .doc = "Free large evicted values in the background."},
    {.name = "lazyfree-lazy-expire", .type = kFlag, .field = &Settings::lazyfree_lazy_expire, .initial = "no",
     .doc = "Free large expired values in the background."},
    {.name = "lazyfree-lazy-server-del", .type = kFlag, .field = &Settings::lazyfree_lazy_server_del, .initial = "no",
     .doc = "Free large values that a command replaces in the background."},
    {.name = "lazyfree-lazy-user-del", .type = kFlag, .field = &Settings::lazyfree_lazy_user_del, .initial = "no",
     .doc = "Make DEL do what UNLINK does."},
    {.name = "lazyfree-lazy-user-flush", .type = kFlag, .field = &Settings::lazyfree_lazy_user_flush, .initial = "no",
     .doc = "Make FLUSHALL and FLUSHDB without SYNC or ASYNC free in the background."},
    {.name = "replica-lazy-flush", .alias = "slave-lazy-flush", .type = kFlag, .initial = "no", .effect = kWithout,
     .doc = "Free a replica's old data in the background before a full synchronisation."},
};

constexpr Directive kGeneralDirectives[] = {
    {.name = "databases", .type = kInteger, .field = &Settings::databases, .initial = "16", .min = 1, .max = kMaxInt,
     .access = kAtStart,
     .doc = "Databases that SELECT can choose, numbered from 0."},
    {.name = "io-threads", .type = kInteger, .field = &Settings::io_threads, .initial = {}, .min = 1,
     .max = 128, .unit = Unit::threads, .access = kAtStart, .larders_own = true,
     .doc = "Threads that serve clients and execute commands. The default is the number of cores that the process "
            "may use, at most 8."},
    {.name = "ready-file", .type = kText, .field = &Settings::ready_file, .access = kAtStart,
     .unlisted = true, .larders_own = true,
     .doc = "File that appears once every listener is open, with lines such as 'port 6379', 'unixsocket /run/larder.sock' "
            "and 'pid 1234'. Empty = none."},
    {.name = "dir", .type = kText, .field = CustomField{assign_dir, format_dir}, .access = kGuarded,
     .doc = "Working directory: relative paths in these directives start here. The default is the directory in "
            "which the server was started."},
    {.name = "daemonize", .type = kFlag, .field = &Settings::daemonize, .initial = "no", .access = kAtStart,
     .doc = "Run in the background."},
    {.name = "pidfile", .type = kText, .field = &Settings::pidfile, .access = kAtStart,
     .doc = "File for the process id. Empty = none, or /var/run/redis.pid when daemonized."},
    {.name = "supervised", .type = kChoice, .field = choice_field<&Settings::supervised>, .initial = "no",
     .choices = kSupervisions, .access = kAtStart,
     .doc = "Tell the service manager when the server is ready: no, systemd, upstart, or auto (find out)."},
    {.name = "loglevel", .type = kChoice, .field = choice_field<&Settings::loglevel>, .initial = "notice",
     .choices = kLogLevels,
     .doc = "From what importance on events are logged: debug, verbose, notice, warning, nothing."},
    {.name = "logfile", .type = kText, .field = &Settings::logfile, .access = kAtStart,
     .doc = "File for the log. Empty = standard output."},
    {.name = "syslog-enabled", .type = kFlag, .field = &Settings::syslog_enabled, .initial = "no", .access = kAtStart,
     .effect = kWithout,
     .doc = "Log to syslog as well."},
    {.name = "syslog-ident", .type = kText, .field = &Settings::syslog_ident, .initial = "redis", .access = kAtStart,
     .effect = kWithout,
     .doc = "Name in syslog."},
    {.name = "syslog-facility", .type = kChoice, .initial = "local0", .choices = kFacilities, .access = kAtStart,
     .effect = kWithout,
     .doc = "Facility in syslog."},
    {.name = "hz", .type = kInteger, .field = CustomField{assign_hz, format_hz}, .initial = "10", .max = kMaxInt,
     .effect = kWithout,
     .doc = "Rounds of background work a second, from 1 to 500."},
    {.name = "dynamic-hz", .type = kFlag, .field = &Settings::dynamic_hz, .initial = "yes", .effect = kWithout,
     .doc = "More rounds of background work when there are many clients."},
    {.name = "activerehashing", .type = kFlag, .field = &Settings::activerehashing, .initial = "yes",
     .effect = kWithout,
     .doc = "Spend idle time on growing tables."},
    {.name = "always-show-logo", .type = kFlag, .field = &Settings::always_show_logo, .initial = "no",
     .access = kAtStart,
     .doc = "Begin the log with a banner that shows version, mode, port and process id."},
    {.name = "set-proc-title", .type = kFlag, .field = &Settings::set_proc_title, .initial = "yes",
     .access = kAtStart,
     .doc = "Show in lists of processes what this server listens on."},
    {.name = "proc-title-template", .type = kText, .field = &Settings::proc_title_template,
     .initial = "{title} {listen-addr} {server-mode}", .refuse = refuse_title,
     .doc = "What lists of processes show: title, listen-addr, server-mode, port, tls-port, unixsocket, config-file."},
    {.name = "shutdown-timeout", .type = kInteger, .field = &Settings::shutdown_timeout_s, .initial = "10",
     .max = kMaxInt, .unit = Unit::seconds, .effect = kWithout, .since = "7.0",
     .doc = "How long a shutdown waits for replicas."},
    {.name = "shutdown-on-sigint", .type = kChoices, .initial = "default", .choices = kShutdownFlags,
     .effect = kWithout, .since = "7.0", .refuse = refuse_shutdown_flags,
     .doc = "What SIGINT does."},
    {.name = "shutdown-on-sigterm", .type = kChoices, .initial = "default", .choices = kShutdownFlags,
     .effect = kWithout, .since = "7.0", .refuse = refuse_shutdown_flags,
     .doc = "What SIGTERM does."},
    {.name = "busy-reply-threshold", .alias = "lua-time-limit", .type = kInteger,
     .field = &Settings::busy_reply_threshold_ms, .initial = "5000", .max = kMaxLong, .unit = Unit::milliseconds,
     .effect = kWithout,
     .doc = "Run time of a script after which other clients are answered BUSY."},
    {.name = "io-threads-do-reads", .type = kFlag, .initial = "no", .access = kAtStart, .effect = kWithout,
     .doc = "Use threads for reading too. Larder always does."},
    {.name = "server_cpulist", .type = kText, .access = kAtStart, .effect = kWithout,
     .doc = "Cores for the server's threads."},
    {.name = "bio_cpulist", .type = kText, .access = kAtStart, .effect = kWithout,
     .doc = "Cores for background threads."},
    {.name = "aof_rewrite_cpulist", .type = kText, .access = kAtStart, .effect = kWithout,
     .doc = "Cores for rewriting the append-only file."},
    {.name = "bgsave_cpulist", .type = kText, .access = kAtStart, .effect = kWithout,
     .doc = "Cores for saving."},
    {.name = "oom-score-adj", .type = kChoice, .initial = "no", .choices = kOomModes, .effect = kWithout,
     .doc = "Adjust which process the system kills when memory runs out."},
    {.name = "oom-score-adj-values", .type = kWords, .initial = "0 200 800", .effect = kWithout,
     .refuse = refuse_oom_values,
     .doc = "Scores of a server, a replica and a child."},
    {.name = "disable-thp", .type = kFlag, .initial = "yes", .access = kAtStart, .effect = kWithout,
     .doc = "Switch transparent huge pages off for the process."},
    {.name = "crash-log-enabled", .type = kFlag, .initial = "yes", .effect = kWithout,
     .doc = "Log the state of the process on a crash."},
    {.name = "crash-memcheck-enabled", .type = kFlag, .initial = "yes", .effect = kWithout,
     .doc = "Test the memory on a crash."},
    {.name = "ignore-warnings", .type = kText, .effect = kWithout,
     .doc = "Warnings about the system that are not to stop the start."},
    {.name = "locale-collate", .type = kText, .effect = kWithout, .since = "7.2",
     .doc = "Locale that SORT ALPHA compares in."},
    {.name = "use-exit-on-panic", .type = kFlag, .initial = "no", .effect = kWithout, .hidden = true,
     .doc = "Exit instead of aborting on an internal error."},
    {.name = "watchdog-period", .type = kInteger, .initial = "0", .max = kMaxInt, .unit = Unit::milliseconds,
     .effect = kWithout, .hidden = true,
     .doc = "Report commands that take longer than this."},
    {.name = "propagation-error-behavior", .type = kChoice, .initial = "ignore", .choices = kPropagation,
     .effect = kWithout, .since = "7.0",
     .doc = "What to do when a replicated command fails."},
};

constexpr Directive kObservationDirectives[] = {
    {.name = "notify-keyspace-events", .type = kText, .field = CustomField{assign_events, format_events},
     .doc = "Events on keys to publish: K or E or both for the channel, then the classes g $ l s h z x e t d, A "
            "for all of these, m for misses, n for new keys. Empty = none."},
    {.name = "slowlog-log-slower-than", .type = kInteger, .field = &Settings::slowlog_log_slower_than_us,
     .initial = "10000", .min = -1, .max = kMaxLong, .unit = Unit::microseconds,
     .doc = "Commands that take at least this long are kept by SLOWLOG. 0 = every command, -1 = none."},
    {.name = "slowlog-max-len", .type = kInteger, .field = &Settings::slowlog_max_len, .initial = "128",
     .max = kMaxLong, .unit = Unit::entries,
     .doc = "Commands that SLOWLOG keeps."},
    {.name = "latency-monitor-threshold", .type = kInteger, .field = &Settings::latency_monitor_threshold_ms,
     .initial = "0", .max = kMaxLong, .unit = Unit::milliseconds,
     .doc = "Events that take at least this long are kept by LATENCY. 0 = none."},
    {.name = "latency-tracking", .type = kFlag, .field = &Settings::latency_tracking, .initial = "yes",
     .since = "7.0",
     .doc = "Keep a histogram of run times for each command."},
    {.name = "latency-tracking-info-percentiles", .type = kWords,
     .field = CustomField{assign_percentiles, format_percentiles}, .initial = "50 99 99.9",
     .since = "7.0",
     .doc = "Percentiles of the run times that INFO latencystats shows."},
};

}  // namespace

std::span<const DirectiveGroup> directive_groups() {
  static const DirectiveGroup groups[] = {
      {"Network", kNetworkDirectives},
      {"Clients", kClientsDirectives},
      {"Security", kSecurityDirectives},
      {"Memory and eviction", kMemoryDirectives},
      {"Lazy freeing", kLazyFreeingDirectives},
      {"General", kGeneralDirectives},
      {"Notifications and observation", kObservationDirectives},
      {"Encodings", encoding_directives()},
      {"Persistence", persistence_directives()},
      {"Replication", replication_directives()},
      {"Cluster", cluster_directives()},
      {"TLS", tls_directives()},
  };
  return groups;
}

}  // namespace larder::server
