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
#include "server/core.h"
#include "server/net/io_thread.h"
#include "server/net/listeners.h"
#include "server/observe/process_memory.h"

namespace larder::server {

namespace {

/// Bytes of the process that are not pages of files. With a sanitizer they would say more about it than about Larder.
int64_t process_bytes() { return base::kOtherAllocator ? 0 : resident_memory().own; }

}  // namespace

Server::Server(Options options)
    : options_(std::move(options)), memory_before_(options_.owns_process ? 0 : process_bytes()) {
  core_ = std::make_unique<Core>(
      Core::Options{.settings = options_.settings, .config_file = options_.config_file, .clock = options_.clock});
  core_->on_shutdown_requested = options_.on_shutdown;
  if (options_.apply_to_process) core_->config.on_change("", options_.apply_to_process);
  if (options_.log) core_->log.open(options_.log);
}

Server::~Server() { stop(); }

tl::expected<void, std::string> Server::start() {
  const Settings& settings = options_.settings;
  if (auto named = CommandNames().rename(settings.renamed_commands); !named) return named;
  if (!options_.log && !settings.logfile.empty()) {
    if (auto opened = core_->log.open(settings.logfile); !opened) {
      return tl::unexpected(fmt::format("Can't open the log file: {}", opened.error()));
    }
  }
  listeners_ = std::make_unique<Listeners>(*core_, core_->threads().front()->context());
  if (auto opened = listeners_->open(settings); !opened) {
    core_->log.warning("{}", opened.error());
    return tl::unexpected(opened.error());
  }
  core_->tcp_port.store(listeners_->port(), std::memory_order_relaxed);
  if (settings.port == kPortAuto) {
    core_->config.amend([port = listeners_->port()](Settings& now) { now.port = port; });
  }
  core_->listeners = listeners_.get();
  for (const char* directive : {"port", "bind"}) {
    core_->config.on_change(directive,
                            [this](const Settings&, const Settings& after) -> tl::expected<void, std::string> {
                              if (!running_) return {};
                              auto bound = listeners_->rebind(after);
                              if (bound) core_->tcp_port.store(listeners_->port(), std::memory_order_relaxed);
                              return bound;
                            });
  }
  listeners_->accept();
  for (const auto& thread : core_->threads()) thread->start();
  running_ = true;
  note_startup_memory();
  core_->log.notice("Server initialized");
  write_ready_file();
  announce();
  return {};
}

/// What the store has counted already is part of what the process holds.
void Server::note_startup_memory() {
  const int64_t held = process_bytes() - memory_before_ - core_->used_memory();
  core_->set_startup_memory(std::max<int64_t>(held, 0));
}

void Server::announce() {
  for (const std::string& kind : listeners_->kinds()) {
    if (kind == "tcp" && options_.settings.port == kPortAuto) {
      core_->log.notice("Ready to accept connections {} port={}", kind, listeners_->port());
    } else {
      core_->log.notice("Ready to accept connections {}", kind);
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
    core_->log.warning("Can't write the ready file {}: {}", path, std::strerror(errno));
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
  core_->threads().front()->post([&] {
    listeners_->close();
    const std::lock_guard guard(mutex);
    done = true;
    closed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    closed.wait(lock, [&] { return done; });
  }
  for (const auto& thread : core_->threads()) thread->request_stop();
  for (const auto& thread : core_->threads()) thread->join();
  core_->store.background().drain();
}

}  // namespace larder::server
