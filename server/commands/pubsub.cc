// The handlers of the pub/sub commands.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "server/commands/container_help.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"

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
void confirm(ReplyWriter& reply, Client& client, int64_t count, std::string_view what,
             std::optional<std::string_view> name) {
  if (&reply.output() != &client.output) {
    ReplyWriter kept(client.output, client.protocol);
    return confirm(kept, client, count, what, name);
  }
  reply.push(3);
  reply.bulk(what);
  name ? reply.bulk(*name) : reply.null();
  reply.integer(count);
}

void subscribe_all(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind,
                   std::string_view what) {
  while (args.more()) {
    const auto name = args.bytes();
    context.world().pubsub.subscribe(context.client(), kind, name);
    confirm(reply, context.client(), subscription_count(context.client(), kind), what, name);
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
    if (names.empty()) return confirm(reply, client, subscription_count(client, kind), what, std::nullopt);
  }
  std::vector<int64_t> counts;
  for (const std::string& name : names) {
    context.world().pubsub.unsubscribe(client, kind, name);
    counts.push_back(subscription_count(client, kind));
  }
  context.deliver_messages();
  for (size_t i = 0; i < names.size(); ++i) confirm(reply, client, counts[i], what, names[i]);
}

void publish_to(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  const auto channel = args.bytes();
  const auto message = args.bytes();
  reply.integer(static_cast<int64_t>(context.world().pubsub.publish(kind, channel, message)));
}

void list_channels(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  if (args.remaining() > 1) {
    return reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try PUBSUB HELP.",
                                   as_text(args.all()[1].substr(0, 128))));
  }
  const auto pattern = args.more() ? std::optional(args.bytes()) : std::nullopt;
  const auto names = context.world().pubsub.channels(kind, pattern);
  reply.array(names.size());
  for (const std::string& name : names) reply.bulk(name);
}

void count_subscribers(ArgReader& args, CommandContext& context, ReplyWriter& reply, ChannelKind kind) {
  reply.array(2 * args.remaining());
  while (args.more()) {
    const auto name = args.bytes();
    reply.bulk(name);
    reply.integer(static_cast<int64_t>(context.world().pubsub.subscribers(kind, name)));
  }
}

}  // namespace

static void subscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::channel, "subscribe");
}

static void unsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::channel, "unsubscribe");
}

static void psubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::pattern, "psubscribe");
}

static void punsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::pattern, "punsubscribe");
}

static void ssubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  subscribe_all(args, context, reply, ChannelKind::shard, "ssubscribe");
}

static void sunsubscribe(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  unsubscribe_all(args, context, reply, ChannelKind::shard, "sunsubscribe");
}

static void publish(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  publish_to(args, context, reply, ChannelKind::channel);
}

static void spublish(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  publish_to(args, context, reply, ChannelKind::shard);
}

static void pubsub_channels(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  list_channels(args, context, reply, ChannelKind::channel);
}

static void pubsub_shardchannels(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  list_channels(args, context, reply, ChannelKind::shard);
}

static void pubsub_numsub(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  count_subscribers(args, context, reply, ChannelKind::channel);
}

static void pubsub_shardnumsub(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  count_subscribers(args, context, reply, ChannelKind::shard);
}

static void pubsub_numpat(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.world().pubsub.count(ChannelKind::pattern)));
}

// clang-format off
constexpr ArgSpec kChannels[] = {{.name = "channel", .multiple = true}};
constexpr ArgSpec kUnsubscribeArgs[] = {{.name = "channel", .optional = true, .multiple = true}};
constexpr ArgSpec kPsubscribeArgs[] = {{.name = "pattern", .type = ArgType::pattern, .multiple = true}};
constexpr ArgSpec kPunsubscribeArgs[] = {
    {.name = "pattern", .type = ArgType::pattern, .optional = true, .multiple = true}};
constexpr ArgSpec kPublishArgs[] = {{.name = "channel"}, {.name = "message"}};
constexpr ArgSpec kPubsubChannelsArgs[] = {{.name = "pattern", .type = ArgType::pattern, .optional = true}};
constexpr ArgSpec kPubsubShardnumsubArgs[] = {{.name = "shardchannel", .optional = true, .multiple = true}};
constexpr ArgSpec kSsubscribeArgs[] = {{.name = "shardchannel", .multiple = true}};
constexpr ArgSpec kSpublishArgs[] = {{.name = "shardchannel"}, {.name = "message"}};

