// What the blocking commands that pop have in common: they pop from the first key at which there is something, or wait.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "server/commands/timeout.h"
#include "server/dispatch/command_context.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

/// Which keys a request names, and until when it may wait for them (Unix milliseconds, 0: for ever).
struct KeysAndDeadline {
  std::span<const std::string_view> keys;
  int64_t deadline_ms = 0;

  /// Of BLPOP and its like: keys, then the timeout.
  static KeysAndDeadline read(protocol::ArgReader& args, CommandContext& context) {
    const auto rest = args.rest();
    return {.keys = rest.first(rest.size() - 1),
            .deadline_ms = blocking_end(args, rest.back(), context.thread_state().now_ms())};
  }
};

/// `pop_at(key, keyspace)` says whether it has replied. The keys are a part of the arguments.
template <class PopAt>
void pop_or_wait(const protocol::ArgReader& args, CommandContext& context, protocol::ReplyWriter& reply,
                 const KeysAndDeadline& wanted, store::Type type, PopAt&& pop_at) {
  store::Keyspace keyspace = context.keys();
  for (const auto key : wanted.keys) {
    if (pop_at(key, keyspace)) return;
  }
  if (context.in_exec()) return reply.null_array();
  context.wait_for(args.all(), wanted.keys, type, wanted.deadline_ms);
}

}  // namespace larder::server::commands
