// The rows of the transaction commands.
// Data only: what the members of a row mean stands in command_spec.h. Threads: immutable.

#include "server/commands/transactions.h"

namespace larder::server::commands {
namespace {

constexpr ArgSpec kKeys[] = {{.name = "key", .type = ArgType::key, .multiple = true}};

constexpr CommandSpec kTransactionsCommands[] = {
    {.name = "multi", .group = Group::transactions, .since = "1.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy, .complexity = "O(1)",
     .summary = "Starts a transaction: commands are queued until EXEC.", .handler = multi},
    {.name = "exec", .group = Group::transactions, .since = "1.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kSkipSlowlog, .complexity = "That of the queued commands",
     .summary = "Runs the queued commands as one, with nothing in between.", .handler = exec},
    {.name = "discard", .group = Group::transactions, .since = "2.0.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy, .complexity = "O(N) in the queued commands",
     .summary = "Drops the queued commands and ends the transaction.", .handler = discard},
    {.name = "watch", .group = Group::transactions, .since = "2.2.0", .arity = at_least(2),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy, .keys = keys_from(1, KeyUse::metadata),
     .complexity = "O(N) in the keys", .summary = "Makes the next EXEC fail if one of the keys changes before it.",
     .args = kKeys, .handler = watch},
    {.name = "unwatch", .group = Group::transactions, .since = "2.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kAllowBusy, .complexity = "O(N) in the keys watched",
     .summary = "Stops watching all keys.", .handler = unwatch},
};
static_assert(well_formed(kTransactionsCommands));

}  // namespace

std::span<const CommandSpec> transactions_commands() { return kTransactionsCommands; }

}  // namespace larder::server::commands
