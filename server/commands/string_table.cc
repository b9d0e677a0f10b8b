// The rows of the string commands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/string.h"
#include "base/ascii.h"

namespace larder::server::commands {
namespace {

// What SET does to its key: with GET it hands out the value that was there. Looked for as a word anywhere behind the
// value, as Redis does for COMMAND GETKEYSANDFLAGS; that it is no other option's value is SET's own business.
KeyUse use_of_set(std::span<const std::string_view> args) {
  for (size_t i = 3; i < args.size(); ++i) {
    if (base::equals_ignoring_case(args[i], "GET")) return KeyUse::modify_and_read;
  }
  return KeyUse::replace;
}

constexpr ArgSpec kKey[] = {{.name = "key", .type = ArgType::key}};
constexpr HistoryEntry kSetHistory[] = {
    {"2.6.12", "Took `EX`, `PX`, `NX` and `XX`."}, {"6.0.0", "Took `KEEPTTL`."},
    {"6.2.0", "Took `GET`, `EXAT` and `PXAT`."}, {"7.0.0", "`NX` and `GET` can be combined."}};
constexpr ArgSpec kSetCondition[] = {
    {.name = "nx", .type = ArgType::pure_token, .token = "NX"},
    {.name = "xx", .type = ArgType::pure_token, .token = "XX"}};
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
constexpr std::string_view kMsetnxTips[] = {"request_policy:multi_shard", "response_policy:agg_min"};
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
constexpr ArgSpec kLcsArgs[] = {
    {.name = "key1", .type = ArgType::key}, {.name = "key2", .type = ArgType::key},
    {.name = "len", .type = ArgType::pure_token, .token = "LEN", .optional = true},
    {.name = "idx", .type = ArgType::pure_token, .token = "IDX", .optional = true},
    {.name = "min-match-len", .type = ArgType::integer, .token = "MINMATCHLEN", .optional = true},
    {.name = "withmatchlen", .type = ArgType::pure_token, .token = "WITHMATCHLEN", .optional = true}};

constexpr CommandSpec kStringCommands[] = {
    {.name = "get", .group = Group::string, .since = "1.0.0", .arity = exactly(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)",
     .summary = "Returns the value of a string key, or null if there is none.", .args = kKey, .handler = get},
    {.name = "set", .group = Group::string, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify_and_read | KeyUse::variable, "reads only with GET"), .key_use = use_of_set,
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
     .summary = "Stores several strings at once unless any of the keys exists.", .tips = kMsetnxTips, .args = kMsetArgs,
     .handler = msetnx},
    {.name = "append", .group = Group::string, .since = "2.0.0", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::add),
     .complexity = "O(1) amortized, O(N) in the bytes appended",
     .summary = "Adds bytes to the end of a string, creating it if need be.", .args = kKeyAndValue, .handler = append},
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
     .handler = setrange},
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
    {.name = "lcs", .group = Group::string, .since = "7.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read, 1), .complexity = "O(N*M) in the two lengths",
     .summary = "Finds the longest common subsequence of two strings, its length or where it matches.",
     .args = kLcsArgs, .handler = lcs},
};
static_assert(well_formed(kStringCommands));

}  // namespace

std::span<const CommandSpec> string_commands() { return kStringCommands; }

}  // namespace larder::server::commands
