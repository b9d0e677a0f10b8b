// The handlers of the sorted set commands that are about ranges: by rank, by score or by member. Each reads its bounds,
// has the set turn them into ranks, and returns, stores, counts or removes what lies between.
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/zset_common.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/zset_value.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;
using store::Ranks;
using store::ZsetValue;

// -- Bounds --

namespace {

enum class By : uint8_t { rank, score, member };

/// A number, `(` before it to leave that out. Whatever strtod takes.
std::optional<double> score_bound(std::string_view text, bool* excluded) {
  *excluded = text.starts_with('(');
  return base::parse_double_as_strtod(text.substr(*excluded ? 1 : 0));
}

store::ScoreRange score_range(ArgReader& args, std::string_view min, std::string_view max) {
  store::ScoreRange range;
  const auto low = score_bound(min, &range.excludes_min);
  const auto high = score_bound(max, &range.excludes_max);
  if (!low || !high) args.fail("ERR min or max is not a float");
  range.min = low.value_or(0);
  range.max = high.value_or(0);
  return range;
}

/// `-` or `+`, or a member behind `[` or, to leave it out, `(`.
std::optional<store::LexBound> lex_bound(std::string_view text) {
  using Kind = store::LexBound::Kind;
  if (as_text(text) == "-") return store::LexBound{.kind = Kind::lowest};
  if (as_text(text) == "+") return store::LexBound{.kind = Kind::highest};
  if (!text.starts_with('[') && !text.starts_with('(')) return std::nullopt;
  return store::LexBound{.kind = Kind::member, .excluded = text[0] == '(', .text = text.substr(1)};
}

store::LexRange lex_range(ArgReader& args, std::string_view min, std::string_view max) {
  const auto low = lex_bound(min), high = lex_bound(max);
  if (!low || !high) args.fail("ERR min or max not valid string range item");
  return {low.value_or(store::LexBound{}), high.value_or(store::LexBound{})};
}

/// Two bounds of a range.
struct Bounds {
  By by = By::rank;
  int64_t start = 0, stop = 0;  // ranks
  store::ScoreRange scores;
  store::LexRange members;

  static Bounds of(ArgReader& args, By by, std::string_view min, std::string_view max) {
    Bounds bounds;
    bounds.by = by;
    switch (by) {
      case By::rank:
        bounds.start = args.integer_of(min);
        bounds.stop = args.integer_of(max);
        break;
      case By::score: bounds.scores = score_range(args, min, max); break;
      case By::member: bounds.members = lex_range(args, min, max); break;
    }
    return bounds;
  }

  Ranks in(const ZsetValue& set, bool backwards) const {
    if (by == By::score) return set.ranks(scores);
    if (by == By::member) return set.ranks(members, backwards);
    return Ranks::between(start, stop, set.size(), backwards);
  }
};

/// What a command allows to say: ZRANGE lets the arguments choose, the older commands are one choice each.
struct RangeForm {
  std::optional<By> by;
  std::optional<bool> backwards;
  bool stores = false;
};

struct RangeQuery {
  Bounds bounds;
  bool backwards = false;
  bool with_scores = false;
  int64_t offset = 0;
  int64_t count = -1;

