// The rows of the commands about the connection itself, CLIENT aside.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/connection.h"

namespace larder::server::commands {
namespace {

constexpr HistoryEntry kAuthHistory[] = {{"6.0.0", "Took the name of a user."}};
constexpr ArgSpec kAuthArgs[] = {{.name = "username", .since = "6.0.0", .optional = true}, {.name = "password"}};
constexpr HistoryEntry kHelloHistory[] = {
    {"6.2.0", "The version may be left out to ask about the connection as it is."}};
constexpr ArgSpec kHelloAuth[] = {{.name = "username"}, {.name = "password"}};
constexpr ArgSpec kHelloArguments[] = {
    {.name = "protover", .type = ArgType::integer},
    {.name = "auth", .type = ArgType::block, .token = "AUTH", .optional = true, .args = kHelloAuth},
    {.name = "clientname", .token = "SETNAME", .optional = true}};
constexpr ArgSpec kHelloArgs[] = {
    {.name = "arguments", .type = ArgType::block, .optional = true, .args = kHelloArguments}};
constexpr std::string_view kAllShardsSucceed[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
constexpr ArgSpec kPingArgs[] = {{.name = "message", .optional = true}};
constexpr ArgSpec kMessage[] = {{.name = "message"}};
constexpr ArgSpec kSelectArgs[] = {{.name = "index", .type = ArgType::integer}};

constexpr CommandSpec kConnectionCommands[] = {
    {.name = "auth", .group = Group::connection, .since = "1.0.0", .arity = at_least(2),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy,
     .complexity = "O(N) in the passwords of the user",
     .summary = "Proves with a password that the client may use the server.", .history = kAuthHistory,
     .args = kAuthArgs, .handler = auth},
    {.name = "hello", .group = Group::connection, .since = "6.0.0", .arity = at_least(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy, .complexity = "O(1)",
     .summary = "Agrees on the protocol version; can authenticate and name the connection as well.",
     .history = kHelloHistory, .args = kHelloArgs, .handler = hello},
    {.name = "ping", .group = Group::connection, .since = "1.0.0", .arity = at_least(1), .flags = kFast,
     .complexity = "O(1)", .summary = "Answers, with the message if one is given, to show that the server is there.",
     .tips = kAllShardsSucceed, .args = kPingArgs, .handler = ping},
    {.name = "echo", .group = Group::connection, .since = "1.0.0", .arity = exactly(2),
     .flags = kLoading | kStale | kFast, .complexity = "O(1)", .summary = "Returns the message.", .args = kMessage,
     .handler = echo},
    {.name = "quit", .group = Group::connection, .since = "1.0.0", .arity = at_least(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy, .complexity = "O(1)",
     .summary = "Closes the connection once pending replies are sent.", .deprecated_since = "7.2.0",
     .replaced_by = "closing the connection", .handler = quit},
    {.name = "reset", .group = Group::connection, .since = "6.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy, .complexity = "O(1)",
     .summary = "Puts the connection back into the state of a new one.", .handler = reset},
    {.name = "select", .group = Group::connection, .since = "1.0.0", .arity = exactly(2),
     .flags = kLoading | kStale | kFast, .complexity = "O(1)",
     .summary = "Chooses the database that the connection works on.", .args = kSelectArgs, .handler = select},
};
static_assert(well_formed(kConnectionCommands));

}  // namespace

std::span<const CommandSpec> connection_commands() { return kConnectionCommands; }

}  // namespace larder::server::commands
