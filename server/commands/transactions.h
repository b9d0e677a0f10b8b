// MULTI, EXEC and what belongs to them. WATCH is called with the shards of its keys locked, EXEC without locks: it
// locks for all queued commands together.
// What each command does is declared in transactions_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> transactions_commands();

void multi(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void exec(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void discard(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void watch(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void unwatch(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
