// The handlers of the set commands.
#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/random_draw.h"
#include "server/commands/scan_options.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/set_ops.h"
#include "store/values/set_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::kEventSet;
using store::Keyspace;
using store::Member;
using store::SetValue;

// -- Members of one set --

static void sadd(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto set = keys.edit<SetValue>(args.key(), reply);
  if (!set) return;
  const size_t added = set->add_all(args.rest(), keys.limits());
  set.changed(added > 0, kEventSet, "sadd");
  reply.integer(static_cast<int64_t>(added));
}

static void srem(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto set = keys.edit<SetValue>(args.key(), reply);
  if (!set) return;
  int64_t removed = 0;
  while (args.more()) removed += set->remove(Member(args.bytes())) ? 1 : 0;
  set.changed(removed > 0, kEventSet, "srem");
  reply.integer(removed);
}

static void smembers(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<SetValue>(args.key(), reply);
  if (!set) return;
  reply.set(set->size());
  set->for_each([&](std::string_view member) { reply.bulk(member); });
}

static void sismember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<SetValue>(args.key(), reply);
  if (set) reply.integer(set->contains(Member(args.bytes())) ? 1 : 0);
}

static void smismember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<SetValue>(args.key(), reply);
  if (!set) return;
  reply.array(args.remaining());
  while (args.more()) reply.integer(set->contains(Member(args.bytes())) ? 1 : 0);
}

static void scard(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<SetValue>(args.key(), reply);
  if (set) reply.integer(static_cast<int64_t>(set->size()));
}

static void smove(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto from = args.key();
  const auto to = args.key();
  const auto member = args.bytes();
  auto source = keys.edit<SetValue>(from, reply);
  if (!source) return;
  if (source.absent()) return reply.integer(0);
  auto target = keys.edit<SetValue>(to, reply);
  if (!target) return;
  const bool found = source->contains(Member(member));
  if (!found || from == to) return reply.integer(found ? 1 : 0);
  // What can fail without memory comes first, though Redis' events of the source come first.
  auto& events = keys.thread().events();
  const auto before = std::ssize(events);
  target.changed(target->add_all({&member, 1}, keys.limits()) > 0, kEventSet, "sadd");
  target.commit();
  const auto of_target = std::ssize(events);
  source->remove(Member(member));
  source.changed(true, kEventSet, "srem");
  source.commit();
  std::rotate(events.begin() + before, events.begin() + of_target, events.end());
  reply.integer(1);
}

static void sscan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t cursor = read_cursor(args);
  if (args.failed(reply)) return;
  const auto* set = keys.read<SetValue>(key, reply);
  if (!set) return;
  // Redis looks at the options only where there is something to scan.
  const auto options = set->size() == 0 ? ScanOptions{} : ScanOptions::read(args);
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  const uint64_t next = set->scan(cursor, options.count, [&](std::string_view member) {
    if (options.matches(member)) found.emplace_back(member);
  });
  write_scan(reply, next, found);
}

// -- Members chosen at random --

/// SPOP with a count.
static void pop_several(Keyspace& keys, ReplyWriter& reply, std::string_view key, size_t count) {
  auto set = keys.edit<SetValue>(key, reply);
  if (!set) return;
  if (set.absent() || count == 0) return reply.set(0);
  const bool all = count >= set->size();
  const bool describes = keys.wants_effects() && !all;
  reply.set(std::min(count, set->size()));
  std::vector<std::string> popped;
  bool lost = false;  // what has no room in the reply is popped nevertheless: half of a pop would be worse
  set->pop_random(count, keys.thread().random(), keys.limits(), [&](std::string_view member) {
    try {
      if (describes) popped.emplace_back(member);
      if (!lost) reply.bulk(member);
    } catch (const std::bad_alloc&) {
      lost = true;
    }
  });
  set.changed(true, kEventSet, "spop");
  if (lost) throw std::bad_alloc();
  if (!keys.wants_effects()) return;
  if (all) return keys.effect({"DEL", key});
  std::vector<std::string_view> srem = {"SREM", key};
  srem.insert(srem.end(), popped.begin(), popped.end());
  keys.effect(srem);
}

static void spop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (args.remaining() > 1) return reply.error(protocol::kSyntaxError);
  if (args.more()) {
    const int64_t count = args.integer_between(0, std::numeric_limits<int64_t>::max(), protocol::kMustBePositive);
    if (!args.failed(reply)) pop_several(keys, reply, key, static_cast<size_t>(count));
    return;
  }
  auto set = keys.edit<SetValue>(key, reply);
  if (!set) return;
  if (set.absent()) return reply.null();
  const std::string member = set->pop_random(keys.thread().random());
  set.changed(true, kEventSet, "spop");
  if (keys.wants_effects()) keys.effect({"SREM", key, member});
  reply.bulk(member);
}

/// SRANDMEMBER with a count; below 0 a member may come several times.
static void draw_several(Keyspace& keys, ReplyWriter& reply, std::string_view key, int64_t count) {
  const auto* set = keys.read<SetValue>(key, reply);
  if (!set) return;
  const auto write = [&](std::string_view member) { reply.bulk(member); };
  base::Random& random = keys.thread().random();
  write_drawn(
      reply, {.count = count}, set->size(), [&](size_t now) { set->random_members(now, random, write); },
      [&](size_t wanted) { set->random_distinct(wanted, random, write); });
}

