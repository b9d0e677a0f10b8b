// MULTI, EXEC, DISCARD, WATCH, UNWATCH. Dispatch queues what comes between MULTI and EXEC and locks the shards of all
// of it before EXEC is called.
#include <algorithm>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/dispatch.h"
#include "server/dispatch/watches.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// Whether a watched key has changed, or has passed its deadline unnoticed.
bool watched_keys_changed(CommandContext& context) {
  Client& client = context.client();
  if (client.watch_flag != nullptr && client.watch_flag->raised()) return true;
  for (const auto& [database, key] : client.watched) {
    if (context.keys(database).expired_since_watched(key, client.watch_flag.get())) return true;
  }
  return false;
}

void end_transaction(CommandContext& context) {
  context.client().transaction.reset();
  forget_watches(context.client(), context.locks());
}

}  // namespace

static void multi(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (context.client().transaction.active) return reply.error(protocol::kNestedMulti);
  context.client().transaction.active = true;
  reply.ok();
}

static void exec(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  Transaction& transaction = context.client().transaction;
  if (!transaction.active) return reply.error(protocol::kExecWithoutMulti);
  if (transaction.refused) {
    end_transaction(context);
    return reply.error(protocol::kExecAbort);
  }
  if (watched_keys_changed(context)) {
    end_transaction(context);
    return reply.null_array();
  }
  const std::vector<Transaction::Queued> queue = std::move(transaction.queue);
  end_transaction(context);
  context.dispatcher().run_queued(context.client(), queue, reply, context.locks());
}

static void discard(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (!context.client().transaction.active) return reply.error(protocol::kDiscardWithoutMulti);
  end_transaction(context);
  reply.ok();
}

static void watch(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  Client& client = context.client();
  if (client.transaction.active) return reply.error(protocol::kWatchInsideMulti);
  if (client.watch_flag == nullptr) client.watch_flag = std::make_shared<store::WatchFlag>();
  while (args.more()) {
    const auto key = args.key();
    const std::pair<uint32_t, std::string> place(client.database, key);
    if (std::find(client.watched.begin(), client.watched.end(), place) != client.watched.end()) continue;
    context.keys().watch(key, client.watch_flag);
    client.watched.push_back(place);
    client.watched_bytes += sizeof place + place.second.size();
  }
  reply.ok();
}

static void unwatch(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  forget_watches(context.client(), context.locks());
  reply.ok();
}

// clang-format off
constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};

constexpr CommandSpec kTransactionsCommands[] = {
    {.name = "multi", .group = Group::transactions, .since = "1.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy | kRunsInMulti, .complexity = "O(1)",
     .summary = "Starts a transaction: commands are queued until EXEC.", .handler = multi},
    {.name = "exec", .group = Group::transactions, .since = "1.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kSkipSlowlog | kRunsInMulti | kRunsQueue,
     .complexity = "That of the queued commands",
     .summary = "Runs the queued commands as one, with nothing in between.", .handler = exec},
    {.name = "discard", .group = Group::transactions, .since = "2.0.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy | kRunsInMulti,
     .complexity = "O(N) in the queued commands",
     .summary = "Drops the queued commands and ends the transaction.", .handler = discard},
    {.name = "watch", .group = Group::transactions, .since = "2.2.0", .arity = at_least(2),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy | kRunsInMulti, .keys = keys_from(1, KeyUse::metadata),
     .complexity = "O(N) in the keys", .summary = "Makes the next EXEC fail if one of the keys changes before it.",
     .args = kKeys, .handler = watch},
    {.name = "unwatch", .group = Group::transactions, .since = "2.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy, .complexity = "O(N) in the keys watched",
     .summary = "Stops watching all keys.", .handler = unwatch},
};
// clang-format on
static_assert(well_formed(kTransactionsCommands));

std::span<const CommandSpec> transactions_commands() { return kTransactionsCommands; }

}  // namespace larder::server::commands
