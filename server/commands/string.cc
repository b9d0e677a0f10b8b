// The handlers of the string commands.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/deadline.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/string_ops.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Errc;
using store::kEventGeneric;
using store::kEventString;
using store::Keyspace;

namespace {

/// The deadline that a positive number read before stands for.
std::optional<int64_t> deadline_of(ArgReader& args, std::string_view number, TimeForm form, const Keyspace& keys,
                                   std::string_view command) {
  const int64_t value = args.integer_of(number);
  const auto deadline = value > 0 ? deadline_from(value, form, keys.now_ms()) : std::nullopt;
  if (!deadline) args.fail(invalid_expire_time(command));
  return deadline;
}

/// EX, PX, EXAT or PXAT. The number is looked at only when all words are known to be right: SET answers a syntax error
/// before it looks at the time.
struct TimeOption {
  TimeForm form;
  std::string_view number;
};

std::optional<TimeForm> read_time_token(ArgReader& args) {
  if (args.token("EX")) return TimeForm::seconds;
  if (args.token("PX")) return TimeForm::milliseconds;
  if (args.token("EXAT")) return TimeForm::unix_seconds;
  if (args.token("PXAT")) return TimeForm::unix_milliseconds;
  return std::nullopt;
}

/// False where there is no such option. The same one may come again, and the last counts.
bool read_time_option(ArgReader& args, std::optional<TimeOption>& option) {
  if (args.remaining() < 2) return false;
  const auto form = read_time_token(args);
  if (!form) return false;
  if (option && option->form != *form) args.fail(protocol::kSyntaxError);
  option = TimeOption{*form, args.bytes()};
  return true;
}

/// The effect of put(), in words that every server knows.
void describe_put(Keyspace& keys, std::string_view key, std::string_view value, const Keyspace::PutOptions& options) {
  if (!keys.wants_effects()) return;
  if (options.deadline) return keys.effect({"SET", key, value, "PXAT", std::to_string(*options.deadline)});
  options.keep_deadline ? keys.effect({"SET", key, value, "KEEPTTL"}) : keys.effect({"SET", key, value});
}

/// What a command's effect is: itself, unless that would depend on the time or is not known to every server.
enum class Effect : bool { itself, described };

void put(Keyspace& keys, std::string_view key, std::string_view value, const Keyspace::PutOptions& options = {},
         Effect effect = Effect::itself) {
  keys.put_string(key, value, options);
  if (options.deadline || effect == Effect::described) describe_put(keys, key, value, options);
  keys.notify(kEventString, "set", key);
  if (options.deadline) keys.notify(kEventGeneric, "expire", key);
}

}  // namespace

// -- Reading --

static void get(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (const auto text = keys.read_string(args.key(), reply)) write_string(reply, text.entry());
}

static void mget(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply.array(args.remaining());
  while (args.more()) {
    const store::Item item = keys.find(args.key(), store::kRead);
    write_string(reply, item && item->type() == store::Type::string ? item.entry : nullptr);
  }
}

static void strlen(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (const auto text = keys.read_string(args.key(), reply)) reply.integer(static_cast<int64_t>(text.size()));
}

static void getrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t start = args.integer();
  const int64_t end = args.integer();
  if (args.failed(reply)) return;
  if (const auto text = keys.read_string(key, reply)) reply.bulk(store::part_of(text.bytes(), start, end));
}

static void substr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { getrange(args, keys, reply); }

// -- SET --

namespace {

/// IFEQ, IFNE, IFDEQ and IFDNE of SET and DELEX: the string, or its digest, is or is not as given.
struct Comparison {
  bool of_digest, wants_equal;
  std::string_view operand;

