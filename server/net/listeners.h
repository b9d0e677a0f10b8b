// The sockets that new connections come in by: TCP on every bound address, and a Unix socket. Connections are accepted
// on the first I/O thread and handed to the one that serves the fewest.
//
// open() and close() belong to the owner and the first I/O thread, as they say; rebind() may be called
// from any I/O thread, one call at a time. Sockets are bound by whoever asks and waited for by the first I/O thread
// alone.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "server/config/settings.h"

namespace larder::server {

class IoThreads;
class ServerState;

class Listeners {
 public:
  Listeners(ServerState& state, IoThreads& threads);
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  ~Listeners();

  /// Opens what the settings ask for. The error is what Redis logs when it cannot listen; nothing is open then.
  tl::expected<void, std::string> open(const Settings& settings);
  /// CONFIG SET port or bind: listens on what is new and no longer on what is gone; on an error nothing changes.
  tl::expected<void, std::string> rebind(const Settings& settings);
  /// The TCP port in use, 0 without TCP.
  int port() const { return port_.load(std::memory_order_relaxed); }
  /// "tcp", "unix": one for each kind that is open.
  std::vector<std::string> kinds() const;
  /// Accepts nothing more and removes the Unix socket's file. The context must not be running, or this is its thread.
  void close();
  /// Starts accepting.
  void accept();

 private:
  class Listener;

  /// An address that is listened on.
  struct Place {
    std::string host;
    int port;
    bool operator==(const Place&) const = default;
  };
  /// A socket that listens, not waited for yet.
  struct Bound {
    Place place;
    int descriptor;
  };

  tl::expected<std::vector<Bound>, std::string> bind_missing(const Settings& settings, int* port);
  void take(std::vector<Bound> bound);
  void drop_all_but(const std::vector<Place>& places);
  tl::expected<std::shared_ptr<Listener>, std::string> open_unix(const Settings& settings);

  ServerState& state_;
  IoThreads& threads_;
  std::vector<std::shared_ptr<Listener>> tcp_;
  std::shared_ptr<Listener> unix_;
  std::string unix_path_;
  std::vector<Place> places_;  // of TCP, also those about to be waited for; guarded by the caller of rebind()
  std::atomic<int> port_{0};
};

}  // namespace larder::server