constexpr CommandSpec kPubsubCommands[] = {
    {.name = "subscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(2),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .complexity = "O(N) in the channels",
     .summary = "Receives what is published to the given channels.", .args = kChannels, .handler = subscribe},
    {.name = "unsubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .complexity = "O(N) in the channels",
     .summary = "Stops receiving from the given channels, or from all.", .args = kUnsubscribeArgs,
     .handler = unsubscribe},
    {.name = "psubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(2),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .complexity = "O(N) in the patterns",
     .summary = "Receives what is published to channels whose names match the given patterns.", .args = kPsubscribeArgs,
     .handler = psubscribe},
    {.name = "punsubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .complexity = "O(N) in the patterns",
     .summary = "Stops receiving by the given patterns, or by all.", .args = kPunsubscribeArgs,
     .handler = punsubscribe},
    {.name = "publish", .group = Group::pubsub, .since = "2.0.0", .arity = exactly(3),
     .flags = kPubsub | kLoading | kStale | kFast | kMayReplicate,
     .complexity = "O(N+M): the channel's subscribers and all patterns subscribed to",
     .summary = "Sends a message to all who receive from a channel.", .args = kPublishArgs, .handler = publish},
    {.name = "pubsub", .group = Group::pubsub, .since = "2.8.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Tells which channels are in use.", .container = true},
    {.name = "pubsub|channels", .group = Group::pubsub, .since = "2.8.0", .arity = at_least(2),
     .flags = kPubsub | kLoading | kStale, .complexity = "O(N) in the channels in use",
     .summary = "Lists the channels that have subscribers.", .args = kPubsubChannelsArgs, .handler = pubsub_channels},
    {.name = "pubsub|numpat", .group = Group::pubsub, .since = "2.8.0", .arity = exactly(2),
     .flags = kPubsub | kLoading | kStale, .complexity = "O(1)",
     .summary = "Counts the different patterns that are subscribed to.", .handler = pubsub_numpat},
    {.name = "pubsub|numsub", .group = Group::pubsub, .since = "2.8.0", .arity = at_least(2),
     .flags = kPubsub | kLoading | kStale, .complexity = "O(N) in the channels asked for",
     .summary = "Counts the subscribers of each given channel.", .args = kUnsubscribeArgs, .handler = pubsub_numsub},
    {.name = "pubsub|shardchannels", .group = Group::pubsub, .since = "7.0.0", .arity = at_least(2),
     .flags = kPubsub | kLoading | kStale, .complexity = "O(N) in the shard channels in use",
     .summary = "Lists the shard channels that have subscribers.", .args = kPubsubChannelsArgs,
     .handler = pubsub_shardchannels},
    {.name = "pubsub|shardnumsub", .group = Group::pubsub, .since = "7.0.0", .arity = at_least(2),
     .flags = kPubsub | kLoading | kStale, .complexity = "O(N) in the shard channels asked for",
     .summary = "Counts the subscribers of each given shard channel.", .args = kPubsubShardnumsubArgs,
     .handler = pubsub_shardnumsub},
    {.name = "pubsub|help", .group = Group::pubsub, .since = "6.2.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
    {.name = "ssubscribe", .group = Group::pubsub, .since = "7.0.0", .arity = at_least(2),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .keys = keys_from(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channels", .summary = "Receives what is published to the given shard channels.",
     .args = kSsubscribeArgs, .handler = ssubscribe},
    {.name = "sunsubscribe", .group = Group::pubsub, .since = "7.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale | kInSubscriberMode, .keys = keys_from(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channels",
     .summary = "Stops receiving from the given shard channels, or from all.", .args = kPubsubShardnumsubArgs,
     .handler = sunsubscribe},
    {.name = "spublish", .group = Group::pubsub, .since = "7.0.0", .arity = exactly(3),
     .flags = kPubsub | kLoading | kStale | kFast | kMayReplicate, .keys = key_at(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channel's subscribers",
     .summary = "Sends a message to all who receive from a shard channel.", .args = kSpublishArgs, .handler = spublish},
};
// clang-format on
static_assert(well_formed(kPubsubCommands));

std::span<const CommandSpec> pubsub_commands() { return kPubsubCommands; }

}  // namespace larder::server::commands
