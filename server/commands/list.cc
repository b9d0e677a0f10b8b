// The handlers of the list commands.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/pop_or_wait.h"
#include "server/commands/timeout.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/list_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::kEventList;
using store::Keyspace;
using store::ListEnd;
using store::ListValue;

static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
// Redis' words.
static constexpr std::string_view kOutOfLong =
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";

static constexpr std::string_view push_event(ListEnd end) { return end == ListEnd::left ? "lpush" : "rpush"; }
static constexpr std::string_view pop_event(ListEnd end) { return end == ListEnd::left ? "lpop" : "rpop"; }

static constexpr std::string_view end_name(ListEnd end) { return end == ListEnd::left ? "LEFT" : "RIGHT"; }

/// Reads LEFT or RIGHT.
static ListEnd read_end(ArgReader& args) {
  if (args.token("LEFT")) return ListEnd::left;
  if (!args.token("RIGHT")) args.fail(protocol::kSyntaxError);
  return ListEnd::right;
}

/// Reads an integer whose magnitude has to be an integer too.
static int64_t read_long(ArgReader& args) {
  const int64_t value = args.integer();
  if (value < -kMost) args.fail(kOutOfLong);
  return value;
}

/// A stretch of elements as indexes from the left name it; count 0 when nothing is in it.
struct Stretch {
  size_t first = 0;
  size_t count = 0;
};

/// From one index to another, both counted from the right if negative and brought into the list.
static Stretch stretch(int64_t first, int64_t last, size_t size) {
  const auto length = static_cast<int64_t>(size);
  if (first < 0) first = std::max<int64_t>(0, first + length);
  if (last < 0) last += length;
  last = std::min(last, length - 1);
  if (first > last) return {};
  return {.first = static_cast<size_t>(first), .count = static_cast<size_t>(last - first) + 1};
}

// -- Pushing and popping --

enum class Absent : bool { is_made, stays };

/// Only where proto-max-bulk-len has been raised can an element be too long.
static bool has_room_for(std::span<const std::string_view> elements, ReplyWriter& reply) {
  const bool fits = std::all_of(elements.begin(), elements.end(),
                                [](std::string_view element) { return element.size() <= ListValue::kMostBytes; });
  if (!fits) reply.error("ERR element exceeds maximum allowed size (1 GB)");
  return fits;
}

static void push(ArgReader& args, Keyspace& keys, ReplyWriter& reply, ListEnd end, Absent absent) {
  auto list = keys.edit<ListValue>(args.key(), reply);
  if (!list) return;
  if (list.absent() && absent == Absent::stays) return reply.integer(0);
  const auto elements = args.rest();
  if (!has_room_for(elements, reply)) return;
  list->push(end, elements, keys.limits());
  const size_t size = list->size();
  list.changed(true, kEventList, push_event(end));
  list.commit();
  reply.integer(static_cast<int64_t>(size));
}

static void lpush(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  push(args, keys, reply, ListEnd::left, Absent::is_made);
}

static void rpush(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  push(args, keys, reply, ListEnd::right, Absent::is_made);
}

static void lpushx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  push(args, keys, reply, ListEnd::left, Absent::stays);
}

static void rpushx(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  push(args, keys, reply, ListEnd::right, Absent::stays);
}

/// Writes up to `count` elements from an end as an array and removes them.
static void take(store::Edit<ListValue>& list, Keyspace& keys, ReplyWriter& reply, ListEnd end, size_t count) {
  count = std::min(count, list->size());
  reply.array(count);
  if (count == 0) return;
  list->visit_from(end, 0, count, [&](std::string_view element) {
    reply.bulk(element);
    return true;
  });
  list->pop(end, count, keys.limits());
  list.changed(true, kEventList, pop_event(end));
}

static void pop(ArgReader& args, Keyspace& keys, ReplyWriter& reply, ListEnd end) {
  const auto key = args.key();
  const bool counted = args.more();
  if (args.remaining() > 1) return write_arity_error(reply, pop_event(end));
  const int64_t count = counted ? args.integer_between(0, kMost, protocol::kMustBePositive) : 1;
  if (args.failed(reply)) return;
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return;
  if (list.absent()) return counted ? reply.null_array() : reply.null();
  if (counted) return take(list, keys, reply, end, static_cast<size_t>(count));
  reply.bulk(list->at(end == ListEnd::left ? 0 : -1)->text());
  list->pop(end, 1, keys.limits());
  list.changed(true, kEventList, pop_event(end));
}

