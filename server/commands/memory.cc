// MEMORY: where memory goes. MEMORY USAGE is called with its key's shard held, the others with none;
// other threads stand still while their clients are looked at.
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/container_help.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/observe/keyspace_figures.h"
#include "server/observe/process_memory.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

constexpr size_t kTableBytesPerKey = 11;  // a word of 8 bytes at the table's usual load

size_t memory_of(const store::Entry& entry) {
  size_t bytes = store::Arena::charged(entry.bytes()) + kTableBytesPerKey;
  if (entry.type() != store::Type::string) {
    bytes += entry.value()->memory();
  } else if (entry.has_blob()) {
    bytes += entry.blob()->memory();
  }
  return bytes;
}

/// What MEMORY STATS and MEMORY DOCTOR speak of.
struct MemoryFacts {
  int64_t used, peak, startup, clients;
  AllocatorFigures allocator;
  ResidentMemory resident;
  int64_t tables = 0, keys = 0;
  std::vector<DatabaseFigures> databases;
};

MemoryFacts gather(CommandContext& context) {
  store::Store& store = context.world().store;
  const ServerState& state = context.state();
  const int64_t used = state.memory.used();
  MemoryFacts facts{.used = used,
                    .peak = std::max(store.peak_memory(), used),
                    .startup = state.memory.startup(),
                    .clients = state.clients.memory(),
                    .allocator = allocator_figures(store),
                    .resident = resident_memory(),
                    .databases = keyspace_figures(store, context.locks(), context.world().clock().now_ms())};
  for (const DatabaseFigures& database : facts.databases) {
    facts.tables += static_cast<int64_t>(database.table_bytes);
    facts.keys += static_cast<int64_t>(database.keys);
  }
  return facts;
}

/// Pairs of names and numbers.
class StatsWriter {
 public:
  explicit StatsWriter(ReplyWriter& reply) : reply_(reply), map_(reply.begin_map()) {}

  void count(std::string_view name, int64_t value) {
    reply_.bulk(name);
    reply_.integer(value);
    ++pairs_;
  }
  void real(std::string_view name, double value) {
    reply_.bulk(name);
    reply_.real(value);
    ++pairs_;
  }
  void database(size_t index, const DatabaseFigures& figures) {
    reply_.bulk(fmt::format("db.{}", index));
    reply_.map(3);
    reply_.bulk("overhead.hashtable.main");
    reply_.integer(static_cast<int64_t>(figures.table_bytes));
    reply_.bulk("overhead.hashtable.expires");
    reply_.integer(0);  // a deadline is part of its key's entry
    reply_.bulk("overhead.hashtable.slot-to-keys");
    reply_.integer(0);
    ++pairs_;
  }
  void end() { reply_.end_map(map_, pairs_); }

 private:
  ReplyWriter& reply_;
  ReplyWriter::Deferred map_;
  size_t pairs_ = 0;
};

std::string diagnosis(const MemoryFacts& facts, int64_t limit) {
  constexpr int64_t kTooLittle = 5 << 20;
  if (facts.used < kTooLittle) {
    return fmt::format("The data takes {}: too little for a diagnosis to mean anything. Come back with more.\n",
                       human_bytes(facts.used));
  }
  std::string text;
  if (facts.peak > facts.used + facts.used / 2) {
    text += fmt::format(
        "- Peak: the data once took {}, now {}. Freed pages may still belong to the process; MEMORY PURGE "
        "gives them back.\n",
        human_bytes(facts.peak), human_bytes(facts.used));
  }
  if (ratio_of(facts.allocator.active, facts.used) > 1.4) {
    text += fmt::format(
        "- Holes: {} are in use for {} of data, because what was deleted lies between what was kept. New "
        "keys of the same sizes fill the holes.\n",
        human_bytes(facts.allocator.active), human_bytes(facts.used));
  }
  if (limit > 0 && facts.used > limit - limit / 20) {
    text += fmt::format("- Limit: the data takes {} of the {} that maxmemory allows.\n", human_bytes(facts.used),
                        human_bytes(limit));
  }
  if (facts.clients > facts.used / 2) {
    text += fmt::format("- Clients: their buffers take {}. CLIENT LIST shows whose (tot-mem).\n",
                        human_bytes(facts.clients));
  }
  return text.empty() ? "No problem found.\n" : "Worth a look:\n" + text;
}

}  // namespace