static void srandmember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (args.remaining() > 1) return reply.error(protocol::kSyntaxError);
  if (args.more()) {
    const int64_t count = args.integer();
    if (count == std::numeric_limits<int64_t>::min()) {
      args.fail("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
    }
    if (!args.failed(reply)) draw_several(keys, reply, key, count);
    return;
  }
  const auto* set = keys.read<SetValue>(key, reply);
  if (!set) return;
  set->size() == 0 ? reply.null() : reply.bulk(set->random_member(keys.thread().random()));
}

// -- Several sets --

namespace {

/// The sets at several keys. Nothing after a type error, which has been replied.
std::optional<std::vector<const SetValue*>> read_sets(Keyspace& keys, std::span<const std::string_view> names,
                                                      ReplyWriter& reply) {
  std::vector<const SetValue*> sets;
  sets.reserve(names.size());
  for (const std::string_view name : names) {
    const auto* set = keys.read<SetValue>(name, reply);
    if (!set) return std::nullopt;
    sets.push_back(set);
  }
  return sets;
}

using VisitSets = void (*)(store::SetList, const store::MemberVisitor&);
using MakeSet = std::unique_ptr<SetValue> (*)(store::SetList, const store::EncodingLimits&);

void reply_combined(ArgReader& args, Keyspace& keys, ReplyWriter& reply, VisitSets visit) {
  const auto sets = read_sets(keys, args.rest(), reply);
  if (!sets) return;
  const auto begun = reply.begin_set();
  size_t members = 0;
  visit(*sets, [&](std::string_view member) {
    reply.bulk(member);
    ++members;
  });
  reply.end_set(begun, members);
}

void store_combined(ArgReader& args, Keyspace& keys, ReplyWriter& reply, MakeSet make, std::string_view event) {
  const auto target = args.key();
  const auto sets = read_sets(keys, args.rest(), reply);
  if (!sets) return;
  auto combined = make(*sets, keys.limits());
  const size_t size = combined == nullptr ? 0 : combined->size();
  if (size == 0) {
    keys.del(target, keys.settings().frees_lazily(store::kLazyServerDel));
  } else {
    keys.put_value(target, std::move(combined));
    keys.notify(kEventSet, event, target);
  }
  reply.integer(static_cast<int64_t>(size));
}

}  // namespace

static void sinter(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, store::visit_intersection);
}

static void sunion(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, store::visit_union);
}

static void sdiff(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, store::visit_difference);
}

static void sinterstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, store::make_intersection, "sinterstore");
}

static void sunionstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, store::make_union, "sunionstore");
}

static void sdiffstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, store::make_difference, "sdiffstore");
}

static void sintercard(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto names = args.counted_keys();
  int64_t limit = 0;
  while (args.more()) {
    if (args.remaining() >= 2 && args.token("LIMIT")) {
      limit = args.non_negative("LIMIT");
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  const auto sets = read_sets(keys, names, reply);
  if (sets) reply.integer(static_cast<int64_t>(store::count_intersection(*sets, static_cast<size_t>(limit))));
}

namespace {

// What the *STORE commands add: the result takes at most as much as the smallest, the first, or all of the sets. Less
// what the target holds now, which is replaced.

uint64_t beyond_target(uint64_t bytes, std::string_view target, const store::KeySizes& sizes) {
  return bytes - std::min<uint64_t>(bytes, sizes.memory(target));
}

uint64_t growth_of_sinterstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  uint64_t smallest = UINT64_MAX;
  for (const std::string_view key : args.subspan(2)) smallest = std::min<uint64_t>(smallest, sizes.memory(key));
  return beyond_target(smallest, args[1], sizes);
}

uint64_t growth_of_sunionstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  uint64_t all = 0;
  for (const std::string_view key : args.subspan(2)) all += sizes.memory(key);
  return beyond_target(all, args[1], sizes);
}

uint64_t growth_of_sdiffstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  return beyond_target(sizes.memory(args[2]), args[1], sizes);
}

}  // namespace

// clang-format off
constexpr HistoryEntry kSaddHistory[] = {{"2.4.0", "Took several members at once."}};
constexpr ArgSpec kKeyAndMembers[] = {{.name = "key", .type = ArgType::key}, {.name = "member", .multiple = true}};
constexpr std::string_view kUnordered[] = {"nondeterministic_output_order"};
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr ArgSpec kKeyAndMember[] = {{.name = "key", .type = ArgType::key}, {.name = "member"}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kSpopHistory[] = {{"3.2.0", "Took a count."}};
constexpr ArgSpec kSpopArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "count", .type = ArgType::integer, .since = "3.2.0", .optional = true}};
constexpr HistoryEntry kSrandmemberHistory[] = {{"2.6.0", "Took a count."}};
constexpr ArgSpec kSrandmemberArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "count", .type = ArgType::integer, .since = "2.6.0", .optional = true}};
constexpr ArgSpec kSmoveArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key, .key_spec = 1},
    {.name = "member"}};
constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};
constexpr ArgSpec kSintercardArgs[] = {
    {.name = "numkeys", .type = ArgType::integer}, {.name = "key", .type = ArgType::key, .multiple = true},
    {.name = "limit", .type = ArgType::integer, .token = "LIMIT", .optional = true}};
constexpr ArgSpec kDestinationAndKeys[] = {
    {.name = "destination", .type = ArgType::key},
    {.name = "key", .type = ArgType::key, .multiple = true, .key_spec = 1}};
constexpr ArgSpec kSscanArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "cursor", .type = ArgType::integer},
    {.name = "pattern", .type = ArgType::pattern, .token = "MATCH", .optional = true},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};

constexpr CommandSpec kSetCommands[] = {
    {.name = "sadd", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom | kFast,
     .keys = key_at(1, KeyUse::add), .complexity = "O(N) in the members given",
     .summary = "Adds members to a set, creating it if need be.", .history = kSaddHistory, .args = kKeyAndMembers,
     .handler = sadd},
    {.name = "srem", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::remove_part), .complexity = "O(N) in the members given",
     .summary = "Removes members from a set; an emptied set is deleted.", .history = kSaddHistory,
     .args = kKeyAndMembers, .handler = srem},
    {.name = "smembers", .group = Group::set, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the size of the set",
     .summary = "Returns all members of a set.", .tips = kUnordered, .args = kKey, .handler = smembers},
    {.name = "sismember", .group = Group::set, .since = "1.0.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Tells whether a set has a member.",
     .args = kKeyAndMember, .handler = sismember},
    {.name = "smismember", .group = Group::set, .since = "6.2.0", .arity = at_least(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the members asked for",
     .summary = "Tells for each of several members whether a set has it.", .args = kKeyAndMembers,
     .handler = smismember},
    {.name = "scard", .group = Group::set, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Returns the number of members of a set.",
     .args = kKey, .handler = scard},
    {.name = "spop", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::take), .complexity = "O(N) in the members taken",
     .summary = "Removes members chosen at random from a set and returns them.", .tips = kNondeterministic,
     .history = kSpopHistory, .args = kSpopArgs, .handler = spop},
    {.name = "srandmember", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the members returned",
     .summary = "Returns members chosen at random from a set, which keeps them.", .tips = kNondeterministic,
     .history = kSrandmemberHistory, .args = kSrandmemberArgs, .handler = srandmember},
    {.name = "smove", .group = Group::set, .since = "1.0.0", .arity = exactly(4), .flags = kWrite | kFast,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::add)}, .complexity = "O(1)",
     .summary = "Moves a member from one set to another.", .args = kSmoveArgs, .handler = smove},
    {.name = "sinter", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N*M) at worst: size of the smallest set times number of sets",
     .summary = "Returns the members that all given sets have in common.", .tips = kUnordered, .args = kKeys,
     .handler = sinter},
    {.name = "sintercard", .group = Group::set, .since = "7.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = counted_keys(1, KeyUse::read),
     .complexity = "O(N*M) at worst: size of the smallest set times number of sets",
     .summary = "Counts the members that all given sets have in common, up to a limit.", .args = kSintercardArgs,
     .handler = sintercard},
    {.name = "sinterstore", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::modify), keys_from(2, KeyUse::read)},
     .complexity = "O(N*M) at worst: size of the smallest set times number of sets",
     .summary = "Stores the members that all given sets have in common in another set.", .args = kDestinationAndKeys,
     .grows_by = growth_of_sinterstore, .handler = sinterstore},
    {.name = "sunion", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N) in the sizes of all sets",
     .summary = "Returns the members that at least one of the given sets has.", .tips = kUnordered, .args = kKeys,
     .handler = sunion},
    {.name = "sunionstore", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::replace), keys_from(2, KeyUse::read)}, .complexity = "O(N) in the sizes of all sets",
     .summary = "Stores the members that at least one of the given sets has in another set.",
     .args = kDestinationAndKeys,
     .grows_by = growth_of_sunionstore, .handler = sunionstore},
    {.name = "sdiff", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N) in the sizes of all sets",
     .summary = "Returns the members of the first set that none of the others has.", .tips = kUnordered, .args = kKeys,
     .handler = sdiff},
    {.name = "sdiffstore", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::replace), keys_from(2, KeyUse::read)}, .complexity = "O(N) in the sizes of all sets",
     .summary = "Stores the members of the first set that none of the others has in another set.",
     .args = kDestinationAndKeys,
     .grows_by = growth_of_sdiffstore, .handler = sdiffstore},
    {.name = "sscan", .group = Group::set, .since = "2.8.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) a call, O(N) in the size of the set for a whole pass",
     .summary = "Walks through the members of a set in steps, by a cursor.", .tips = kNondeterministic,
     .args = kSscanArgs, .handler = sscan},
};
// clang-format on
static_assert(well_formed(kSetCommands));

std::span<const CommandSpec> set_commands() { return kSetCommands; }

}  // namespace larder::server::commands
