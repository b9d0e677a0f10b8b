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
    {.name = "cluster|slots", .group = Group::cluster, .since = "3.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(N) in the nodes", .summary = "Cluster: the ranges of slots and their nodes.",
     .tips = kNondeterministic, .history = kClusterSlotsHistory, .deprecated_since = "7.0.0",
     .replaced_by = "`CLUSTER SHARDS`", .handler = cluster_disabled},
    {.name = "cluster|shards", .group = Group::cluster, .since = "7.0.0", .arity = exactly(2), .flags = kStale,
     .complexity = "O(N) in the nodes", .summary = "Cluster: the shards with their slots and nodes.",
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
    {.name = "cluster|help", .group = Group::cluster, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = cluster_disabled},
};
// clang-format on
static_assert(well_formed(kClusterCommands));

std::span<const CommandSpec> cluster_commands() { return kClusterCommands; }

}  // namespace larder::server::commands
