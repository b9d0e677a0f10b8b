// The handlers of the commands that combine several sorted sets, or sets: union, intersection, difference.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/zset_common.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/zset_ops.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Aggregate;
using store::Keyspace;
using store::ScoredOperand;

namespace {

/// The number of operands and their keys, with errors of their own.
std::span<const std::string_view> read_names(ArgReader& args, std::string_view command) {
  const int64_t number = args.integer();
  if (number < 1) args.fail("ERR at least 1 input key is needed for '" + std::string(command) + "' command");
  if (static_cast<uint64_t>(number) > args.remaining()) args.fail(protocol::kSyntaxError);
  if (args.failed()) return {};
  const size_t first = args.all().size() - args.remaining();
  for (int64_t i = 0; i < number; ++i) args.key();
  return args.all().subspan(first, static_cast<size_t>(number));
}

/// What stands at several keys. Nothing after a type error, which has been replied.
std::optional<std::vector<ScoredOperand>> read_operands(Keyspace& keys, std::span<const std::string_view> names,
                                                        ReplyWriter& reply) {
  std::vector<ScoredOperand> operands(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const store::Item item = keys.find(names[i], store::kRead);
    if (!item) continue;
    if (item->type() == store::Type::zset) {
      operands[i].zset = static_cast<const store::ZsetValue*>(item->value());
    } else if (item->type() == store::Type::set) {
      operands[i].set = static_cast<const store::SetValue*>(item->value());
    } else {
      write_error(reply, store::Errc::wrong_type);
      return std::nullopt;
    }
  }
  return operands;
}

Aggregate read_aggregate(ArgReader& args) {
  if (args.token("MIN")) return Aggregate::min;
  if (args.token("MAX")) return Aggregate::max;
  if (!args.token("SUM")) args.fail(protocol::kSyntaxError);
  return Aggregate::sum;
}

enum class Operation : uint8_t { combined_union, intersection, difference };

/// What one of these commands reads. Without operands there was an error, which has been replied.
struct Combination {
  std::optional<std::vector<ScoredOperand>> operands;
  Aggregate aggregate = Aggregate::sum;
  bool with_scores = false;

  static Combination read(ArgReader& args, Keyspace& keys, ReplyWriter& reply, std::string_view command,
                          Operation operation, bool stores) {
    Combination combination;
    const auto names = read_names(args, command);
    if (args.failed(reply)) return combination;
    auto operands = read_operands(keys, names, reply);  // whose types come before the options
    if (!operands) return combination;
    const bool weighs = operation != Operation::difference;
    while (args.more()) {
      if (weighs && args.remaining() > names.size() && args.token("WEIGHTS")) {
        for (ScoredOperand& operand : *operands) {
          const auto weight = base::parse_double(args.bytes());
          if (!weight) args.fail("ERR weight value is not a float");
          operand.weight = weight.value_or(1);
        }
      } else if (weighs && args.remaining() > 1 && args.token("AGGREGATE")) {
        combination.aggregate = read_aggregate(args);
      } else if (!stores && args.token("WITHSCORES")) {
        combination.with_scores = true;
      } else {
        args.fail(protocol::kSyntaxError);
      }
    }
    if (!args.failed(reply)) combination.operands = std::move(operands);
    return combination;
  }

  store::ScoredResult result(Operation operation) const {
    if (operation == Operation::combined_union) return scored_union(*operands, aggregate);
    if (operation == Operation::intersection) return scored_intersection(*operands, aggregate);
    return scored_difference(*operands);
  }
};

void reply_combined(ArgReader& args, Keyspace& keys, ReplyWriter& reply, std::string_view command,
                    Operation operation) {
  const auto combination = Combination::read(args, keys, reply, command, operation, false);
  if (!combination.operands) return;
  const auto result = combination.result(operation);
  const auto elements = result.sorted();
  begin_elements(reply, elements.size(), combination.with_scores);
  for (const auto& [member, score] : elements) {
    write_element(reply, member, score, combination.with_scores);
    if (reply.output().overflowed()) return;
  }
}

void store_combined(ArgReader& args, Keyspace& keys, ReplyWriter& reply, std::string_view command,
                    Operation operation) {
  const auto target = args.key();
  const auto combination = Combination::read(args, keys, reply, command, operation, true);
  if (!combination.operands) return;
  const auto result = combination.result(operation);
  store_result(keys, reply, target, store::ZsetValue::of_sorted(result.sorted(), keys.limits()), command);
}

}  // namespace

