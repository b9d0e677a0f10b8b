// The handlers of the hash commands.
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/random_draw.h"
#include "server/commands/scan_options.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/hash_value.h"
#include "store/values/string_ops.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::HashValue;
using store::kEventHash;
using store::Keyspace;
using store::Member;

// -- Storing and removing --

/// HSET and HMSET; how many fields are new, nothing after an error, which has been replied.
static std::optional<size_t> set_fields(ArgReader& args, Keyspace& keys, ReplyWriter& reply, std::string_view command) {
  if (args.remaining() % 2 == 0) {
    write_arity_error(reply, command);
    return std::nullopt;
  }
  auto hash = keys.edit<HashValue>(args.key(), reply);
  if (!hash) return std::nullopt;
  const size_t added = hash->set_all(args.rest(), keys.limits());
  hash.changed(true, kEventHash, "hset");
  hash.commit();
  return added;
}

static void hset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (const auto added = set_fields(args, keys, reply, "hset")) reply.integer(static_cast<int64_t>(*added));
}

static void hmset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (set_fields(args, keys, reply, "hmset")) reply.ok();
}

static void hsetnx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto hash = keys.edit<HashValue>(args.key(), reply);
  if (!hash) return;
  const auto field = args.bytes();
  if (hash->contains(field)) return reply.integer(0);
  hash->set(field, args.bytes(), keys.limits());
  hash.changed(true, kEventHash, "hset");
  reply.integer(1);
}

static void hdel(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto hash = keys.edit<HashValue>(args.key(), reply);
  if (!hash) return;
  int64_t removed = 0;
  while (args.more()) removed += hash->remove(args.bytes()) ? 1 : 0;
  hash.changed(removed > 0, kEventHash, "hdel");
  reply.integer(removed);
}

static void hincrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto field = args.bytes();
  const int64_t by = args.integer();
  if (args.failed(reply)) return;
  auto hash = keys.edit<HashValue>(key, reply);
  if (!hash) return;
  const auto value = hash->get(field);
  const auto sum = store::integer_plus(value ? std::optional(value->text()) : std::nullopt, by);
  if (!sum && sum.error() == store::Errc::not_an_integer) return reply.error("ERR hash value is not an integer");
  if (!sum) return write_error(reply, sum.error());
  hash->set(field, Member(*sum).text(), keys.limits());
  hash.changed(true, kEventHash, "hincrby");
  reply.integer(*sum);
}

static void hincrbyfloat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto field = args.bytes();
  const long double by = args.long_real();
  if (args.failed(reply)) return;
  if (std::isinf(by)) return reply.error("ERR value is NaN or Infinity");
  auto hash = keys.edit<HashValue>(key, reply);
  if (!hash) return;
  const auto value = hash->get(field);
  const auto number = store::real_in(value ? std::optional(value->text()) : std::nullopt);
  if (!number) return reply.error("ERR hash value is not a float");
  const auto sum = store::real_sum(*number, by);
  if (!sum) return write_error(reply, sum.error());
  hash->set(field, *sum, keys.limits());
  hash.changed(true, kEventHash, "hincrbyfloat");
  hash.commit();  // which can fail; only then is there an effect
  if (keys.wants_effects()) keys.effect({"HSET", key, field, *sum});
  reply.bulk(*sum);
}

// -- Reading --

static void hget(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  const auto value = hash->get(args.bytes());
  value ? reply.bulk(value->text()) : reply.null();
}

static void hmget(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  reply.array(args.remaining());
  while (args.more()) {
    const auto value = hash->get(args.bytes());
    value ? reply.bulk(value->text()) : reply.null();
  }
}

static void hgetall(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  reply.map(hash->size());
  hash->for_each([&](std::string_view field, std::string_view value) {
    reply.bulk(field);
    reply.bulk(value);
  });
}

static void hkeys(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  reply.array(hash->size());
  hash->for_each([&](std::string_view field, std::string_view) { reply.bulk(field); });
}

