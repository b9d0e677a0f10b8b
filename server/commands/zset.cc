// The handlers of the sorted set commands that are about single elements: adding, removing, scores and ranks, popping,
// drawing. Ranges stand in zset_range.cc, several sets in zset_combine.cc.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/random_draw.h"
#include "server/commands/scan_options.h"
#include "server/commands/zset_common.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/zset_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::kEventSortedSet;
using store::Keyspace;
using store::ScoredMember;
using store::ZaddRules;
using store::ZsetValue;

// -- Adding --

namespace {

/// What ZADD and ZINCRBY read.
struct Addition {
  ZaddRules rules;
  bool counts_changes = false;  // CH
  std::vector<ScoredMember> elements;

  /// Redis takes the options in ZINCRBY, too, where they leave too few arguments.
  static Addition read(ArgReader& args, bool increments) {
    Addition addition;
    ZaddRules& rules = addition.rules;
    rules.adds_to_score = increments;
    while (true) {
      if (args.token("NX")) rules.only_new = true;
      else if (args.token("XX")) rules.only_existing = true;
      else if (args.token("GT")) rules.only_greater = true;
      else if (args.token("LT")) rules.only_less = true;
      else if (args.token("CH")) addition.counts_changes = true;
      else if (args.token("INCR")) rules.adds_to_score = true;
      else break;
    }
    const size_t pairs = args.remaining() / 2;
    if (pairs == 0 || args.remaining() % 2 != 0) args.fail(protocol::kSyntaxError);
    if (rules.only_new && rules.only_existing) {
      args.fail("ERR XX and NX options at the same time are not compatible");
    }
    if (rules.only_new + rules.only_greater + rules.only_less > 1) {
      args.fail("ERR GT, LT, and/or NX options at the same time are not compatible");
    }
    if (rules.adds_to_score && pairs > 1) args.fail("ERR INCR option supports a single increment-element pair");
    addition.elements.reserve(pairs);
    while (args.more()) {
      const double score = args.real();
      addition.elements.push_back({args.bytes(), score});
    }
    return addition;
  }
};

void increment(ZsetValue& set, const Addition& addition, store::Edit<ZsetValue>& edit, Keyspace& keys,
               ReplyWriter& reply) {
  using Added = ZsetValue::Added;
  set.prepare_for(1, keys.limits());
  const auto result = set.add(addition.elements.front(), addition.rules, keys.limits());
  if (result.what == Added::not_a_number) return reply.error("ERR resulting score is not a number (NaN)");
  edit.changed(result.what == Added::is_new || result.what == Added::changed, kEventSortedSet, "zincr");
  result.what == Added::nothing ? reply.null() : reply.real(result.score);
}

void add(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool increments) {
  const auto key = args.key();
  const Addition addition = Addition::read(args, increments);
  if (args.failed(reply)) return;
  auto set = keys.edit<ZsetValue>(key, reply);
  if (!set) return;
  if (addition.rules.adds_to_score) return increment(*set, addition, set, keys, reply);
  const auto added = set->add_all(addition.elements, addition.rules, keys.limits());
  set.changed(added.is_new + added.changed > 0, kEventSortedSet, "zadd");
  set.commit();
  reply.integer(static_cast<int64_t>(added.is_new + (addition.counts_changes ? added.changed : 0)));
}

}  // namespace

static void zadd(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { add(args, keys, reply, false); }

static void zincrby(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { add(args, keys, reply, true); }

static void zrem(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  auto set = keys.edit<ZsetValue>(args.key(), reply);
  if (!set) return;
  int64_t removed = 0;
  while (args.more()) removed += set->remove(args.bytes()) ? 1 : 0;
  set.changed(removed > 0, kEventSortedSet, "zrem");
  reply.integer(removed);
}

// -- Reading --

static void zcard(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<ZsetValue>(args.key(), reply);
  if (set) reply.integer(static_cast<int64_t>(set->size()));
}

static void zscore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<ZsetValue>(args.key(), reply);
  if (!set) return;
  const auto score = set->score(args.bytes());
  score ? reply.real(*score) : reply.null();
}

static void zmscore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto* set = keys.read<ZsetValue>(args.key(), reply);
  if (!set) return;
  reply.array(args.remaining());
  while (args.more()) {
    const auto score = set->score(args.bytes());
    score ? reply.real(*score) : reply.null();
  }
}

