// The handlers of the pub/sub commands. Threads: as all handlers, on the connection's thread.
#include "server/commands/pubsub.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/errors.h"
#include "server/net/io_thread.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// What a confirmation counts: channels and patterns together, shard channels apart.
int64_t subscription_count(const Client& client, ChannelKind kind) {
  return static_cast<int64_t>(kind == ChannelKind::shard ? client.shard_channels.size()
                                                         : client.channels.size() + client.patterns.size());
}

/// Sent even where CLIENT REPLY has replies dropped, as Redis 7.2 does.
void confirm(ReplyWriter& reply, Client& client, ChannelKind kind, std::string_view what,
             std::optional<std::string_view> name) {
  if (&reply.output() != &client.output) {
    ReplyWriter kept(client.output, client.protocol);
    return confirm(kept, client, kind, what, name);
  }
  reply.push(3);
  reply.bulk(what);
  name ? reply.bulk(*name) : reply.null();
  reply.integer(subscription_count(client, kind));
}

void subscribe_all(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind,
                   std::string_view what) {
  while (args.more()) {
    const auto name = args.bytes();
    context.core().pubsub.subscribe(context.client(), kind, name);
    confirm(reply, context.client(), kind, what, name);
  }
}

void unsubscribe_all(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind,
                     std::string_view what) {
  Client& client = context.client();
  std::vector<std::string> names;
  for (const std::string_view name : args.rest()) names.emplace_back(name);
  if (names.empty()) {
    const auto& all = kind == ChannelKind::pattern ? client.patterns
                      : kind == ChannelKind::shard ? client.shard_channels
                                                   : client.channels;
    names.assign(all.begin(), all.end());
    if (names.empty()) return confirm(reply, client, kind, what, std::nullopt);
  }
  for (const std::string& name : names) {
    context.core().pubsub.unsubscribe(client, kind, name);
    confirm(reply, client, kind, what, name);
  }
}

void publish_to(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  const auto channel = args.bytes();
  const auto message = args.bytes();
  reply.integer(static_cast<int64_t>(context.core().pubsub.publish(kind, channel, message)));
}

void list_channels(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  if (args.remaining() > 1) {
    return reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try PUBSUB HELP.",
                                   as_text(args.all()[1].substr(0, 128))));
  }
  const auto pattern = args.more() ? std::optional(args.bytes()) : std::nullopt;
  const auto names = context.core().pubsub.channels(kind, pattern);
  reply.array(names.size());
  for (const std::string& name : names) reply.bulk(name);
}

void count_subscribers(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  reply.array(2 * args.remaining());
  while (args.more()) {
    const auto name = args.bytes();
    reply.bulk(name);
    reply.integer(static_cast<int64_t>(context.core().pubsub.subscribers(kind, name)));
  }
}

}  // namespace

void subscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::channel, "subscribe");
}

void unsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::channel, "unsubscribe");
}

void psubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::pattern, "psubscribe");
}

void punsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::pattern, "punsubscribe");
}

void ssubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::shard, "ssubscribe");
}

void sunsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::shard, "sunsubscribe");
}

void publish(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  publish_to(args, context, reply, ChannelKind::channel);
}

void spublish(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  publish_to(args, context, reply, ChannelKind::shard);
}

void pubsub_channels(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  list_channels(args, context, reply, ChannelKind::channel);
}

void pubsub_shardchannels(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  list_channels(args, context, reply, ChannelKind::shard);
}

void pubsub_numsub(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  count_subscribers(args, context, reply, ChannelKind::channel);
}

void pubsub_shardnumsub(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  count_subscribers(args, context, reply, ChannelKind::shard);
}

void pubsub_numpat(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.core().pubsub.count(ChannelKind::pattern)));
}

}  // namespace larder::server::commands