  /// Nothing where there is no such option.
  static std::optional<Comparison> read(ArgReader& args) {
    if (args.remaining() < 2) return std::nullopt;
    if (args.token("IFEQ")) return Comparison{false, true, args.bytes()};
    if (args.token("IFNE")) return Comparison{false, false, args.bytes()};
    if (args.token("IFDEQ")) return Comparison{true, true, args.bytes()};
    if (args.token("IFDNE")) return Comparison{true, false, args.bytes()};
    return std::nullopt;
  }
  /// Of a digest nothing but the length is checked, and that only where there is a string to compare with.
  bool operand_is_wrong() const { return of_digest && operand.size() != 16; }
  /// An absent string is not equal to anything.
  bool holds(const store::FoundString& text) const {
    if (text.absent()) return !wants_equal;
    const bool equal =
        of_digest ? base::equals_ignoring_case(operand, store::digest_of(text.bytes())) : operand == text.bytes();
    return equal == wants_equal;
  }
};

constexpr std::string_view kNotADigest = "ERR must be exactly 16 hexadecimal characters";

struct SetOptions {
  bool if_absent = false, if_present = false, get = false, keep_deadline = false;
  std::optional<int64_t> deadline;
  std::optional<Comparison> comparison;

  Keyspace::PutOptions put_options() const { return {.deadline = deadline, .keep_deadline = keep_deadline}; }
};

/// NX or XX, which contradict each other. False where there is no such option.
bool read_presence(ArgReader& args, SetOptions& options) {
  if (!options.if_present && args.token("NX")) return options.if_absent = true;
  if (!options.if_absent && args.token("XX")) return options.if_present = true;
  return false;
}

/// What SET takes besides: a comparison instead of NX and XX, GET.
bool read_extra(ArgReader& args, SetOptions& options) {
  if (args.token("GET")) return options.get = true;
  if (options.comparison || options.if_absent || options.if_present) return false;
  options.comparison = Comparison::read(args);
  return options.comparison.has_value();
}

/// The options of SET, or of MSETEX, which takes fewer.
SetOptions read_set_options(ArgReader& args, const Keyspace& keys, std::string_view command, bool is_set) {
  SetOptions options;
  std::optional<TimeOption> time;
  while (args.more()) {
    if (!options.comparison && read_presence(args, options)) continue;
    if (is_set && read_extra(args, options)) continue;
    if (!time && args.token("KEEPTTL")) {
      options.keep_deadline = true;
    } else if (options.keep_deadline || !read_time_option(args, time)) {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (time && !args.failed()) options.deadline = deadline_of(args, time->number, time->form, keys, command);
  return options;
}

/// Whether NX or XX, if given, allows to write.
bool allowed(Keyspace& keys, std::string_view key, const SetOptions& options) {
  if (!options.if_absent && !options.if_present) return true;
  return static_cast<bool>(keys.find(key, store::kWrite)) == options.if_present;
}

}  // namespace

static void set(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto value = args.bytes();
  if (!args.more()) [[likely]] {
    put(keys, key, value);
    return reply.ok();
  }
  const SetOptions options = read_set_options(args, keys, "set", true);
  if (args.failed(reply)) return;
  bool writes = true;
  if (options.get || options.comparison) {
    const auto old = keys.read_string(key, reply, options.get ? store::kRead : store::kWrite);
    if (!old) return;
    if (options.comparison && !old.absent() && options.comparison->operand_is_wrong()) return reply.error(kNotADigest);
    writes = !options.comparison || options.comparison->holds(old);
    if (options.get) write_string(reply, old.entry());
  }
  writes = writes && allowed(keys, key, options);
  const Effect effect = options.comparison ? Effect::described : Effect::itself;
  if (writes) put(keys, key, value, options.put_options(), effect);
  if (!options.get) writes ? reply.ok() : reply.null();
}

static void set_expiring(ArgReader& args, Keyspace& keys, ReplyWriter& reply, TimeForm form, std::string_view command) {
  const auto key = args.key();
  const auto deadline = deadline_of(args, args.bytes(), form, keys, command);
  const auto value = args.bytes();
  if (args.failed(reply)) return;
  put(keys, key, value, {.deadline = deadline});
  reply.ok();
}

static void setex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiring(args, keys, reply, TimeForm::seconds, "setex");
}

static void psetex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  set_expiring(args, keys, reply, TimeForm::milliseconds, "psetex");
}