static void lpop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { pop(args, keys, reply, ListEnd::left); }

static void rpop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { pop(args, keys, reply, ListEnd::right); }

using ListPop = PopFromSeveral<ListEnd>;

/// LMPOP and BLMPOP on one of their keys: whether there was something, or a value of another type, which has been
/// replied.
static bool pop_several(const ListPop& wanted, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return true;
  if (list.absent()) return false;
  const std::string taken = std::to_string(std::min(wanted.most(), list->size()));
  reply.array(2);
  reply.bulk(key);
  take(list, keys, reply, wanted.end, wanted.most());
  if (keys.wants_effects()) keys.effect({wanted.end == ListEnd::left ? "LPOP" : "RPOP", key, taken});
  return true;
}

static void lmpop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto wanted = ListPop::read(args, read_end);
  if (args.failed(reply)) return;
  for (const auto key : wanted.keys) {
    if (pop_several(wanted, key, keys, reply)) return;
  }
  reply.null_array();
}

// -- Moving from list to list --

/// Whatever the command was, it does not wait when it is replayed.
static void describe_move(Keyspace& keys, std::string_view source, std::string_view target, ListEnd from, ListEnd to) {
  if (keys.wants_effects()) keys.effect({"LMOVE", source, target, end_name(from), end_name(to)});
}

/// A list is its own target: an element goes from one of its ends to the other.
static void rotate(Keyspace& keys, ReplyWriter& reply, std::string_view key, ListEnd from, ListEnd to) {
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return;
  if (list.absent()) return reply.null();
  const std::string element(list->at(from == ListEnd::left ? 0 : -1)->text());
  reply.bulk(element);
  list->rotate(from, to, element, keys.limits());
  describe_move(keys, key, key, from, to);
  keys.notify(kEventList, push_event(to), key);
  list.changed(true, kEventList, pop_event(from));
}

static void move_element(Keyspace& keys, ReplyWriter& reply, std::string_view source_key, std::string_view target_key,
                         ListEnd from, ListEnd to) {
  if (source_key == target_key) return rotate(keys, reply, source_key, from, to);
  auto source = keys.edit<ListValue>(source_key, reply);
  if (!source) return;
  if (source.absent()) return reply.null();
  auto target = keys.edit<ListValue>(target_key, reply);
  if (!target) return;
  // What can fail for want of memory comes first.
  const auto element = source->at(from == ListEnd::left ? 0 : -1);
  const std::string_view text = element->text();
  reply.bulk(text);
  target->push(to, {&text, 1}, keys.limits());
  target.changed(true, kEventList, push_event(to));
  target.commit();
  describe_move(keys, source_key, target_key, from, to);
  source->pop(from, 1, keys.limits());
  source.changed(true, kEventList, pop_event(from));
}

static void lmove(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto source = args.key();
  const auto target = args.key();
  const ListEnd from = read_end(args);
  const ListEnd to = read_end(args);
  if (!args.failed(reply)) move_element(keys, reply, source, target, from, to);
}

static void rpoplpush(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto source = args.key();
  const auto target = args.key();
  move_element(keys, reply, source, target, ListEnd::right, ListEnd::left);
}

// -- Waiting for an element --

/// BLPOP and BRPOP on one of their keys; returns as pop_several().
static bool pop_with_key(std::string_view key, Keyspace& keys, ReplyWriter& reply, ListEnd end) {
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return true;
  if (list.absent()) return false;
  reply.array(2);
  reply.bulk(key);
  reply.bulk(list->at(end == ListEnd::left ? 0 : -1)->text());
  list->pop(end, 1, keys.limits());
  list.changed(true, kEventList, pop_event(end));
  if (keys.wants_effects()) keys.effect({end == ListEnd::left ? "LPOP" : "RPOP", key});
  return true;
}

static void blocking_pop(ArgReader& args, CommandContext& context, ReplyWriter& reply, ListEnd end) {
  const auto wanted = KeysAndDeadline::read(args, context);
  if (args.failed(reply)) return;
  pop_or_wait(args, context, reply, wanted, store::Type::list,
              [&](std::string_view key, Keyspace& keys) { return pop_with_key(key, keys, reply, end); });
}

