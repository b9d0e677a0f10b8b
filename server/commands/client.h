// CLIENT: showing and managing connections.
// What each command does is declared in client_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> client_commands();

void client_id(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_info(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_list(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_kill(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_setname(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_getname(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_setinfo(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_reply(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_no_evict(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_no_touch(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_pause(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_unpause(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_getredir(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void client_trackinginfo(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
