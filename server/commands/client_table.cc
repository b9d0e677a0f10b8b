// The rows of CLIENT and its subcommands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/client.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kClientListHistory[] = {
    {"2.8.12", "Showed `id`."}, {"5.0.0", "Took `TYPE`."}, {"6.0.0", "Showed `user`."},
    {"6.2.0", "Took `ID`; showed `argv-mem`, `tot-mem`, `laddr` and `redir`."},
    {"7.0.0", "Showed `resp`, `multi-mem`, `rbs` and `rbp`."}, {"7.0.3", "Showed `ssub`."},
    {"7.2.0", "Showed `lib-name` and `lib-ver`."}};
constexpr ArgSpec kClientListClientType[] = {
    {.name = "normal", .type = ArgType::pure_token, .token = "NORMAL"},
    {.name = "master", .type = ArgType::pure_token, .token = "MASTER"},
    {.name = "replica", .type = ArgType::pure_token, .token = "REPLICA"},
    {.name = "pubsub", .type = ArgType::pure_token, .token = "PUBSUB"}};
constexpr ArgSpec kClientListArgs[] = {
    {.name = "client-type", .type = ArgType::oneof, .token = "TYPE", .since = "5.0.0", .optional = true,
     .args = kClientListClientType},
    {.name = "client-id", .type = ArgType::integer, .token = "ID", .since = "6.2.0", .optional = true,
     .multiple = true}};
constexpr HistoryEntry kClientKillHistory[] = {
    {"2.8.12", "Took filters."}, {"2.8.12", "Took `ID`."}, {"3.2.0", "Took `TYPE master`."},
    {"5.0.0", "Took `TYPE replica` beside `slave`."}, {"6.2.0", "Took `LADDR`."}};
constexpr ArgSpec kClientKillClientType[] = {
    {.name = "normal", .type = ArgType::pure_token, .token = "NORMAL"},
    {.name = "master", .type = ArgType::pure_token, .token = "MASTER", .since = "3.2.0"},
    {.name = "slave", .type = ArgType::pure_token, .token = "SLAVE"},
    {.name = "replica", .type = ArgType::pure_token, .token = "REPLICA", .since = "5.0.0"},
    {.name = "pubsub", .type = ArgType::pure_token, .token = "PUBSUB"}};
constexpr ArgSpec kClientKillNewFormat[] = {
    {.name = "client-id", .type = ArgType::integer, .token = "ID", .since = "2.8.12", .optional = true},
    {.name = "client-type", .type = ArgType::oneof, .token = "TYPE", .since = "2.8.12", .optional = true,
     .args = kClientKillClientType}, {.name = "username", .token = "USER", .optional = true},
    {.name = "addr", .token = "ADDR", .optional = true},
    {.name = "laddr", .token = "LADDR", .since = "6.2.0", .optional = true},
    {.name = "skipme", .token = "SKIPME", .optional = true}};
constexpr ArgSpec kClientKillFilter[] = {
    {.name = "ip:port", .deprecated_since = "2.8.12"},
    {.name = "new-format", .type = ArgType::oneof, .multiple = true, .args = kClientKillNewFormat}};
constexpr ArgSpec kClientKillArgs[] = {{.name = "filter", .type = ArgType::oneof, .args = kClientKillFilter}};
constexpr ArgSpec kClientSetnameArgs[] = {{.name = "connection-name"}};
constexpr ArgSpec kClientSetinfoAttr[] = {
    {.name = "libname", .token = "LIB-NAME"}, {.name = "libver", .token = "LIB-VER"}};
constexpr ArgSpec kClientSetinfoArgs[] = {{.name = "attr", .type = ArgType::oneof, .args = kClientSetinfoAttr}};
constexpr ArgSpec kClientReplyAction[] = {
    {.name = "on", .type = ArgType::pure_token, .token = "ON"},
    {.name = "off", .type = ArgType::pure_token, .token = "OFF"},
    {.name = "skip", .type = ArgType::pure_token, .token = "SKIP"}};
