// What LMPOP and ZMPOP, and the commands that wait for something to pop, have in common: they pop from the first key at
// which there is something.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/timeout.h"
#include "server/dispatch/command_context.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

/// What LMPOP, ZMPOP and their blocking forms are asked for. `End` is what the type of value calls its ends.
template <class End>
struct PopFromSeveral {
  std::span<const std::string_view> keys;
  End end{};
  std::optional<int64_t> count;  // greater than 0

  size_t most() const { return static_cast<size_t>(count.value_or(1)); }

  /// read_end  reads the word that names an end
  static PopFromSeveral read(protocol::ArgReader& args, End (*read_end)(protocol::ArgReader&)) {
    PopFromSeveral wanted;
    wanted.keys = args.counted_keys(protocol::kSyntaxError);
    wanted.end = read_end(args);
    while (args.more()) {
      if (wanted.count || !args.token("COUNT")) {
        args.fail(protocol::kSyntaxError);
      } else {
        wanted.count = args.positive("count");
      }
    }
    return wanted;
  }
};

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
