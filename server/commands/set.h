// The set commands. Handlers need only their arguments, the data and the reply.
// What each command does is declared in set_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> set_commands();

void sadd(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void srem(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void smembers(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sismember(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void smismember(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void scard(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void spop(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void srandmember(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void smove(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sinter(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sintercard(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sinterstore(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sunion(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sunionstore(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sdiff(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sdiffstore(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void sscan(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
