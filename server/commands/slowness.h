// SLOWLOG and LATENCY: what was slow, and when.
// What each command does is declared in slowness_table.cc. Threads: as all handlers, on the connection's thread.
#pragma once

#include <span>

#include "server/dispatch/command_spec.h"

namespace larder::server::commands {

std::span<const CommandSpec> slowness_commands();

void slowlog_get(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void slowlog_len(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void slowlog_reset(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_doctor(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_graph(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_histogram(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_history(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_latest(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);
void latency_reset(protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply);

}  // namespace larder::server::commands
