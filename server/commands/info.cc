// INFO: facts and figures by section. Names and order of sections and fields are those of Redis 7.2, so that clients
// and dashboards find what they read; a field whose figure would mean nothing here is 0, as it is in a Redis that does
// not use the feature. Threads: on the connection's thread; other threads stand still while their clients are looked
// at.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "server/clients/client_line.h"
#include "server/config/start_options.h"
#include "server/dispatch/blocking.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/command_table.h"
#include "server/observe/keyspace_figures.h"
#include "server/observe/process_memory.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// The text as it grows.
class InfoText {
 public:
  void section(std::string_view title) {
    fmt::format_to(std::back_inserter(text_), "{}# {}\r\n", text_.empty() ? "" : "\r\n", title);
  }

  template <class Value>
  void field(std::string_view name, const Value& value) {
    fmt::format_to(std::back_inserter(text_), "{}:{}\r\n", name, value);
  }
  template <class... Values>
  void fieldf(std::string_view name, fmt::format_string<Values...> format, Values&&... values) {
    field(name, fmt::format(format, std::forward<Values>(values)...));
  }
  /// The number in bytes, and once more for people.
  void bytes(std::string_view name, int64_t value) {
    field(name, value);
    fmt::format_to(std::back_inserter(text_), "{}_human:{}\r\n", name, human_bytes(value));
  }
  /// Features that do not exist here: every field is 0.
  void zeros(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) field(name, 0);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Sums over all connections.
struct ClientFigures {
  size_t waiting_limited = 0, keys_waited_for = 0;  // of blocking commands: with a timeout; different keys
  size_t blocked = 0, pubsub = 0, longest_input = 0, longest_output = 0;
};

/// What the sections are made of, gathered before the first line is written.
struct Facts {
  const ServerState& state;
  World& world;
  const Settings& settings;
  int64_t now_us;
  std::vector<DatabaseFigures> databases = {};  // where a section needs them
  ClientFigures clients = {};                   // likewise
};

// -- Server --

std::string os_name() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

std::string executable() {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  return size < 0 ? std::string() : std::string(path, static_cast<size_t>(size));
}

std::string_view supervision_name(Supervision supervision) {
  switch (supervision) {
    case Supervision::upstart: return "upstart";
    case Supervision::systemd: return "systemd";
    case Supervision::none:
    case Supervision::automatic: return "no";
  }
  return "no";
}

void listener_fields(InfoText& out, const Facts& facts) {
  int index = 0;
  if (const int port = facts.state.tcp_port.load(std::memory_order_relaxed); port != 0) {
    std::string addresses;
    for (const std::string& address : facts.settings.bind) addresses += ",bind=" + address;
    out.fieldf(fmt::format("listener{}", index++), "name=tcp{},port={}", addresses, port);
  }
  if (const std::string& path = facts.settings.unixsocket; !path.empty()) {
    out.fieldf(fmt::format("listener{}", index++), "name=unix,bind={}", path);
  }
}

void server_section(InfoText& out, const Facts& facts) {
  const int64_t up_s = std::max<int64_t>(facts.now_us - facts.state.started_us, 0) / 1'000'000;
  out.section("Server");
  out.field("redis_version", kRedisVersion);
  out.field("larder_version", larder_version());
  out.field("redis_git_sha1", "00000000");
  out.field("redis_git_dirty", 0);
  out.field("redis_build_id", "0000000000000000");
  out.field("redis_mode", "standalone");
  out.field("os", os_name());
  out.field("arch_bits", sizeof(void*) * 8);
  out.field("monotonic_clock", "POSIX clock_gettime");
  out.field("multiplexing_api", "epoll");
  out.field("atomicvar_api", "c++20");
  out.fieldf("gcc_version", "{}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
  out.field("process_id", ::getpid());
  out.field("process_supervised", supervision_name(facts.settings.supervised));
  out.field("run_id", facts.state.run_id);
  out.field("tcp_port", facts.state.tcp_port.load(std::memory_order_relaxed));
  out.field("server_time_usec", facts.now_us);
  out.field("uptime_in_seconds", up_s);
  out.field("uptime_in_days", up_s / 86'400);
  out.field("hz", facts.settings.hz);
  out.field("configured_hz", facts.settings.hz);
  out.field("lru_clock", facts.world.store.recency().tick() & store::Entry::kRecencyMask);
  out.field("executable", executable());
  out.field("config_file", facts.state.config.file());
  out.field("io_threads_active", facts.state.figures.threads().size() > 1 ? 1 : 0);
  out.field("io_threads", facts.state.figures.threads().size());
  listener_fields(out, facts);
}

// -- Clients --

void clients_section(InfoText& out, const Facts& facts) {
  const ClientFigures& figures = facts.clients;
  out.section("Clients");
  out.field("connected_clients", facts.state.clients.connected());
  out.field("cluster_connections", 0);
  out.field("maxclients", facts.settings.maxclients);
  out.field("client_recent_max_input_buffer", figures.longest_input);
  out.field("client_recent_max_output_buffer", figures.longest_output);
  out.field("blocked_clients", figures.blocked);
  out.field("tracking_clients", 0);
  out.field("pubsub_clients", figures.pubsub);
  out.field("clients_in_timeout_table", figures.waiting_limited);
  out.field("total_blocking_keys", figures.keys_waited_for);
  out.zeros({"total_blocking_keys_on_nokey"});
}

// -- Memory --

void memory_section(InfoText& out, const Facts& facts) {
  const store::Store& store = facts.world.store;
  const int64_t used = facts.state.memory.used();
  const int64_t peak = std::max(store.peak_memory(), used);
  const ResidentMemory resident = resident_memory();
  const AllocatorFigures allocator = allocator_figures(store);
  const int64_t startup = facts.state.memory.startup();
  int64_t overhead = startup + facts.state.clients.memory();
  for (const DatabaseFigures& database : facts.databases) overhead += static_cast<int64_t>(database.table_bytes);
  overhead = std::min(overhead, used);
  const int64_t dataset = used - overhead;
  out.section("Memory");
  out.bytes("used_memory", used);
  out.bytes("used_memory_rss", resident.total);
  out.bytes("used_memory_peak", peak);
  out.fieldf("used_memory_peak_perc", "{:.2f}%", percent_of(used, peak));
  out.field("used_memory_overhead", overhead);
  out.field("used_memory_startup", startup);
  out.field("used_memory_dataset", dataset);
  out.fieldf("used_memory_dataset_perc", "{:.2f}%", percent_of(dataset, used - startup));
  out.field("allocator_allocated", used);
  out.field("allocator_active", allocator.active);
  out.field("allocator_resident", allocator.resident);
  out.bytes("total_system_memory", system_memory_bytes());
  out.field("used_memory_lua", 0);
  out.field("used_memory_vm_eval", 0);
  out.field("used_memory_lua_human", human_bytes(0));
  out.zeros({"used_memory_scripts_eval", "number_of_cached_scripts", "number_of_functions", "number_of_libraries",
             "used_memory_vm_functions"});
  out.bytes("used_memory_vm_total", 0);
  out.field("used_memory_functions", 0);
  out.bytes("used_memory_scripts", 0);
  out.bytes("maxmemory", store.settings().maxmemory);
  out.field("maxmemory_policy", facts.state.config.value("maxmemory-policy"));
  out.fieldf("allocator_frag_ratio", "{:.2f}", ratio_of(allocator.active, allocator.allocated));
  out.field("allocator_frag_bytes", allocator.active - allocator.allocated);
  out.fieldf("allocator_rss_ratio", "{:.2f}", ratio_of(allocator.resident, allocator.active));
  out.field("allocator_rss_bytes", allocator.resident - allocator.active);
  out.fieldf("rss_overhead_ratio", "{:.2f}", ratio_of(resident.total, allocator.resident));
  out.field("rss_overhead_bytes", resident.total - allocator.resident);
  // Pages of the program and its libraries are no fragments of anything.
  out.fieldf("mem_fragmentation_ratio", "{:.2f}", ratio_of(resident.own, used));
  out.field("mem_fragmentation_bytes", resident.own - used);
  out.zeros(
      {"mem_not_counted_for_evict", "mem_replication_backlog", "mem_total_replication_buffers", "mem_clients_slaves"});
  out.field("mem_clients_normal", facts.state.clients.memory());
  out.zeros({"mem_cluster_links", "mem_aof_buffer"});
  out.field("mem_allocator", "libc");
  out.field("active_defrag_running", 0);
  out.field("lazyfree_pending_objects", facts.world.store.background().pending_objects());
  out.field("lazyfreed_objects", facts.world.store.background().freed_objects());
}

// -- Persistence: nothing is written to disk, and nothing waits to be --

void persistence_section(InfoText& out, const Facts& facts) {
  int64_t changes = 0;
  facts.world.store.for_each_thread([&](const store::ThreadState& thread) { changes += thread.changes.get(); });
  out.section("Persistence");
  out.zeros({"loading", "async_loading", "current_cow_peak", "current_cow_size", "current_cow_size_age"});
  out.field("current_fork_perc", "0.00");
  out.zeros({"current_save_keys_processed", "current_save_keys_total"});
  out.field("rdb_changes_since_last_save", changes);
  out.field("rdb_bgsave_in_progress", 0);
  out.field("rdb_last_save_time", facts.state.started_us / 1'000'000);
  out.field("rdb_last_bgsave_status", "ok");
  out.field("rdb_last_bgsave_time_sec", -1);
  out.field("rdb_current_bgsave_time_sec", -1);
  out.zeros({"rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired", "rdb_last_load_keys_loaded", "aof_enabled",
             "aof_rewrite_in_progress", "aof_rewrite_scheduled"});
  out.field("aof_last_rewrite_time_sec", -1);
  out.field("aof_current_rewrite_time_sec", -1);
  out.field("aof_last_bgrewrite_status", "ok");
  out.zeros({"aof_rewrites", "aof_rewrites_consecutive_failures"});
  out.field("aof_last_write_status", "ok");
  out.zeros({"aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size"});
}

// -- Stats --

struct StoreTotals {
  int64_t hits = 0, misses = 0, expired = 0, evicted = 0, expire_us = 0;
};

StoreTotals store_totals(const Facts& facts) {
  StoreTotals totals;
  facts.world.store.for_each_thread([&](const store::ThreadState& thread) {
    totals.hits += thread.hits.get();
    totals.misses += thread.misses.get();
    totals.expired += thread.expired_keys.get();
    totals.evicted += thread.evicted_keys.get();
    totals.expire_us += thread.expire_cycle_us.get();
  });
  return totals;
}

/// The sum over the threads, from the one of index `first` on.
int64_t thread_total(const Facts& facts, base::Counter ThreadStatistics::*counter, unsigned first = 0) {
  int64_t total = 0;
  const auto& threads = facts.state.figures.threads();
  for (size_t i = first; i < threads.size(); ++i) total += (threads[i]->*counter).get();
  return total;
}

void traffic_fields(InfoText& out, const Facts& facts) {
  const Rates::PerSecond rates = facts.state.figures.rates.current();
  out.field("total_connections_received", facts.state.figures.rare.connections_received.load());
  out.field("total_commands_processed", thread_total(facts, &ThreadStatistics::commands));
  out.fieldf("instantaneous_ops_per_sec", "{:.0f}", rates.commands);
  out.field("total_net_input_bytes", thread_total(facts, &ThreadStatistics::input_bytes));
  out.field("total_net_output_bytes", thread_total(facts, &ThreadStatistics::output_bytes));
  out.zeros({"total_net_repl_input_bytes", "total_net_repl_output_bytes"});
  out.fieldf("instantaneous_input_kbps", "{:.2f}", rates.input_bytes / 1024);
  out.fieldf("instantaneous_output_kbps", "{:.2f}", rates.output_bytes / 1024);
  out.field("instantaneous_input_repl_kbps", "0.00");
  out.field("instantaneous_output_repl_kbps", "0.00");
  out.field("rejected_connections", facts.state.figures.rare.rejected_connections.load());
  out.zeros({"sync_full", "sync_partial_ok", "sync_partial_err"});
}

/// The loops of all threads together. Command times are those of Commandstats.
void event_loop_fields(InfoText& out, const Facts& facts) {
  int64_t command_ns = 0;
  for (const ThreadStatistics* thread : facts.state.figures.threads()) {
    for (const CommandFigures& figures : thread->per_command) command_ns += figures.microseconds_x1000.get();
  }
  const Rates::PerSecond rates = facts.state.figures.rates.current();
  out.field("reply_buffer_shrinks", thread_total(facts, &ThreadStatistics::reply_buffer_shrinks));
  out.field("reply_buffer_expands", thread_total(facts, &ThreadStatistics::reply_buffer_expands));
  out.field("eventloop_cycles", thread_total(facts, &ThreadStatistics::loop_cycles));
  out.field("eventloop_duration_sum", thread_total(facts, &ThreadStatistics::loop_ns) / 1000);
  out.field("eventloop_duration_cmd_sum", command_ns / 1000);
  out.fieldf("instantaneous_eventloop_cycles_per_sec", "{:.0f}", rates.loop_cycles);
  out.fieldf("instantaneous_eventloop_duration_usec", "{:.0f}", rates.loop_us);
}

void stats_section(InfoText& out, const Facts& facts) {
  const StoreTotals totals = store_totals(facts);
  const ServerStatistics& statistics = facts.state.figures.rare;
  out.section("Stats");
  traffic_fields(out, facts);
  out.field("expired_keys", totals.expired);
  out.field("expired_stale_perc", "0.00");
  out.field("expired_time_cap_reached_count", 0);
  out.field("expire_cycle_cpu_milliseconds", totals.expire_us / 1000);
  out.field("evicted_keys", totals.evicted);
  out.field("evicted_clients", statistics.evicted_clients.load());
  out.zeros({"total_eviction_exceeded_time", "current_eviction_exceeded_time"});
  out.field("keyspace_hits", totals.hits);
  out.field("keyspace_misses", totals.misses);
  out.field("pubsub_channels", facts.world.pubsub.count(ChannelKind::channel));
  out.field("pubsub_patterns", facts.world.pubsub.count(ChannelKind::pattern));
  out.field("pubsubshard_channels", facts.world.pubsub.count(ChannelKind::shard));
  out.zeros({"latest_fork_usec", "total_forks", "migrate_cached_sockets", "slave_expires_tracked_keys",
             "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses",
             "total_active_defrag_time", "current_active_defrag_time", "tracking_total_keys", "tracking_total_items",
             "tracking_total_prefixes"});
  out.field("unexpected_error_replies", 0);  // those of replicas to their master: there are none
  out.field("total_error_replies", thread_total(facts, &ThreadStatistics::error_replies));
  out.field("dump_payload_sanitizations", 0);
  out.field("total_reads_processed", thread_total(facts, &ThreadStatistics::reads));
  out.field("total_writes_processed", thread_total(facts, &ThreadStatistics::writes));
  out.field("io_threaded_reads_processed", thread_total(facts, &ThreadStatistics::reads, 1));
  out.field("io_threaded_writes_processed", thread_total(facts, &ThreadStatistics::writes, 1));
  out.field("client_query_buffer_limit_disconnections", statistics.query_limit_disconnections.load());
  out.field("client_output_buffer_limit_disconnections", statistics.output_limit_disconnections.load());
  event_loop_fields(out, facts);
  out.field("acl_access_denied_auth", statistics.acl_denied_auth.load());
  out.zeros({"acl_access_denied_cmd", "acl_access_denied_key", "acl_access_denied_channel"});
}

// -- Replication, CPU, modules, cluster --

void replication_section(InfoText& out, const Facts& facts) {
  out.section("Replication");
  out.field("role", "master");
  out.field("connected_slaves", 0);
  if ((facts.state.gates.closed() & kGateReplicas) != 0) out.field("min_slaves_good_slaves", 0);
  out.field("master_failover_state", "no-failover");
  out.field("master_replid", facts.state.run_id);
  out.field("master_replid2", std::string(40, '0'));
  out.field("master_repl_offset", 0);
  out.field("second_repl_offset", -1);
  out.field("repl_backlog_active", 0);
  out.field("repl_backlog_size", 1'048'576);
  out.zeros({"repl_backlog_first_byte_offset", "repl_backlog_histlen"});
}

void cpu_fields(InfoText& out, const rusage& usage, std::string_view suffix) {
  out.fieldf(fmt::format("used_cpu_sys{}", suffix), "{}.{:06}", usage.ru_stime.tv_sec, usage.ru_stime.tv_usec);
  out.fieldf(fmt::format("used_cpu_user{}", suffix), "{}.{:06}", usage.ru_utime.tv_sec, usage.ru_utime.tv_usec);
}

rusage usage_of(int who) {
  rusage usage{};
  ::getrusage(static_cast<__rusage_who_t>(who), &usage);
  return usage;
}

/// There is no main thread that serves clients: the one that executes INFO stands for it.
void cpu_section(InfoText& out, const Facts&) {
  out.section("CPU");
  cpu_fields(out, usage_of(RUSAGE_SELF), "");
  cpu_fields(out, usage_of(RUSAGE_CHILDREN), "_children");
  cpu_fields(out, usage_of(RUSAGE_THREAD), "_main_thread");
}

void modules_section(InfoText& out, const Facts&) { out.section("Modules"); }

void cluster_section(InfoText& out, const Facts&) {
  out.section("Cluster");
  out.field("cluster_enabled", 0);
}

// -- Commands and errors --

struct CommandTotals {
  int64_t calls = 0, nanoseconds = 0, rejected = 0, failed = 0;
};

CommandTotals command_totals(const Facts& facts, size_t id) {
  CommandTotals totals;
  for (const ThreadStatistics* thread : facts.state.figures.threads()) {
    const CommandFigures& figures = thread->per_command[id];
    totals.calls += figures.calls.get();
    totals.nanoseconds += figures.microseconds_x1000.get();
    totals.rejected += figures.rejected.get();
    totals.failed += figures.failed.get();
  }
  return totals;
}

void commandstats_section(InfoText& out, const Facts& facts) {
  out.section("Commandstats");
  const auto commands = all_commands();
  for (size_t id = 0; id < commands.size(); ++id) {
    const CommandTotals totals = command_totals(facts, id);
    if (totals.calls == 0 && totals.rejected == 0 && totals.failed == 0) continue;
    const double microseconds = static_cast<double>(totals.nanoseconds) / 1000;
    out.fieldf(fmt::format("cmdstat_{}", commands[id].name),
               "calls={},usec={:.0f},usec_per_call={:.2f},rejected_calls={},failed_calls={}", totals.calls,
               microseconds, totals.calls == 0 ? 0 : microseconds / static_cast<double>(totals.calls), totals.rejected,
               totals.failed);
  }
}

void errorstats_section(InfoText& out, const Facts& facts) {
  out.section("Errorstats");
  ErrorCounts::Counts counts;
  for (const ThreadStatistics* thread : facts.state.figures.threads()) thread->errors.add_to(counts);
  for (const auto& [code, count] : counts) {
    out.fieldf(fmt::format("errorstat_{}", code), "count={}", count);
  }
}

void latencystats_section(InfoText& out, const Facts& facts) {
  out.section("Latencystats");
  if (!facts.settings.latency_tracking) return;
  const auto commands = all_commands();
  for (size_t id = 0; id < commands.size(); ++id) {
    LatencyDistribution latency;
    for (const ThreadStatistics* thread : facts.state.figures.threads()) latency.add(thread->per_command[id].latency);
    if (latency.count() == 0) continue;
    std::string line;
    for (const double percent : facts.settings.latency_tracking_info_percentiles) {
      fmt::format_to(std::back_inserter(line), "{}p{}={:.3f}", line.empty() ? "" : ",", percent,
                     static_cast<double>(latency.percentile(percent)) / 1000);
    }
    out.field(fmt::format("latency_percentiles_usec_{}", commands[id].name), line);
  }
}

void keyspace_section(InfoText& out, const Facts& facts) {
  out.section("Keyspace");
  for (size_t i = 0; i < facts.databases.size(); ++i) {
    const DatabaseFigures& database = facts.databases[i];
    if (database.keys == 0) continue;
    out.fieldf(fmt::format("db{}", i), "keys={},expires={},avg_ttl={}", database.keys, database.deadlines,
               database.average_ttl_ms);
  }
}

// -- Choosing --

/// What gathering costs something, and so is gathered only for the sections that need it.
enum Needs : unsigned { kNothing = 0, kClients = 1, kDatabases = 2 };

struct Section {
  std::string_view name;
  bool in_default;
  void (*write)(InfoText& out, const Facts& facts);
  unsigned needs = kNothing;
};

constexpr Section kSections[] = {
    {"server", true, server_section},
    {"clients", true, clients_section, kClients},
    {"memory", true, memory_section, kDatabases},
    {"persistence", true, persistence_section},
    {"stats", true, stats_section},
    {"replication", true, replication_section},
    {"cpu", true, cpu_section},
    {"modules", true, modules_section},
    {"commandstats", false, commandstats_section},
    {"errorstats", true, errorstats_section},
    {"latencystats", false, latencystats_section},
    {"cluster", true, cluster_section},
    {"keyspace", true, keyspace_section, kDatabases},
};

bool is_asked_for(const Section& section, std::span<const std::string_view> names) {
  if (names.empty()) return section.in_default;
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    if (base::equals_ignoring_case(name, "all") || base::equals_ignoring_case(name, "everything")) return true;
    if (base::equals_ignoring_case(name, "default")) return section.in_default;
    return base::equals_ignoring_case(name, section.name);
  });
}

ClientFigures client_figures(CommandContext& context) {
  ClientFigures figures;
  std::set<std::pair<uint32_t, std::string_view>> keys;
  context.with_threads_stopped([&] {
    context.state().clients.for_each([&](Client& client) {
      if (client.blocked != nullptr) {
        const auto& waiter = static_cast<const BlockedRequest&>(*client.blocked);
        figures.waiting_limited += waiter.deadline_ms != 0 ? 1 : 0;
        for (const auto key : waiter.keys) keys.emplace(waiter.database, key);
      }
      figures.blocked += client.is_blocked() ? 1 : 0;
      figures.pubsub += client.subscriptions() > 0 ? 1 : 0;
      figures.longest_input = std::max(figures.longest_input, client.query_buffer_bytes);
      figures.longest_output = std::max(figures.longest_output, client.output.size());
    });
    figures.keys_waited_for = keys.size();
  });
  return figures;
}

}  // namespace

