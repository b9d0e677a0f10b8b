// CONFIG: thin handlers over Config, which holds the rules and the error texts. Threads: as all handlers, on the
// connection's thread; no shard is held, so that a smaller maxmemory can evict at once.
#include "server/commands/config.h"

#include <utility>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_context.h"
#include "server/net/io_thread.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

void config_get(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto found = context.core().config.get(args.rest());
  reply.map(found.size());
  for (const auto& [name, value] : found) {
    reply.bulk(name);
    reply.bulk(value);
  }
}

void config_set(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return reply.error(protocol::kSyntaxError);
  std::vector<Config::Assignment> assignments;
  while (args.more()) {
    const auto name = args.bytes();
    assignments.emplace_back(name, args.bytes());
  }
  Core& core = context.core();
  const auto done = core.config.set(assignments, context.client().from_this_host);
  if (!done) return reply.error(done.error());
  // Inside a transaction shards are held: there the next write brings memory below a smaller limit.
  if (!context.in_exec()) core.store.make_room(context.store_thread());
  reply.ok();
}

/// The figures of other threads are set back while those threads stand still: a counter has one writer at a time.
void config_resetstat(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  Core& core = context.core();
  core.with_world_stopped(context.thread(), [&] { core.reset_figures(); });
  reply.ok();
}

void config_rewrite(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const auto done = context.core().config.rewrite();
  if (!done) return reply.error(done.error());
  context.core().log.notice("CONFIG REWRITE executed with success.");
  reply.ok();
}

}  // namespace larder::server::commands
