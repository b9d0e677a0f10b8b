// The handlers of the string commands. Threads: as all handlers, on the connection's thread with the keys' shards held.
#include "server/commands/string.h"

#include <fmt/format.h>

#include <cmath>

#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/deadline.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Errc;
using store::Keyspace;

namespace {

constexpr std::string_view kInvalidExpire = "ERR invalid expire time in '{}' command";

std::string invalid_expire(std::string_view command) { return fmt::format(fmt::runtime(kInvalidExpire), command); }

/// Reads the number behind EX, PX, EXAT or PXAT: it must be positive and fit.
std::optional<int64_t> read_deadline(ArgReader& args, TimeForm form, const Keyspace& keys, std::string_view command) {
  const int64_t value = args.integer();
  if (args.failed()) return std::nullopt;
  const auto deadline = value > 0 ? deadline_from(value, form, keys.now_ms()) : std::nullopt;
  if (!deadline) args.fail(invalid_expire(command));
  return deadline;
}

/// The form that the next word announces, if it announces one.
std::optional<TimeForm> read_time_token(ArgReader& args) {
  if (args.token("EX")) return TimeForm::seconds;
  if (args.token("PX")) return TimeForm::milliseconds;
  if (args.token("EXAT")) return TimeForm::unix_seconds;
  if (args.token("PXAT")) return TimeForm::unix_milliseconds;
  return std::nullopt;
}

/// An expiration option whose number is read only when all words are known to be right: SET answers a syntax error
/// before it looks at the time.
struct TimeOption {
  TimeForm form;
  std::string_view number;

  std::optional<int64_t> deadline(const Keyspace& keys, std::string_view command, ReplyWriter& reply) const {
    const std::string_view words[] = {command, number};
    ArgReader reader(words);
    const auto result = read_deadline(reader, form, keys, command);
    return reader.failed(reply) ? std::nullopt : result;
  }
};

/// Reads one of EX, PX, EXAT, PXAT with its number; the same one may come again, and the last counts.
bool read_time_option(ArgReader& args, std::optional<TimeOption>& option) {
  if (args.remaining() < 2) return false;
  const auto form = read_time_token(args);
  if (!form) return false;
  if (option && option->form != *form) {
    args.fail(protocol::kSyntaxError);
  } else {
    option = TimeOption{*form, args.bytes()};
  }
  return true;
}

/// Replies with a string key's value, null when it is absent. False after an error.
bool write_value(Keyspace& keys, std::string_view key, ReplyWriter& reply, unsigned how) {
  const store::Item item = keys.find(key, how);
  if (!item) {
    reply.null();
    return true;
  }
  if (item->type() != store::Type::string) {
    reply.error(protocol::kWrongType);
    return false;
  }
  write_string(reply, *item.entry);
  return true;
}

void put_with_events(Keyspace& keys, std::string_view key, std::string_view value, std::optional<int64_t> deadline) {
  keys.put_string(key, value, {.deadline = deadline});
  keys.notify(store::kEventString, "set", key);
  if (deadline) keys.notify(store::kEventGeneric, "expire", key);
}

struct SetOptions {
  bool if_absent = false, if_present = false, get = false, keep_deadline = false;
  std::optional<TimeOption> time;
};

SetOptions read_set_options(ArgReader& args) {
  SetOptions options;
  while (args.more() && !args.failed()) {
    if (!options.if_present && args.token("NX")) {
      options.if_absent = true;
    } else if (!options.if_absent && args.token("XX")) {
      options.if_present = true;
    } else if (args.token("GET")) {
      options.get = true;
    } else if (!options.time && args.token("KEEPTTL")) {
      options.keep_deadline = true;
    } else if (!options.keep_deadline && read_time_option(args, options.time)) {
      continue;
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  return options;
}

void set_expiring(ArgReader& args, Keyspace& keys, ReplyWriter& reply, TimeForm form, std::string_view command) {
  const auto key = args.key();
  const auto deadline = read_deadline(args, form, keys, command);
  const auto value = args.bytes();
  if (args.failed(reply)) return;
  put_with_events(keys, key, value, deadline);
  reply.ok();
}

void increment(Keyspace& keys, std::string_view key, int64_t by, ReplyWriter& reply) {
  const auto found = keys.find_string(key, store::kWrite);
  if (!found) return write_error(reply, found.error());
  int64_t value = 0;
  if (*found) {
    const auto parsed = base::parse_int64(**found);
    if (!parsed) return write_error(reply, Errc::not_an_integer);
    value = *parsed;
  }
  if (__builtin_add_overflow(value, by, &value)) return write_error(reply, Errc::overflow);
  keys.put_string(key, base::format_int64(value), {.keep_deadline = true});
  keys.notify(store::kEventString, "incrby", key);
  reply.integer(value);
}

/// The part of a string that GETRANGE's indexes mean; negative ones count from the end.
std::string_view range_of(std::string_view text, int64_t start, int64_t end) {
  const auto size = static_cast<int64_t>(text.size());
  if (start < 0 && end < 0 && start > end) return {};
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (end < 0) end = std::max<int64_t>(end + size, 0);
  end = std::min(end, size - 1);
  if (start > end || size == 0) return {};
  return text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start + 1));
}

/// Whether a string of `size` more bytes behind `offset` is allowed.
bool fits(Keyspace& keys, uint64_t offset, uint64_t size) {
  return offset + size <= static_cast<uint64_t>(keys.store().max_string_bytes());
}

}  // namespace