static void rank(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool backwards, std::string_view command) {
  const auto key = args.key();
  const auto member = args.bytes();
  if (args.remaining() > 1) return write_arity_error(reply, command);
  const bool with_score = args.token("WITHSCORE");
  args.expect_end();
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (!set) return;
  const auto rank = set->rank(member, backwards);
  if (!rank) return with_score ? reply.null_array() : reply.null();
  if (with_score) reply.array(2);
  reply.integer(static_cast<int64_t>(rank->rank));
  if (with_score) reply.real(rank->score);
}

static void zrank(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { rank(args, keys, reply, false, "zrank"); }

static void zrevrank(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { rank(args, keys, reply, true, "zrevrank"); }

static void zscan(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t cursor = read_cursor(args);
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (!set) return;
  // Redis looks at the options only where there is something to scan.
  const auto options = set->size() == 0 ? ScanOptions{} : ScanOptions::read(args);
  if (args.failed(reply)) return;
  std::vector<std::string> found;
  const uint64_t next = set->scan(cursor, options.count, [&](std::string_view member, double score) {
    if (!options.matches(member)) return;
    found.emplace_back(member);
    // As Redis, which shows what a listpack holds and prints what a skiplist does in its own way.
    found.push_back(set->is_listpack() ? base::format_double(score) : base::format_double_17(score));
  });
  write_scan(reply, next, found);
}

static void zrandmember(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const bool counted = args.more();
  const auto options = counted ? DrawOptions::read(args, "WITHSCORES") : DrawOptions{};
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (!set) return;
  const auto write = [&](std::string_view member, double score) {
    write_element(reply, member, score, options.in_pairs);
  };
  base::Random& random = keys.thread().random();
  if (!counted) return set->size() == 0 ? reply.null() : set->random_elements(1, random, write);
  write_drawn(
      reply, options, set->size(), [&](size_t now) { set->random_elements(now, random, write); },
      [&](size_t wanted) { set->random_distinct(wanted, random, write); });
}

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr ArgSpec kKeyAndMember[] = {{.name = "key", .type = ArgType::key}, {.name = "member"}};
constexpr ArgSpec kKeyAndMembers[] = {{.name = "key", .type = ArgType::key}, {.name = "member", .multiple = true}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr ArgSpec kConditions[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"}, {.name = "xx", .type = ArgType::pure_token, .token = "XX"}};
constexpr ArgSpec kComparisons[] = {
    {.name = "gt", .type = ArgType::pure_token, .token = "GT"}, {.name = "lt", .type = ArgType::pure_token, .token = "LT"}};
constexpr ArgSpec kScoreAndMember[] = {{.name = "score", .type = ArgType::real}, {.name = "member"}};
constexpr ArgSpec kZaddArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "condition", .type = ArgType::oneof, .since = "3.0.2", .optional = true, .args = kConditions},
    {.name = "comparison", .type = ArgType::oneof, .since = "6.2.0", .optional = true, .args = kComparisons},
    {.name = "change", .type = ArgType::pure_token, .token = "CH", .since = "3.0.2", .optional = true},
    {.name = "increment", .type = ArgType::pure_token, .token = "INCR", .since = "3.0.2", .optional = true},
    {.name = "data", .type = ArgType::block, .multiple = true, .args = kScoreAndMember}};
constexpr HistoryEntry kZaddHistory[] = {
    {"2.4.0", "Took several elements at once."}, {"3.0.2", "Took `XX`, `NX`, `CH` and `INCR`."},
    {"6.2.0", "Took `GT` and `LT`."}};
constexpr ArgSpec kZincrbyArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "increment", .type = ArgType::integer}, {.name = "member"}};
constexpr HistoryEntry kZremHistory[] = {{"2.4.0", "Took several members at once."}};
constexpr ArgSpec kRankArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "member"},
    {.name = "withscore", .type = ArgType::pure_token, .token = "WITHSCORE", .since = "7.2.0", .optional = true}};
