// COMMAND: the table of commands as clients see it. Handlers need nothing but the reply: the table is immutable.
// Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> command_commands();

/// HELP of any container: the subcommands that the table has, with their summaries.
void container_help(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

void command(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_count(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_docs(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_info(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_list(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_getkeys(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void command_getkeysandflags(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
