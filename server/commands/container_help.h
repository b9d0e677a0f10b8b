// HELP of any container.
#pragma once

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

/// The subcommands that the table has, with their summaries.
void container_help(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
