// The handlers of the generic commands: deleting, asking, renaming, copying, walking. Deadlines stand in expire.cc,
// OBJECT in object.cc.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/glob.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/database_index.h"
#include "server/commands/scan_options.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::kEventGeneric;
using store::Keyspace;

// -- Deleting and asking --

static void delete_all(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool lazy) {
  int64_t deleted = 0;
  while (args.more()) deleted += keys.del(args.key(), lazy) ? 1 : 0;
  reply.integer(deleted);
}

static void del(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  delete_all(args, keys, reply, keys.settings().frees_lazily(store::kLazyUserDel));
}

static void unlink(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { delete_all(args, keys, reply, true); }

static void count_found(ArgReader& args, Keyspace& keys, ReplyWriter& reply, unsigned how) {
  int64_t found = 0;
  while (args.more()) found += keys.find(args.key(), how) ? 1 : 0;
  reply.integer(found);
}

static void exists(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  count_found(args, keys, reply, store::kCount);
}

static void touch(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { count_found(args, keys, reply, store::kRead); }

static void type(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = keys.find(args.key(), store::kCount);
  reply.simple(store::type_name(item ? item->type() : store::Type::none));
}

// -- Walking --

static void keys(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
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

static void scan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const uint64_t cursor = read_cursor(args);
  const auto options = ScanOptions::read(args, ScanOptions::Extra::type);
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  const uint64_t next = keys.scan(cursor, options.count, [&](std::string_view key, const store::Entry& entry) {
    if (options.matches_type(store::type_name(entry.type())) && options.matches(key)) found.emplace_back(key);
  });
  write_scan(reply, next, found);
}

static void randomkey(ArgReader&, Keyspace& keys, ReplyWriter& reply) {
  const auto key = keys.random_key();
  key ? reply.bulk(*key) : reply.null();
}

// -- Renaming, moving, copying --

/// True when the key has its new name, or had it before. Nothing after an error, which has been replied.
static std::optional<bool> rename_key(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool if_free) {
  const auto from = args.key();
  const auto to = args.key();
  if (!keys.find(from, store::kWrite)) {
    write_error(reply, store::Errc::no_such_key);
    return std::nullopt;
  }
  if (from == to) return !if_free;
  if (if_free && keys.find(to, store::kWrite)) return false;
  keys.rename(from, to);
  keys.notify(kEventGeneric, "rename_from", from);
  keys.notify(kEventGeneric, "rename_to", to);
  return true;
}

static void rename(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (rename_key(args, keys, reply, false)) reply.ok();
}

static void renamenx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (const auto renamed = rename_key(args, keys, reply, true)) reply.integer(*renamed ? 1 : 0);
}

static void move(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint32_t database = read_database_index(args, keys.store().databases());
  if (args.failed(reply)) return;
  if (database == keys.database()) return write_error(reply, store::Errc::same_object);
  Keyspace target = keys.in_database(database);
  if (!keys.find(key, store::kWrite) || target.find(key, store::kWrite)) return reply.integer(0);
  keys.copy(key, key, target);
  keys.erase(key);
  keys.notify(kEventGeneric, "move_from", key);
  target.notify(kEventGeneric, "move_to", key);
  reply.integer(1);
}

namespace {

struct CopyOptions {
  uint32_t database;
  bool replace = false;
};

CopyOptions read_copy_options(ArgReader& args, Keyspace& keys) {
  CopyOptions options{.database = keys.database()};
  while (args.more()) {
    if (args.token("REPLACE")) {
      options.replace = true;
    } else if (args.remaining() >= 2 && args.token("DB")) {
      options.database = read_database_index(args, keys.store().databases());
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  return options;
}

}  // namespace

static void copy(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto from = args.key();
  const auto to = args.key();
  const CopyOptions options = read_copy_options(args, keys);
  if (args.failed(reply)) return;
  if (options.database == keys.database() && from == to) return write_error(reply, store::Errc::same_object);
  if (!keys.find(from, store::kRead)) return reply.integer(0);
  Keyspace target = keys.in_database(options.database);
  const bool taken = static_cast<bool>(target.find(to, store::kWrite));
  if (taken && !options.replace) return reply.integer(0);
  keys.copy(from, to, target);
  if (taken) target.notify(store::kEventNew, "new", to);  // as Redis, which deletes and adds
  target.notify(kEventGeneric, "copy_to", to);
  reply.integer(1);
}

namespace {

/// As much as the source takes, less what is replaced. Where REPLACE is missing nothing is stored, or nothing was
/// there.
uint64_t growth_of_copy(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  const size_t copied = sizes.memory(args[1]);
  size_t replaced = sizes.memory(args[2]);
  for (size_t i = 3; i + 1 < args.size(); ++i) {
    if (!base::equals_ignoring_case(args[i], "DB")) continue;
    const auto database = base::parse_int64(args[i + 1]);
    if (!database || *database < 0 || *database >= sizes.databases()) return 0;
    replaced = sizes.memory(args[2], static_cast<uint32_t>(*database));
  }
  return copied - std::min(copied, replaced);
}

}  // namespace

// clang-format off
constexpr std::string_view kSumOfShards[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};
constexpr HistoryEntry kExistsHistory[] = {{"3.0.3", "Took several keys at once."}};
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr std::string_view kKeysTips[] = {"request_policy:all_shards", "nondeterministic_output_order"};
constexpr ArgSpec kKeysArgs[] = {{.name = "pattern", .type = ArgType::pattern}};
constexpr std::string_view kScanTips[] = {
    "nondeterministic_output", "request_policy:special", "response_policy:special"};
constexpr HistoryEntry kScanHistory[] = {{"6.0.0", "Took `TYPE`."}};
constexpr ArgSpec kScanArgs[] = {
    {.name = "cursor", .type = ArgType::integer},
    {.name = "pattern", .type = ArgType::pattern, .token = "MATCH", .optional = true},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true},
    {.name = "type", .token = "TYPE", .since = "6.0.0", .optional = true}};
constexpr std::string_view kRandomkeyTips[] = {
    "request_policy:all_shards", "response_policy:special", "nondeterministic_output"};
constexpr ArgSpec kRenameArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "newkey", .type = ArgType::key, .key_spec = 1}};
constexpr HistoryEntry kRenamenxHistory[] = {{"3.2.0", "Renaming a key to its own name is no error any more."}};
constexpr ArgSpec kMoveArgs[] = {{.name = "key", .type = ArgType::key}, {.name = "db", .type = ArgType::integer}};
constexpr ArgSpec kCopyArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key, .key_spec = 1},
    {.name = "destination-db", .type = ArgType::integer, .token = "DB", .optional = true},
    {.name = "replace", .type = ArgType::pure_token, .token = "REPLACE", .optional = true}};