static void zunion(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, "zunion", Operation::combined_union);
}

static void zinter(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, "zinter", Operation::intersection);
}

static void zdiff(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  reply_combined(args, keys, reply, "zdiff", Operation::difference);
}

static void zunionstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, "zunionstore", Operation::combined_union);
}

static void zinterstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, "zinterstore", Operation::intersection);
}

static void zdiffstore(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  store_combined(args, keys, reply, "zdiffstore", Operation::difference);
}

static void zintercard(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto names = read_names(args, "zintercard");
  if (args.failed(reply)) return;
  const auto operands = read_operands(keys, names, reply);
  if (!operands) return;
  int64_t limit = 0;
  while (args.more()) {
    if (args.remaining() > 1 && args.token("LIMIT")) {
      limit = args.non_negative("LIMIT");
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (args.failed(reply)) return;
  reply.integer(static_cast<int64_t>(count_scored_intersection(*operands, static_cast<size_t>(limit))));
}

namespace {

// What the STORE forms add: the result takes at most as much as all, the smallest, or the first of the operands. Less
// what the target holds now, which is replaced.

/// The keys of the operands; none where the handler refuses the arguments.
std::span<const std::string_view> operands_of(std::span<const std::string_view> args) {
  const auto number = base::parse_int64(args[2]);
  const auto rest = args.subspan(3);
  if (!number || *number < 1 || static_cast<uint64_t>(*number) > rest.size()) return {};
  return rest.first(static_cast<size_t>(*number));
}

uint64_t growth_of_zunionstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  uint64_t all = 0;
  for (const std::string_view key : operands_of(args)) all += sizes.memory_scored(key);
  return beyond_target(all, args[1], sizes);
}

uint64_t growth_of_zinterstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  const auto names = operands_of(args);
  if (names.empty()) return 0;
  uint64_t smallest = UINT64_MAX;
  for (const std::string_view key : names) smallest = std::min<uint64_t>(smallest, sizes.memory_scored(key));
  return beyond_target(smallest, args[1], sizes);
}

uint64_t growth_of_zdiffstore(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  const auto names = operands_of(args);
  return names.empty() ? 0 : beyond_target(sizes.memory_scored(names.front()), args[1], sizes);
}

}  // namespace

// clang-format off
constexpr ArgSpec kAggregates[] = {
    {.name = "sum", .type = ArgType::pure_token, .token = "SUM"},
    {.name = "min", .type = ArgType::pure_token, .token = "MIN"},
    {.name = "max", .type = ArgType::pure_token, .token = "MAX"}};
constexpr ArgSpec kDestination = {.name = "destination", .type = ArgType::key};
constexpr ArgSpec kNumkeys = {.name = "numkeys", .type = ArgType::integer};
constexpr ArgSpec kKeys = {.name = "key", .type = ArgType::key, .multiple = true};
constexpr ArgSpec kKeysBehindDestination = {.name = "key", .type = ArgType::key, .multiple = true, .key_spec = 1};
constexpr ArgSpec kWeights = {
    .name = "weight", .type = ArgType::integer, .token = "WEIGHTS", .optional = true, .multiple = true};
constexpr ArgSpec kAggregate = {
    .name = "aggregate", .type = ArgType::oneof, .token = "AGGREGATE", .optional = true, .args = kAggregates};
