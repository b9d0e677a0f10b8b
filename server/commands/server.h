// The commands on the server and on whole databases. FLUSHALL, FLUSHDB and SWAPDB are called with all shards locked;
// DEBUG locks what it looks at by itself.
// What each command does is declared in server_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> server_commands();

void dbsize(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void memory_usage(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);

void info(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void flushall(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void flushdb(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void swapdb(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void time(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void role(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void debug(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void shutdown(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void lolwut(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void monitor(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void memory_stats(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void memory_doctor(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void memory_purge(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void memory_malloc_stats(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
