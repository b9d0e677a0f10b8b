// Deadlines: EXPIRE and its like, TTL and its like, PERSIST.
#include <fmt/format.h>

#include <string>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/deadline.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;

namespace {

/// NX, XX, GT, LT: when a new deadline is taken.
struct Conditions {
  bool if_none = false, if_some = false, if_later = false, if_earlier = false;

  bool allow(std::optional<int64_t> old, int64_t wanted) const {
    if (if_none && old) return false;
    if (if_some && !old) return false;
    // Without a deadline a key lives for ever: nothing is later.
    if (if_later && (!old || wanted <= *old)) return false;
    return !(if_earlier && old && wanted >= *old);
  }
};

Conditions read_conditions(ArgReader& args) {
  Conditions conditions;
  while (args.more() && !args.failed()) {
    if (args.token("NX")) {
      conditions.if_none = true;
    } else if (args.token("XX")) {
      conditions.if_some = true;
    } else if (args.token("GT")) {
      conditions.if_later = true;
    } else if (args.token("LT")) {
      conditions.if_earlier = true;
    } else {
      args.fail(fmt::format("ERR Unsupported option {}", as_text(args.peek())));
    }
  }
  if (conditions.if_none && (conditions.if_some || conditions.if_later || conditions.if_earlier)) {
    args.fail("ERR NX and XX, GT or LT options at the same time are not compatible");
  } else if (conditions.if_later && conditions.if_earlier) {
    args.fail("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

void set_expiry(ArgReader& args, Keyspace& keys, ReplyWriter& reply, TimeForm form, std::string_view command) {
  const auto key = args.key();
  const auto number = args.bytes();
  // Redis looks at the options before it looks at the number.
  const Conditions conditions = read_conditions(args);
  if (args.failed(reply)) return;
  const int64_t value = args.integer_of(number);
  if (args.failed(reply)) return;
  const auto deadline = deadline_from(value, form, keys.now_ms());
  if (!deadline) return reply.error(invalid_expire_time(command));
  const store::Item item = keys.find(key, store::kWrite);
  if (!item) return reply.integer(0);
  const auto old = item->has_deadline() ? std::optional(item->deadline()) : std::nullopt;
  if (!conditions.allow(old, *deadline)) return reply.integer(0);
  if (*deadline <= keys.now_ms()) {
    keys.del(key);
  } else {
    keys.set_deadline(key, *deadline);
    keys.notify(store::kEventGeneric, "expire", key);
    if (keys.wants_effects()) keys.effect({"PEXPIREAT", key, std::to_string(*deadline)});
  }
  reply.integer(1);
}

/// The two ways to fail, and otherwise the deadline given to `answer`.
template <class Answer>
void reply_deadline(ArgReader& args, Keyspace& keys, ReplyWriter& reply, Answer&& answer) {
  const store::Item item = keys.find(args.key(), store::kCount);
  if (!item) return reply.integer(-2);
  if (!item->has_deadline()) return reply.integer(-1);
  reply.integer(answer(item->deadline()));
}

constexpr int64_t rounded_seconds(int64_t ms) { return ms / 1000 + (ms % 1000 >= 500 ? 1 : 0); }

}  // namespace

static void expire(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::seconds, "expire");
}

static void pexpire(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::milliseconds, "pexpire");
}

static void expireat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::unix_seconds, "expireat");
}

static void pexpireat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::unix_milliseconds, "pexpireat");
}

static void ttl(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [&](int64_t deadline) { return rounded_seconds(deadline - keys.now_ms()); });
}

static void pttl(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [&](int64_t deadline) { return deadline - keys.now_ms(); });
}

static void expiretime(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, rounded_seconds);
}

static void pexpiretime(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [](int64_t deadline) { return deadline; });
}

static void persist(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const store::Item item = keys.find(key, store::kWrite);
  if (!item || !item->has_deadline()) return reply.integer(0);
  keys.set_deadline(key, std::nullopt);
  keys.notify(store::kEventGeneric, "persist", key);
  reply.integer(1);
}

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kTtlHistory[] = {{"2.8.0", "Tells an absent key (-2) from one without a deadline (-1)."}};
constexpr HistoryEntry kExpireHistory[] = {{"7.0.0", "Took `NX`, `XX`, `GT` and `LT`."}};
constexpr ArgSpec kExpireConditions[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"},
    {.name = "xx", .type = ArgType::pure_token, .token = "XX"},
    {.name = "gt", .type = ArgType::pure_token, .token = "GT"},
    {.name = "lt", .type = ArgType::pure_token, .token = "LT"}};
constexpr ArgSpec kExpireArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "seconds", .type = ArgType::integer},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kPexpireArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "milliseconds", .type = ArgType::integer},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kExpireatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "unix-time-seconds", .type = ArgType::unix_time},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kPexpireatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "unix-time-milliseconds", .type = ArgType::unix_time},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};

constexpr CommandSpec kExpireCommands[] = {
    {.name = "ttl", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the seconds that a key has left to live.", .tips = kNondeterministic, .history = kTtlHistory,
     .args = kKey, .handler = ttl},
    {.name = "pttl", .group = Group::generic, .since = "2.6.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the milliseconds that a key has left to live.", .tips = kNondeterministic,
     .history = kTtlHistory, .args = kKey, .handler = pttl},
    {.name = "expire", .group = Group::generic, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)", .summary = "Gives a key a number of seconds to live.",
     .history = kExpireHistory, .args = kExpireArgs, .handler = expire},
    {.name = "pexpire", .group = Group::generic, .since = "2.6.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Gives a key a number of milliseconds to live.", .history = kExpireHistory, .args = kPexpireArgs,
     .handler = pexpire},
    {.name = "expireat", .group = Group::generic, .since = "1.2.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Sets a key's deadline as a Unix time in seconds.", .history = kExpireHistory, .args = kExpireatArgs,
     .handler = expireat},
    {.name = "pexpireat", .group = Group::generic, .since = "2.6.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Sets a key's deadline as a Unix time in milliseconds.", .history = kExpireHistory,
     .args = kPexpireatArgs, .handler = pexpireat},
    {.name = "expiretime", .group = Group::generic, .since = "7.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns a key's deadline as a Unix time in seconds.", .args = kKey, .handler = expiretime},
    {.name = "pexpiretime", .group = Group::generic, .since = "7.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns a key's deadline as a Unix time in milliseconds.", .args = kKey, .handler = pexpiretime},
    {.name = "persist", .group = Group::generic, .since = "2.2.0", .arity = exactly(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)", .summary = "Takes a key's deadline away.", .args = kKey,
     .handler = persist},
};
// clang-format on
static_assert(well_formed(kExpireCommands));

std::span<const CommandSpec> expire_commands() { return kExpireCommands; }

}  // namespace larder::server::commands
