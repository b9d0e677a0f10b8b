// The rows of the set commands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/set.h"

namespace larder::server::commands {
namespace {

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
     .handler = sinterstore},
    {.name = "sunion", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N) in the sizes of all sets",
     .summary = "Returns the members that at least one of the given sets has.", .tips = kUnordered, .args = kKeys,
     .handler = sunion},
    {.name = "sunionstore", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::replace), keys_from(2, KeyUse::read)}, .complexity = "O(N) in the sizes of all sets",
     .summary = "Stores the members that at least one of the given sets has in another set.",
     .args = kDestinationAndKeys, .handler = sunionstore},
    {.name = "sdiff", .group = Group::set, .since = "1.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read), .complexity = "O(N) in the sizes of all sets",
     .summary = "Returns the members of the first set that none of the others has.", .tips = kUnordered, .args = kKeys,
     .handler = sdiff},
    {.name = "sdiffstore", .group = Group::set, .since = "1.0.0", .arity = at_least(3), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::replace), keys_from(2, KeyUse::read)}, .complexity = "O(N) in the sizes of all sets",
     .summary = "Stores the members of the first set that none of the others has in another set.",
     .args = kDestinationAndKeys, .handler = sdiffstore},
    {.name = "sscan", .group = Group::set, .since = "2.8.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) a call, O(N) in the size of the set for a whole pass",
     .summary = "Walks through the members of a set in steps, by a cursor.", .tips = kNondeterministic,
     .args = kSscanArgs, .handler = sscan},
};
static_assert(well_formed(kSetCommands));

}  // namespace

std::span<const CommandSpec> set_commands() { return kSetCommands; }

}  // namespace larder::server::commands