static void blpop(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  blocking_pop(args, context, reply, ListEnd::left);
}

static bool serve_blpop(ArgReader&, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  return pop_with_key(key, keys, reply, ListEnd::left);
}

static void brpop(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  blocking_pop(args, context, reply, ListEnd::right);
}

static bool serve_brpop(ArgReader&, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  return pop_with_key(key, keys, reply, ListEnd::right);
}

static void blmpop(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const int64_t deadline_ms = blocking_end(args, args.bytes(), context.thread_state().now_ms());
  const auto wanted = ListPop::read(args, read_end);
  if (args.failed(reply)) return;
  pop_or_wait(args, context, reply, {.keys = wanted.keys, .deadline_ms = deadline_ms}, store::Type::list,
              [&](std::string_view key, Keyspace& keys) { return pop_several(wanted, key, keys, reply); });
}

static bool serve_blmpop(ArgReader& args, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  args.bytes();  // the timeout
  return pop_several(ListPop::read(args, read_end), key, keys, reply);
}

/// BLMOVE and BRPOPLPUSH, whose source and target are the first arguments.
static void blocking_move(ArgReader& args, CommandContext& context, ReplyWriter& reply, ListEnd from, ListEnd to,
                          std::string_view timeout) {
  const int64_t deadline_ms = blocking_end(args, timeout, context.thread_state().now_ms());
  if (args.failed(reply)) return;
  const auto names = args.all().subspan(1, 2);
  Keyspace keys = context.keys();
  const auto source = keys.find(names[0], store::kPeek);
  // Who waits for a list waits on where something else has come.
  const bool goes_on = context.is_retry() && source && source->type() != store::Type::list;
  if (source && !goes_on) return move_element(keys, reply, names[0], names[1], from, to);
  if (context.in_exec()) return reply.null();
  context.wait_for(args.all(), names.first(1), store::Type::list, deadline_ms);
}

static void blmove(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  args.key();
  args.key();
  const ListEnd from = read_end(args);
  const ListEnd to = read_end(args);
  const auto timeout = args.bytes();
  if (!args.failed(reply)) blocking_move(args, context, reply, from, to, timeout);
}

static bool serve_blmove(ArgReader& args, std::string_view, Keyspace& keys, ReplyWriter& reply) {
  const auto source = args.key();
  const auto target = args.key();
  const ListEnd from = read_end(args);
  move_element(keys, reply, source, target, from, read_end(args));
  return true;
}

static void brpoplpush(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  blocking_move(args, context, reply, ListEnd::right, ListEnd::left, args.all()[3]);
}

static bool serve_brpoplpush(ArgReader& args, std::string_view, Keyspace& keys, ReplyWriter& reply) {
  const auto source = args.key();
  move_element(keys, reply, source, args.key(), ListEnd::right, ListEnd::left);
  return true;
}

// -- Reading --

static void llen(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* list = keys.read<ListValue>(args.key(), reply);
  if (list) reply.integer(static_cast<int64_t>(list->size()));
}

static void lindex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* list = keys.read<ListValue>(args.key(), reply);
  if (!list) return;
  if (list->size() == 0) return reply.null();  // whatever the index is
  const int64_t index = args.integer();
  if (args.failed(reply)) return;
  const auto element = list->at(index);
  element ? reply.bulk(element->text()) : reply.null();
}

static void lrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t first = args.integer();
  const int64_t last = args.integer();
  if (args.failed(reply)) return;
  const auto* list = keys.read<ListValue>(key, reply);
  if (!list) return;
  const Stretch wanted = stretch(first, last, list->size());
  reply.array(wanted.count);
  list->visit_from(ListEnd::left, wanted.first, wanted.count, [&](std::string_view element) {
    reply.bulk(element);
    return true;
  });
}