  static RangeQuery read(ArgReader& args, const RangeForm& form) {
    RangeQuery query;
    auto first = args.bytes(), second = args.bytes();
    std::optional<By> by = form.by;
    std::optional<bool> backwards = form.backwards;
    while (args.more()) {
      if (!form.stores && args.token("WITHSCORES")) {
        query.with_scores = true;
      } else if (args.remaining() > 2 && args.token("LIMIT")) {
        query.offset = args.integer();
        query.count = args.integer();
      } else if (!backwards && args.token("REV")) {
        backwards = true;
      } else if (!by && args.token("BYLEX")) {
        by = By::member;
      } else if (!by && args.token("BYSCORE")) {
        by = By::score;
      } else {
        args.fail(protocol::kSyntaxError);
      }
    }
    query.backwards = backwards.value_or(false);
    const By chosen = by.value_or(By::rank);
    if (query.count != -1 && chosen == By::rank) {
      args.fail("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
    }
    if (query.with_scores && chosen == By::member) {
      args.fail("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
    }
    if (query.backwards && chosen != By::rank) std::swap(first, second);  // given from the end
    if (!args.failed()) query.bounds = Bounds::of(args, chosen, first, second);
    return query;
  }

  Ranks in(const ZsetValue& set) const {
    const Ranks ranks = bounds.in(set, backwards);
    return bounds.by == By::rank ? ranks : ranks.limited(offset, count, backwards);
  }
};

void reply_range(ArgReader& args, Keyspace& keys, ReplyWriter& reply, const RangeForm& form) {
  const auto key = args.key();
  const auto query = RangeQuery::read(args, form);
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (!set) return;
  const Ranks ranks = query.in(*set);
  begin_elements(reply, ranks.size(), query.with_scores);
  set->visit_while(ranks, query.backwards, [&](std::string_view member, double score) {
    write_element(reply, member, score, query.with_scores);
    return !reply.output().overflowed();
  });
}

void count(ArgReader& args, Keyspace& keys, ReplyWriter& reply, By by) {
  const auto key = args.key();
  const auto min = args.bytes(), max = args.bytes();
  const auto bounds = Bounds::of(args, by, min, max);
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (set) reply.integer(static_cast<int64_t>(bounds.in(*set, false).size()));
}

void remove(ArgReader& args, Keyspace& keys, ReplyWriter& reply, By by, std::string_view event) {
  const auto key = args.key();
  const auto min = args.bytes(), max = args.bytes();
  const auto bounds = Bounds::of(args, by, min, max);
  if (args.failed(reply)) return;
  auto set = keys.edit<ZsetValue>(key, reply);
  if (!set) return;
  if (set.absent()) return reply.integer(0);
  const Ranks ranks = bounds.in(*set, false);
  set->remove(ranks);
  set.changed(ranks.size() > 0, store::kEventSortedSet, event);
  reply.integer(static_cast<int64_t>(ranks.size()));
}

}  // namespace

// -- Handlers --

static void zrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { reply_range(args, keys, reply, {}); }

static void zrevrange(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_range(args, keys, reply, {.by = By::rank, .backwards = true});
}

static void zrangebyscore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_range(args, keys, reply, {.by = By::score, .backwards = false});
}

static void zrevrangebyscore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_range(args, keys, reply, {.by = By::score, .backwards = true});
}

static void zrangebylex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_range(args, keys, reply, {.by = By::member, .backwards = false});
}

static void zrevrangebylex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_range(args, keys, reply, {.by = By::member, .backwards = true});
}

static void zrangestore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto target = args.key();
  const auto key = args.key();
  const auto query = RangeQuery::read(args, {.by = {}, .backwards = {}, .stores = true});
  if (args.failed(reply)) return;
  const auto* set = keys.read<ZsetValue>(key, reply);
  if (!set) return;
  const Ranks ranks = query.in(*set);
  const size_t expected = query.bounds.by == By::rank ? ranks.size() : 0;  // as Redis, which counts others on the way
  store_result(keys, reply, target, set->part(ranks, expected, keys.limits()), "zrangestore");
}

static void zcount(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { count(args, keys, reply, By::score); }

static void zlexcount(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { count(args, keys, reply, By::member); }

static void zremrangebyrank(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  remove(args, keys, reply, By::rank, "zremrangebyrank");
}

static void zremrangebyscore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  remove(args, keys, reply, By::score, "zremrangebyscore");
}

static void zremrangebylex(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  remove(args, keys, reply, By::member, "zremrangebylex");
}

static uint64_t growth_of_zrangestore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  return beyond_target(sizes.memory(args[2]), args[1], sizes);
}

// clang-format off
constexpr ArgSpec kSortBy[] = {
    {.name = "byscore", .type = ArgType::pure_token, .token = "BYSCORE"},
    {.name = "bylex", .type = ArgType::pure_token, .token = "BYLEX"}};
