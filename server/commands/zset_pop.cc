// The commands of sorted sets that remove elements from an end, at once or when there are some.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/pop_or_wait.h"
#include "server/commands/timeout.h"
#include "server/commands/zset_common.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/zset_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::kEventSortedSet;
using store::Keyspace;
using store::ZsetValue;

namespace {

enum class End : bool { min, max };

/// Removes up to `count` elements from an end and replies with them; `write` writes one after their number is known.
/// Returns that number.
template <class Begin, class Write>
size_t pop_from(store::Edit<ZsetValue>& set, End end, size_t count, Begin&& begin, Write&& write) {
  const size_t size = set->size(), taken = std::min(count, size);
  const bool backwards = end == End::max;
  const store::Ranks ranks = backwards ? store::Ranks{size - taken, size} : store::Ranks{0, taken};
  begin(taken);
  set->visit_while(ranks, backwards, [&](std::string_view member, double score) {
    write(member, score);
    return true;
  });
  set->remove(ranks);  // which cannot fail
  set.changed(taken > 0, kEventSortedSet, backwards ? "zpopmax" : "zpopmin");
  return taken;
}

/// Whatever the command was, it does not wait when it is replayed.
void describe_pop(Keyspace& keys, std::string_view key, End end, size_t taken) {
  if (keys.wants_effects()) keys.effect({end == End::min ? "ZPOPMIN" : "ZPOPMAX", key, std::to_string(taken)});
}

void pop(ArgReader& args, Keyspace& keys, ReplyWriter& reply, End end) {
  const auto key = args.key();
  if (args.remaining() > 1) return reply.error(protocol::kSyntaxError);
  const bool counted = args.more();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const int64_t count = counted ? args.integer_between(0, kMost, protocol::kMustBePositive) : 1;
  if (args.failed(reply)) return;
  auto set = keys.edit<ZsetValue>(key, reply);
  if (!set) return;
  if (set.absent() || count == 0) return reply.array(0);
  // A pair that nobody has asked the number of stands alone.
  pop_from(
      set, end, static_cast<size_t>(count),
      [&](size_t taken) { counted ? begin_elements(reply, taken, true) : reply.array(2); },
      [&](std::string_view member, double score) {
        if (counted) return write_element(reply, member, score, true);
        reply.bulk(member);
        reply.real(score);
      });
}

using ZsetPop = PopFromSeveral<End>;

/// Reads MIN or MAX.
End read_end(ArgReader& args) {
  if (args.token("MIN")) return End::min;
  if (!args.token("MAX")) args.fail(protocol::kSyntaxError);
  return End::max;
}

/// ZMPOP and BZMPOP on one of their keys: whether there was something, or a value of another type, which has been
/// replied.
bool pop_several(const ZsetPop& wanted, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  auto set = keys.edit<ZsetValue>(key, reply);
  if (!set) return true;
  if (set.absent()) return false;
  reply.array(2);
  reply.bulk(key);
  const size_t taken = pop_from(
      set, wanted.end, wanted.most(), [&](size_t number) { reply.array(number); },
      [&](std::string_view member, double score) {
        reply.array(2);
        reply.bulk(member);
        reply.real(score);
      });
  describe_pop(keys, key, wanted.end, taken);
  return true;
}

/// BZPOPMIN and BZPOPMAX on one of their keys; returns as pop_several().
bool pop_with_key(std::string_view key, Keyspace& keys, ReplyWriter& reply, End end) {
  auto set = keys.edit<ZsetValue>(key, reply);
  if (!set) return true;
  if (set.absent()) return false;
  reply.array(3);
  reply.bulk(key);
  pop_from(
      set, end, 1, [](size_t) {},
      [&](std::string_view member, double score) {
        reply.bulk(member);
        reply.real(score);
      });
  describe_pop(keys, key, end, 1);
  return true;
}

void blocking_pop(ArgReader& args, CommandContext& context, ReplyWriter& reply, End end) {
  const auto wanted = KeysAndDeadline::read(args, context);
  if (args.failed(reply)) return;
  pop_or_wait(args, context, reply, wanted, store::Type::zset,
              [&](std::string_view key, Keyspace& keys) { return pop_with_key(key, keys, reply, end); });
}

}  // namespace

