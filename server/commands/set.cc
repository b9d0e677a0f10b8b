// The handlers of the set commands. Threads: as all handlers, on the connection's thread with the keys' shards held.
#include <string>
#include <vector>

#include "base/glob.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/cursor.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/set_ops.h"
#include "store/values/set_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;
using store::Member;
using store::SetValue;

namespace {

constexpr int64_t kMostRepeats = 10'000'000;  // members that SRANDMEMBER with a negative count may reply

using SetEdit = Keyspace::Edit<SetValue>;

/// The set at a key, null when absent. Nothing after a type error, which has been replied.
std::optional<SetValue*> find_set(Keyspace& keys, std::string_view key, unsigned how, ReplyWriter& reply) {
  const auto found = keys.find_value<SetValue>(key, how);
  if (found) return *found;
  write_error(reply, found.error());
  return std::nullopt;
}

/// Ends an edit whose event has been raised: tells of the key's end if it has come.
void finish(Keyspace& keys, SetEdit& edit, std::string_view key, bool changed) {
  if (edit.finish(changed)) keys.notify(store::kEventGeneric, "del", key);
}

/// Adds members to a set, made if there is none. Returns how many were new.
int64_t add_members(Keyspace& keys, std::string_view key, SetValue* set, std::span<const std::string_view> members) {
  const store::EncodingLimits limits = keys.store().encoding_limits();
  int64_t added = 0;
  if (set == nullptr) {
    auto fresh = SetValue::for_members(members.front(), members.size(), limits);
    for (const std::string_view member : members) added += fresh->add(Member(member), limits) ? 1 : 0;
    keys.put_value(key, std::move(fresh));
    return added;
  }
  SetEdit edit(keys, key, set);
  edit->prepare_for(members.size(), limits);
  for (const std::string_view member : members) added += edit->add(Member(member), limits) ? 1 : 0;
  edit.finish(added > 0);
  return added;
}

/// The sets at several keys, null where a key is absent. Nothing after a type error, which has been replied.
std::optional<std::vector<const SetValue*>> find_sets(Keyspace& keys, std::span<const std::string_view> names,
                                                      ReplyWriter& reply) {
  std::vector<const SetValue*> sets;
  sets.reserve(names.size());
  for (const std::string_view name : names) {
    const auto set = find_set(keys, name, store::kRead, reply);
    if (!set) return std::nullopt;
    sets.push_back(*set);
  }
  return sets;
}

using VisitSets = void (*)(store::SetList, const store::MemberVisitor&);
using MakeSet = std::unique_ptr<SetValue> (*)(store::SetList, const store::EncodingLimits&);

void reply_combined(ArgReader& args, Keyspace& keys, ReplyWriter& reply, VisitSets visit) {
  const auto sets = find_sets(keys, args.rest(), reply);
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
  const auto sets = find_sets(keys, args.rest(), reply);
  if (!sets) return;
  auto combined = make(*sets, keys.store().encoding_limits());
  if (combined == nullptr || combined->size() == 0) {
    if (keys.erase(target, keys.store().frees_lazily(store::kLazyServerDel))) {
      keys.notify(store::kEventGeneric, "del", target);
    }
    return reply.integer(0);
  }
  const auto size = static_cast<int64_t>(combined->size());
  keys.put_value(target, std::move(combined));
  keys.notify(store::kEventSet, event, target);
  reply.integer(size);
}

void write_members(ReplyWriter& reply, const SetValue& set) {
  set.for_each([&](std::string_view member) { reply.bulk(member); });
}

/// SPOP with a count.
void pop_several(ArgReader& args, Keyspace& keys, ReplyWriter& reply, std::string_view key) {
  const int64_t count = args.integer_between(0, std::numeric_limits<int64_t>::max(), protocol::kMustBePositive);
  args.expect_end();
  if (args.failed(reply)) return;
  const auto set = find_set(keys, key, store::kWrite, reply);
  if (!set) return;
  if (*set == nullptr || count == 0) return reply.set(0);
  const auto wanted = static_cast<size_t>(count);
  keys.notify(store::kEventSet, "spop", key);
  if (wanted >= (*set)->size()) {
    reply.set((*set)->size());
    write_members(reply, **set);
    keys.erase(key);
    keys.notify(store::kEventGeneric, "del", key);
    return;
  }
  reply.set(wanted);
  SetEdit edit(keys, key, *set);
  edit->pop_random(wanted, keys.thread().random(), keys.store().encoding_limits(),
                   [&](std::string_view member) { reply.bulk(member); });
  finish(keys, edit, key, true);
}

}  // namespace

static void sadd(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto set = find_set(keys, key, store::kWrite, reply);
  if (!set) return;
  const int64_t added = add_members(keys, key, *set, args.rest());
  if (added > 0) keys.notify(store::kEventSet, "sadd", key);
  reply.integer(added);
}

static void srem(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto set = find_set(keys, key, store::kWrite, reply);
  if (!set) return;
  if (*set == nullptr) return reply.integer(0);
  SetEdit edit(keys, key, *set);
  int64_t removed = 0;
  while (args.more()) removed += edit->remove(Member(args.bytes())) ? 1 : 0;
  if (removed > 0) keys.notify(store::kEventSet, "srem", key);
  finish(keys, edit, key, removed > 0);
  reply.integer(removed);
}

static void smembers(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto set = find_set(keys, args.key(), store::kRead, reply);
  if (!set) return;
  reply.set(*set == nullptr ? 0 : (*set)->size());
  if (*set != nullptr) write_members(reply, **set);
}

