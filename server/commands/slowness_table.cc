// The rows of the commands that show what was slow: SLOWLOG and LATENCY.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/slowness.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr std::string_view kDiffersByNode[] = {"request_policy:all_nodes", "nondeterministic_output"};
constexpr HistoryEntry kSlowlogGetHistory[] = {{"4.0.0", "Showed the client's address and name."}};
constexpr ArgSpec kSlowlogGetArgs[] = {{.name = "count", .type = ArgType::integer, .optional = true}};
constexpr std::string_view kSlowlogLenTips[] = {
    "request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"};
constexpr std::string_view kAllNodesSucceed[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
constexpr std::string_view kDiffersByNode2[] = {
    "nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
constexpr ArgSpec kEvent[] = {{.name = "event"}};
constexpr ArgSpec kLatencyHistogramArgs[] = {{.name = "command", .optional = true, .multiple = true}};
constexpr ArgSpec kLatencyResetArgs[] = {{.name = "event", .optional = true, .multiple = true}};

constexpr CommandSpec kSlownessCommands[] = {
    {.name = "slowlog", .group = Group::server, .since = "2.2.12", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows the commands that took long.", .container = true},
    {.name = "slowlog|get", .group = Group::server, .since = "2.2.12", .arity = at_least(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(N) in the entries returned",
     .summary = "Returns the latest entries of the log of slow commands.", .tips = kDiffersByNode,
     .history = kSlowlogGetHistory, .args = kSlowlogGetArgs, .handler = slowlog_get},
    {.name = "slowlog|len", .group = Group::server, .since = "2.2.12", .arity = exactly(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(1)",
     .summary = "Counts the entries of the log of slow commands.", .tips = kSlowlogLenTips, .handler = slowlog_len},
    {.name = "slowlog|reset", .group = Group::server, .since = "2.2.12", .arity = exactly(2),
     .flags = kAdmin | kLoading | kStale, .complexity = "O(N) in the entries",
     .summary = "Empties the log of slow commands.", .tips = kAllNodesSucceed, .handler = slowlog_reset},
    {.name = "slowlog|help", .group = Group::server, .since = "6.2.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
    {.name = "latency", .group = Group::server, .since = "2.8.13", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows when and why the server was slow.",
     .container = true},
    {.name = "latency|doctor", .group = Group::server, .since = "2.8.13", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Explains in prose what made the server slow.", .tips = kDiffersByNode2, .handler = latency_doctor},
    {.name = "latency|graph", .group = Group::server, .since = "2.8.13", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Draws an event's latest delays with characters.", .tips = kDiffersByNode2, .args = kEvent,
     .handler = latency_graph},
    {.name = "latency|help", .group = Group::server, .since = "2.8.13", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
    {.name = "latency|histogram", .group = Group::server, .since = "7.0.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the commands with figures",
     .summary = "Returns how the execution times of commands are distributed.", .tips = kDiffersByNode2,
     .args = kLatencyHistogramArgs, .handler = latency_histogram},
    {.name = "latency|history", .group = Group::server, .since = "2.8.13", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns an event's delays with their times.", .tips = kDiffersByNode2, .args = kEvent,
     .handler = latency_history},
    {.name = "latency|latest", .group = Group::server, .since = "2.8.13", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns the latest and the longest delay of every event.", .tips = kDiffersByNode2,
     .handler = latency_latest},
    {.name = "latency|reset", .group = Group::server, .since = "2.8.13", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Forgets the delays of the given events, or of all.", .tips = kAllNodesSucceed,
     .args = kLatencyResetArgs, .handler = latency_reset},
};
static_assert(well_formed(kSlownessCommands));

}  // namespace

std::span<const CommandSpec> slowness_commands() { return kSlownessCommands; }

}  // namespace larder::server::commands
