// The commands on the server as a whole and on whole databases; INFO, MEMORY and DEBUG stand in info.cc, memory.cc and
// debug.cc. FLUSHALL, FLUSHDB and SWAPDB are called with all shards held.
#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/config/start_options.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// Whether a flush may happen in the background; nothing after an error, which is then written.
std::optional<bool> read_flush_mode(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  bool lazy = context.thread().settings().lazyfree_lazy_user_flush;
  if (args.token("ASYNC")) {
    lazy = true;
  } else if (args.token("SYNC")) {
    lazy = false;
  }
  args.expect_end();
  if (args.failed(reply)) return std::nullopt;
  return lazy;
}

/// The index of a database: a text that is no int is `error`, an int that is no database is the usual one.
std::optional<uint32_t> read_database(ArgReader& args, CommandContext& context, std::string_view error) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();
  const int64_t index = args.integer_between(kLeast, kMost, error);
  if (args.failed()) return std::nullopt;
  if (index >= 0 && index < context.world().store.databases()) return static_cast<uint32_t>(index);
  return std::numeric_limits<uint32_t>::max();
}

struct ShutdownOptions {
  bool save = false, no_save = false, now = false, force = false, abort = false;

  bool contradictory() const { return (save && no_save) || (abort && (save || no_save || now || force)); }
};

ShutdownOptions read_shutdown_options(ArgReader& args) {
  ShutdownOptions options;
  while (args.more()) {
    if (args.token("NOSAVE")) {
      options.no_save = true;
    } else if (args.token("SAVE")) {
      options.save = true;
    } else if (args.token("NOW")) {
      options.now = true;
    } else if (args.token("FORCE")) {
      options.force = true;
    } else if (args.token("ABORT")) {
      options.abort = true;
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (options.contradictory()) args.fail(protocol::kSyntaxError);
  return options;
}

/// A shelf of jars, filled differently each time.
std::string larder_shelf(base::Random& random, int jars) {
  constexpr int kHeight = 4;
  std::string rows[kHeight + 2];
  for (int jar = 0; jar < jars; ++jar) {
    const int level = static_cast<int>(random.below(kHeight + 1));
    rows[0] += "   ___  ";
    for (int row = 1; row <= kHeight; ++row) rows[row] += kHeight - row < level ? "  |###| " : "  |   | ";
    rows[kHeight + 1] += "==(___)=";
  }
  std::string shelf;
  for (const std::string& row : rows) fmt::format_to(std::back_inserter(shelf), "{}\n", row);
  return shelf;
}

}  // namespace

// -- Whole databases --

static void dbsize(ArgReader&, store::Keyspace& keys, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(keys.size()));
}

static void flushall(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto lazy = read_flush_mode(args, context, reply);
  if (!lazy) return;
  context.keys().flush_all(*lazy);
  reply.ok();
}

static void flushdb(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto lazy = read_flush_mode(args, context, reply);
  if (!lazy) return;
  context.keys().flush(*lazy);
  reply.ok();
}

static void swapdb(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto first = read_database(args, context, "ERR invalid first DB index");
  const auto second = read_database(args, context, "ERR invalid second DB index");
  if (args.failed(reply)) return;
  const uint32_t databases = context.world().store.databases();
  if (*first >= databases || *second >= databases) return reply.error(protocol::kDbIndexOutOfRange);
  context.keys().swap_databases(*first, *second);
  reply.ok();
}

// -- The server --

static void time(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const int64_t now = context.world().clock().now_us();
  reply.array(2);
  reply.bulk_integer(now / 1'000'000);
  reply.bulk_integer(now % 1'000'000);
}

static void role(ArgReader&, CommandContext&, ReplyWriter& reply) {
  reply.array(3);
  reply.bulk("master");
  reply.integer(0);  // the replication offset: nothing is replicated
  reply.array(0);
}

static void monitor(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (context.in_exec()) return reply.error("ERR MONITOR isn't allowed for DENY BLOCKING client");
  if (context.client().monitor) return;  // no reply to a second one
  context.state().monitors.add(context.client());
  reply.ok();
}

/// There is nothing to save, so SAVE, NOSAVE, NOW and FORCE all stop the server alike. No reply: the connection is
/// closed when the server stops.
static void shutdown(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const ShutdownOptions options = read_shutdown_options(args);
  if (args.failed(reply)) return;
  if (options.abort) return reply.error("ERR No shutdown in progress.");
  if (!context.state().request_shutdown) return reply.error("ERR Errors trying to SHUTDOWN. Check logs.");
  context.state().request_shutdown();
}

static void lolwut(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  constexpr int kJars = 6;
  if (args.remaining() >= 2 && args.token("VERSION")) args.integer();  // every version has the same picture
  if (args.failed(reply)) return;
  reply.verbatim("txt",
                 fmt::format("{}\nWhat is kept in a larder keeps longer. Larder ver. {}, Redis ver. {}\n",
                             larder_shelf(context.thread_state().random(), kJars), larder_version(), kRedisVersion));
}

