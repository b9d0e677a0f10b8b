// The rows of CONFIG and its subcommands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/config.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr HistoryEntry kConfigGetHistory[] = {{"7.0.0", "Took several patterns at once."}};
constexpr ArgSpec kConfigGetArgs[] = {{.name = "parameter", .multiple = true}};
constexpr std::string_view kAllNodesSucceed[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
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
     .history = kConfigSetHistory, .args = kConfigSetArgs, .handler = config_set},
    {.name = "config|resetstat", .group = Group::server, .since = "2.0.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Sets the counters that INFO shows back to 0.", .handler = config_resetstat},
    {.name = "config|rewrite", .group = Group::server, .since = "2.8.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the directives",
     .summary = "Writes the running configuration into the file that it was read from.", .handler = config_rewrite},
    {.name = "config|help", .group = Group::server, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
static_assert(well_formed(kConfigCommands));

}  // namespace

std::span<const CommandSpec> config_commands() { return kConfigCommands; }

}  // namespace larder::server::commands
