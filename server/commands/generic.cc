// The handlers of the generic commands: deleting, asking, renaming, copying, walking. Deadlines stand in expire.cc,
// OBJECT in object.cc. Threads: as all handlers, on the connection's thread; those that walk lock one shard at a time.
#include "server/commands/generic.h"

#include <string>

#include "base/ascii.h"
#include "base/glob.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/cursor.h"
#include "server/commands/database_index.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;

namespace {

void erase_all(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool lazy) {
  int64_t erased = 0;
  while (args.more()) {
    const auto key = args.key();
    if (!keys.erase(key, lazy)) continue;
    keys.notify(store::kEventGeneric, "del", key);
    ++erased;
  }
  reply.integer(erased);
}

int64_t count_existing(ArgReader& args, Keyspace& keys, unsigned how) {
  int64_t existing = 0;
  while (args.more()) existing += keys.find(args.key(), how) ? 1 : 0;
  return existing;
}

/// RENAME and RENAMENX; `reply` gets what the caller's success and refusal look like.
void rename_key(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool if_free) {
  const auto from = args.key();
  const auto to = args.key();
  if (!keys.find(from, store::kWrite)) return write_error(reply, store::Errc::no_such_key);
  if (from == to) return if_free ? reply.integer(0) : reply.ok();
  if (if_free && keys.find(to, store::kWrite)) return reply.integer(0);
  keys.rename(from, to);
  keys.notify(store::kEventGeneric, "rename_from", from);
  keys.notify(store::kEventGeneric, "rename_to", to);
  if_free ? reply.integer(1) : reply.ok();
}

struct ScanOptions {
  uint64_t cursor = 0;
  size_t count = 10;
  std::optional<std::string_view> pattern;
  std::string_view type;

  bool wants(std::string_view key, const store::Entry& entry) const {
    if (!type.empty() && !base::equals_ignoring_case(store::type_name(entry.type()), type)) return false;
    return !pattern || base::glob_match(*pattern, key);
  }
};

ScanOptions read_scan_options(ArgReader& args) {
  ScanOptions options;
  const auto cursor = read_cursor(args.bytes());
  if (!cursor) args.fail(protocol::kInvalidCursor);
  options.cursor = cursor.value_or(0);
  while (args.more() && !args.failed()) {
    if (args.remaining() >= 2 && args.token("COUNT")) {
      const int64_t count = args.integer();
      if (!args.failed() && count < 1) args.fail(protocol::kSyntaxError);
      options.count = static_cast<size_t>(count);
    } else if (args.remaining() >= 2 && args.token("MATCH")) {
      options.pattern = args.bytes();
      if (options.pattern == "*") options.pattern.reset();
    } else if (args.remaining() >= 2 && args.token("TYPE")) {
      options.type = args.bytes();
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  return options;
}

}  // namespace

void del(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  erase_all(args, keys, reply, keys.store().lazy_user_del());
}

void unlink(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { erase_all(args, keys, reply, true); }

void exists(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply.integer(count_existing(args, keys, store::kCount));
}

void touch(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply.integer(count_existing(args, keys, store::kRead));
}

void type(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = keys.find(args.key(), store::kCount);
  reply.simple(store::type_name(item ? item->type() : store::Type::none));
}

void keys(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto pattern = args.bytes();
  const auto begun = reply.begin_array();
  size_t found = 0;
  keys.for_each_key([&](std::string_view key, const store::Entry&) {
    if (pattern != "*" && !base::glob_match(pattern, key)) return;
    reply.bulk(key);
    ++found;
  });
  reply.end_array(begun, found);
}

void scan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const ScanOptions options = read_scan_options(args);
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  const uint64_t next = keys.scan(options.cursor, options.count, [&](std::string_view key, const store::Entry& entry) {
    if (options.wants(key, entry)) found.emplace_back(key);
  });
  reply.array(2);
  reply.bulk(std::to_string(next));
  reply.array(found.size());
  for (const std::string& key : found) reply.bulk(key);
}

void randomkey(ArgReader&, Keyspace& keys, ReplyWriter& reply) {
  const auto key = keys.random_key();
  key ? reply.bulk(*key) : reply.null();
}

void rename(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { rename_key(args, keys, reply, false); }

void renamenx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { rename_key(args, keys, reply, true); }

void move(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto database = read_database_index(args, keys.store().databases(), reply);
  if (!database) return;
  if (*database == keys.database()) return write_error(reply, store::Errc::same_object);
  if (!keys.find(key, store::kWrite)) return reply.integer(0);
  Keyspace target = keys.in_database(*database);
  if (target.find(key, store::kWrite)) return reply.integer(0);
  keys.copy(key, key, target);
  keys.erase(key);
  keys.notify(store::kEventGeneric, "move_from", key);
  target.notify(store::kEventGeneric, "move_to", key);
  reply.integer(1);
}

void copy(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto from = args.key();
  const auto to = args.key();
  uint32_t database = keys.database();
  bool replace = false;
  while (args.more()) {
    if (args.token("REPLACE")) {
      replace = true;
    } else if (args.remaining() >= 2 && args.token("DB")) {
      const auto chosen = read_database_index(args, keys.store().databases(), reply);
      if (!chosen) return;
      database = *chosen;
    } else {
      return reply.error(protocol::kSyntaxError);
    }
  }
  if (database == keys.database() && from == to) return write_error(reply, store::Errc::same_object);
  if (!keys.find(from, store::kRead)) return reply.integer(0);
  Keyspace target = keys.in_database(database);
  if (target.find(to, store::kWrite)) {
    if (!replace) return reply.integer(0);
    target.erase(to);
  }
  keys.copy(from, to, target);
  target.notify(store::kEventGeneric, "copy_to", to);
  reply.integer(1);
}

}  // namespace larder::server::commands