// clang-format off
constexpr std::string_view kDbsizeTips[] = {"request_policy:all_shards", "response_policy:agg_sum"};
constexpr std::string_view kAllShardsSucceed[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
constexpr HistoryEntry kFlushallHistory[] = {{"4.0.0", "Took `ASYNC`."}, {"6.2.0", "Took `SYNC`."}};
constexpr ArgSpec kFlushType[] = {
    {.name = "async", .type = ArgType::pure_token, .token = "ASYNC", .since = "4.0.0"},
    {.name = "sync", .type = ArgType::pure_token, .token = "SYNC", .since = "6.2.0"}};
constexpr ArgSpec kFlushallArgs[] = {
    {.name = "flush-type", .type = ArgType::oneof, .optional = true, .args = kFlushType}};
constexpr ArgSpec kSwapdbArgs[] = {
    {.name = "index1", .type = ArgType::integer}, {.name = "index2", .type = ArgType::integer}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kShutdownHistory[] = {{"7.0.0", "Took `NOW`, `FORCE` and `ABORT`."}};
constexpr ArgSpec kShutdownSaveSelector[] = {
    {.name = "nosave", .type = ArgType::pure_token, .token = "NOSAVE"},
    {.name = "save", .type = ArgType::pure_token, .token = "SAVE"}};
constexpr ArgSpec kShutdownArgs[] = {
    {.name = "save-selector", .type = ArgType::oneof, .optional = true, .args = kShutdownSaveSelector},
    {.name = "now", .type = ArgType::pure_token, .token = "NOW", .since = "7.0.0", .optional = true},
    {.name = "force", .type = ArgType::pure_token, .token = "FORCE", .since = "7.0.0", .optional = true},
    {.name = "abort", .type = ArgType::pure_token, .token = "ABORT", .since = "7.0.0", .optional = true}};
constexpr ArgSpec kLolwutArgs[] = {{.name = "version", .type = ArgType::integer, .token = "VERSION", .optional = true}};

constexpr CommandSpec kServerCommands[] = {
    {.name = "dbsize", .group = Group::server, .since = "1.0.0", .arity = exactly(1), .flags = kReadOnly | kFast,
     .extra_acl = kAclKeyspace, .complexity = "O(1)", .summary = "Counts the keys of the database.",
     .tips = kDbsizeTips, .locking = Locking::walk, .handler = dbsize},
    {.name = "flushall", .group = Group::server, .since = "1.0.0", .arity = at_least(1), .flags = kWrite,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the keys of all databases",
     .summary = "Deletes the keys of all databases.", .tips = kAllShardsSucceed, .history = kFlushallHistory,
     .args = kFlushallArgs, .locking = Locking::all_shards, .handler = flushall},
    {.name = "flushdb", .group = Group::server, .since = "1.0.0", .arity = at_least(1), .flags = kWrite,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the keys of the database",
     .summary = "Deletes the keys of the database.", .tips = kAllShardsSucceed, .history = kFlushallHistory,
     .args = kFlushallArgs, .locking = Locking::all_shards, .handler = flushdb},
    {.name = "swapdb", .group = Group::server, .since = "4.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the clients that watch keys of either database",
     .summary = "Exchanges two databases for all connections at once.", .args = kSwapdbArgs,
     .locking = Locking::all_shards, .handler = swapdb},
    {.name = "time", .group = Group::server, .since = "2.6.0", .arity = exactly(1), .flags = kLoading | kStale | kFast,
     .complexity = "O(1)", .summary = "Returns the server's clock.", .tips = kNondeterministic, .handler = time},
    {.name = "role", .group = Group::server, .since = "2.8.12", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast, .extra_acl = kAclAdmin | kAclDangerous, .complexity = "O(1)",
     .summary = "Tells the server's part in replication.", .handler = role},
    {.name = "shutdown", .group = Group::server, .since = "1.0.0", .arity = at_least(1),
     .flags = kAdmin | kNoScript | kLoading | kStale | kNoMulti | kAllowBusy, .complexity = "O(1)",
     .summary = "Stops the server.", .history = kShutdownHistory, .args = kShutdownArgs, .handler = shutdown},
    {.name = "lolwut", .group = Group::server, .since = "5.0.0", .arity = at_least(1), .flags = kReadOnly | kFast,
     .complexity = "O(1)", .summary = "Shows the version, with a little art.", .args = kLolwutArgs, .handler = lolwut},
    {.name = "monitor", .group = Group::server, .since = "1.0.0", .arity = exactly(1),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Shows every command that the server executes, as it does so.", .handler = monitor},
};
// clang-format on
static_assert(well_formed(kServerCommands));

std::span<const CommandSpec> server_commands() { return kServerCommands; }

}  // namespace larder::server::commands