static void lpos(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto element = args.bytes();
  store::PositionQuery query;
  std::optional<int64_t> count;
  while (args.more()) {
    if (args.remaining() < 2) {
      args.fail(protocol::kSyntaxError);
    } else if (args.token("RANK")) {
      query.rank = read_long(args);
      if (query.rank == 0 && !args.failed()) {
        args.fail(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to "
            "start from the end of the list");
      }
    } else if (args.token("COUNT")) {
      count = args.non_negative("COUNT");
    } else if (args.token("MAXLEN")) {
      query.max_len = static_cast<uint64_t>(args.non_negative("MAXLEN"));
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  const auto* list = keys.read<ListValue>(key, reply);
  if (!list) return;
  query.count = static_cast<uint64_t>(count.value_or(1));
  const auto found = list->positions(element, query);
  if (!count) return found.empty() ? reply.null() : reply.integer(found.front());
  reply.array(found.size());
  for (const int64_t position : found) reply.integer(position);
}

// -- Changing the middle --

static void lset(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto list = keys.edit<ListValue>(args.key(), reply);
  if (!list) return;
  if (list.absent()) return reply.error(protocol::kNoSuchKey);
  const int64_t index = args.integer();
  const auto element = args.bytes();
  if (args.failed(reply) || !has_room_for({&element, 1}, reply)) return;
  if (!list->set(index, element, keys.limits())) return reply.error(protocol::kIndexOutOfRange);
  list.changed(true, kEventList, "lset");
  reply.ok();
}

static void linsert(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const bool behind = args.token("AFTER");
  if (!behind && !args.token("BEFORE")) args.fail(protocol::kSyntaxError);
  const auto pivot = args.bytes();
  const auto element = args.bytes();
  if (args.failed(reply) || !has_room_for({&element, 1}, reply)) return;
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return;
  if (list.absent()) return reply.integer(0);
  if (!list->insert(pivot, behind, element, keys.limits())) return reply.integer(-1);
  list.changed(true, kEventList, "linsert");
  reply.integer(static_cast<int64_t>(list->size()));
}

static void lrem(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t count = read_long(args);
  const auto element = args.bytes();
  if (args.failed(reply)) return;
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return;
  if (list.absent()) return reply.integer(0);
  const size_t removed = list->remove(element, count, keys.limits());
  list.changed(removed > 0, kEventList, "lrem");
  reply.integer(static_cast<int64_t>(removed));
}

static void ltrim(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t first = args.integer();
  const int64_t last = args.integer();
  if (args.failed(reply)) return;
  auto list = keys.edit<ListValue>(key, reply);
  if (!list) return;
  if (list.absent()) return reply.ok();
  const Stretch kept = stretch(first, last, list->size());
  list->trim(kept.first, kept.count, keys.limits());
  list.changed(true, kEventList, "ltrim");
  reply.ok();
}

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr ArgSpec kKeyAndElements[] = {{.name = "key", .type = ArgType::key}, {.name = "element", .multiple = true}};
constexpr HistoryEntry kPushHistory[] = {{"2.4.0", "Took several elements at once."}};
constexpr HistoryEntry kPushxHistory[] = {{"4.0.0", "Took several elements at once."}};
constexpr ArgSpec kPopArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "count", .type = ArgType::integer, .since = "6.2.0", .optional = true}};
constexpr HistoryEntry kPopHistory[] = {{"6.2.0", "Took `count`."}};
constexpr ArgSpec kLeft = {.name = "left", .type = ArgType::pure_token, .token = "LEFT"};
constexpr ArgSpec kRight = {.name = "right", .type = ArgType::pure_token, .token = "RIGHT"};
constexpr ArgSpec kEnds[] = {kLeft, kRight};
constexpr ArgSpec kLmpopArgs[] = {
    {.name = "numkeys", .type = ArgType::integer},
    {.name = "key", .type = ArgType::key, .multiple = true},
    {.name = "where", .type = ArgType::oneof, .args = kEnds},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};
constexpr ArgSpec kLmoveArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key},
    {.name = "wherefrom", .type = ArgType::oneof, .args = kEnds},
    {.name = "whereto", .type = ArgType::oneof, .args = kEnds}};
constexpr ArgSpec kSourceAndDestination[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key}};
constexpr ArgSpec kTimeout = {.name = "timeout", .type = ArgType::real};
constexpr HistoryEntry kTimeoutHistory[] = {{"6.0.0", "Took fractions of seconds as `timeout`."}};
constexpr ArgSpec kKeysAndTimeout[] = {{.name = "key", .type = ArgType::key, .multiple = true}, kTimeout};
constexpr ArgSpec kBlmpopArgs[] = {
    kTimeout,
    {.name = "numkeys", .type = ArgType::integer},
    {.name = "key", .type = ArgType::key, .multiple = true},
    {.name = "where", .type = ArgType::oneof, .args = kEnds},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};
