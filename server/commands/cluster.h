// What cluster clients probe for. Larder has no cluster support and says so exactly as a standalone Redis does, so that
// clients fall back to a plain connection.
// Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> cluster_commands();

/// The answer to every command of this group.
void cluster_disabled(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
