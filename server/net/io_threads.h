// The I/O threads of a server, and which of them serves a new connection.
//
// start(), request_stop() and join() belong to the owner; the rest any thread.
#pragma once

#include <memory>
#include <vector>

#include "server/net/io_thread.h"

namespace larder::server {

class IoThreads {
 public:
  /// Makes as many threads as the settings say, and makes the server's state know them.
  explicit IoThreads(ServerState& state);

  IoThread& first() { return *threads_.front(); }
  const std::vector<std::unique_ptr<IoThread>>& all() const { return threads_; }

  /// Hands a connected descriptor to the thread that serves the fewest.
  void adopt(int descriptor, bool unix_socket);

  void start();
  void request_stop();
  void join();

 private:
  ServerState& state_;
  std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace larder::server
