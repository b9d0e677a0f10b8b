// MONITOR: clients that are shown every command.
//
// Any I/O thread; a client is added and removed on its own.
#pragma once

#include <atomic>
#include <span>
#include <string_view>

#include "server/clients/threads.h"

namespace larder::server {

class Client;

class Monitors {
 public:
  explicit Monitors(Threads& threads) : threads_(threads) {}
  Monitors(const Monitors&) = delete;
  Monitors& operator=(const Monitors&) = delete;

  bool any() const { return count_.load(std::memory_order_relaxed) > 0; }
  /// Keeps Client::monitor, too.
  void add(Client& client);
  void remove(Client& client);
  /// Shows a command to every monitor. To be called before the shards of its keys are released.
  void feed(const Client& client, std::span<const std::string_view> args);

 private:
  Threads& threads_;
  std::atomic<int> count_{0};
};

}  // namespace larder::server
