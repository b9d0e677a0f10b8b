// The string commands. Handlers need only their arguments, the data and the reply.
// What each command does is declared in string_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> string_commands();

void get(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void set(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void setex(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void psetex(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void setnx(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void getset(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void getdel(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void getex(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void mget(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void mset(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void msetnx(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void append(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void strlen(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void getrange(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void substr(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void setrange(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void incr(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void decr(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void incrby(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void decrby(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void incrbyfloat(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void lcs(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
