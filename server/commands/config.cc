// CONFIG: thin handlers over Config, which holds the rules and the error texts. No shard is
// held, so that a smaller maxmemory can evict at once.
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/container_help.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

static void config_get(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto found = context.state().config.get(args.rest());
  reply.map(found.size());
  for (const auto& [name, value] : found) {
    reply.bulk(name);
    reply.bulk(value);
  }
}

static void config_set(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return reply.error(protocol::kSyntaxError);
  std::vector<Config::Assignment> assignments;
  while (args.more()) {
    const auto name = args.bytes();
    assignments.emplace_back(name, args.bytes());
  }
  const auto done = context.state().config.set(assignments, context.client().from_this_host);
  if (!done) return reply.error(done.error());
  // Inside a transaction shards are held: there the next write brings memory below a smaller limit.
  if (!context.in_exec()) context.world().store.make_room(context.thread_state());
  reply.ok();
}

/// The figures of other threads are set back while those threads stand still: a counter has one writer at a time.
static void config_resetstat(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  context.with_threads_stopped([&] { context.state().figures.reset(context.world().store); });
  reply.ok();
}

static void config_rewrite(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const auto done = context.state().config.rewrite();
  if (!done) return reply.error(done.error());
  context.state().log.notice("CONFIG REWRITE executed with success.");
  reply.ok();
}

namespace {

bool is_secret(std::string_view directive) {
  constexpr std::string_view kSecret[] = {"requirepass", "masterauth", "masteruser", "tls-key-file-pass",
                                          "tls-client-key-file-pass"};
  return std::any_of(std::begin(kSecret), std::end(kSecret),
                     [&](std::string_view secret) { return base::equals_ignoring_case(secret, directive); });
}

void hide_secret_values(std::span<std::string_view> args) {
  for (size_t i = 2; i + 1 < args.size(); i += 2) {
    if (is_secret(args[i])) args[i + 1] = kRedacted;
  }
}

}  // namespace

// clang-format off
constexpr HistoryEntry kConfigGetHistory[] = {{"7.0.0", "Took several patterns at once."}};
constexpr ArgSpec kConfigGetArgs[] = {{.name = "parameter", .multiple = true}};
constexpr HistoryEntry kConfigSetHistory[] = {{"7.0.0", "Took several directives at once."}};
constexpr ArgSpec kConfigSetData[] = {{.name = "parameter"}, {.name = "value"}};
constexpr ArgSpec kConfigSetArgs[] = {
    {.name = "data", .type = ArgType::block, .multiple = true, .args = kConfigSetData}};

constexpr CommandSpec kConfigCommands[] = {
    {.name = "config", .group = Group::server, .since = "2.0.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Reads and changes the configuration.", .container = true},
    {.name = "config|get", .group = Group::server, .since = "2.0.0", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the directives",
     .summary = "Returns the directives whose names match, with their values.", .history = kConfigGetHistory,
     .args = kConfigGetArgs, .handler = config_get},
    {.name = "config|set", .group = Group::server, .since = "2.0.0", .arity = at_least(4),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the directives given",
     .summary = "Changes directives of the running server: all of them or none.", .tips = kAllNodesSucceed,
     .history = kConfigSetHistory, .args = kConfigSetArgs, .hide_secrets = hide_secret_values, .handler = config_set},
    {.name = "config|resetstat", .group = Group::server, .since = "2.0.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale | kStopsThreads, .complexity = "O(1)",
     .summary = "Sets the counters that INFO shows back to 0.", .tips = kAllNodesSucceed,
     .handler = config_resetstat},
    {.name = "config|rewrite", .group = Group::server, .since = "2.8.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the directives",
     .summary = "Writes the running configuration into the file that it was read from.",
     .tips = kAllNodesSucceed, .handler = config_rewrite},
    {.name = "config|help", .group = Group::server, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
// clang-format on
static_assert(well_formed(kConfigCommands));

std::span<const CommandSpec> config_commands() { return kConfigCommands; }

}  // namespace larder::server::commands
