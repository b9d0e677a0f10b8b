// The rows of the commands on the server and on whole databases.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/server.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr std::string_view kDiffersByShard[] = {
    "nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
constexpr HistoryEntry kInfoHistory[] = {{"7.0.0", "Took several sections at once."}};
constexpr ArgSpec kInfoArgs[] = {{.name = "section", .optional = true, .multiple = true}};
constexpr std::string_view kDbsizeTips[] = {"request_policy:all_shards", "response_policy:agg_sum"};
constexpr std::string_view kAllShardsSucceed[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
constexpr HistoryEntry kFlushallHistory[] = {{"4.0.0", "Took `ASYNC`."}, {"6.2.0", "Took `SYNC`."}};
constexpr ArgSpec kFlushType[] = {
    {.name = "async", .type = ArgType::pure_token, .token = "ASYNC", .since = "4.0.0"},
    {.name = "sync", .type = ArgType::pure_token, .token = "SYNC", .since = "6.2.0"}};
constexpr ArgSpec kFlushallArgs[] = {
    {.name = "flush-type", .type = ArgType::oneof, .optional = true, .args = kFlushType}};
constexpr ArgSpec kSwapdbArgs[] = {
    {.name = "index1", .type = ArgType::integer}, {.name = "index2", .type = ArgType::integer}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr ArgSpec kDebugArgs[] = {{.name = "subcommand"}, {.name = "argument", .optional = true, .multiple = true}};
constexpr HistoryEntry kShutdownHistory[] = {{"7.0.0", "Took `NOW`, `FORCE` and `ABORT`."}};
constexpr ArgSpec kShutdownSaveSelector[] = {
    {.name = "nosave", .type = ArgType::pure_token, .token = "NOSAVE"},
    {.name = "save", .type = ArgType::pure_token, .token = "SAVE"}};
constexpr ArgSpec kShutdownArgs[] = {
    {.name = "save-selector", .type = ArgType::oneof, .optional = true, .args = kShutdownSaveSelector},
    {.name = "now", .type = ArgType::pure_token, .token = "NOW", .since = "7.0.0", .optional = true},
    {.name = "force", .type = ArgType::pure_token, .token = "FORCE", .since = "7.0.0", .optional = true},
    {.name = "abort", .type = ArgType::pure_token, .token = "ABORT", .since = "7.0.0", .optional = true}};
constexpr ArgSpec kLolwutArgs[] = {{.name = "version", .type = ArgType::integer, .token = "VERSION", .optional = true}};
constexpr ArgSpec kMemoryUsageArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "count", .type = ArgType::integer, .token = "SAMPLES", .optional = true}};

constexpr CommandSpec kServerCommands[] = {
    {.name = "info", .group = Group::server, .since = "1.0.0", .arity = at_least(1), .flags = kLoading | kStale,
     .extra_acl = kAclDangerous, .complexity = "O(1)",
     .summary = "Returns facts and figures about the server, by section.", .tips = kDiffersByShard,
     .history = kInfoHistory, .args = kInfoArgs, .handler = info},
    {.name = "dbsize", .group = Group::server, .since = "1.0.0", .arity = exactly(1), .flags = kReadOnly | kFast,
     .extra_acl = kAclKeyspace, .complexity = "O(1)", .summary = "Counts the keys of the database.",
     .tips = kDbsizeTips, .locking = Locking::none, .handler = dbsize},
    {.name = "flushall", .group = Group::server, .since = "1.0.0", .arity = at_least(1), .flags = kWrite,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the keys of all databases",
     .summary = "Deletes the keys of all databases.", .tips = kAllShardsSucceed, .history = kFlushallHistory,
     .args = kFlushallArgs, .locking = Locking::all_shards, .handler = flushall},
    {.name = "flushdb", .group = Group::server, .since = "1.0.0", .arity = at_least(1), .flags = kWrite,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the keys of the database",
     .summary = "Deletes the keys of the database.", .tips = kAllShardsSucceed, .history = kFlushallHistory,
     .args = kFlushallArgs, .locking = Locking::all_shards, .handler = flushdb},
    {.name = "swapdb", .group = Group::server, .since = "4.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .extra_acl = kAclKeyspace | kAclDangerous, .complexity = "O(N) in the clients that watch keys of either database",
     .summary = "Exchanges two databases for all connections at once.", .args = kSwapdbArgs,
     .locking = Locking::all_shards, .handler = swapdb},
    {.name = "time", .group = Group::server, .since = "2.6.0", .arity = exactly(1), .flags = kLoading | kStale | kFast,
     .complexity = "O(1)", .summary = "Returns the server's clock.", .tips = kNondeterministic, .handler = time},
    {.name = "role", .group = Group::server, .since = "2.8.12", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast, .extra_acl = kAclAdmin | kAclDangerous, .complexity = "O(1)",
     .summary = "Tells the server's part in replication.", .handler = role},
    {.name = "debug", .group = Group::server, .since = "1.0.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale | kProtected, .complexity = "Depends on the subcommand",
     .summary = "Helps in testing and debugging the server.", .args = kDebugArgs, .system = true, .handler = debug},
    {.name = "shutdown", .group = Group::server, .since = "1.0.0", .arity = at_least(1),
     .flags = kAdmin | kNoScript | kLoading | kStale | kNoMulti | kAllowBusy, .complexity = "O(1)",
     .summary = "Stops the server.", .history = kShutdownHistory, .args = kShutdownArgs, .handler = shutdown},
    {.name = "lolwut", .group = Group::server, .since = "5.0.0", .arity = at_least(1), .flags = kReadOnly | kFast,
     .complexity = "O(1)", .summary = "Shows the version, with a little art.", .args = kLolwutArgs, .handler = lolwut},
    {.name = "monitor", .group = Group::server, .since = "1.0.0", .arity = exactly(1),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Shows every command that the server executes, as it does so.", .handler = monitor},
    {.name = "memory", .group = Group::server, .since = "4.0.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Tells where memory goes.", .container = true},
    {.name = "memory|usage", .group = Group::server, .since = "4.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(N) in the elements sampled",
     .summary = "Returns the bytes that a key and its value take.", .args = kMemoryUsageArgs, .handler = memory_usage},
    {.name = "memory|stats", .group = Group::server, .since = "4.0.0", .arity = exactly(2), .complexity = "O(1)",
     .summary = "Returns figures about the server's memory.", .tips = kDiffersByShard, .handler = memory_stats},
    {.name = "memory|doctor", .group = Group::server, .since = "4.0.0", .arity = exactly(2), .complexity = "O(1)",
     .summary = "Reports what looks wrong with the server's memory.", .tips = kDiffersByShard,
     .handler = memory_doctor},
    {.name = "memory|purge", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .complexity = "Depends on the allocator's free memory",
     .summary = "Has the allocator return free memory to the system.", .tips = kAllShardsSucceed,
     .handler = memory_purge},
    {.name = "memory|malloc-stats", .group = Group::server, .since = "4.0.0", .arity = exactly(2),
     .complexity = "Depends on the allocator", .summary = "Returns the allocator's own figures.",
     .tips = kDiffersByShard, .handler = memory_malloc_stats},
    {.name = "memory|help", .group = Group::server, .since = "4.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
static_assert(well_formed(kServerCommands));

}  // namespace

std::span<const CommandSpec> server_commands() { return kServerCommands; }

}  // namespace larder::server::commands