constexpr ArgSpec kBlmoveArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key},
    {.name = "wherefrom", .type = ArgType::oneof, .args = kEnds},
    {.name = "whereto", .type = ArgType::oneof, .args = kEnds}, kTimeout};
constexpr ArgSpec kBrpoplpushArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key}, kTimeout};
constexpr ArgSpec kLindexArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "index", .type = ArgType::integer}};
constexpr ArgSpec kRangeArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "start", .type = ArgType::integer},
    {.name = "stop", .type = ArgType::integer}};
constexpr ArgSpec kLposArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "element"},
    {.name = "rank", .type = ArgType::integer, .token = "RANK", .optional = true},
    {.name = "num-matches", .type = ArgType::integer, .token = "COUNT", .optional = true},
    {.name = "len", .type = ArgType::integer, .token = "MAXLEN", .optional = true}};
constexpr ArgSpec kLsetArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "index", .type = ArgType::integer}, {.name = "element"}};
constexpr ArgSpec kSides[] = {
    {.name = "before", .type = ArgType::pure_token, .token = "BEFORE"},
    {.name = "after", .type = ArgType::pure_token, .token = "AFTER"}};
constexpr ArgSpec kLinsertArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "where", .type = ArgType::oneof, .args = kSides},
    {.name = "pivot"}, {.name = "element"}};
constexpr ArgSpec kLremArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "count", .type = ArgType::integer}, {.name = "element"}};