static void info(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto names = args.rest();
  unsigned needs = kNothing;
  for (const Section& section : kSections) needs |= is_asked_for(section, names) ? section.needs : kNothing;
  Facts facts{.state = context.state(),
              .world = context.world(),
              .settings = context.thread().settings(),
              .now_us = context.world().clock().now_us()};
  if (needs & kDatabases)
    facts.databases = keyspace_figures(context.world().store, context.locks(), facts.now_us / 1000);
  if (needs & kClients) facts.clients = client_figures(context);
  InfoText text;
  for (const Section& section : kSections) {
    if (is_asked_for(section, names)) section.write(text, facts);
  }
  reply.verbatim("txt", text.text());
}

// clang-format off
constexpr std::string_view kDiffersByShard[] = {
    "nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
constexpr HistoryEntry kInfoHistory[] = {{"7.0.0", "Took several sections at once."}};
constexpr ArgSpec kInfoArgs[] = {{.name = "section", .optional = true, .multiple = true}};

constexpr CommandSpec kInfoCommands[] = {
    {.name = "info", .group = Group::server, .since = "1.0.0", .arity = at_least(1),
     .flags = kLoading | kStale | kStopsThreads,
     .extra_acl = kAclDangerous, .complexity = "O(1)",
     .summary = "Returns facts and figures about the server, by section.", .tips = kDiffersByShard,
     .history = kInfoHistory, .args = kInfoArgs, .handler = info},
};
// clang-format on
static_assert(well_formed(kInfoCommands));

std::span<const CommandSpec> info_commands() { return kInfoCommands; }

}  // namespace larder::server::commands