constexpr HistoryEntry kRankHistory[] = {{"7.2.0", "Took `WITHSCORE`."}};
constexpr ArgSpec kZrandmemberOptions[] = {
    {.name = "count", .type = ArgType::integer},
    {.name = "withscores", .type = ArgType::pure_token, .token = "WITHSCORES", .optional = true}};
constexpr ArgSpec kZrandmemberArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "options", .type = ArgType::block, .optional = true, .args = kZrandmemberOptions}};
constexpr ArgSpec kZscanArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "cursor", .type = ArgType::integer},
    {.name = "pattern", .type = ArgType::pattern, .token = "MATCH", .optional = true},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true}};

constexpr CommandSpec kZsetCommands[] = {
    {.name = "zadd", .group = Group::sorted_set, .since = "1.2.0", .arity = at_least(4),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify),
     .complexity = "O(log(N)) for each element, N being the size of the sorted set",
     .summary = "Adds members to a sorted set or changes their scores, creating it if need be.",
     .history = kZaddHistory, .args = kZaddArgs, .handler = zadd},
    {.name = "zincrby", .group = Group::sorted_set, .since = "1.2.0", .arity = exactly(4),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::modify_and_read),
     .complexity = "O(log(N)) in the size of the sorted set",
     .summary = "Adds to the score of a member of a sorted set; an absent member counts as 0.", .args = kZincrbyArgs,
     .handler = zincrby},
    {.name = "zrem", .group = Group::sorted_set, .since = "1.2.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::remove_part),
     .complexity = "O(M*log(N)): the members given and the size of the sorted set",
     .summary = "Removes members from a sorted set; an emptied one is deleted.", .history = kZremHistory,
     .args = kKeyAndMembers, .handler = zrem},
    {.name = "zcard", .group = Group::sorted_set, .since = "1.2.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)",
     .summary = "Returns the number of members of a sorted set.", .args = kKey, .handler = zcard},
    {.name = "zscore", .group = Group::sorted_set, .since = "1.2.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the score of a member of a sorted set.", .args = kKeyAndMember, .handler = zscore},
    {.name = "zmscore", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(3),
     .flags = kReadOnly | kFast, .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the members given",
     .summary = "Returns the scores of several members of a sorted set.", .args = kKeyAndMembers, .handler = zmscore},
    {.name = "zrank", .group = Group::sorted_set, .since = "2.0.0", .arity = at_least(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(log(N)) in the size of the sorted set",
     .summary = "Returns how many members of a sorted set come before one.", .history = kRankHistory,
     .args = kRankArgs, .handler = zrank},
    {.name = "zrevrank", .group = Group::sorted_set, .since = "2.0.0", .arity = at_least(3),
     .flags = kReadOnly | kFast, .keys = key_at(1, KeyUse::read),
     .complexity = "O(log(N)) in the size of the sorted set",
     .summary = "Returns how many members of a sorted set come after one.", .history = kRankHistory,
     .args = kRankArgs, .handler = zrevrank},
    {.name = "zrandmember", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the members returned",
     .summary = "Returns members chosen at random from a sorted set.", .tips = kNondeterministic,
     .args = kZrandmemberArgs, .handler = zrandmember},
    {.name = "zscan", .group = Group::sorted_set, .since = "2.8.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) a call, O(N) in the size of the sorted set for a whole pass",
     .summary = "Walks through the members of a sorted set in steps, by a cursor.", .tips = kNondeterministic,
     .args = kZscanArgs, .handler = zscan},
};
// clang-format on
static_assert(well_formed(kZsetCommands));

std::span<const CommandSpec> zset_commands() { return kZsetCommands; }

}  // namespace larder::server::commands