static void sismember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto set = find_set(keys, args.key(), store::kRead, reply);
  if (!set) return;
  reply.integer(*set != nullptr && (*set)->contains(Member(args.bytes())) ? 1 : 0);
}

static void smismember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto set = find_set(keys, args.key(), store::kRead, reply);
  if (!set) return;
  reply.array(args.remaining());
  while (args.more()) {
    const Member member(args.bytes());
    reply.integer(*set != nullptr && (*set)->contains(member) ? 1 : 0);
  }
}

static void scard(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto set = find_set(keys, args.key(), store::kRead, reply);
  if (set) reply.integer(*set == nullptr ? 0 : static_cast<int64_t>((*set)->size()));
}

static void spop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (args.remaining() > 1) return reply.error(protocol::kSyntaxError);
  if (args.more()) return pop_several(args, keys, reply, key);
  const auto set = find_set(keys, key, store::kWrite, reply);
  if (!set) return;
  if (*set == nullptr) return reply.null();
  SetEdit edit(keys, key, *set);
  reply.bulk(edit->pop_random(keys.thread().random()));
  keys.notify(store::kEventSet, "spop", key);
  finish(keys, edit, key, true);
}

static void srandmember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  if (args.remaining() > 1) return reply.error(protocol::kSyntaxError);
  base::Random& random = keys.thread().random();
  if (!args.more()) {
    const auto set = find_set(keys, key, store::kRead, reply);
    if (!set) return;
    return *set == nullptr ? reply.null() : reply.bulk((*set)->random_member(random));
  }
  const int64_t count = args.integer();
  if (args.failed(reply)) return;
  if (count == std::numeric_limits<int64_t>::min()) {
    return reply.error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
  }
  // A reply is bounded: Redis would go on until its memory is used up.
  if (count < -kMostRepeats) return reply.error(protocol::kOutOfRange);
  const auto set = find_set(keys, key, store::kRead, reply);
  if (!set) return;
  if (*set == nullptr || count == 0) return reply.array(0);
  const auto write = [&](std::string_view member) { reply.bulk(member); };
  if (count < 0) {
    reply.array(static_cast<size_t>(-count));
    return (*set)->random_members(static_cast<uint64_t>(-count), random, write);
  }
  const auto wanted = std::min(static_cast<size_t>(count), (*set)->size());
  reply.array(wanted);
  (*set)->random_distinct(wanted, random, write);
}

static void smove(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto from = args.key();
  const auto to = args.key();
  const auto member = args.bytes();
  const auto source = find_set(keys, from, store::kWrite, reply);
  if (!source) return;
  if (*source == nullptr) return reply.integer(0);
  const auto target = find_set(keys, to, store::kWrite, reply);
  if (!target) return;
  if (*source == *target) return reply.integer((*source)->contains(Member(member)) ? 1 : 0);
  SetEdit edit(keys, from, *source);
  if (!edit->remove(Member(member))) return reply.integer(0);
  keys.notify(store::kEventSet, "srem", from);
  finish(keys, edit, from, true);
  const std::string_view members[] = {member};
  if (add_members(keys, to, *target, members) > 0) keys.notify(store::kEventSet, "sadd", to);
  reply.integer(1);
}

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
  const int64_t count =
      args.integer_between(1, std::numeric_limits<int64_t>::max(), "ERR numkeys should be greater than 0");
  if (!args.failed() && static_cast<uint64_t>(count) > args.remaining()) {
    args.fail("ERR Number of keys can't be greater than number of args");
  }
  if (args.failed(reply)) return;
  const auto rest = args.rest();
  const auto names = rest.first(static_cast<size_t>(count));
  std::vector<std::string_view> words{args.name()};
  words.insert(words.end(), rest.begin() + count, rest.end());
  ArgReader options(words);
  int64_t limit = 0;
  while (options.more() && !options.failed()) {
    if (options.remaining() >= 2 && options.token("LIMIT")) {
      limit = options.integer_between(0, std::numeric_limits<int64_t>::max(), "ERR LIMIT can't be negative");
    } else {
      options.fail(protocol::kSyntaxError);
    }
  }
  if (options.failed(reply)) return;
  const auto sets = find_sets(keys, names, reply);
  if (sets) reply.integer(static_cast<int64_t>(store::count_intersection(*sets, static_cast<size_t>(limit))));
}

static void sscan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto cursor = read_cursor(args.bytes());
  if (!cursor) return reply.error(protocol::kInvalidCursor);
  int64_t count = 10;
  std::optional<std::string_view> pattern;
  const auto set = find_set(keys, key, store::kRead, reply);
  if (!set) return;
  while (*set != nullptr && args.more() && !args.failed()) {
    if (args.remaining() >= 2 && args.token("COUNT")) {
      count = args.integer();
      if (!args.failed() && count < 1) args.fail(protocol::kSyntaxError);
    } else if (args.remaining() >= 2 && args.token("MATCH")) {
      pattern = args.bytes();
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  uint64_t next = 0;
  if (*set != nullptr) {
    next = (*set)->scan(*cursor, static_cast<size_t>(count), [&](std::string_view member) {
      if (!pattern || base::glob_match(*pattern, member)) found.emplace_back(member);
    });
  }
  reply.array(2);
  reply.bulk(std::to_string(next));
  reply.array(found.size());
  for (const std::string& member : found) reply.bulk(member);
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