constexpr ArgSpec kOffsetAndCount[] = {
    {.name = "offset", .type = ArgType::integer}, {.name = "count", .type = ArgType::integer}};
constexpr ArgSpec kLimit = {
    .name = "limit", .type = ArgType::block, .token = "LIMIT", .optional = true, .args = kOffsetAndCount};
constexpr ArgSpec kWithScores = {
    .name = "withscores", .type = ArgType::pure_token, .token = "WITHSCORES", .optional = true};
constexpr HistoryEntry kZrangeHistory[] = {{"6.2.0", "Took `REV`, `BYSCORE`, `BYLEX` and `LIMIT`."}};
constexpr ArgSpec kZrangeArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "start"}, {.name = "stop"},
    {.name = "sortby", .type = ArgType::oneof, .since = "6.2.0", .optional = true, .args = kSortBy},
    {.name = "rev", .type = ArgType::pure_token, .token = "REV", .since = "6.2.0", .optional = true},
    {.name = "limit", .type = ArgType::block, .token = "LIMIT", .since = "6.2.0", .optional = true,
     .args = kOffsetAndCount},
    kWithScores};
constexpr ArgSpec kZrangestoreArgs[] = {
    {.name = "dst", .type = ArgType::key}, {.name = "src", .type = ArgType::key, .key_spec = 1}, {.name = "min"},
    {.name = "max"}, {.name = "sortby", .type = ArgType::oneof, .optional = true, .args = kSortBy},
    {.name = "rev", .type = ArgType::pure_token, .token = "REV", .optional = true}, kLimit};
constexpr ArgSpec kZrevrangeArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "start", .type = ArgType::integer},
    {.name = "stop", .type = ArgType::integer}, kWithScores};
constexpr ArgSpec kZrangebyscoreArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "min", .type = ArgType::real},
    {.name = "max", .type = ArgType::real},
    {.name = "withscores", .type = ArgType::pure_token, .token = "WITHSCORES", .since = "2.0.0", .optional = true},
    kLimit};
constexpr HistoryEntry kZrangebyscoreHistory[] = {{"2.0.0", "Took `WITHSCORES`."}};
constexpr ArgSpec kZrevrangebyscoreArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "max", .type = ArgType::real},
    {.name = "min", .type = ArgType::real}, kWithScores, kLimit};
constexpr HistoryEntry kZrevrangebyscoreHistory[] = {{"2.1.6", "Bounds may be left out of the range."}};
constexpr ArgSpec kZrangebylexArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "min"}, {.name = "max"}, kLimit};
constexpr ArgSpec kZrevrangebylexArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "max"}, {.name = "min"}, kLimit};
constexpr ArgSpec kScoreBounds[] = {
    {.name = "key", .type = ArgType::key}, {.name = "min", .type = ArgType::real},
    {.name = "max", .type = ArgType::real}};
constexpr ArgSpec kLexBounds[] = {{.name = "key", .type = ArgType::key}, {.name = "min"}, {.name = "max"}};
constexpr ArgSpec kRankBounds[] = {
    {.name = "key", .type = ArgType::key}, {.name = "start", .type = ArgType::integer},
    {.name = "stop", .type = ArgType::integer}};
constexpr std::string_view kRangeComplexity = "O(log(N)+M): the size of the sorted set and the members returned";
constexpr std::string_view kRemovalComplexity = "O(M*log(N)): the members removed and the size of the sorted set";
constexpr std::string_view kCountComplexity = "O(log(N)) in the size of the sorted set";

