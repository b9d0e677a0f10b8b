// The rows of COMMAND and its subcommands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr std::string_view kUnordered[] = {"nondeterministic_output_order"};
constexpr ArgSpec kCommandNames[] = {{.name = "command-name", .optional = true, .multiple = true}};
constexpr HistoryEntry kCommandInfoHistory[] = {{"7.0.0", "Describes all commands when none is named."}};
constexpr ArgSpec kCommandListFilterby[] = {
    {.name = "module-name", .token = "MODULE"}, {.name = "category", .token = "ACLCAT"},
    {.name = "pattern", .type = ArgType::pattern, .token = "PATTERN"}};
constexpr ArgSpec kCommandListArgs[] = {
    {.name = "filterby", .type = ArgType::oneof, .token = "FILTERBY", .optional = true, .args = kCommandListFilterby}};
constexpr ArgSpec kWholeCommand[] = {{.name = "command"}, {.name = "arg", .optional = true, .multiple = true}};

constexpr CommandSpec kCommandCommands[] = {
    {.name = "command", .group = Group::server, .since = "2.8.13", .arity = at_least(1), .flags = kLoading | kStale,
     .extra_acl = kAclConnection, .complexity = "O(N) in the commands", .summary = "Describes all commands.",
     .tips = kUnordered, .container = true, .handler = command},
    {.name = "command|count", .group = Group::server, .since = "2.8.13", .arity = exactly(2),
     .flags = kLoading | kStale, .extra_acl = kAclConnection, .complexity = "O(1)", .summary = "Counts the commands.",
     .handler = command_count},
    {.name = "command|docs", .group = Group::server, .since = "7.0.0", .arity = at_least(2), .flags = kLoading | kStale,
     .extra_acl = kAclConnection, .complexity = "O(N) in the commands asked for",
     .summary = "Documents the given commands, or all.", .tips = kUnordered, .args = kCommandNames,
     .handler = command_docs},
    {.name = "command|info", .group = Group::server, .since = "2.8.13", .arity = at_least(2),
     .flags = kLoading | kStale, .extra_acl = kAclConnection, .complexity = "O(N) in the commands asked for",
     .summary = "Describes the given commands, or all.", .tips = kUnordered, .history = kCommandInfoHistory,
     .args = kCommandNames, .handler = command_info},
    {.name = "command|list", .group = Group::server, .since = "7.0.0", .arity = at_least(2), .flags = kLoading | kStale,
     .extra_acl = kAclConnection, .complexity = "O(N) in the commands", .summary = "Lists the names of commands.",
     .tips = kUnordered, .args = kCommandListArgs, .handler = command_list},
    {.name = "command|getkeys", .group = Group::server, .since = "2.8.13", .arity = at_least(3),
     .flags = kLoading | kStale, .extra_acl = kAclConnection, .complexity = "O(N) in the arguments",
     .summary = "Returns the keys in a whole command.", .args = kWholeCommand, .handler = command_getkeys},
    {.name = "command|getkeysandflags", .group = Group::server, .since = "7.0.0", .arity = at_least(3),
     .flags = kLoading | kStale, .extra_acl = kAclConnection, .complexity = "O(N) in the arguments",
     .summary = "Returns the keys in a whole command and what it does with each.", .args = kWholeCommand,
     .handler = command_getkeysandflags},
    {.name = "command|help", .group = Group::server, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .extra_acl = kAclConnection, .complexity = "O(1)", .summary = "Explains the subcommands.",
     .handler = container_help},
};
static_assert(well_formed(kCommandCommands));

}  // namespace

std::span<const CommandSpec> command_commands() { return kCommandCommands; }

}  // namespace larder::server::commands
