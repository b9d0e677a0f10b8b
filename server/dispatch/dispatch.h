// From a request to its execution: look-up of the command, the gates that may refuse it, locking of its keys, the call,
// and what follows a call (events, figures, slow log). See gates.h for the gates and their order.
//
// One Dispatcher for each I/O thread, used on that thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/reply_writer.h"
#include "server/clients/client.h"
#include "server/dispatch/blocking.h"
#include "server/dispatch/command_names.h"
#include "server/dispatch/command_spec.h"
#include "store/core/keyspace.h"

namespace larder::server {

class ClientThread;
class ServerState;
class World;

/// A request of a batch: its arguments, and what could be found out before its turn came.
struct Request {
  const CommandSpec* spec = nullptr;    // null: unknown
  size_t first_arg = 0, arg_count = 0;  // in the batch's `arguments`
  size_t bytes = 0;                     // on the wire
  uint64_t hash = 0;                    // of the first key, with has_hash
  uint32_t database = 0;                // where that key is looked for, if no command before changes it
  bool has_hash = false;
};

/// Requests that were parsed together, and their arguments, the command's name first, which are views into the input.
struct Batch {
  /// Enough to overlap their misses; more would push one another out of the first-level cache.
  static constexpr size_t kMost = 64;

  std::vector<std::string_view> arguments;
  std::vector<Request> requests;

  std::span<const std::string_view> arguments_of(const Request& request) const {
    return std::span(arguments).subspan(request.first_arg, request.arg_count);
  }
  void clear() {
    constexpr size_t kKept = 16 * 1024;  // arguments; a request may have had a million
    if (arguments.capacity() > kKept) std::vector<std::string_view>().swap(arguments);
    arguments.clear();
    requests.clear();
  }
};

class Dispatcher {
 public:
  enum class Outcome : uint8_t { done, wait /* paused: the request must be tried again later */ };

  Dispatcher(ServerState& state, ClientThread& thread);

  /// The names of commands, as rename-command said at the start.
  const CommandNames& names() const { return names_; }

  /// Before requests of this client are executed: goes to its world, reads the time, which the commands of the batch
  /// see, and starts the stopwatch: each command is timed from the end of the one before. No shard is held.
  void begin_batch(Client& client);
  /// Evicts keys where the buffers of connections, which grow without any write, have taken the data above maxmemory:
  /// before any command, as in Redis. What the client's own input holds is about to end. No shard is held.
  void make_room(const Client& client);
  /// Looks the command up and hashes its key: the first pass over a batch. The key is looked for in
  /// the database that the client is in now.
  void prepare(Request& request, std::span<const std::string_view> args, const Client& client);
  /// Prefetches what the first requests of a batch will read; prefetch_ahead() goes on from there.
  void prefetch_first(const Batch& batch) const;
  /// Before a request of the batch is executed: prefetches the slot of a later one and the entry of one in between, so
  /// that a few misses are under way all the time instead of all of a batch at once. Hints only.
  void prefetch_ahead(const Batch& batch, size_t request) const;
  /// Executes the request, or refuses it; appends the reply to the client's output. What fails for want of memory is
  /// answered with -OOM, and then has changed nothing or, of several keys, some completely; but a change whose reply
  /// has no room has been made.
  Outcome execute(Client& client, const Request& request, std::span<const std::string_view> args);

  /// Clients of this thread that wait for keys.
  Blocking& blocking() { return blocking_; }
  /// EXEC: runs the queued commands one after the other, all their shards being held.
  void run_queued(Client& client, std::span<const Transaction::Queued> queue, protocol::ReplyWriter& reply,
                  const store::ShardLocks& locks);

  /// Publishes events of this thread's work on a world's store. Called while their shards are held.
  void publish_events(World& world, const std::vector<store::KeyEvent>& events);

  /// Of the command being executed, while CLIENT REPLY has them dropped.
  protocol::OutputBuffer& dropped_replies() { return dropped_replies_; }

 private:
  // Requests between a prefetch and its use: a miss takes as long as a few requests, and a processor has 10 to 16
  // line-fill buffers. Anything from 4 and 8 to 16 and 32 was within the noise.
  static constexpr size_t kSlotsAhead = 12, kEntriesAhead = 7;

  void enter(World& world);
  void prefetch_slot(const Request& request) const;
  void prefetch_entry(const Request& request) const;
  std::optional<Outcome> pass_gates(Client& client, const Request& request, std::span<const std::string_view> args,
                                    GateMask ahead, protocol::ReplyWriter& reply);
  Outcome admit(Client& client, const Request& request, std::span<const std::string_view> args);
  void answer_out_of_memory(Client& client, protocol::ReplyWriter& reply, protocol::OutputBuffer::Mark mark);
  void call(Client& client, const CommandSpec& spec, std::span<const std::string_view> args, const Request& request,
            protocol::ReplyWriter& reply);
  void invoke(Client& client, const CommandSpec& spec, std::span<const std::string_view> args, const Request* request,
              protocol::ReplyWriter& reply, const store::ShardLocks& locks, bool in_exec);
  void handle(Client& client, const CommandSpec& spec, std::span<const std::string_view> args, const Request* request,
              protocol::ReplyWriter& reply, const store::ShardLocks& locks, bool in_exec);
  void lock(Client& client, const CommandSpec& spec, std::span<const std::string_view> args, const Request& request,
            store::ShardLocks& locks);
  void add_shards(const CommandSpec& spec, std::span<const std::string_view> args);
  void lock_transaction(Client& client, store::ShardLocks& locks);
  void enqueue(Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
               protocol::ReplyWriter& reply);
  void refuse(Client& client, const CommandSpec* spec, std::string_view error, protocol::ReplyWriter& reply);
  static bool queue_stops_threads(const Client& client);
  bool may_need_room(const Client& client, const CommandSpec& spec, const Request& request) const;
  void settle_memory(const Client& client, const CommandSpec& spec);
  void account(Client& client, const CommandSpec& spec, std::span<const std::string_view> args, int64_t nanoseconds,
               bool failed);
  void note_slowness(const Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                     int64_t microseconds, bool slow);
  void feed_monitors(const Client& client, const CommandSpec& spec, std::span<const std::string_view> args);
  bool execute_again(Client& client, const BlockedRequest& waiter);
  static void count_error(void* self, std::string_view text);

  ServerState& state_;
  ClientThread& thread_;
  CommandNames names_;
  Blocking blocking_;
  World* world_;  // of the client being served; so are these
  store::Store* store_;
  store::ThreadState* thread_state_;
  protocol::OutputBuffer dropped_replies_;
  std::vector<uint16_t> shards_;  // scratch
  uint64_t watch_ticks_ = 0;      // when the last command ended
  int64_t no_room_at_ms_ = -1;    // when nothing could be evicted

  /// The rows of short names seen lately: a client sends few different commands, and a name as it comes is
  /// compared faster than it is folded to lower case and hashed: 79 instructions of a GET's 1,362.
  struct Known {
    uint64_t word = 0;
    size_t size = 0;
    const CommandSpec* spec = nullptr;
  };
  const CommandSpec* look_up(std::span<const std::string_view> args);
  std::array<Known, 64> known_{};
};

}  // namespace larder::server