constexpr CommandSpec kGenericCommands[] = {
    {.name = "del", .group = Group::generic, .since = "1.0.0", .arity = at_least(2), .flags = kWrite,
     .keys = keys_from(1, KeyUse::remove_whole),
     .complexity = "O(N) in the keys, and in the elements of those that are collections",
     .summary = "Deletes keys and returns how many there were.", .tips = kSumOfShards, .args = kKeys, .handler = del},
    {.name = "unlink", .group = Group::generic, .since = "4.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = keys_from(1, KeyUse::remove_whole), .complexity = "O(N) in the keys; values are freed elsewhere",
     .summary = "Deletes keys and frees large values in the background.", .tips = kSumOfShards, .args = kKeys,
     .handler = unlink},
    {.name = "exists", .group = Group::generic, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly | kFast,
     .keys = keys_from(1, KeyUse::metadata), .complexity = "O(N) in the keys",
     .summary = "Counts how many of the given keys exist; one named twice counts twice.", .tips = kSumOfShards,
     .history = kExistsHistory, .args = kKeys, .handler = exists},
    {.name = "type", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Names the type of a key's value, or none.",
     .args = kKey, .handler = type},
    {.name = "keys", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly,
     .extra_acl = kAclDangerous, .complexity = "O(N) in the keys of the database",
     .summary = "Lists all keys that match a pattern.", .tips = kKeysTips, .args = kKeysArgs, .locking = Locking::walk,
     .handler = keys},
    {.name = "scan", .group = Group::generic, .since = "2.8.0", .arity = at_least(2), .flags = kReadOnly,
     .complexity = "O(1) a call, O(N) in the keys of the database for a whole pass",
     .summary = "Walks through the keys of a database in steps, by a cursor.", .tips = kScanTips,
     .history = kScanHistory, .args = kScanArgs, .locking = Locking::walk, .handler = scan},
    {.name = "randomkey", .group = Group::generic, .since = "1.0.0", .arity = exactly(1), .flags = kReadOnly,
     .complexity = "O(1)", .summary = "Returns a key chosen at random.", .tips = kRandomkeyTips,
     .locking = Locking::walk, .handler = randomkey},
    {.name = "rename", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::replace)},
     .complexity = "O(1), O(N) in the value that is replaced",
     .summary = "Gives a key another name, replacing what had it before.", .args = kRenameArgs, .handler = rename},
    {.name = "renamenx", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::create)}, .complexity = "O(1)",
     .summary = "Gives a key another name unless that is taken.", .history = kRenamenxHistory, .args = kRenameArgs,
     .handler = renamenx},
    {.name = "move", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Moves a key to another database unless it exists there.", .args = kMoveArgs, .handler = move},
    {.name = "copy", .group = Group::generic, .since = "6.2.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::read), key_at(2, KeyUse::replace)},
     .complexity = "O(N) in the elements of a collection, O(1) for a string",
     .summary = "Copies a value to another key, in this or another database.", .args = kCopyArgs,
     .grows_by = growth_of_copy, .handler = copy},
    {.name = "touch", .group = Group::generic, .since = "3.2.1", .arity = at_least(2),
     .flags = kReadOnly | kFast | kAlwaysTouches,
     .keys = keys_from(1, KeyUse::metadata), .complexity = "O(N) in the keys",
     .summary = "Marks keys as used just now and returns how many exist.", .tips = kSumOfShards, .args = kKeys,
     .handler = touch},
};
// clang-format on
static_assert(well_formed(kGenericCommands));

std::span<const CommandSpec> generic_commands() { return kGenericCommands; }

}  // namespace larder::server::commands