static void setnx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (keys.find(key, store::kWrite)) return reply.integer(0);
  put(keys, key, args.bytes());
  reply.integer(1);
}

static void getset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto old = keys.read_string(key, reply);
  if (!old) return;
  write_string(reply, old.entry());
  put(keys, key, args.bytes());
}

static void mset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return write_arity_error(reply, "mset");
  while (args.more()) {
    const auto key = args.key();
    put(keys, key, args.bytes());
  }
  reply.ok();
}

static void msetnx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() % 2 != 0) return write_arity_error(reply, "msetnx");
  const auto pairs = args.rest();
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (keys.find(pairs[i], store::kWrite)) return reply.integer(0);
  }
  for (size_t i = 0; i < pairs.size(); i += 2) put(keys, pairs[i], pairs[i + 1]);
  reply.integer(1);
}

namespace {

/// The number of pairs that MSETEX counts, and these.
std::span<const std::string_view> read_counted_pairs(ArgReader& args) {
  const auto count = base::parse_int64(args.bytes());
  if (!count || *count < 1 || *count > std::numeric_limits<int32_t>::max()) {
    args.fail("ERR invalid numkeys value");
    return {};
  }
  const auto arguments = static_cast<size_t>(*count) * 2;
  if (arguments > args.remaining()) args.fail("ERR wrong number of key-value pairs");
  return args.take(arguments);
}

}  // namespace

static void msetex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto pairs = read_counted_pairs(args);
  const SetOptions options = read_set_options(args, keys, "msetex", false);
  if (args.failed(reply)) return;
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (!allowed(keys, pairs[i], options)) return reply.integer(0);
  }
  for (size_t i = 0; i < pairs.size(); i += 2) {
    put(keys, pairs[i], pairs[i + 1], options.put_options(), Effect::described);
  }
  reply.integer(1);
}

// -- Reading and changing the key --

static void digest(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto text = keys.read_string(args.key(), reply);
  if (!text) return;
  text.absent() ? reply.null() : reply.bulk(store::digest_of(text.bytes()));
}

static void delex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() != 1 && args.remaining() != 3) return write_arity_error(reply, "delex");
  const auto key = args.key();
  if (args.more()) {
    const store::Item item = keys.find(key, store::kWrite);
    if (!item) return reply.integer(0);
    if (item->type() != store::Type::string) {
      return reply.error("ERR Key should be of string type if conditions are specified");
    }
    const auto comparison = Comparison::read(args);
    if (!comparison) return reply.error("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
    if (comparison->operand_is_wrong()) return reply.error(kNotADigest);
    if (!comparison->holds(store::FoundString(item.entry))) return reply.integer(0);
  }
  reply.integer(keys.del(key, keys.settings().frees_lazily(store::kLazyUserDel)) ? 1 : 0);
}

static void getdel(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto text = keys.read_string(key, reply);
  if (!text) return;
  write_string(reply, text.entry());
  keys.del(key);
}

static void set_deadline(Keyspace& keys, std::string_view key, int64_t deadline) {
  if (deadline <= keys.now_ms()) {
    keys.del(key);
    return;
  }
  keys.set_deadline(key, deadline);
  keys.notify(kEventGeneric, "expire", key);
  if (keys.wants_effects()) keys.effect({"PEXPIREAT", key, std::to_string(deadline)});
}

