// The commands on keys of any type. Handlers need only their arguments, the data and the reply. KEYS, SCAN and
// RANDOMKEY are called without locks and walk the shards through Keyspace.
// What each command does is declared in generic_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::store {
class Entry;
class Store;
}  // namespace larder::store

namespace larder::server::commands {

/// What OBJECT ENCODING and OBJECT REFCOUNT answer.
std::string_view encoding_name(const store::Entry& entry);
int64_t reference_count(const store::Store& store, const store::Entry& entry);

std::span<const CommandSpec> generic_commands();

void del(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void unlink(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void exists(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void type(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void ttl(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void pttl(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void expire(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void pexpire(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void expireat(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void pexpireat(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void expiretime(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void pexpiretime(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void persist(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void keys(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void scan(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void randomkey(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void rename(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void renamenx(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void move(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void copy(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void touch(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void object_encoding(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void object_freq(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void object_idletime(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);
void object_refcount(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