constexpr ArgSpec kWithScores = {
    .name = "withscores", .type = ArgType::pure_token, .token = "WITHSCORES", .optional = true};
constexpr ArgSpec kCombineArgs[] = {kNumkeys, kKeys, kWeights, kAggregate, kWithScores};
constexpr ArgSpec kCombineStoreArgs[] = {kDestination, kNumkeys, kKeysBehindDestination, kWeights, kAggregate};
constexpr ArgSpec kZdiffArgs[] = {kNumkeys, kKeys, kWithScores};
constexpr ArgSpec kZdiffstoreArgs[] = {kDestination, kNumkeys, kKeysBehindDestination};
constexpr ArgSpec kZintercardArgs[] = {
    kNumkeys, kKeys, {.name = "limit", .type = ArgType::integer, .token = "LIMIT", .optional = true}};
constexpr std::string_view kUnionComplexity =
    "O(N)+O(M*log(M)): the sizes of all sorted sets and the members of the result";
constexpr std::string_view kInterComplexity =
    "O(N*K)+O(M*log(M)): size of the smallest sorted set, number of sorted sets, members of the result";
constexpr std::string_view kDiffComplexity =
    "O(N)+O(M*log(M)) at worst: the sizes of all sorted sets and the members of the result";
constexpr KeySpecs kStoreKeys = {key_at(1, KeyUse::replace), counted_keys(2, KeyUse::read)};

constexpr CommandSpec kZsetCombineCommands[] = {
    {.name = "zunion", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = counted_keys(1, KeyUse::read), .complexity = kUnionComplexity,
     .summary = "Returns the members that at least one of the given sorted sets has.", .args = kCombineArgs,
     .handler = zunion},
    {.name = "zunionstore", .group = Group::sorted_set, .since = "2.0.0", .arity = at_least(4),
     .flags = kWrite | kDenyOom, .keys = kStoreKeys, .complexity = kUnionComplexity,
     .summary = "Stores the members that at least one of the given sorted sets has in another one.",
     .args = kCombineStoreArgs, .grows_by = growth_of_zunionstore, .handler = zunionstore},
    {.name = "zinter", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = counted_keys(1, KeyUse::read), .complexity = kInterComplexity,
     .summary = "Returns the members that all given sorted sets have in common.", .args = kCombineArgs,
     .handler = zinter},
    {.name = "zinterstore", .group = Group::sorted_set, .since = "2.0.0", .arity = at_least(4),
     .flags = kWrite | kDenyOom, .keys = kStoreKeys, .complexity = kInterComplexity,
     .summary = "Stores the members that all given sorted sets have in common in another one.",
     .args = kCombineStoreArgs, .grows_by = growth_of_zinterstore, .handler = zinterstore},
    {.name = "zintercard", .group = Group::sorted_set, .since = "7.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = counted_keys(1, KeyUse::read),
     .complexity = "O(N*K) at worst: size of the smallest sorted set times number of sorted sets",
     .summary = "Counts the members that all given sorted sets have in common, up to a limit.",
     .args = kZintercardArgs, .handler = zintercard},
    {.name = "zdiff", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = counted_keys(1, KeyUse::read), .complexity = kDiffComplexity,
     .summary = "Returns the members of the first sorted set that none of the others has.", .args = kZdiffArgs,
     .handler = zdiff},
    {.name = "zdiffstore", .group = Group::sorted_set, .since = "6.2.0", .arity = at_least(4),
     .flags = kWrite | kDenyOom, .keys = kStoreKeys, .complexity = kDiffComplexity,
     .summary = "Stores the members of the first sorted set that none of the others has in another one.",
     .args = kZdiffstoreArgs, .grows_by = growth_of_zdiffstore, .handler = zdiffstore},
};
// clang-format on
static_assert(well_formed(kZsetCombineCommands));

std::span<const CommandSpec> zset_combine_commands() { return kZsetCombineCommands; }

}  // namespace larder::server::commands
