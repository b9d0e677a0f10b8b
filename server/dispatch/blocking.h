// Blocking commands: a client whose request finds nothing waits for its keys, first come, first served, until something
// is there, its time is up, somebody unblocks it, or it goes away.
//
// Who writes to a key that is waited for serves the waiters itself before it releases the key's shard, so that nobody
// else sees the elements in between; the reply goes to the waiter's thread, which writes it and goes on with what the
// client has sent meanwhile. A command that needs a second key (BLMOVE) whose shard another thread holds at this moment
// is executed once more on its own thread with its own locks instead. Those behind it in the queue wait until that is
// done, but commands that do not wait may take the element first; then it waits on.
//
// One Blocking for each I/O thread, used on that thread, except where a function says otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/output_buffer.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/dispatch/command_spec.h"
#include "store/core/keyspace.h"
#include "store/core/waiters.h"

namespace larder::server {

class Blocking;
class CommandContext;

/// A request that waits, apart from the client, which may go away. Read-only but for what is said of `reply`.
struct BlockedRequest final : store::Waiter {
  BlockedRequest(Blocking& home, const Client& client, const CommandSpec& spec, std::span<const std::string_view> args,
                 store::Type type);

  Blocking& home;  // of the client's thread
  const CommandSpec& spec;
  const StoredRequest request;
  const uint64_t client;
  const uint32_t database;
  const int protocol;
  const bool drops_reply;                  // CLIENT REPLY
  std::span<const std::string_view> keys;  // in the request
  int64_t deadline_ms = 0;                 // of the clock that clients see; 0: none

  // Written by who has claimed it; the reply first.
  protocol::OutputBuffer reply;
  std::atomic<bool> served{false};
};

class Blocking {
 public:
  /// Executes a client's request that waits once more; false when it waits on. Throws std::bad_alloc, nothing executed.
  using ExecuteAgain = std::function<bool(Client&, const BlockedRequest&)>;

  Blocking(ClientThread& thread, ExecuteAgain execute_again)
      : thread_(thread), execute_again_(std::move(execute_again)) {}
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

  ClientThread& thread() { return thread_; }

  /// Has the client of a command wait for one of these keys, a part of its arguments, to hold a value of this type; one
  /// that waits already goes on. Their shards are held. Throws std::bad_alloc, nothing changed.
  void block(CommandContext& context, std::span<const std::string_view> args, std::span<const std::string_view> keys,
             store::Type type, int64_t deadline_ms);

  /// After a command (of any client of the store) and before its shards are released: serves who waits for what it has
  /// written.
  void serve(store::Store& store, store::ThreadState& state, const store::ShardLocks& locks);
  /// Behind that, when no shard is held any more: executes requests of this thread's clients once more.
  void retry();
  bool must_retry() const { return !retries_.empty(); }

  // -- What ends waiting, apart from being served. No shard is held --
  /// Ends it for those whose time is up.
  void end_overdue(int64_t now_ms);
  /// When the first one's is, Unix milliseconds; nothing when nobody's is limited.
  std::optional<int64_t> next_due_ms() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
  }
  /// The client is about to go.
  void forget(Client& client);
  /// CLIENT UNBLOCK: on any thread while all are stopped. Whether the client was waiting.
  static bool unblock(Client& client, bool with_error);

 private:
  using Shared = std::shared_ptr<BlockedRequest>;

  static Shared request_of(const Client& client) { return std::static_pointer_cast<BlockedRequest>(client.blocked); }
  Client* client_of(const BlockedRequest& waiter);
  void serve_queue(store::WaiterTable::Queue& queue, store::Keyspace& keys, const store::ShardLocks& locks);
  static bool serve_one(std::string_view key, const Shared& waiter, store::Keyspace& keys);
  bool request_retry(const Shared& waiter);
  void retry_one(const Shared& waiter) noexcept;
  void finish(BlockedRequest& waiter, uint64_t hash);
  template <class Write>
  void end_with(Client& client, const BlockedRequest& waiter, Write&& write);
  void leave(Client& client) noexcept;
  void leave_queues(Client& client) noexcept;

  ClientThread& thread_;
  const ExecuteAgain execute_again_;
  std::set<std::pair<int64_t, uint64_t>> deadlines_;  // (Unix milliseconds, client)
  std::vector<Shared> retries_;
};

}  // namespace larder::server