void get(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { write_value(keys, args.key(), reply, store::kRead); }

void set(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto value = args.bytes();
  if (!args.more()) [[likely]] {
    keys.put_string(key, value);
    keys.notify(store::kEventString, "set", key);
    return reply.ok();
  }
  const SetOptions options = read_set_options(args);
  if (args.failed(reply)) return;
  std::optional<int64_t> deadline;
  if (options.time) {
    deadline = options.time->deadline(keys, "set", reply);
    if (!deadline) return;
  }
  if (options.get && !write_value(keys, key, reply, store::kRead)) return;
  const bool present = (options.if_absent || options.if_present) && static_cast<bool>(keys.find(key, store::kWrite));
  if ((options.if_absent && present) || (options.if_present && !present)) {
    if (!options.get) reply.null();
    return;
  }
  keys.put_string(key, value, {.deadline = deadline, .keep_deadline = options.keep_deadline});
  keys.notify(store::kEventString, "set", key);
  if (deadline) keys.notify(store::kEventGeneric, "expire", key);
  if (!options.get) reply.ok();
}

void setex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiring(args, keys, reply, TimeForm::seconds, "setex");
}

void psetex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiring(args, keys, reply, TimeForm::milliseconds, "psetex");
}

void setnx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto value = args.bytes();
  if (keys.find(key, store::kWrite)) return reply.integer(0);
  put_with_events(keys, key, value, std::nullopt);
  reply.integer(1);
}

void getset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (!write_value(keys, key, reply, store::kRead)) return;
  put_with_events(keys, key, args.bytes(), std::nullopt);
}

void getdel(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (!write_value(keys, key, reply, store::kRead)) return;
  if (keys.erase(key)) keys.notify(store::kEventGeneric, "del", key);
}

void getex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  std::optional<TimeOption> time;
  bool persist = false;
  while (args.more() && !args.failed()) {
    if (!time && args.token("PERSIST")) {
      persist = true;
    } else if (!persist && read_time_option(args, time)) {
      continue;
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  const store::Item item = keys.find(key, store::kRead);
  if (!item) return reply.null();
  if (item->type() != store::Type::string) return reply.error(protocol::kWrongType);
  std::optional<int64_t> deadline;
  if (time) {
    deadline = time->deadline(keys, "getex", reply);
    if (!deadline) return;
  }
  const bool had_deadline = item->has_deadline();
  write_string(reply, *item.entry);
  if (deadline && *deadline <= keys.now_ms()) {
    keys.erase(key);
    keys.notify(store::kEventGeneric, "del", key);
  } else if (deadline) {
    keys.set_deadline(key, deadline);
    keys.notify(store::kEventGeneric, "expire", key);
  } else if (persist && had_deadline) {
    keys.set_deadline(key, std::nullopt);
    keys.notify(store::kEventGeneric, "persist", key);
  }
}

void mget(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply.array(args.remaining());
  while (args.more()) {
    const store::Item item = keys.find(args.key(), store::kRead);
    if (item && item->type() == store::Type::string) {
      write_string(reply, *item.entry);
    } else {
      reply.null();
    }
  }
}

void mset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return reply.error("ERR wrong number of arguments for 'mset' command");
  while (args.more()) {
    const auto key = args.key();
    put_with_events(keys, key, args.bytes(), std::nullopt);
  }
  reply.ok();
}

