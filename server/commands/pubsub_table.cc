// The rows of the publish/subscribe commands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/pubsub.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

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
     .flags = kPubsub | kNoScript | kLoading | kStale, .complexity = "O(N) in the channels",
     .summary = "Receives what is published to the given channels.", .args = kChannels, .handler = subscribe},
    {.name = "unsubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale, .complexity = "O(N) in the channels",
     .summary = "Stops receiving from the given channels, or from all.", .args = kUnsubscribeArgs,
     .handler = unsubscribe},
    {.name = "psubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(2),
     .flags = kPubsub | kNoScript | kLoading | kStale, .complexity = "O(N) in the patterns",
     .summary = "Receives what is published to channels whose names match the given patterns.", .args = kPsubscribeArgs,
     .handler = psubscribe},
    {.name = "punsubscribe", .group = Group::pubsub, .since = "2.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale, .complexity = "O(N) in the patterns",
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
     .flags = kPubsub | kNoScript | kLoading | kStale, .keys = keys_from(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channels", .summary = "Receives what is published to the given shard channels.",
     .args = kSsubscribeArgs, .handler = ssubscribe},
    {.name = "sunsubscribe", .group = Group::pubsub, .since = "7.0.0", .arity = at_least(1),
     .flags = kPubsub | kNoScript | kLoading | kStale, .keys = keys_from(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channels",
     .summary = "Stops receiving from the given shard channels, or from all.", .args = kPubsubShardnumsubArgs,
     .handler = sunsubscribe},
    {.name = "spublish", .group = Group::pubsub, .since = "7.0.0", .arity = exactly(3),
     .flags = kPubsub | kLoading | kStale | kFast | kMayReplicate, .keys = key_at(1, KeyUse::not_key),
     .complexity = "O(N) in the shard channel's subscribers",
     .summary = "Sends a message to all who receive from a shard channel.", .args = kSpublishArgs, .handler = spublish},
};
static_assert(well_formed(kPubsubCommands));

}  // namespace

std::span<const CommandSpec> pubsub_commands() { return kPubsubCommands; }

}  // namespace larder::server::commands