static void hvals(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  reply.array(hash->size());
  hash->for_each([&](std::string_view, std::string_view value) { reply.bulk(value); });
}

static void hexists(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (hash) reply.integer(hash->contains(args.bytes()) ? 1 : 0);
}

static void hlen(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (hash) reply.integer(static_cast<int64_t>(hash->size()));
}

static void hstrlen(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* hash = keys.read<HashValue>(args.key(), reply);
  if (!hash) return;
  const auto value = hash->get(args.bytes());
  reply.integer(value ? static_cast<int64_t>(value->text().size()) : 0);
}

static void hscan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t cursor = read_cursor(args);
  if (args.failed(reply)) return;
  const auto* hash = keys.read<HashValue>(key, reply);
  if (!hash) return;
  // Redis looks at the options only where there is something to scan.
  const auto options = hash->size() == 0 ? ScanOptions{} : ScanOptions::read(args, ScanOptions::Extra::no_values);
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  const uint64_t next = hash->scan(cursor, options.count, [&](std::string_view field, std::string_view value) {
    if (!options.matches(field)) return;
    found.emplace_back(field);
    if (!options.no_values) found.emplace_back(value);
  });
  write_scan(reply, next, found);
}

// -- Fields chosen at random --

static void hrandfield(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const bool counted = args.more();
  const auto options = counted ? DrawOptions::read(args, "WITHVALUES") : DrawOptions{};
  if (args.failed(reply)) return;
  const auto* hash = keys.read<HashValue>(key, reply);
  if (!hash) return;
  const auto write = [&](std::string_view field, std::string_view value) {
    if (options.in_pairs && reply.version() == 3) reply.array(2);
    reply.bulk(field);
    if (options.in_pairs) reply.bulk(value);
  };
  base::Random& random = keys.thread().random();
  if (!counted) return hash->size() == 0 ? reply.null() : hash->random_fields(1, random, write);
  write_drawn(
      reply, options, hash->size(), [&](size_t now) { hash->random_fields(now, random, write); },
      [&](size_t wanted) { hash->random_distinct(wanted, random, write); });
}

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr ArgSpec kKeyAndField[] = {{.name = "key", .type = ArgType::key}, {.name = "field"}};
constexpr ArgSpec kKeyAndFields[] = {{.name = "key", .type = ArgType::key}, {.name = "field", .multiple = true}};
constexpr ArgSpec kFieldAndValue[] = {{.name = "field"}, {.name = "value"}};
constexpr ArgSpec kHsetArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "data", .type = ArgType::block, .multiple = true, .args = kFieldAndValue}};
constexpr HistoryEntry kHsetHistory[] = {{"4.0.0", "Took several fields with their values at once."}};
constexpr ArgSpec kHsetnxArgs[] = {{.name = "key", .type = ArgType::key}, {.name = "field"}, {.name = "value"}};
constexpr HistoryEntry kHdelHistory[] = {{"2.4.0", "Took several fields at once."}};
constexpr ArgSpec kHincrbyArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "field"}, {.name = "increment", .type = ArgType::integer}};
constexpr ArgSpec kHincrbyfloatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "field"}, {.name = "increment", .type = ArgType::real}};
constexpr std::string_view kUnordered[] = {"nondeterministic_output_order"};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr ArgSpec kHrandfieldOptions[] = {
    {.name = "count", .type = ArgType::integer},
    {.name = "withvalues", .type = ArgType::pure_token, .token = "WITHVALUES", .optional = true}};
constexpr ArgSpec kHrandfieldArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "options", .type = ArgType::block, .optional = true, .args = kHrandfieldOptions}};
constexpr ArgSpec kHscanArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "cursor", .type = ArgType::integer},
    {.name = "pattern", .type = ArgType::pattern, .token = "MATCH", .optional = true},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true},
    {.name = "novalues", .type = ArgType::pure_token, .token = "NOVALUES", .since = "7.4.0", .optional = true}};
constexpr HistoryEntry kHscanHistory[] = {{"7.4.0", "Took `NOVALUES`."}};