void msetnx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return reply.error("ERR wrong number of arguments for 'msetnx' command");
  const auto pairs = args.rest();
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (keys.find(pairs[i], store::kWrite)) return reply.integer(0);
  }
  for (size_t i = 0; i < pairs.size(); i += 2) put_with_events(keys, pairs[i], pairs[i + 1], std::nullopt);
  reply.integer(1);
}

void append(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto suffix = args.bytes();
  const auto found = keys.find_string(key, store::kWrite);
  if (!found) return write_error(reply, found.error());
  const size_t size = *found ? (*found)->size() : 0;
  if (*found && !fits(keys, size, suffix.size())) return write_error(reply, Errc::string_too_long);
  if (!*found) {
    keys.put_string(key, suffix);
  } else {
    char* bytes = keys.resize_string(key, size + suffix.size());
    if (!suffix.empty()) std::memcpy(bytes + size, suffix.data(), suffix.size());
  }
  keys.notify(store::kEventString, "append", key);
  reply.integer(static_cast<int64_t>(size + suffix.size()));
}

void strlen(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto found = keys.find_string(args.key(), store::kRead);
  if (!found) return write_error(reply, found.error());
  reply.integer(*found ? static_cast<int64_t>((*found)->size()) : 0);
}

void getrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t start = args.integer();
  const int64_t end = args.integer();
  if (args.failed(reply)) return;
  const auto found = keys.find_string(key, store::kRead);
  if (!found) return write_error(reply, found.error());
  reply.bulk(*found ? range_of(**found, start, end) : std::string_view{});
}

void substr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { getrange(args, keys, reply); }

void setrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t offset = args.integer();
  const auto value = args.bytes();
  if (args.failed(reply)) return;
  if (offset < 0) return write_error(reply, Errc::offset_out_of_range);
  const auto found = keys.find_string(key, store::kWrite);
  if (!found) return write_error(reply, found.error());
  const size_t size = *found ? (*found)->size() : 0;
  if (value.empty()) return reply.integer(static_cast<int64_t>(size));
  if (!fits(keys, static_cast<uint64_t>(offset), value.size())) return write_error(reply, Errc::string_too_long);
  const auto at = static_cast<size_t>(offset);
  const size_t total = std::max(size, at + value.size());
  std::memcpy(keys.resize_string(key, total) + at, value.data(), value.size());
  keys.notify(store::kEventString, "setrange", key);
  reply.integer(static_cast<int64_t>(total));
}

void incr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { increment(keys, args.key(), 1, reply); }

void decr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { increment(keys, args.key(), -1, reply); }

void incrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t by = args.integer();
  if (args.failed(reply)) return;
  increment(keys, key, by, reply);
}

void decrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t by = args.integer();
  if (args.failed(reply)) return;
  if (by == std::numeric_limits<int64_t>::min()) return reply.error("ERR decrement would overflow");
  increment(keys, key, -by, reply);
}

void incrbyfloat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto found = keys.find_string(key, store::kWrite);
  if (!found) return write_error(reply, found.error());
  const auto value = *found ? base::parse_long_double(**found) : std::optional<long double>(0);
  if (!value) return write_error(reply, Errc::not_a_float);
  const long double by = args.long_real();
  if (args.failed(reply)) return;
  const long double sum = *value + by;
  if (std::isnan(sum) || std::isinf(sum)) return write_error(reply, Errc::nan_or_infinity);
  const std::string text = base::format_long_double(sum);
  keys.put_string(key, text, {.keep_deadline = true, .form = store::StringForm::text});
  keys.notify(store::kEventString, "incrbyfloat", key);
  reply.bulk(text);
}

}  // namespace larder::server::commands