static void getex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  std::optional<TimeOption> time;
  bool persist = false;
  while (args.more()) {
    if (!time && args.token("PERSIST")) {
      persist = true;
    } else if (persist || !read_time_option(args, time)) {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  const auto text = keys.read_string(key, reply);
  if (!text) return;
  if (text.absent()) return reply.null();
  // Redis looks at the number only where there is something to give a deadline to.
  const auto deadline = time ? deadline_of(args, time->number, time->form, keys, "getex") : std::nullopt;
  if (args.failed(reply)) return;
  write_string(reply, text.entry());
  if (deadline) return set_deadline(keys, key, *deadline);
  if (!persist || !text.has_deadline()) return;
  keys.set_deadline(key, std::nullopt);
  keys.notify(kEventGeneric, "persist", key);
  if (keys.wants_effects()) keys.effect({"PERSIST", key});
}

// -- Parts of strings --

/// Whether a string of `size` more bytes behind `offset` is allowed.
static bool fits(Keyspace& keys, uint64_t offset, uint64_t size) {
  return offset + size <= static_cast<uint64_t>(keys.settings().max_string_bytes);
}

static void append(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto suffix = args.bytes();
  const auto text = keys.read_string(key, reply, store::kWrite);
  if (!text) return;
  const size_t size = text.size();
  if (!text.absent() && !fits(keys, size, suffix.size())) return write_error(reply, Errc::string_too_long);
  if (text.absent()) {
    keys.put_string(key, suffix);
  } else {
    keys.resize_string(key, size + suffix.size(), size, suffix);
  }
  keys.notify(kEventString, "append", key);
  reply.integer(static_cast<int64_t>(size + suffix.size()));
}

static void setrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t offset = args.integer();
  const auto value = args.bytes();
  if (args.failed(reply)) return;
  if (offset < 0) return write_error(reply, Errc::offset_out_of_range);
  const auto text = keys.read_string(key, reply, store::kWrite);
  if (!text) return;
  if (value.empty()) return reply.integer(static_cast<int64_t>(text.size()));
  if (!fits(keys, static_cast<uint64_t>(offset), value.size())) return write_error(reply, Errc::string_too_long);
  const auto at = static_cast<size_t>(offset);
  const size_t size = std::max(text.size(), at + value.size());
  keys.resize_string(key, size, at, value);
  keys.notify(kEventString, "setrange", key);
  reply.integer(static_cast<int64_t>(size));
}

// -- Numbers --

static void increment(Keyspace& keys, std::string_view key, int64_t by, ReplyWriter& reply) {
  const auto text = keys.read_string(key, reply, store::kWrite);
  if (!text) return;
  const auto sum = store::integer_plus(text.if_present(), by);
  if (!sum) return write_error(reply, sum.error());
  keys.put_string(key, base::format_int64(*sum), {.keep_deadline = true});
  keys.notify(kEventString, "incrby", key);
  reply.integer(*sum);
}

static void incr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { increment(keys, args.key(), 1, reply); }

static void decr(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { increment(keys, args.key(), -1, reply); }

static void incrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t by = args.integer();
  if (!args.failed(reply)) increment(keys, key, by, reply);
}

static void decrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t by = args.integer();
  if (by == std::numeric_limits<int64_t>::min()) args.fail("ERR decrement would overflow");
  if (!args.failed(reply)) increment(keys, key, -by, reply);
}

static void incrbyfloat(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto text = keys.read_string(key, reply, store::kWrite);
  if (!text) return;
  const auto value = store::real_in(text.if_present());
  if (!value) return write_error(reply, Errc::not_a_float);
  const long double by = args.long_real();
  if (args.failed(reply)) return;
  const auto sum = store::real_sum(*value, by);
  if (!sum) return write_error(reply, sum.error());
  keys.put_string(key, *sum, {.keep_deadline = true, .form = store::StringForm::text});
  if (keys.wants_effects()) keys.effect({"SET", key, *sum, "KEEPTTL"});
  keys.notify(kEventString, "incrbyfloat", key);
  reply.bulk(*sum);
}