constexpr CommandSpec kListCommands[] = {
    {.name = "lpush", .group = Group::list, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the elements given",
     .summary = "Adds elements at the left end of a list, creating it if need be.", .history = kPushHistory,
     .args = kKeyAndElements, .handler = lpush},
    {.name = "rpush", .group = Group::list, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the elements given",
     .summary = "Adds elements at the right end of a list, creating it if need be.", .history = kPushHistory,
     .args = kKeyAndElements, .handler = rpush},
    {.name = "lpushx", .group = Group::list, .since = "2.2.0", .arity = at_least(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the elements given",
     .summary = "Adds elements at the left end of a list that exists.", .history = kPushxHistory,
     .args = kKeyAndElements, .handler = lpushx},
    {.name = "rpushx", .group = Group::list, .since = "2.2.0", .arity = at_least(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the elements given",
     .summary = "Adds elements at the right end of a list that exists.", .history = kPushxHistory,
     .args = kKeyAndElements, .handler = rpushx},
    {.name = "lpop", .group = Group::list, .since = "1.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take), .complexity = "O(N) in the elements returned",
     .summary = "Removes elements at the left end of a list and returns them.", .history = kPopHistory,
     .args = kPopArgs, .handler = lpop},
    {.name = "rpop", .group = Group::list, .since = "1.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take), .complexity = "O(N) in the elements returned",
     .summary = "Removes elements at the right end of a list and returns them.", .history = kPopHistory,
     .args = kPopArgs, .handler = rpop},
    {.name = "lmpop", .group = Group::list, .since = "7.0.0", .arity = at_least(4), .flags = kWrite,
     .keys = counted_keys(1, KeyUse::take), .complexity = "O(N+M) in the keys given and the elements returned",
     .summary = "Removes elements from the first list that has any and returns them.", .args = kLmpopArgs,
     .handler = lmpop},
    {.name = "lmove", .group = Group::list, .since = "6.2.0", .arity = exactly(5), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::add)}, .complexity = "O(1)",
     .summary = "Moves the element at an end of a list to an end of another, and returns it.", .args = kLmoveArgs,
     .handler = lmove},
    {.name = "rpoplpush", .group = Group::list, .since = "1.2.0", .arity = exactly(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::add)}, .complexity = "O(1)",
     .summary = "Moves the last element of a list to the beginning of another, and returns it.",
     .args = kSourceAndDestination, .deprecated_since = "6.2.0",
     .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments", .handler = rpoplpush},
    {.name = "blpop", .group = Group::list, .since = "2.0.0", .arity = at_least(3), .flags = kWrite | kBlocking,
     .keys = keys_from(1, KeyUse::take, -2), .complexity = "O(N) in the keys given",
     .summary = "Removes the first element of the first list that has any and returns it; waits until there is one.",
     .history = kTimeoutHistory, .args = kKeysAndTimeout, .handler = blpop, .serve = serve_blpop},
    {.name = "brpop", .group = Group::list, .since = "2.0.0", .arity = at_least(3), .flags = kWrite | kBlocking,
     .keys = keys_from(1, KeyUse::take, -2), .complexity = "O(N) in the keys given",
     .summary = "Removes the last element of the first list that has any and returns it; waits until there is one.",
     .history = kTimeoutHistory, .args = kKeysAndTimeout, .handler = brpop, .serve = serve_brpop},
    {.name = "blmpop", .group = Group::list, .since = "7.0.0", .arity = at_least(5), .flags = kWrite | kBlocking,
     .keys = counted_keys(2, KeyUse::take), .complexity = "O(N+M) in the keys given and the elements returned",
     .summary = "Removes elements from the first list that has any and returns them; waits until there are some.",
     .args = kBlmpopArgs, .handler = blmpop, .serve = serve_blmpop},
    {.name = "blmove", .group = Group::list, .since = "6.2.0", .arity = exactly(6),
     .flags = kWrite | kDenyOom | kBlocking, .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::add)},
     .complexity = "O(1)",
     .summary = "Moves the element at an end of a list to an end of another, and returns it; waits until there is one.",
     .args = kBlmoveArgs, .handler = blmove, .serve = serve_blmove},
    {.name = "brpoplpush", .group = Group::list, .since = "2.2.0", .arity = exactly(4),
     .flags = kWrite | kDenyOom | kBlocking, .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::add)},
     .complexity = "O(1)",
     .summary = "Moves the last element of a list to the beginning of another, and returns it; waits until there is one.",
     .history = kTimeoutHistory, .args = kBrpoplpushArgs, .deprecated_since = "6.2.0",
     .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments", .handler = brpoplpush,
     .serve = serve_brpoplpush},
    {.name = "llen", .group = Group::list, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Returns the length of a list.",
     .args = kKey, .handler = llen},
    {.name = "lindex", .group = Group::list, .since = "1.0.0", .arity = exactly(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) near the ends, O(N) in the elements passed over else",
     .summary = "Returns the element at an index of a list.", .args = kLindexArgs, .handler = lindex},
    {.name = "lrange", .group = Group::list, .since = "1.0.0", .arity = exactly(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(S+N) in the distance to the nearer end and the elements returned",
     .summary = "Returns the elements of a list from one index to another.", .args = kRangeArgs, .handler = lrange},
    {.name = "lpos", .group = Group::list, .since = "6.0.6", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the elements compared",
     .summary = "Returns the indexes at which an element stands in a list.", .args = kLposArgs, .handler = lpos},
    {.name = "lset", .group = Group::list, .since = "1.0.0", .arity = exactly(4), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1) near the ends, O(N) in the elements passed over else",
     .summary = "Replaces the element at an index of a list.", .args = kLsetArgs, .handler = lset},
    {.name = "linsert", .group = Group::list, .since = "2.2.0", .arity = exactly(5), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the elements before the pivot",
     .summary = "Adds an element before or after another one of a list.", .args = kLinsertArgs, .handler = linsert},
    {.name = "lrem", .group = Group::list, .since = "1.0.0", .arity = exactly(4), .flags = kWrite,
     .keys = key_at(1, KeyUse::remove_part), .complexity = "O(N) in the length of the list",
     .summary = "Removes elements that are equal to a given one from a list.", .args = kLremArgs, .handler = lrem},
    {.name = "ltrim", .group = Group::list, .since = "1.0.0", .arity = exactly(4), .flags = kWrite,
     .keys = key_at(1, KeyUse::remove_part), .complexity = "O(N) in the elements removed",
     .summary = "Removes the elements of a list outside two indexes.", .args = kRangeArgs, .handler = ltrim},
};
// clang-format on
static_assert(well_formed(kListCommands));

std::span<const CommandSpec> list_commands() { return kListCommands; }

}  // namespace larder::server::commands
