// What clients ask of replicas, modules and saved data, answered as by a Redis that has none of them: WAIT, WAITAOF,
// MODULE, LASTSAVE. Thread-safe.
#include <fmt/format.h>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "server/commands/container_help.h"
#include "server/commands/timeout.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/state.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

/// Does not wait: no replica can come.
static void wait(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  args.integer();  // replicas
  timeout_end(args, args.bytes(), context.world().clock().now_ms());
  if (!args.failed(reply)) reply.integer(0);
}

/// Nothing is ever written to an append-only file, here or elsewhere.
static void waitaof(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const int64_t local = args.integer();
  if (local < 0 || local > 1) args.fail("ERR value is out of range, value must between 0 and 1");
  if (args.integer() < 0) args.fail("ERR value is out of range, must be positive");  // replicas
  timeout_end(args, args.bytes(), context.world().clock().now_ms());
  if (local != 0) args.fail("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
  if (args.failed(reply)) return;
  reply.array(2);
  reply.integer(0);
  reply.integer(0);
}

/// When the server began, for want of anything saved later.
static void lastsave(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(context.state().started_us / 1'000'000);
}

static void module_list(ArgReader&, CommandContext&, ReplyWriter& reply) { reply.array(0); }

static bool may_use_modules(CommandContext& context, ReplyWriter& reply) {
  const Permission permission = context.thread().settings().enable_module_command;
  if (permission == Permission::yes || (permission == Permission::local && context.client().from_this_host))
    return true;
  reply.error(
      "ERR MODULE command not allowed. If the enable-module-command option is set to \"local\", you can run it from a "
      "local connection, otherwise you need to set this option in the configuration file, and then restart the "
      "server.");
  return false;
}

static void module_load(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (may_use_modules(context, reply)) reply.error("ERR Error loading the extension. Please check the server logs.");
}

static void module_unload(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  if (may_use_modules(context, reply)) reply.error("ERR Error unloading module: no such module with that name");
}

// clang-format off
constexpr std::string_view kWaitTips[] = {"request_policy:all_shards", "response_policy:agg_min"};
constexpr std::string_view kAnyOrder[] = {"nondeterministic_output_order"};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr ArgSpec kWaitArgs[] = {
    {.name = "numreplicas", .type = ArgType::integer}, {.name = "timeout", .type = ArgType::integer}};
constexpr ArgSpec kWaitaofArgs[] = {
    {.name = "numlocal", .type = ArgType::integer}, {.name = "numreplicas", .type = ArgType::integer},
    {.name = "timeout", .type = ArgType::integer}};
constexpr ArgSpec kModuleLoadArgs[] = {{.name = "path"}, {.name = "arg", .optional = true, .multiple = true}};
constexpr ArgSpec kModuleConfig[] = {{.name = "name"}, {.name = "value"}};
constexpr ArgSpec kModuleLoadexArgs[] = {
    {.name = "path"},
    {.name = "configs", .type = ArgType::block, .token = "CONFIG", .optional = true, .multiple = true,
     .args = kModuleConfig},
    {.name = "args", .token = "ARGS", .optional = true, .multiple = true}};
constexpr ArgSpec kModuleUnloadArgs[] = {{.name = "name"}};

constexpr CommandSpec kStandaloneCommands[] = {
    {.name = "wait", .group = Group::generic, .since = "3.0.0", .arity = exactly(3), .extra_acl = kAclConnection,
     .complexity = "O(1)", .summary = "Tells how many replicas have this connection's writes: none, at once.",
     .tips = kWaitTips, .args = kWaitArgs, .handler = wait},
    {.name = "waitaof", .group = Group::generic, .since = "7.2.0", .arity = exactly(4), .flags = kNoScript,
     .extra_acl = kAclConnection, .complexity = "O(1)",
     .summary = "Tells where this connection's writes are on disk: nowhere, at once.", .tips = kWaitTips,
     .args = kWaitaofArgs, .handler = waitaof},
    {.name = "lastsave", .group = Group::server, .since = "1.0.0", .arity = exactly(1),
     .flags = kLoading | kStale | kFast, .extra_acl = kAclAdmin | kAclDangerous, .complexity = "O(1)",
     .summary = "Returns when data was last saved: when the server began.", .tips = kNondeterministic,
     .handler = lastsave},
    {.name = "module", .group = Group::server, .since = "4.0.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Modules: there are none.", .container = true},
    {.name = "module|list", .group = Group::server, .since = "4.0.0", .arity = exactly(2), .flags = kAdmin | kNoScript,
     .complexity = "O(N) in the modules", .summary = "Lists the modules loaded: none.", .tips = kAnyOrder,
     .handler = module_list},
    {.name = "module|load", .group = Group::server, .since = "4.0.0", .arity = at_least(3),
     .flags = kNoAsyncLoading | kAdmin | kNoScript, .complexity = "O(1)",
     .summary = "Would load a module; always fails.", .args = kModuleLoadArgs, .handler = module_load},
    {.name = "module|loadex", .group = Group::server, .since = "7.0.0", .arity = at_least(3),
     .flags = kNoAsyncLoading | kAdmin | kNoScript, .complexity = "O(1)",
     .summary = "Would load a module with its configuration; always fails.", .args = kModuleLoadexArgs,
     .handler = module_load},
    {.name = "module|unload", .group = Group::server, .since = "4.0.0", .arity = exactly(3),
     .flags = kNoAsyncLoading | kAdmin | kNoScript, .complexity = "O(1)",
     .summary = "Would unload a module; always fails.", .args = kModuleUnloadArgs, .handler = module_unload},
    {.name = "module|help", .group = Group::server, .since = "5.0.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
// clang-format on
static_assert(well_formed(kStandaloneCommands));

std::span<const CommandSpec> standalone_commands() { return kStandaloneCommands; }

}  // namespace larder::server::commands
