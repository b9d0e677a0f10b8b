// CONFIG: reading and changing directives at run time.
// What each command does is declared in config_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> config_commands();

void config_get(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void config_set(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void config_resetstat(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void config_rewrite(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
