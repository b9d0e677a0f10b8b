// The COMMAND family and the HELP of every container: the table of commands shown to clients. Replies are encoded by
// command_describe.cc; this file chooses the rows. Threads: stateless.

#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/glob.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/container_help.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_describe.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/command_names.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/dispatch.h"

namespace larder::server::commands {
namespace {

using protocol::ArgReader;
using protocol::ReplyWriter;

// Calls fn with every command that is no subcommand.
template <class Fn>
void for_each_top_level(const CommandNames& names, Fn&& fn) {
  for (const CommandSpec& spec : all_commands()) {
    if (!spec.is_subcommand() && names.offers(spec)) fn(spec);
  }
}

void write_all_info(const CommandNames& names, ReplyWriter& reply) {
  reply.array(names.top_level_count());
  for_each_top_level(names, [&](const CommandSpec& spec) { write_command_info(reply, spec); });
}

template <class Predicate>
void write_names(const CommandNames& names, ReplyWriter& reply, Predicate&& wanted) {
  const auto array = reply.begin_array();
  size_t count = 0;
  for (const CommandSpec& spec : all_commands()) {
    if (!names.offers(spec) || !wanted(spec)) continue;
    reply.bulk(spec.name);
    ++count;
  }
  reply.end_array(array, count);
}

bool has_keys(const CommandSpec& spec) {
  for (const KeySpec& key : spec.keys) {
    if (!has(key.use, KeyUse::not_key)) return true;
  }
  return false;
}

// The keys of the request that makes up all arguments left; after an error was written, nothing.
std::optional<std::vector<KeyPosition>> keys_of_request(const CommandNames& names,
                                                        std::span<const std::string_view> request, ReplyWriter& reply) {
  const CommandSpec* spec = names.resolve(request);
  std::vector<KeyPosition> keys;
  if (spec == nullptr) {
    reply.error("ERR Invalid command specified");
  } else if (!has_keys(*spec)) {
    reply.error("ERR The command has no key arguments");
  } else if (!accepts(spec->arity, request.size())) {
    reply.error("ERR Invalid number of arguments specified for command");
  } else if (!extract_keys(*spec, request, keys) && !spec->is(kNoMandatoryKeys)) {
    reply.error("ERR Invalid arguments specified for command");
  } else {
    return keys;
  }
  return std::nullopt;
}

}  // namespace

void container_help(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const CommandSpec& asked = context.spec();
  const CommandSpec* container = CommandTable::instance().find(asked.container_name());
  if (container != nullptr) write_help(reply, *container, &asked);
}

static void command(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  write_all_info(context.dispatcher().names(), reply);
}

static void command_count(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.dispatcher().names().top_level_count()));
}

static void command_info(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const CommandNames& commands = context.dispatcher().names();
  if (!args.more()) return write_all_info(commands, reply);
  const auto names = args.rest();
  reply.array(names.size());
  for (const std::string_view name : names) {
    const CommandSpec* spec = commands.find_full_name(name);
    spec != nullptr ? write_command_info(reply, *spec) : reply.null();
  }
}

static void command_docs(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const CommandNames& commands = context.dispatcher().names();
  const auto write = [&](const CommandSpec& spec) {
    reply.bulk(spec.name);
    write_command_docs(reply, spec);
  };
  if (!args.more()) {
    reply.map(commands.top_level_count());
    return for_each_top_level(commands, write);
  }
  const auto map = reply.begin_map();
  size_t count = 0;
  for (const std::string_view name : args.rest()) {
    const CommandSpec* spec = commands.find_full_name(name);
    if (spec == nullptr) continue;
    write(*spec);
    ++count;
  }
  reply.end_map(map, count);
}

static void command_list(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const CommandNames& commands = context.dispatcher().names();
  if (!args.more()) return write_names(commands, reply, [](const CommandSpec&) { return true; });
  if (!args.token("FILTERBY")) args.fail(protocol::kSyntaxError);
  const std::string_view filter = args.bytes();
  const std::string_view value = args.bytes();
  args.expect_end();
  if (args.failed(reply)) return;
  if (base::equals_ignoring_case(filter, "MODULE")) return reply.array(0);  // there are no modules
  if (base::equals_ignoring_case(filter, "ACLCAT")) {
    const AclCategories category = acl_category(value);
    const auto wanted = [&](const CommandSpec& spec) { return (acl_categories(spec) & category) != 0; };
    return write_names(commands, reply, wanted);
  }
  if (base::equals_ignoring_case(filter, "PATTERN")) {
    const auto wanted = [&](const CommandSpec& spec) { return base::glob_match(value, spec.name, true); };
    return write_names(commands, reply, wanted);
  }
  reply.error(protocol::kSyntaxError);
}

static void command_getkeys(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto request = args.rest();
  const auto keys = keys_of_request(context.dispatcher().names(), request, reply);
  if (!keys) return;
  reply.array(keys->size());
  for (const KeyPosition& key : *keys) reply.bulk(request[key.index]);
}

static void command_getkeysandflags(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto request = args.rest();
  const auto keys = keys_of_request(context.dispatcher().names(), request, reply);
  if (!keys) return;
  reply.array(keys->size());
  for (const KeyPosition& key : *keys) {
    reply.array(2);
    reply.bulk(request[key.index]);
    write_key_use(reply, key.use);
  }
}

// clang-format off
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
// clang-format on
static_assert(well_formed(kCommandCommands));

std::span<const CommandSpec> command_commands() { return kCommandCommands; }

}  // namespace larder::server::commands
