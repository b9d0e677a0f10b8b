// Start and stop of a server; see server.h.
#include "server/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "base/sanitizer.h"
#include "server/net/io_threads.h"
#include "server/net/listeners.h"
#include "server/observe/process_memory.h"
#include "server/state.h"

namespace larder::server {

namespace {

/// Bytes of the process that are not pages of files. With a sanitizer they would say more about it than about Larder.
int64_t process_bytes() { return base::kOtherAllocator ? 0 : resident_memory().own; }

}  // namespace

Server::Server(Options options)
    : options_(std::move(options)), memory_before_(options_.owns_process ? 0 : process_bytes()) {
  state_ = std::make_unique<ServerState>(ServerState::Options{
      .settings = options_.settings, .config_file = options_.config_file, .clock = options_.clock});
  state_->request_shutdown = options_.on_shutdown;
  threads_ = std::make_unique<IoThreads>(*state_);
  if (options_.apply_to_process) state_->config.on_change("", options_.apply_to_process);
  if (options_.log) state_->log.open(options_.log);
}

Server::~Server() { stop(); }

tl::expected<void, std::string> Server::start() {
  const Settings& settings = options_.settings;
  if (auto named = CommandNames().rename(settings.renamed_commands); !named) return named;
  if (!options_.log && !settings.logfile.empty()) {
    if (auto opened = state_->log.open(settings.logfile); !opened) {
      return tl::unexpected(fmt::format("Can't open the log file: {}", opened.error()));
    }
  }
  listeners_ = std::make_unique<Listeners>(*state_, *threads_);
  if (auto opened = listeners_->open(settings); !opened) {
    state_->log.warning("{}", opened.error());
    return tl::unexpected(opened.error());
  }
  state_->tcp_port.store(listeners_->port(), std::memory_order_relaxed);
  if (settings.port == kPortAuto) {
    state_->config.amend([port = listeners_->port()](Settings& now) { now.port = port; });
  }
  for (const char* directive : {"port", "bind"}) {
    state_->config.on_change(directive,
                             [this](const Settings&, const Settings& after) -> tl::expected<void, std::string> {
                               if (!running_) return {};
                               auto bound = listeners_->rebind(after);
                               if (bound) state_->tcp_port.store(listeners_->port(), std::memory_order_relaxed);
                               return bound;
                             });
  }
  listeners_->accept();
  threads_->start();
  running_ = true;
  note_startup_memory();
  state_->log.notice("Server initialized");
  write_ready_file();
  announce();
  return {};
}

/// What the store has counted already is part of what the process holds.
void Server::note_startup_memory() {
  const int64_t held = process_bytes() - memory_before_ - state_->memory.used();
  state_->memory.set_before_store(std::max<int64_t>(held, 0));
}

void Server::announce() {
  for (const std::string& kind : listeners_->kinds()) {
    if (kind == "tcp" && options_.settings.port == kPortAuto) {
      state_->log.notice("Ready to accept connections {} port={}", kind, listeners_->port());
    } else {
      state_->log.notice("Ready to accept connections {}", kind);
    }
  }
}

/// For launchers that wait for a file: the port and the Unix socket, complete when the name appears.
void Server::write_ready_file() {
  const std::string& path = options_.settings.ready_file;
  if (path.empty()) return;
  const std::string draft = path + ".tmp";
  std::FILE* file = std::fopen(draft.c_str(), "w");
  const bool written = file != nullptr && std::fprintf(file, "port %d\nunixsocket %s\npid %d\n", port(),
                                                       options_.settings.unixsocket.c_str(), ::getpid()) > 0;
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (!written || !closed || std::rename(draft.c_str(), path.c_str()) != 0) {
    state_->log.warning("Can't write the ready file {}: {}", path, std::strerror(errno));
  }
}

int Server::port() const { return listeners_ == nullptr ? 0 : listeners_->port(); }

void Server::stop() {
  if (!running_) return;
  running_ = false;
  // Accepting ends on the thread that accepts; only then do the connections.
  std::mutex mutex;
  std::condition_variable closed;
  bool done = false;
  threads_->first().post([&] {
    listeners_->close();
    const std::lock_guard guard(mutex);
    done = true;
    closed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    closed.wait(lock, [&] { return done; });
  }
  threads_->request_stop();
  threads_->join();
  state_->world.store.background().drain();
}

}  // namespace larder::server
