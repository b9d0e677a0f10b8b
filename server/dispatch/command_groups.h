// Where the rows of all commands stand: each file of server/commands/ has its rows at its foot and hands them out here.
// command_table.cc names every one of these in its array. A container and its subcommands stand in one span.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> bitmap_commands();
std::span<const CommandSpec> client_commands();
std::span<const CommandSpec> cluster_commands();
std::span<const CommandSpec> command_commands();
std::span<const CommandSpec> config_commands();
std::span<const CommandSpec> connection_commands();
std::span<const CommandSpec> debug_commands();
std::span<const CommandSpec> expire_commands();
std::span<const CommandSpec> generic_commands();
std::span<const CommandSpec> hash_commands();
std::span<const CommandSpec> hyperloglog_commands();
std::span<const CommandSpec> info_commands();
std::span<const CommandSpec> lcs_commands();
std::span<const CommandSpec> list_commands();
std::span<const CommandSpec> memory_commands();
std::span<const CommandSpec> object_commands();
std::span<const CommandSpec> pubsub_commands();
std::span<const CommandSpec> server_commands();
std::span<const CommandSpec> set_commands();
std::span<const CommandSpec> slowness_commands();
std::span<const CommandSpec> sort_commands();
std::span<const CommandSpec> standalone_commands();
std::span<const CommandSpec> string_commands();
std::span<const CommandSpec> transactions_commands();
std::span<const CommandSpec> zset_combine_commands();
std::span<const CommandSpec> zset_commands();
std::span<const CommandSpec> zset_pop_commands();
std::span<const CommandSpec> zset_range_commands();

}  // namespace larder::server::commands
