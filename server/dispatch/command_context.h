// What a connection, pub/sub, transaction or server command may touch: its client, the server, the data.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/check.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/clients/world.h"
#include "server/dispatch/command_spec.h"
#include "server/state.h"
#include "store/core/keyspace.h"

namespace larder::server {

class Dispatcher;

class CommandContext {
 public:
  CommandContext(ServerState& state, Dispatcher& dispatcher, Client& client, const CommandSpec& spec,
                 const store::ShardLocks& locks)
      : state_(state), dispatcher_(dispatcher), client_(client), spec_(spec), locks_(locks) {}

  ServerState& state() { return state_; }
  /// The client's world: data, channels, time.
  World& world() { return client_.world; }
  ClientThread& thread() { return client_.thread; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Client& client() { return client_; }
  const CommandSpec& spec() const { return spec_; }
  store::ThreadState& thread_state() { return world().thread_state(thread().index()); }
  /// The client's database, through the shards that are locked for this command.
  store::Keyspace keys() { return keys(client_.database); }
  store::Keyspace keys(uint32_t database);
  const store::ShardLocks& locks() const { return locks_; }
  /// Threads::with_all_stopped, for commands whose row says so (kStopsThreads): EXEC asks the row.
  void with_threads_stopped(const std::function<void()>& work) {
    base::check(spec_.is(kStopsThreads), "a command stops the I/O threads that its row does not tell of");
    state_.threads.with_all_stopped(thread(), work);
  }
  /// Writes the messages to this thread's clients that have been published so far, before the command's own reply; not
  /// inside EXEC, whose reply has begun.
  void deliver_messages();
  /// Has the client wait for one of these keys, a part of the command's arguments; see Blocking::block(). Not inside
  /// EXEC, where nothing waits.
  void wait_for(std::span<const std::string_view> args, std::span<const std::string_view> keys, store::Type type,
                int64_t deadline_ms);
  /// Whether the command has been waiting and is executed once more.
  bool is_retry() const { return client_.blocked != nullptr; }
  /// Whether the command runs inside EXEC.
  bool in_exec() const { return in_exec_; }
  void set_in_exec(bool on) { in_exec_ = on; }

 private:
  ServerState& state_;
  Dispatcher& dispatcher_;
  Client& client_;
  const CommandSpec& spec_;
  const store::ShardLocks& locks_;
  bool in_exec_ = false;
};

}  // namespace larder::server