namespace {

uint64_t growth_of_append(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  return sizes.string_growth(args[1], sizes.string_length(args[1]) + args[2].size());
}

uint64_t growth_of_setrange(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  const auto offset = base::parse_int64(args[2]);
  if (!offset || *offset < 0 || args[3].empty()) return 0;
  return sizes.string_growth(args[1], static_cast<uint64_t>(*offset) + args[3].size());
}

// What SET does to its key: with GET it hands out the value that was there, and with a comparison it looks at it.
// Looked for as a word anywhere behind the value, as Redis does for COMMAND GETKEYSANDFLAGS; that it is no other
// option's value is SET's own business.
KeyUse use_of_set(std::span<const std::string_view> args) {
  for (size_t i = 3; i < args.size(); ++i) {
    for (const char* word : {"GET", "IFEQ", "IFNE", "IFDEQ", "IFDNE"}) {
      if (base::equals_ignoring_case(args[i], word)) return KeyUse::modify_and_read;
    }
  }
  return KeyUse::replace;
}

KeyUse use_of_delex(std::span<const std::string_view> args) {
  return args.size() > 2 ? KeyUse::remove_part : KeyUse::remove_whole;
}

}  // namespace

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr HistoryEntry kSetHistory[] = {
    {"2.6.12", "Took `EX`, `PX`, `NX` and `XX`."}, {"6.0.0", "Took `KEEPTTL`."},
    {"6.2.0", "Took `GET`, `EXAT` and `PXAT`."}, {"7.0.0", "`NX` and `GET` can be combined."},
    {"8.4.0", "Took `IFEQ`, `IFNE`, `IFDEQ` and `IFDNE`."}};
constexpr ArgSpec kSetCondition[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"},
    {.name = "xx", .type = ArgType::pure_token, .token = "XX"},
    {.name = "ifeq-value", .token = "IFEQ", .since = "8.4.0"}, {.name = "ifne-value", .token = "IFNE", .since = "8.4.0"},
    {.name = "ifdeq-digest", .token = "IFDEQ", .since = "8.4.0"},
    {.name = "ifdne-digest", .token = "IFDNE", .since = "8.4.0"}};
constexpr ArgSpec kDelexCondition[] = {
    {.name = "ifeq-value", .token = "IFEQ"}, {.name = "ifne-value", .token = "IFNE"},
    {.name = "ifdeq-digest", .token = "IFDEQ"}, {.name = "ifdne-digest", .token = "IFDNE"}};
constexpr ArgSpec kDelexArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "condition", .type = ArgType::oneof, .optional = true, .args = kDelexCondition}};
constexpr ArgSpec kMsetexCondition[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"},
    {.name = "xx", .type = ArgType::pure_token, .token = "XX"}};
constexpr ArgSpec kMsetexExpiration[] = {
    {.name = "seconds", .type = ArgType::integer, .token = "EX"},
    {.name = "milliseconds", .type = ArgType::integer, .token = "PX"},
    {.name = "unix-time-seconds", .type = ArgType::unix_time, .token = "EXAT"},
    {.name = "unix-time-milliseconds", .type = ArgType::unix_time, .token = "PXAT"},
    {.name = "keepttl", .type = ArgType::pure_token, .token = "KEEPTTL"}};
constexpr ArgSpec kSetExpiration[] = {
    {.name = "seconds", .type = ArgType::integer, .token = "EX", .since = "2.6.12"},
    {.name = "milliseconds", .type = ArgType::integer, .token = "PX", .since = "2.6.12"},
    {.name = "unix-time-seconds", .type = ArgType::unix_time, .token = "EXAT", .since = "6.2.0"},
    {.name = "unix-time-milliseconds", .type = ArgType::unix_time, .token = "PXAT", .since = "6.2.0"},
    {.name = "keepttl", .type = ArgType::pure_token, .token = "KEEPTTL", .since = "6.0.0"}};
constexpr ArgSpec kSetArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "value"},
    {.name = "condition", .type = ArgType::oneof, .since = "2.6.12", .optional = true, .args = kSetCondition},
    {.name = "get", .type = ArgType::pure_token, .token = "GET", .since = "6.2.0", .optional = true},
    {.name = "expiration", .type = ArgType::oneof, .optional = true, .args = kSetExpiration}};
constexpr ArgSpec kSetexArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "seconds", .type = ArgType::integer}, {.name = "value"}};
constexpr ArgSpec kPsetexArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "milliseconds", .type = ArgType::integer}, {.name = "value"}};
constexpr ArgSpec kKeyAndValue[] = {{.name = "key", .type = ArgType::key}, {.name = "value"}};
constexpr ArgSpec kGetexExpiration[] = {
    {.name = "seconds", .type = ArgType::integer, .token = "EX"},
    {.name = "milliseconds", .type = ArgType::integer, .token = "PX"},
    {.name = "unix-time-seconds", .type = ArgType::unix_time, .token = "EXAT"},
    {.name = "unix-time-milliseconds", .type = ArgType::unix_time, .token = "PXAT"},
    {.name = "persist", .type = ArgType::pure_token, .token = "PERSIST"}};
