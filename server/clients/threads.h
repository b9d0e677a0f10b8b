// The I/O threads of a server, and how a command stops all of them.
//
// add() before any of them runs; the rest from any I/O thread.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

namespace larder::server {

class ClientThread;

class Threads {
 public:
  /// The thread lives as long as anything is asked of this object.
  void add(ClientThread& thread) { threads_.push_back(&thread); }
  const std::vector<ClientThread*>& all() const { return threads_; }

  /// Stops all I/O threads: runs `work` while no other I/O thread executes commands, so that it may look at every
  /// client. Called by a command on `self`; not while shards are held, unless the threads were stopped before they were
  /// locked.
  void with_all_stopped(ClientThread& self, const std::function<void()>& work);

 private:
  std::vector<ClientThread*> threads_;
  std::atomic<ClientThread*> stopped_by_{nullptr};
};

}  // namespace larder::server