static void zpopmin(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { pop(args, keys, reply, End::min); }

static void zpopmax(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { pop(args, keys, reply, End::max); }

static void zmpop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto wanted = ZsetPop::read(args, read_end);
  if (args.failed(reply)) return;
  for (const auto key : wanted.keys) {
    if (pop_several(wanted, key, keys, reply)) return;
  }
  reply.null_array();
}

static void bzpopmin(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  blocking_pop(args, context, reply, End::min);
}

static bool serve_bzpopmin(ArgReader&, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  return pop_with_key(key, keys, reply, End::min);
}

static void bzpopmax(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  blocking_pop(args, context, reply, End::max);
}

static bool serve_bzpopmax(ArgReader&, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  return pop_with_key(key, keys, reply, End::max);
}

static void bzmpop(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const int64_t deadline_ms = blocking_end(args, args.bytes(), context.thread_state().now_ms());
  const auto wanted = ZsetPop::read(args, read_end);
  if (args.failed(reply)) return;
  pop_or_wait(args, context, reply, {.keys = wanted.keys, .deadline_ms = deadline_ms}, store::Type::zset,
              [&](std::string_view key, Keyspace& keys) { return pop_several(wanted, key, keys, reply); });
}

static bool serve_bzmpop(ArgReader& args, std::string_view key, Keyspace& keys, ReplyWriter& reply) {
  args.bytes();  // the timeout
  return pop_several(ZsetPop::read(args, read_end), key, keys, reply);
}

// clang-format off
constexpr ArgSpec kPopArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "count", .type = ArgType::integer, .optional = true}};
constexpr ArgSpec kEnds[] = {
    {.name = "min", .type = ArgType::pure_token, .token = "MIN"},
    {.name = "max", .type = ArgType::pure_token, .token = "MAX"}};
constexpr ArgSpec kZmpopArgs[] = {
    {.name = "numkeys", .type = ArgType::integer}, {.name = "key", .type = ArgType::key, .multiple = true},
    {.name = "where", .type = ArgType::oneof, .args = kEnds},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};
constexpr ArgSpec kTimeout = {.name = "timeout", .type = ArgType::real};
constexpr HistoryEntry kTimeoutHistory[] = {{"6.0.0", "Took fractions of seconds as `timeout`."}};
constexpr ArgSpec kKeysAndTimeout[] = {{.name = "key", .type = ArgType::key, .multiple = true}, kTimeout};
constexpr ArgSpec kBzmpopArgs[] = {
    kTimeout,
    {.name = "numkeys", .type = ArgType::integer}, {.name = "key", .type = ArgType::key, .multiple = true},
    {.name = "where", .type = ArgType::oneof, .args = kEnds},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};

constexpr CommandSpec kZsetPopCommands[] = {
    {.name = "zpopmin", .group = Group::sorted_set, .since = "5.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take),
     .complexity = "O(M*log(N)): the members taken and the size of the sorted set",
     .summary = "Removes the members with the lowest scores from a sorted set and returns them.", .args = kPopArgs,
     .handler = zpopmin},
    {.name = "zpopmax", .group = Group::sorted_set, .since = "5.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take),
     .complexity = "O(M*log(N)): the members taken and the size of the sorted set",
     .summary = "Removes the members with the highest scores from a sorted set and returns them.", .args = kPopArgs,
     .handler = zpopmax},
    {.name = "zmpop", .group = Group::sorted_set, .since = "7.0.0", .arity = at_least(4), .flags = kWrite,
     .keys = counted_keys(1, KeyUse::take),
     .complexity = "O(K) + O(M*log(N)): the keys given, the members taken and the size of the sorted set",
     .summary = "Removes members with the lowest or highest scores from the first sorted set that has any.",
     .args = kZmpopArgs, .handler = zmpop},
    {.name = "bzpopmin", .group = Group::sorted_set, .since = "5.0.0", .arity = at_least(3),
     .flags = kWrite | kFast | kBlocking, .keys = keys_from(1, KeyUse::take, -2),
     .complexity = "O(K) + O(log(N)): the keys given and the size of the sorted set",
     .summary = "Removes the member with the lowest score from the first sorted set that has any; waits for one.",
     .history = kTimeoutHistory, .args = kKeysAndTimeout, .handler = bzpopmin, .serve = serve_bzpopmin},
    {.name = "bzpopmax", .group = Group::sorted_set, .since = "5.0.0", .arity = at_least(3),
     .flags = kWrite | kFast | kBlocking, .keys = keys_from(1, KeyUse::take, -2),
     .complexity = "O(K) + O(log(N)): the keys given and the size of the sorted set",
     .summary = "Removes the member with the highest score from the first sorted set that has any; waits for one.",
     .history = kTimeoutHistory, .args = kKeysAndTimeout, .handler = bzpopmax, .serve = serve_bzpopmax},
    {.name = "bzmpop", .group = Group::sorted_set, .since = "7.0.0", .arity = at_least(5), .flags = kWrite | kBlocking,
     .keys = counted_keys(2, KeyUse::take),
     .complexity = "O(K) + O(M*log(N)): the keys given, the members taken and the size of the sorted set",
     .summary = "Removes members with the lowest or highest scores from the first sorted set that has any; waits for some.",
     .args = kBzmpopArgs, .handler = bzmpop, .serve = serve_bzmpop},
};
// clang-format on
static_assert(well_formed(kZsetPopCommands));

std::span<const CommandSpec> zset_pop_commands() { return kZsetPopCommands; }

}  // namespace larder::server::commands