constexpr CommandSpec kZsetRangeCommands[] = {
    {.name = "zrange", .group = Group::sorted_set, .since = "1.2.0", .arity = at_least(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set in a range of ranks, scores or members.",
     .history = kZrangeHistory, .args = kZrangeArgs, .handler = zrange},
    {.name = "zrangestore", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(5),
     .flags = kWrite | kDenyOom, .keys = {key_at(1, KeyUse::replace), key_at(2, KeyUse::read)},
     .complexity = "O(log(N)+M*log(M)): the size of the sorted set and the members stored",
     .summary = "Stores the members of a sorted set in a range in another one.", .args = kZrangestoreArgs,
     .grows_by = growth_of_zrangestore, .handler = zrangestore},
    {.name = "zrevrange", .group = Group::sorted_set, .since = "1.2.0", .arity = at_least(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set in a range of ranks, counted from the highest score.",
     .args = kZrevrangeArgs, .deprecated_since = "6.2.0", .replaced_by = "`ZRANGE` with the `REV` argument",
     .handler = zrevrange},
    {.name = "zrangebyscore", .group = Group::sorted_set, .since = "1.0.5", .arity = at_least(4),
     .flags = kReadOnly, .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set in a range of scores.", .history = kZrangebyscoreHistory,
     .args = kZrangebyscoreArgs, .deprecated_since = "6.2.0", .replaced_by = "`ZRANGE` with the `BYSCORE` argument",
     .handler = zrangebyscore},
    {.name = "zrevrangebyscore", .group = Group::sorted_set, .since = "2.2.0", .arity = at_least(4),
     .flags = kReadOnly, .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set in a range of scores, from the highest.",
     .history = kZrevrangebyscoreHistory, .args = kZrevrangebyscoreArgs, .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments", .handler = zrevrangebyscore},
    {.name = "zrangebylex", .group = Group::sorted_set, .since = "2.8.9", .arity = at_least(4), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set of equal scores in a range of members.",
     .args = kZrangebylexArgs, .deprecated_since = "6.2.0", .replaced_by = "`ZRANGE` with the `BYLEX` argument",
     .handler = zrangebylex},
    {.name = "zrevrangebylex", .group = Group::sorted_set, .since = "2.8.9", .arity = at_least(4),
     .flags = kReadOnly, .keys = key_at(1, KeyUse::read), .complexity = kRangeComplexity,
     .summary = "Returns the members of a sorted set of equal scores in a range of members, from the last.",
     .args = kZrevrangebylexArgs, .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments", .handler = zrevrangebylex},
    {.name = "zcount", .group = Group::sorted_set, .since = "2.0.0", .arity = exactly(4), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = kCountComplexity,
     .summary = "Counts the members of a sorted set in a range of scores.", .args = kScoreBounds, .handler = zcount},
    {.name = "zlexcount", .group = Group::sorted_set, .since = "2.8.9", .arity = exactly(4),
     .flags = kReadOnly | kFast, .keys = key_at(1, KeyUse::read), .complexity = kCountComplexity,
     .summary = "Counts the members of a sorted set of equal scores in a range of members.", .args = kLexBounds,
     .handler = zlexcount},
    {.name = "zremrangebyrank", .group = Group::sorted_set, .since = "2.0.0", .arity = exactly(4), .flags = kWrite,
     .keys = key_at(1, KeyUse::remove_part), .complexity = kRemovalComplexity,
     .summary = "Removes the members of a sorted set in a range of ranks.", .args = kRankBounds,
     .handler = zremrangebyrank},
    {.name = "zremrangebyscore", .group = Group::sorted_set, .since = "1.2.0", .arity = exactly(4), .flags = kWrite,
     .keys = key_at(1, KeyUse::remove_part), .complexity = kRemovalComplexity,
     .summary = "Removes the members of a sorted set in a range of scores.", .args = kScoreBounds,
     .handler = zremrangebyscore},
    {.name = "zremrangebylex", .group = Group::sorted_set, .since = "2.8.9", .arity = exactly(4), .flags = kWrite,
     .keys = key_at(1, KeyUse::remove_part), .complexity = kRemovalComplexity,
     .summary = "Removes the members of a sorted set of equal scores in a range of members.", .args = kLexBounds,
     .handler = zremrangebylex},
};
// clang-format on
static_assert(well_formed(kZsetRangeCommands));

std::span<const CommandSpec> zset_range_commands() { return kZsetRangeCommands; }

}  // namespace larder::server::commands
