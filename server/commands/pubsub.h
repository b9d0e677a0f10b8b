// Publish/subscribe. Handlers work on the connection and the channels, never on data.
// What each command does is declared in pubsub_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> pubsub_commands();

void subscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void unsubscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void psubscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void punsubscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void publish(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void pubsub_channels(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void pubsub_numpat(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void pubsub_numsub(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void pubsub_shardchannels(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void pubsub_shardnumsub(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void ssubscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void sunsubscribe(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void spublish(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