constexpr ArgSpec kGetexArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "expiration", .type = ArgType::oneof, .optional = true, .args = kGetexExpiration}};
constexpr std::string_view kMgetTips[] = {"request_policy:multi_shard"};
constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};
constexpr std::string_view kMsetTips[] = {"request_policy:multi_shard", "response_policy:all_succeeded"};
constexpr ArgSpec kMsetArgs[] = {{.name = "data", .type = ArgType::block, .multiple = true, .args = kKeyAndValue}};
constexpr ArgSpec kMsetexArgs[] = {
    {.name = "numkeys", .type = ArgType::integer},
    {.name = "data", .type = ArgType::block, .multiple = true, .args = kKeyAndValue},
    {.name = "condition", .type = ArgType::oneof, .optional = true, .args = kMsetexCondition},
    {.name = "expiration", .type = ArgType::oneof, .optional = true, .args = kMsetexExpiration}};
constexpr ArgSpec kGetrangeArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "start", .type = ArgType::integer},
    {.name = "end", .type = ArgType::integer}};
constexpr ArgSpec kSetrangeArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "offset", .type = ArgType::integer}, {.name = "value"}};
constexpr ArgSpec kIncrbyArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "increment", .type = ArgType::integer}};
constexpr ArgSpec kDecrbyArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "decrement", .type = ArgType::integer}};
constexpr ArgSpec kIncrbyfloatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "increment", .type = ArgType::real}};