constexpr ArgSpec kClientReplyArgs[] = {{.name = "action", .type = ArgType::oneof, .args = kClientReplyAction}};
constexpr ArgSpec kOnOrOff[] = {
    {.name = "on", .type = ArgType::pure_token, .token = "ON"},
    {.name = "off", .type = ArgType::pure_token, .token = "OFF"}};
constexpr ArgSpec kClientNoEvictArgs[] = {{.name = "enabled", .type = ArgType::oneof, .args = kOnOrOff}};
constexpr HistoryEntry kClientPauseHistory[] = {{"6.2.0", "Took `WRITE` and `ALL`."}};
constexpr ArgSpec kClientPauseMode[] = {
    {.name = "write", .type = ArgType::pure_token, .token = "WRITE"},
    {.name = "all", .type = ArgType::pure_token, .token = "ALL"}};
constexpr ArgSpec kClientPauseArgs[] = {
    {.name = "timeout", .type = ArgType::integer},
    {.name = "mode", .type = ArgType::oneof, .since = "6.2.0", .optional = true, .args = kClientPauseMode}};

constexpr CommandSpec kClientCommands[] = {
    {.name = "client", .group = Group::connection, .since = "2.4.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows and manages connections.", .container = true},
    {.name = "client|id", .group = Group::connection, .since = "5.0.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Returns the number of this connection.",
     .handler = client_id},
    {.name = "client|info", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Describes this connection in one line.",
     .tips = kNondeterministic, .handler = client_info},
    {.name = "client|list", .group = Group::connection, .since = "2.4.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the connections",
     .summary = "Describes connections, one a line.", .tips = kNondeterministic, .history = kClientListHistory,
     .args = kClientListArgs, .handler = client_list},
    {.name = "client|kill", .group = Group::connection, .since = "2.4.0", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the connections",
     .summary = "Closes the connections that match.", .history = kClientKillHistory, .args = kClientKillArgs,
     .handler = client_kill},
    {.name = "client|setname", .group = Group::connection, .since = "2.6.9", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Names this connection.",
     .args = kClientSetnameArgs, .handler = client_setname},
    {.name = "client|getname", .group = Group::connection, .since = "2.6.9", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Returns this connection's name.",
     .handler = client_getname},
    {.name = "client|setinfo", .group = Group::connection, .since = "7.2.0", .arity = exactly(4),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Notes the library that this connection is made with.", .args = kClientSetinfoArgs,
     .handler = client_setinfo},
    {.name = "client|reply", .group = Group::connection, .since = "3.2.0", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Turns replies to this connection off or on, or drops the next one.", .args = kClientReplyArgs,
     .handler = client_reply},
    {.name = "client|no-evict", .group = Group::connection, .since = "7.0.0", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Spares this connection when connections are closed to save memory.", .args = kClientNoEvictArgs,
     .handler = client_no_evict},
    {.name = "client|no-touch", .group = Group::connection, .since = "7.2.0", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Keeps this connection's commands from marking keys as used.", .args = kClientNoEvictArgs,
     .handler = client_no_touch},
    {.name = "client|pause", .group = Group::connection, .since = "2.9.50", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Holds back the commands of all connections for a while.", .history = kClientPauseHistory,
     .args = kClientPauseArgs, .handler = client_pause},
    {.name = "client|unpause", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the connections held back",
     .summary = "Ends a pause before its time.", .handler = client_unpause},
    {.name = "client|getredir", .group = Group::connection, .since = "6.0.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns the connection that this one's invalidation messages go to.", .handler = client_getredir},
    {.name = "client|trackinginfo", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Tells how client-side caching is set up for this connection.", .handler = client_trackinginfo},
    {.name = "client|help", .group = Group::connection, .since = "5.0.0", .arity = exactly(2),
     .flags = kLoading | kStale, .complexity = "O(1)", .summary = "Explains the subcommands.",
     .handler = container_help},
};
static_assert(well_formed(kClientCommands));

}  // namespace

std::span<const CommandSpec> client_commands() { return kClientCommands; }

}  // namespace larder::server::commands