static void memory_usage(ArgReader& args, store::Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  while (args.more()) {
    // Collections know their exact size, so the number of samples is only checked.
    if (args.remaining() >= 2 && args.token("SAMPLES")) {
      if (args.integer() < 0) args.fail(protocol::kSyntaxError);
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  const store::Item item = keys.find(key, store::kPeek);
  if (!item) return reply.null();
  reply.integer(static_cast<int64_t>(memory_of(*item.entry)));
}

static void memory_stats(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const MemoryFacts facts = gather(context);
  const int64_t overhead = std::min(facts.startup + facts.clients + facts.tables, facts.used);
  const int64_t dataset = facts.used - overhead;
  StatsWriter out(reply);
  out.count("peak.allocated", facts.peak);
  out.count("total.allocated", facts.used);
  out.count("startup.allocated", facts.startup);
  for (const char* name : {"replication.backlog", "clients.slaves"}) out.count(name, 0);
  out.count("clients.normal", facts.clients);
  for (const char* name : {"cluster.links", "aof.buffer", "lua.caches", "functions.caches"}) out.count(name, 0);
  for (size_t i = 0; i < facts.databases.size(); ++i) {
    if (facts.databases[i].keys > 0) out.database(i, facts.databases[i]);
  }
  out.count("overhead.total", overhead);
  out.count("keys.count", facts.keys);
  out.count("keys.bytes-per-key", facts.keys == 0 ? 0 : (facts.used - facts.startup) / facts.keys);
  out.count("dataset.bytes", dataset);
  out.real("dataset.percentage", percent_of(dataset, facts.used - facts.startup));
  out.real("peak.percentage", percent_of(facts.used, facts.peak));
  out.count("allocator.allocated", facts.used);
  const auto& [allocated, active, resident] = facts.allocator;
  out.count("allocator.active", active);
  out.count("allocator.resident", resident);
  out.real("allocator-fragmentation.ratio", ratio_of(active, allocated));
  out.count("allocator-fragmentation.bytes", active - allocated);
  out.real("allocator-rss.ratio", ratio_of(resident, active));
  out.count("allocator-rss.bytes", resident - active);
  out.real("rss-overhead.ratio", ratio_of(facts.resident.total, resident));
  out.count("rss-overhead.bytes", facts.resident.total - resident);
  out.real("fragmentation", ratio_of(facts.resident.own, facts.used));
  out.count("fragmentation.bytes", facts.resident.own - facts.used);
  out.end();
}

static void memory_doctor(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.verbatim("txt", diagnosis(gather(context), context.thread_state().settings().maxmemory));
}

static void memory_purge(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  context.world().store.purge();
  reply.ok();
}

static void memory_malloc_stats(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const store::Store& store = context.world().store;
  const store::BlockPool::Figures blocks = store.block_figures();
  const struct mallinfo2 heap = ::mallinfo2();
  reply.verbatim(
      "txt", fmt::format("Blocks of small entries: {} bytes mapped, {} in use, {} free and resident\n"
                         "General allocator: {} bytes from the system, {} in use, {} free, {} in {} mappings\n"
                         "As counted: {} bytes\n",
                         blocks.mapped, blocks.active, blocks.unused_resident, heap.arena, heap.uordblks, heap.fordblks,
                         heap.hblkhd, heap.hblks, context.state().memory.used()));
}

// clang-format off
constexpr std::string_view kDiffersByShard[] = {
    "nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
constexpr std::string_view kAllShardsSucceed[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
constexpr ArgSpec kMemoryUsageArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "count", .type = ArgType::integer, .token = "SAMPLES", .optional = true}};

constexpr CommandSpec kMemoryCommands[] = {
    {.name = "memory", .group = Group::server, .since = "4.0.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Tells where memory goes.", .container = true},
    {.name = "memory|usage", .group = Group::server, .since = "4.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(N) in the elements sampled",
     .summary = "Returns the bytes that a key and its value take.", .args = kMemoryUsageArgs, .handler = memory_usage},
    {.name = "memory|stats", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .flags = kStopsThreads, .complexity = "O(1)",
     .summary = "Returns figures about the server's memory.", .tips = kDiffersByShard, .handler = memory_stats},
    {.name = "memory|doctor", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .flags = kStopsThreads, .complexity = "O(1)",
     .summary = "Reports what looks wrong with the server's memory.", .tips = kDiffersByShard,
     .handler = memory_doctor},
    {.name = "memory|purge", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .complexity = "Depends on the allocator's free memory",
     .summary = "Has the allocator return free memory to the system.", .tips = kAllShardsSucceed,
     .handler = memory_purge},
    {.name = "memory|malloc-stats", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .complexity = "Depends on the allocator", .summary = "Returns the allocator's own figures.",
     .tips = kDiffersByShard, .handler = memory_malloc_stats},
    {.name = "memory|help", .group = Group::server, .since = "4.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
// clang-format on
static_assert(well_formed(kMemoryCommands));

std::span<const CommandSpec> memory_commands() { return kMemoryCommands; }

}  // namespace larder::server::commands
