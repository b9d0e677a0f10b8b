// OBJECT: how a value is kept.
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/container_help.h"
#include "server/commands/value_facts.h"
#include "server/dispatch/command_groups.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;

namespace {

constexpr size_t kLongestEmbedded = 44;  // bytes of a string that Redis keeps beside its header
constexpr int64_t kSharedIntegers = 10'000;
constexpr int64_t kSharedCount = INT32_MAX;

/// The key's entry, not refreshed by being asked about; null replied when there is none.
store::Item find_object(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = keys.find(args.key(), store::kCount | store::kSilent);
  if (!item) reply.null();
  return item;
}

}  // namespace

std::string_view encoding_name(const store::Entry& entry) {
  if (entry.type() != store::Type::string) return entry.value()->encoding();
  const std::string_view text = entry.string();
  if (entry.form() == store::StringForm::raw) return "raw";
  if (entry.form() == store::StringForm::automatic && base::parse_int64(text)) return "int";
  return text.size() <= kLongestEmbedded ? "embstr" : "raw";
}

int64_t reference_count(const store::Settings& settings, const store::Entry& entry) {
  // Redis shares small integers among all keys unless a policy needs to know each key's recency.
  const auto policy = settings.policy;
  const bool tracks = store::is_lfu(policy) || store::is_lru(policy) || policy == store::EvictionPolicy::allkeys_lhd;
  const bool shares = settings.maxmemory == 0 || !tracks;
  const auto number = entry.type() == store::Type::string && encoding_name(entry) == "int"
                          ? base::parse_int64(entry.string())
                          : std::nullopt;
  return shares && number && *number >= 0 && *number < kSharedIntegers ? kSharedCount : 1;
}

static void object_encoding(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = find_object(args, keys, reply);
  if (!item) return;
  reply.bulk(encoding_name(*item.entry));
}

static void object_refcount(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = find_object(args, keys, reply);
  if (!item) return;
  reply.integer(reference_count(keys.settings(), *item.entry));
}

static void object_idletime(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = find_object(args, keys, reply);
  if (!item) return;
  if (store::is_lfu(keys.settings().policy)) {
    return reply.error(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching "
        "between policies at runtime LRU and LFU data will take some time to adjust.");
  }
  reply.integer(keys.store().recency().idle_ms(item->recency(), keys.now_ms()) / 1000);
}

static void object_freq(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const store::Item item = find_object(args, keys, reply);
  if (!item) return;
  if (!store::is_lfu(keys.settings().policy)) {
    return reply.error(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when "
        "switching between policies at runtime LRU and LFU data will take some time to adjust.");
  }
  reply.integer(store::lfu::count(item->recency(), keys.now_ms(), keys.settings().lfu_decay_minutes));
}

// clang-format off
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};

constexpr CommandSpec kObjectCommands[] = {
    {.name = "object", .group = Group::generic, .since = "2.2.3", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Tells how a value is held in memory.", .container = true},
    {.name = "object|encoding", .group = Group::generic, .since = "2.2.3", .arity = exactly(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(1)",
     .summary = "Names the form in which a value is held in memory.", .tips = kNondeterministic, .args = kKey,
     .handler = object_encoding},
    {.name = "object|freq", .group = Group::generic, .since = "4.0.0", .arity = exactly(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(1)",
     .summary = "Returns the logarithmic counter of a key's accesses that LFU eviction goes by.",
     .tips = kNondeterministic, .args = kKey, .handler = object_freq},
    {.name = "object|idletime", .group = Group::generic, .since = "2.2.3", .arity = exactly(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(1)",
     .summary = "Returns the seconds since a key was last used.", .tips = kNondeterministic, .args = kKey,
     .handler = object_idletime},
    {.name = "object|refcount", .group = Group::generic, .since = "2.2.3", .arity = exactly(3), .flags = kReadOnly,
     .keys = key_at(2, KeyUse::metadata), .complexity = "O(1)", .summary = "Returns how many references a value has.",
     .tips = kNondeterministic, .args = kKey, .handler = object_refcount},
    {.name = "object|help", .group = Group::generic, .since = "6.2.0", .arity = exactly(2), .flags = kLoading | kStale,
     .complexity = "O(1)", .summary = "Explains the subcommands.", .handler = container_help},
};
// clang-format on
static_assert(well_formed(kObjectCommands));

std::span<const CommandSpec> object_commands() { return kObjectCommands; }

}  // namespace larder::server::commands
