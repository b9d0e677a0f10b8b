// A Larder server as a library: start one, or several, inside any process.
//
//     larder::server::Settings settings;
//     settings.port = larder::server::kPortAuto;
//     larder::server::Server server({.settings = settings});
//     if (auto started = server.start(); !started) return report(started.error());
//     connect_to(server.port());
//     server.stop();
//
// One thread owns the Server and calls its members; shutdown_requested() may be called from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "server/config/settings.h"

namespace larder::server {

class IoThreads;
class Listeners;
class ServerState;

class Server {
 public:
  struct Options {
    Settings settings = {};
    std::string config_file = {};                         // for CONFIG REWRITE; empty = none
    const base::Clock* clock = &base::Clock::system();    // outlives the server
    std::function<void(std::string_view line)> log = {};  // takes the log's lines; unset: as the settings say
    std::function<void()> on_shutdown = {};               // SHUTDOWN was called; from an I/O thread, must only signal
    // CONFIG SET changed what concerns the whole process (dir, maxclients): called before the new settings hold, and
    // refuses them by an error. Unset, as an embedded server should have it: the process stays as it is.
    std::function<tl::expected<void, std::string>(const Settings& before, const Settings& after)> apply_to_process = {};
    // used_memory counts all that the process holds, not only what the server has added to it.
    bool owns_process = false;
  };

  explicit Server(Options options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops the server.
  ~Server();

  /// Opens the listeners and starts the threads. The error is one line for people; nothing runs then.
  tl::expected<void, std::string> start();
  /// The TCP port, 0 without TCP. After start().
  int port() const;
  /// Stops accepting, sends what is ready, closes all connections and ends the threads. Does nothing if not running.
  void stop();

  ServerState& state() { return *state_; }
  IoThreads& threads() { return *threads_; }

 private:
  void announce();
  void write_ready_file();

  void note_startup_memory();

  Options options_;
  int64_t memory_before_;  // of the process, before the server was made
  std::unique_ptr<ServerState> state_;
  std::unique_ptr<IoThreads> threads_;
  std::unique_ptr<Listeners> listeners_;
  std::atomic<bool> running_{false};
};

}  // namespace larder::server