constexpr CommandSpec kHashCommands[] = {
    {.name = "hset", .group = Group::hash, .since = "2.0.0", .arity = at_least(4), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(N) in the fields given",
     .summary = "Stores values of fields in a hash, creating it if need be.", .history = kHsetHistory,
     .args = kHsetArgs, .handler = hset},
    {.name = "hmset", .group = Group::hash, .since = "2.0.0", .arity = at_least(4), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(N) in the fields given",
     .summary = "Stores values of several fields in a hash.", .args = kHsetArgs, .deprecated_since = "4.0.0",
     .replaced_by = "`HSET` with multiple field-value pairs", .handler = hmset},
    {.name = "hsetnx", .group = Group::hash, .since = "2.0.0", .arity = exactly(4), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(1)",
     .summary = "Stores the value of a field unless the hash has that field.", .args = kHsetnxArgs, .handler = hsetnx},
    {.name = "hget", .group = Group::hash, .since = "2.0.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)", .summary = "Returns the value of a field of a hash.",
     .args = kKeyAndField, .handler = hget},
    {.name = "hmget", .group = Group::hash, .since = "2.0.0", .arity = at_least(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the fields given",
     .summary = "Returns the values of several fields of a hash.", .args = kKeyAndFields, .handler = hmget},
    {.name = "hgetall", .group = Group::hash, .since = "2.0.0", .arity = exactly(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the size of the hash",
     .summary = "Returns all fields of a hash with their values.", .tips = kUnordered, .args = kKey,
     .handler = hgetall},
    {.name = "hdel", .group = Group::hash, .since = "2.0.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::remove_part), .complexity = "O(N) in the fields given",
     .summary = "Removes fields from a hash; an emptied hash is deleted.", .history = kHdelHistory,
     .args = kKeyAndFields, .handler = hdel},
    {.name = "hexists", .group = Group::hash, .since = "2.0.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Tells whether a hash has a field.",
     .args = kKeyAndField, .handler = hexists},
    {.name = "hlen", .group = Group::hash, .since = "2.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Returns the number of fields of a hash.",
     .args = kKey, .handler = hlen},
    {.name = "hstrlen", .group = Group::hash, .since = "3.2.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)",
     .summary = "Returns the length of the value of a field.", .args = kKeyAndField, .handler = hstrlen},
    {.name = "hkeys", .group = Group::hash, .since = "2.0.0", .arity = exactly(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the size of the hash",
     .summary = "Returns all fields of a hash.", .tips = kUnordered, .args = kKey, .handler = hkeys},
    {.name = "hvals", .group = Group::hash, .since = "2.0.0", .arity = exactly(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the size of the hash",
     .summary = "Returns the values of all fields of a hash.", .tips = kUnordered, .args = kKey, .handler = hvals},
    {.name = "hincrby", .group = Group::hash, .since = "2.0.0", .arity = exactly(4),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Adds to the integer in a field; an absent field counts as 0.", .args = kHincrbyArgs,
     .handler = hincrby},
    {.name = "hincrbyfloat", .group = Group::hash, .since = "2.6.0", .arity = exactly(4),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Adds to the decimal number in a field; an absent field counts as 0.", .args = kHincrbyfloatArgs,
     .handler = hincrbyfloat},
    {.name = "hrandfield", .group = Group::hash, .since = "6.2.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the fields returned",
     .summary = "Returns fields chosen at random from a hash.", .tips = kNondeterministic, .args = kHrandfieldArgs,
     .handler = hrandfield},
    {.name = "hscan", .group = Group::hash, .since = "2.8.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) a call, O(N) in the size of the hash for a whole pass",
     .summary = "Walks through the fields of a hash in steps, by a cursor.", .tips = kNondeterministic,
     .history = kHscanHistory, .args = kHscanArgs, .handler = hscan},
};
// clang-format on
static_assert(well_formed(kHashCommands));

std::span<const CommandSpec> hash_commands() { return kHashCommands; }

}  // namespace larder::server::commands
