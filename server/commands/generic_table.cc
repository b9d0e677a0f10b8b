// The rows of the commands on keys of any type.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/generic.h"
#include "server/commands/command.h"

namespace larder::server::commands {
namespace {

constexpr std::string_view kSumOfShards[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};
constexpr HistoryEntry kExistsHistory[] = {{"3.0.3", "Took several keys at once."}};
constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kTtlHistory[] = {{"2.8.0", "Tells an absent key (-2) from one without a deadline (-1)."}};
constexpr HistoryEntry kExpireHistory[] = {{"7.0.0", "Took `NX`, `XX`, `GT` and `LT`."}};
constexpr ArgSpec kExpireConditions[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"},
    {.name = "xx", .type = ArgType::pure_token, .token = "XX"},
    {.name = "gt", .type = ArgType::pure_token, .token = "GT"},
    {.name = "lt", .type = ArgType::pure_token, .token = "LT"}};
constexpr ArgSpec kExpireArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "seconds", .type = ArgType::integer},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kPexpireArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "milliseconds", .type = ArgType::integer},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kExpireatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "unix-time-seconds", .type = ArgType::unix_time},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr ArgSpec kPexpireatArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "unix-time-milliseconds", .type = ArgType::unix_time},
    {.name = "condition", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kExpireConditions}};
constexpr std::string_view kKeysTips[] = {"request_policy:all_shards", "nondeterministic_output_order"};
constexpr ArgSpec kKeysArgs[] = {{.name = "pattern", .type = ArgType::pattern}};
constexpr std::string_view kScanTips[] = {"nondeterministic_output", "request_policy:special"};
constexpr HistoryEntry kScanHistory[] = {{"6.0.0", "Took `TYPE`."}};
constexpr ArgSpec kScanArgs[] = {
    {.name = "cursor", .type = ArgType::integer},
    {.name = "pattern", .type = ArgType::pattern, .token = "MATCH", .optional = true},
    {.name = "count", .type = ArgType::integer, .token = "COUNT", .optional = true},
    {.name = "type", .token = "TYPE", .since = "6.0.0", .optional = true}};
constexpr std::string_view kRandomkeyTips[] = {"request_policy:all_shards", "nondeterministic_output"};
constexpr ArgSpec kRenameArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "newkey", .type = ArgType::key, .key_spec = 1}};
constexpr HistoryEntry kRenamenxHistory[] = {{"3.2.0", "Renaming a key to its own name is no error any more."}};
constexpr ArgSpec kMoveArgs[] = {{.name = "key", .type = ArgType::key}, {.name = "db", .type = ArgType::integer}};
constexpr ArgSpec kCopyArgs[] = {
    {.name = "source", .type = ArgType::key}, {.name = "destination", .type = ArgType::key, .key_spec = 1},
    {.name = "destination-db", .type = ArgType::integer, .token = "DB", .optional = true},
    {.name = "replace", .type = ArgType::pure_token, .token = "REPLACE", .optional = true}};

