// The commands about the connection itself, CLIENT aside.
// What each command does is declared in connection_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> connection_commands();

void auth(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void hello(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void ping(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void echo(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void quit(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void reset(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void select(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
