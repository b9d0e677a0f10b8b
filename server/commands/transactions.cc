// MULTI, EXEC, DISCARD, WATCH, UNWATCH. Dispatch queues what comes between MULTI and EXEC and locks the shards of all
// of it before EXEC is called. Threads: as all handlers, on the connection's thread.
#include "server/commands/transactions.h"

#include <algorithm>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/watches.h"
#include "server/net/io_thread.h"

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
  forget_watches(context.core(), context.thread(), context.client(), context.locks());
}

}  // namespace

void multi(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (context.client().transaction.active) return reply.error(protocol::kNestedMulti);
  context.client().transaction.active = true;
  reply.ok();
}

void exec(ArgReader&, CommandContext& context, ReplyWriter& reply) {
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
  context.thread().dispatcher().run_queued(context.client(), queue, reply, context.locks());
}

void discard(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (!context.client().transaction.active) return reply.error(protocol::kDiscardWithoutMulti);
  end_transaction(context);
  reply.ok();
}

void watch(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  Client& client = context.client();
  if (client.transaction.active) return reply.error(protocol::kWatchInsideMulti);
  if (client.watch_flag == nullptr) client.watch_flag = std::make_shared<store::WatchFlag>();
  while (args.more()) {
    const auto key = args.key();
    const std::pair<uint32_t, std::string> place(client.database, key);
    if (std::find(client.watched.begin(), client.watched.end(), place) != client.watched.end()) continue;
    context.keys().watch(key, client.watch_flag);
    client.watched.push_back(place);
  }
  reply.ok();
}

void unwatch(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  forget_watches(context.core(), context.thread(), context.client(), context.locks());
  reply.ok();
}

}  // namespace larder::server::commands
