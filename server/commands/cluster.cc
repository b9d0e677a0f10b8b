// What cluster clients probe for. Larder has no cluster support and says so exactly as a standalone Redis does, so that
// clients fall back to a plain connection. Threads: stateless.

#include "protocol/reply_writer.h"
#include "server/dispatch/command_groups.h"

namespace larder::server::commands {

static void cluster_disabled(protocol::ArgReader&, CommandContext&, protocol::ReplyWriter& reply) {
  reply.error("ERR This instance has cluster support disabled");
}

// clang-format off
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kClusterSlotsHistory[] = {
    {"4.0.0", "Showed the ids of nodes."}, {"7.0.0", "Showed more about the network."}};
constexpr ArgSpec kClusterKeyslotArgs[] = {{.name = "key"}};
constexpr ArgSpec kClusterCountkeysinslotArgs[] = {{.name = "slot", .type = ArgType::integer}};
constexpr ArgSpec kClusterGetkeysinslotArgs[] = {
    {.name = "slot", .type = ArgType::integer}, {.name = "count", .type = ArgType::integer}};
constexpr ArgSpec kNodeId[] = {{.name = "node-id"}};

constexpr ArgSpec kSlots[] = {{.name = "slot", .type = ArgType::integer, .multiple = true}};
constexpr ArgSpec kSlotRange[] = {
    {.name = "start-slot", .type = ArgType::integer}, {.name = "end-slot", .type = ArgType::integer}};
constexpr ArgSpec kSlotRanges[] = {{.name = "range", .type = ArgType::block, .multiple = true, .args = kSlotRange}};
constexpr ArgSpec kClusterFailoverOptions[] = {
    {.name = "force", .type = ArgType::pure_token, .token = "FORCE"},
    {.name = "takeover", .type = ArgType::pure_token, .token = "TAKEOVER"}};
constexpr ArgSpec kClusterFailoverArgs[] = {
    {.name = "options", .type = ArgType::oneof, .optional = true, .args = kClusterFailoverOptions}};
constexpr HistoryEntry kClusterMeetHistory[] = {{"4.0.0", "Took the port of the cluster bus."}};
constexpr ArgSpec kClusterMeetArgs[] = {
    {.name = "ip"}, {.name = "port", .type = ArgType::integer},
    {.name = "cluster-bus-port", .type = ArgType::integer, .since = "4.0.0", .optional = true}};
constexpr ArgSpec kClusterResetType[] = {
    {.name = "hard", .type = ArgType::pure_token, .token = "HARD"},
    {.name = "soft", .type = ArgType::pure_token, .token = "SOFT"}};
constexpr ArgSpec kClusterResetArgs[] = {
    {.name = "reset-type", .type = ArgType::oneof, .optional = true, .args = kClusterResetType}};
constexpr ArgSpec kClusterEpochArgs[] = {{.name = "config-epoch", .type = ArgType::integer}};
constexpr ArgSpec kClusterSetslotSubcommand[] = {
    {.name = "importing", .token = "IMPORTING"}, {.name = "migrating", .token = "MIGRATING"},
    {.name = "node", .token = "NODE"}, {.name = "stable", .type = ArgType::pure_token, .token = "STABLE"}};
constexpr ArgSpec kClusterSetslotArgs[] = {
    {.name = "slot", .type = ArgType::integer},
    {.name = "subcommand", .type = ArgType::oneof, .args = kClusterSetslotSubcommand}};

constexpr CommandSpec kClusterCommands[] = {
    {.name = "readonly", .group = Group::cluster, .since = "3.0.0", .arity = exactly(1),
     .flags = kLoading | kStale | kFast, .extra_acl = kAclConnection, .complexity = "O(1)",
     .summary = "Cluster: lets a connection read from a replica.", .handler = cluster_disabled},
    {.name = "readwrite", .group = Group::cluster, .since = "3.0.0", .arity = exactly(1),
     .flags = kLoading | kStale | kFast, .extra_acl = kAclConnection, .complexity = "O(1)",
     .summary = "Cluster: takes READONLY back.", .handler = cluster_disabled},
    {.name = "asking", .group = Group::cluster, .since = "3.0.0", .arity = exactly(1), .flags = kFast,
     .extra_acl = kAclConnection, .complexity = "O(1)",
     .summary = "Cluster: announces that the next command follows an ASK redirection.", .handler = cluster_disabled},
    {.name = "cluster", .group = Group::cluster, .since = "3.0.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Cluster: not supported, every subcommand says so.",
     .container = true},
    {.name = "cluster|info", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(1)", .summary = "Cluster: the state of this node.", .tips = kNondeterministic,
     .handler = cluster_disabled},
    {.name = "cluster|nodes", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(N) in the nodes", .summary = "Cluster: the nodes, one a line.", .tips = kNondeterministic,
     .handler = cluster_disabled},
    {.name = "cluster|slots", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2),
     .flags = kLoading | kStale, .complexity = "O(N) in the nodes",
     .summary = "Cluster: the ranges of slots and their nodes.",
     .tips = kNondeterministic, .history = kClusterSlotsHistory, .deprecated_since = "7.0.0",
     .replaced_by = "`CLUSTER SHARDS`", .handler = cluster_disabled},
    {.name = "cluster|shards", .group = Group::cluster, .since = "7.0.0", .arity = exactly(2),
     .flags = kLoading | kStale, .complexity = "O(N) in the nodes",
     .summary = "Cluster: the shards with their slots and nodes.",
     .tips = kNondeterministic, .handler = cluster_disabled},
    {.name = "cluster|myid", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(1)", .summary = "Cluster: the id of this node.", .handler = cluster_disabled},
    {.name = "cluster|keyslot", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3), .flags = kStale,
     .complexity = "O(N) in the bytes of the key", .summary = "Cluster: the slot of a key.",
     .args = kClusterKeyslotArgs, .handler = cluster_disabled},
    {.name = "cluster|countkeysinslot", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3), .flags = kStale,
     .complexity = "O(1)", .summary = "Cluster: how many keys a slot has.", .args = kClusterCountkeysinslotArgs,
     .handler = cluster_disabled},
    {.name = "cluster|getkeysinslot", .group = Group::cluster, .since = "3.0.0", .arity = exactly(4), .flags = kStale,
     .complexity = "O(N) in the keys returned", .summary = "Cluster: keys of a slot.", .tips = kNondeterministic,
     .args = kClusterGetkeysinslotArgs, .handler = cluster_disabled},
    {.name = "cluster|links", .group = Group::cluster, .since = "7.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(N) in the nodes", .summary = "Cluster: the connections between nodes.", .tips = kNondeterministic,
     .handler = cluster_disabled},
    {.name = "cluster|replicas", .group = Group::cluster, .since = "5.0.0", .arity = exactly(3),
     .flags = kAdmin | kStale, .complexity = "O(N) in the replicas", .summary = "Cluster: the replicas of a node.",
     .tips = kNondeterministic, .args = kNodeId, .handler = cluster_disabled},
    {.name = "cluster|slaves", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3), .flags = kAdmin | kStale,
     .complexity = "O(N) in the replicas", .summary = "Cluster: the replicas of a node, by the old name.",
     .tips = kNondeterministic, .args = kNodeId, .deprecated_since = "5.0.0", .replaced_by = "`CLUSTER REPLICAS`",
     .handler = cluster_disabled},
    {.name = "cluster|addslots", .group = Group::cluster, .since = "3.0.0", .arity = at_least(3),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(N) in the slots",
     .summary = "Cluster: gives slots to this node.", .args = kSlots, .handler = cluster_disabled},
    {.name = "cluster|addslotsrange", .group = Group::cluster, .since = "7.0.0", .arity = at_least(4),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(N) in the slots",
     .summary = "Cluster: gives ranges of slots to this node.", .args = kSlotRanges, .handler = cluster_disabled},
    {.name = "cluster|bumpepoch", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: advances the configuration epoch.", .tips = kNondeterministic, .handler = cluster_disabled},
    {.name = "cluster|count-failure-reports", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3),
     .flags = kAdmin | kStale, .complexity = "O(N) in the reports",
     .summary = "Cluster: how many report a node as failed.",
     .tips = kNondeterministic, .args = kNodeId, .handler = cluster_disabled},
    {.name = "cluster|delslots", .group = Group::cluster, .since = "3.0.0", .arity = at_least(3),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(N) in the slots",
     .summary = "Cluster: takes slots from this node.", .args = kSlots, .handler = cluster_disabled},
    {.name = "cluster|delslotsrange", .group = Group::cluster, .since = "7.0.0", .arity = at_least(4),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(N) in the slots",
     .summary = "Cluster: takes ranges of slots from this node.", .args = kSlotRanges, .handler = cluster_disabled},
    {.name = "cluster|failover", .group = Group::cluster, .since = "3.0.0", .arity = at_least(2),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: makes a replica take its master's place.", .args = kClusterFailoverArgs,
     .handler = cluster_disabled},
    {.name = "cluster|flushslots", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: takes all slots from this node.", .handler = cluster_disabled},
    {.name = "cluster|forget", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)", .summary = "Cluster: forgets a node.",
     .args = kNodeId, .handler = cluster_disabled},
    {.name = "cluster|meet", .group = Group::cluster, .since = "3.0.0", .arity = at_least(4),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: makes a node known to another.",
     .history = kClusterMeetHistory, .args = kClusterMeetArgs, .handler = cluster_disabled},
    {.name = "cluster|myshardid", .group = Group::cluster, .since = "7.2.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(1)", .summary = "Cluster: the id of this node's shard.", .tips = kNondeterministic,
     .handler = cluster_disabled},
    {.name = "cluster|replicate", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: makes this node the replica of another.", .args = kNodeId, .handler = cluster_disabled},
    {.name = "cluster|reset", .group = Group::cluster, .since = "3.0.0", .arity = at_least(2),
     .flags = kAdmin | kStale | kNoScript, .complexity = "O(N) in the nodes", .summary = "Cluster: leaves the cluster.",
     .args = kClusterResetArgs, .handler = cluster_disabled},
    {.name = "cluster|saveconfig", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: saves the configuration of this node.", .handler = cluster_disabled},
    {.name = "cluster|set-config-epoch", .group = Group::cluster, .since = "3.0.0", .arity = exactly(3),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: sets the configuration epoch of a new node.", .args = kClusterEpochArgs,
     .handler = cluster_disabled},
    {.name = "cluster|setslot", .group = Group::cluster, .since = "3.0.0", .arity = at_least(4),
     .flags = kNoAsyncLoading | kAdmin | kStale, .complexity = "O(1)",
     .summary = "Cluster: binds a slot to a node, or moves it.", .args = kClusterSetslotArgs,
     .handler = cluster_disabled},
    {.name = "cluster|help", .group = Group::cluster, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = cluster_disabled},
};
// clang-format on
static_assert(well_formed(kClusterCommands));

std::span<const CommandSpec> cluster_commands() { return kClusterCommands; }

}  // namespace larder::server::commands
