// Deadlines: EXPIRE and its like, TTL and its like, PERSIST. Threads: as all handlers, with the key's shard held.
#include <fmt/format.h>

#include <string>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/deadline.h"
#include "server/commands/generic.h"
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
  const std::string_view words[] = {command, number};
  ArgReader reader(words);
  const int64_t value = reader.integer();
  if (reader.failed(reply)) return;
  const auto deadline = deadline_from(value, form, keys.now_ms());
  if (!deadline) return reply.error(fmt::format("ERR invalid expire time in '{}' command", command));
  const store::Item item = keys.find(key, store::kWrite);
  if (!item) return reply.integer(0);
  const auto old = item->has_deadline() ? std::optional(item->deadline()) : std::nullopt;
  if (!conditions.allow(old, *deadline)) return reply.integer(0);
  if (*deadline <= keys.now_ms()) {
    keys.erase(key);
    keys.notify(store::kEventGeneric, "del", key);
  } else {
    keys.set_deadline(key, *deadline);
    keys.notify(store::kEventGeneric, "expire", key);
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

void expire(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::seconds, "expire");
}

void pexpire(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::milliseconds, "pexpire");
}

void expireat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::unix_seconds, "expireat");
}

void pexpireat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiry(args, keys, reply, TimeForm::unix_milliseconds, "pexpireat");
}

void ttl(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [&](int64_t deadline) { return rounded_seconds(deadline - keys.now_ms()); });
}

void pttl(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [&](int64_t deadline) { return deadline - keys.now_ms(); });
}

void expiretime(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, rounded_seconds);
}

void pexpiretime(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_deadline(args, keys, reply, [](int64_t deadline) { return deadline; });
}

void persist(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const store::Item item = keys.find(key, store::kWrite);
  if (!item || !item->has_deadline()) return reply.integer(0);
  keys.set_deadline(key, std::nullopt);
  keys.notify(store::kEventGeneric, "persist", key);
  reply.integer(1);
}

}  // namespace larder::server::commands