constexpr CommandSpec kStringCommands[] = {
    {.name = "get", .group = Group::string, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the value of a string key, or null if there is none.", .args = kKey, .handler = get},
    {.name = "set", .group = Group::string, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify_and_read | KeyUse::variable, "reads only with GET or a comparison"), .key_use = use_of_set,
     .complexity = "O(1)",
     .summary = "Stores a string, replacing whatever the key held; options set a deadline or a condition.",
     .history = kSetHistory, .args = kSetArgs, .handler = set},
    {.name = "setex", .group = Group::string, .since = "2.0.0", .arity = exactly(4), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::replace), .complexity = "O(1)",
     .summary = "Stores a string that lives for a number of seconds.", .args = kSetexArgs, .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with the `EX` option", .handler = setex},
    {.name = "psetex", .group = Group::string, .since = "2.6.0", .arity = exactly(4), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::replace), .complexity = "O(1)",
     .summary = "Stores a string that lives for a number of milliseconds.", .args = kPsetexArgs,
     .deprecated_since = "2.6.12", .replaced_by = "`SET` with the `PX` option", .handler = psetex},
    {.name = "setnx", .group = Group::string, .since = "1.0.0", .arity = exactly(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::create), .complexity = "O(1)",
     .summary = "Stores a string unless the key exists already.", .args = kKeyAndValue, .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with the `NX` option", .handler = setnx},
    {.name = "getset", .group = Group::string, .since = "1.0.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Stores a string and returns the one it replaced.", .args = kKeyAndValue, .deprecated_since = "6.2.0",
     .replaced_by = "`SET` with the `GET` option", .handler = getset},
    {.name = "getdel", .group = Group::string, .since = "6.2.0", .arity = exactly(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take), .complexity = "O(1)", .summary = "Returns a string and deletes its key.",
     .args = kKey, .handler = getdel},
    {.name = "getex", .group = Group::string, .since = "6.2.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify_and_read, "changes the deadline only"), .complexity = "O(1)",
     .summary = "Returns a string and gives its key a new deadline, or none.", .args = kGetexArgs, .handler = getex},
    {.name = "mget", .group = Group::string, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly | kFast,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N) in the keys asked for",
     .summary = "Returns the strings of several keys, null for each that holds none.", .tips = kMgetTips, .args = kKeys,
     .handler = mget},
    {.name = "mset", .group = Group::string, .since = "1.0.1", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = keys_from(1, KeyUse::replace, -1, 2), .complexity = "O(N) in the keys stored",
     .summary = "Stores several strings at once; nobody sees some of them without the others.", .tips = kMsetTips,
     .args = kMsetArgs, .handler = mset},
    {.name = "msetnx", .group = Group::string, .since = "1.0.1", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = keys_from(1, KeyUse::create, -1, 2), .complexity = "O(N) in the keys stored",
     .summary = "Stores several strings at once unless any of the keys exists.", .args = kMsetArgs,
     .handler = msetnx},
    {.name = "msetex", .group = Group::string, .since = "8.4.0", .arity = at_least(4), .flags = kWrite | kDenyOom,
     .keys = counted_keys(1, KeyUse::replace, 2), .complexity = "O(N) in the keys stored",
     .summary = "Stores several strings at once, with a deadline for all or a condition on all.", .tips = kMsetTips,
     .args = kMsetexArgs, .handler = msetex},
    {.name = "digest", .group = Group::string, .since = "8.4.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the length of the string",
     .summary = "Returns a 64-bit hash of a string (XXH3) in hexadecimal digits.", .args = kKey, .handler = digest},
    {.name = "delex", .group = Group::string, .since = "8.4.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::remove_part | KeyUse::variable, "removes whatever is there unless there is a condition"),
     .key_use = use_of_delex, .complexity = "O(N) in the length of the string, if that is looked at",
     .summary = "Deletes a key if its string, or the digest of it, is or is not as given.", .args = kDelexArgs,
     .handler = delex},
    {.name = "append", .group = Group::string, .since = "2.0.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::add),
     .complexity = "O(1) amortized, O(N) in the bytes appended",
     .summary = "Adds bytes to the end of a string, creating it if need be.", .args = kKeyAndValue,
     .grows_by = growth_of_append, .handler = append},
    {.name = "strlen", .group = Group::string, .since = "2.2.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Returns the length of a string in bytes.",
     .args = kKey, .handler = strlen},
    {.name = "getrange", .group = Group::string, .since = "2.4.0", .arity = exactly(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the bytes returned",
     .summary = "Returns a part of a string, chosen by its first and last byte.", .args = kGetrangeArgs,
     .handler = getrange},
    {.name = "substr", .group = Group::string, .since = "1.0.0", .arity = exactly(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the bytes returned",
     .summary = "Returns a part of a string; the old name of GETRANGE.", .args = kGetrangeArgs,
     .deprecated_since = "2.0.0", .replaced_by = "`GETRANGE`", .handler = substr},
    {.name = "setrange", .group = Group::string, .since = "2.2.0", .arity = exactly(4), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(N) in the bytes written, and in those padded",
     .summary = "Overwrites a string from an offset on, padding with zero bytes up to there.", .args = kSetrangeArgs,
     .grows_by = growth_of_setrange, .handler = setrange},
    {.name = "incr", .group = Group::string, .since = "1.0.0", .arity = exactly(2), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Adds one to an integer; an absent key counts as 0.", .args = kKey, .handler = incr},
    {.name = "decr", .group = Group::string, .since = "1.0.0", .arity = exactly(2), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Subtracts one from an integer; an absent key counts as 0.", .args = kKey, .handler = decr},
    {.name = "incrby", .group = Group::string, .since = "1.0.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Adds to an integer; an absent key counts as 0.", .args = kIncrbyArgs, .handler = incrby},
    {.name = "decrby", .group = Group::string, .since = "1.0.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Subtracts from an integer; an absent key counts as 0.", .args = kDecrbyArgs, .handler = decrby},
    {.name = "incrbyfloat", .group = Group::string, .since = "2.6.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Adds to a decimal number; an absent key counts as 0.", .args = kIncrbyfloatArgs,
     .handler = incrbyfloat},
};
// clang-format on
static_assert(well_formed(kStringCommands));

std::span<const CommandSpec> string_commands() { return kStringCommands; }

}  // namespace larder::server::commands
