// The COMMAND family and the HELP of every container: the table of commands shown to clients. Replies are encoded by
// command_describe.cc; this file chooses the rows. Threads: stateless.

#include "server/commands/command.h"

#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/glob.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_describe.h"
#include "server/dispatch/command_table.h"

namespace larder::server::commands {
namespace {

using protocol::ArgReader;
using protocol::ReplyWriter;

// Calls fn with every command that is no subcommand.
template <class Fn>
void for_each_top_level(Fn&& fn) {
  for (const CommandSpec& spec : all_commands()) {
    if (!spec.is_subcommand()) fn(spec);
  }
}

void write_all_info(ReplyWriter& reply) {
  reply.array(CommandTable::instance().top_level_count());
  for_each_top_level([&](const CommandSpec& spec) { write_command_info(reply, spec); });
}

template <class Predicate>
void write_names(ReplyWriter& reply, Predicate&& wanted) {
  const auto array = reply.begin_array();
  size_t count = 0;
  for (const CommandSpec& spec : all_commands()) {
    if (!wanted(spec)) continue;
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
std::optional<std::vector<KeyPosition>> keys_of_request(std::span<const std::string_view> request, ReplyWriter& reply) {
  const CommandSpec* spec = CommandTable::instance().resolve(request);
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

void container_help(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  const CommandSpec* container = find_command(args.name());
  if (container != nullptr) write_help(reply, *container);
}

void command(ArgReader&, CommandContext&, ReplyWriter& reply) { write_all_info(reply); }

void command_count(ArgReader&, CommandContext&, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(CommandTable::instance().top_level_count()));
}

void command_info(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  if (!args.more()) return write_all_info(reply);
  const auto names = args.rest();
  reply.array(names.size());
  for (const std::string_view name : names) {
    const CommandSpec* spec = CommandTable::instance().find_full_name(name);
    spec != nullptr ? write_command_info(reply, *spec) : reply.null();
  }
}

void command_docs(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  const auto write = [&](const CommandSpec& spec) {
    reply.bulk(spec.name);
    write_command_docs(reply, spec);
  };
  if (!args.more()) {
    reply.map(CommandTable::instance().top_level_count());
    return for_each_top_level(write);
  }
  const auto map = reply.begin_map();
  size_t count = 0;
  for (const std::string_view name : args.rest()) {
    const CommandSpec* spec = CommandTable::instance().find_full_name(name);
    if (spec == nullptr) continue;
    write(*spec);
    ++count;
  }
  reply.end_map(map, count);
}

void command_list(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  if (!args.more()) return write_names(reply, [](const CommandSpec&) { return true; });
  if (!args.token("FILTERBY")) args.fail(protocol::kSyntaxError);
  const std::string_view filter = args.bytes();
  const std::string_view value = args.bytes();
  args.expect_end();
  if (args.failed(reply)) return;
  if (base::equals_ignoring_case(filter, "MODULE")) return reply.array(0);  // there are no modules
  if (base::equals_ignoring_case(filter, "ACLCAT")) {
    const AclCategories category = acl_category(value);
    return write_names(reply, [&](const CommandSpec& spec) { return (acl_categories(spec) & category) != 0; });
  }
  if (base::equals_ignoring_case(filter, "PATTERN")) {
    return write_names(reply, [&](const CommandSpec& spec) { return base::glob_match(value, spec.name, true); });
  }
  reply.error(protocol::kSyntaxError);
}

void command_getkeys(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  const auto request = args.rest();
  const auto keys = keys_of_request(request, reply);
  if (!keys) return;
  reply.array(keys->size());
  for (const KeyPosition& key : *keys) reply.bulk(request[key.index]);
}

void command_getkeysandflags(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  const auto request = args.rest();
  const auto keys = keys_of_request(request, reply);
  if (!keys) return;
  reply.array(keys->size());
  for (const KeyPosition& key : *keys) {
    reply.array(2);
    reply.bulk(request[key.index]);
    write_key_use(reply, key.use);
  }
}

}  // namespace larder::server::commands
