// What a connection, pub/sub, transaction or server command may touch: its client, the server, the data.
#pragma once

#include <functional>

#include "base/check.h"
#include "server/clients/client.h"
#include "server/core.h"
#include "store/core/keyspace.h"

namespace larder::server {

class CommandContext {
 public:
  CommandContext(Core& core, IoThread& thread, Client& client, const CommandSpec& spec, const store::ShardLocks& locks)
      : core_(core), thread_(thread), client_(client), spec_(spec), locks_(locks) {}

  Core& core() { return core_; }
  IoThread& thread() { return thread_; }
  Client& client() { return client_; }
  const CommandSpec& spec() const { return spec_; }
  store::StoreThread& store_thread();
  /// The client's database, through the shards that are locked for this command.
  store::Keyspace keys() { return keys(client_.database); }
  store::Keyspace keys(uint32_t database);
  const store::ShardLocks& locks() const { return locks_; }
  /// Core::with_threads_stopped, for commands whose row says so (kStopsThreads): EXEC asks the row.
  void with_threads_stopped(const std::function<void()>& work) {
    base::check(spec_.is(kStopsThreads), "a command stops the I/O threads that its row does not tell of");
    core_.with_threads_stopped(thread_, work);
  }
  /// Writes the messages to this thread's clients that have been published so far, before the command's own reply; not
  /// inside EXEC, whose reply has begun.
  void deliver_messages();
  /// Whether the command runs inside EXEC.
  bool in_exec() const { return in_exec_; }
  void set_in_exec(bool on) { in_exec_ = on; }

 private:
  Core& core_;
  IoThread& thread_;
  Client& client_;
  const CommandSpec& spec_;
  const store::ShardLocks& locks_;
  bool in_exec_ = false;
};

}  // namespace larder::server