constexpr CommandSpec kGenericCommands[] = {
    {.name = "del", .group = Group::generic, .since = "1.0.0", .arity = at_least(2), .flags = kWrite,
     .keys = keys_from(1, KeyUse::remove_whole),
     .complexity = "O(N) in the keys, and in the elements of those that are collections",
     .summary = "Deletes keys and returns how many there were.", .tips = kSumOfShards, .args = kKeys, .handler = del},
    {.name = "unlink", .group = Group::generic, .since = "4.0.0", .arity = at_least(2), .flags = kWrite | kFast,
     .keys = keys_from(1, KeyUse::remove_whole), .complexity = "O(N) in the keys; values are freed elsewhere",
     .summary = "Deletes keys and frees large values in the background.", .tips = kSumOfShards, .args = kKeys,
     .handler = unlink},
    {.name = "exists", .group = Group::generic, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly | kFast,
     .keys = keys_from(1, KeyUse::metadata), .complexity = "O(N) in the keys",
     .summary = "Counts how many of the given keys exist; one named twice counts twice.", .tips = kSumOfShards,
     .history = kExistsHistory, .args = kKeys, .handler = exists},
    {.name = "type", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::metadata), .complexity = "O(1)", .summary = "Names the type of a key's value, or none.",
     .args = kKey, .handler = type},
    {.name = "ttl", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the seconds that a key has left to live.", .tips = kNondeterministic, .history = kTtlHistory,
     .args = kKey, .handler = ttl},
    {.name = "pttl", .group = Group::generic, .since = "2.6.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the milliseconds that a key has left to live.", .tips = kNondeterministic,
     .history = kTtlHistory, .args = kKey, .handler = pttl},
    {.name = "expire", .group = Group::generic, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)", .summary = "Gives a key a number of seconds to live.",
     .history = kExpireHistory, .args = kExpireArgs, .handler = expire},
    {.name = "pexpire", .group = Group::generic, .since = "2.6.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Gives a key a number of milliseconds to live.", .history = kExpireHistory, .args = kPexpireArgs,
     .handler = pexpire},
    {.name = "expireat", .group = Group::generic, .since = "1.2.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Sets a key's deadline as a Unix time in seconds.", .history = kExpireHistory, .args = kExpireatArgs,
     .handler = expireat},
    {.name = "pexpireat", .group = Group::generic, .since = "2.6.0", .arity = at_least(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)",
     .summary = "Sets a key's deadline as a Unix time in milliseconds.", .history = kExpireHistory,
     .args = kPexpireatArgs, .handler = pexpireat},
    {.name = "expiretime", .group = Group::generic, .since = "7.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns a key's deadline as a Unix time in seconds.", .args = kKey, .handler = expiretime},
    {.name = "pexpiretime", .group = Group::generic, .since = "7.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns a key's deadline as a Unix time in milliseconds.", .args = kKey, .handler = pexpiretime},
    {.name = "persist", .group = Group::generic, .since = "2.2.0", .arity = exactly(2), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify), .complexity = "O(1)", .summary = "Takes a key's deadline away.", .args = kKey,
     .handler = persist},
    {.name = "keys", .group = Group::generic, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly,
     .extra_acl = kAclDangerous, .complexity = "O(N) in the keys of the database",
     .summary = "Lists all keys that match a pattern.", .tips = kKeysTips, .args = kKeysArgs, .locking = Locking::none,
     .handler = keys},
    {.name = "scan", .group = Group::generic, .since = "2.8.0", .arity = at_least(2), .flags = kReadOnly,
     .complexity = "O(1) a call, O(N) in the keys of the database for a whole pass",
     .summary = "Walks through the keys of a database in steps, by a cursor.", .tips = kScanTips,
     .history = kScanHistory, .args = kScanArgs, .locking = Locking::none, .handler = scan},
    {.name = "randomkey", .group = Group::generic, .since = "1.0.0", .arity = exactly(1), .flags = kReadOnly,
     .complexity = "O(1)", .summary = "Returns a key chosen at random.", .tips = kRandomkeyTips,
     .locking = Locking::none, .handler = randomkey},
    {.name = "rename", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::replace)},
     .complexity = "O(1), O(N) in the value that is replaced",
     .summary = "Gives a key another name, replacing what had it before.", .args = kRenameArgs, .handler = rename},
    {.name = "renamenx", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .keys = {key_at(1, KeyUse::take), key_at(2, KeyUse::create)}, .complexity = "O(1)",
     .summary = "Gives a key another name unless that is taken.", .history = kRenamenxHistory, .args = kRenameArgs,
     .handler = renamenx},
    {.name = "move", .group = Group::generic, .since = "1.0.0", .arity = exactly(3), .flags = kWrite | kFast,
     .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1)",
     .summary = "Moves a key to another database unless it exists there.", .args = kMoveArgs, .handler = move},
    {.name = "copy", .group = Group::generic, .since = "6.2.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::read), key_at(2, KeyUse::replace)},
     .complexity = "O(N) in the elements of a collection, O(1) for a string",
     .summary = "Copies a value to another key, in this or another database.", .args = kCopyArgs, .handler = copy},
    {.name = "touch", .group = Group::generic, .since = "3.2.1", .arity = at_least(2), .flags = kReadOnly | kFast,
     .keys = keys_from(1, KeyUse::metadata), .complexity = "O(N) in the keys",
     .summary = "Marks keys as used just now and returns how many exist.", .tips = kSumOfShards, .args = kKeys,
     .handler = touch},
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
static_assert(well_formed(kGenericCommands));

}  // namespace

std::span<const CommandSpec> generic_commands() { return kGenericCommands; }

}  // namespace larder::server::commands
