// What tests of a running server share: a server in this process on a Unix socket of its own (and a TCP port if asked
// for), clients of it, and waiting for something to become true without sleeping blindly. A RunningServer
// belongs to the test's thread; client() may be called from any.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/server.h"
#include "tests/support/resp_client.h"
#include "tests/support/temp_dir.h"

namespace larder::server {

/// Asks until the answer is yes, at most for ten seconds; the test goes on at once when it is.
inline bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class RunningServer {
 public:
  /// `adjust` changes the settings before the start.
  explicit RunningServer(const std::function<void(Settings&)>& adjust = {},
                         const base::Clock& clock = base::Clock::system()) {
    Server::Options options;
    options.settings.port = 0;
    options.settings.bind = {"127.0.0.1"};
    options.settings.unixsocket = directory_.file("s");
    options.settings.io_threads = 2;
    options.clock = &clock;
    options.log = [this](std::string_view line) {
      const std::lock_guard guard(mutex_);
      log_ += std::string(line) + "\n";
    };
    if (adjust) adjust(options.settings);
    endpoint_ =
        options.settings.port == 0 ? test::Endpoint::unix_socket(options.settings.unixsocket) : test::Endpoint{};
    server_ = std::make_unique<Server>(std::move(options));
    const auto started = server_->start();
    if (!started) throw std::runtime_error(started.error());
    if (endpoint_.path.empty()) endpoint_ = test::Endpoint::tcp(static_cast<uint16_t>(server_->port()));
  }

  Server& operator*() { return *server_; }
  Server* operator->() { return server_.get(); }
  const test::Endpoint& endpoint() const { return endpoint_; }
  test::RespClient client() const { return test::RespClient(endpoint_); }
  bool logged(std::string_view text) const {
    const std::lock_guard guard(mutex_);
    return log_.find(text) != std::string::npos;
  }

 private:
  test::TempDir directory_;
  mutable std::mutex mutex_;
  std::string log_;
  test::Endpoint endpoint_;
  std::unique_ptr<Server> server_;
};

/// The reply's text; of an error the error, "(nil)" of a null, "closed" when the connection has ended.
inline std::string text_of(const test::Received& received) {
  switch (received.status) {
    case test::Received::Status::reply:
      return received.value.null || received.value.type == '_' ? "(nil)" : received.value.text;
    case test::Received::Status::closed: return "closed";
    case test::Received::Status::timed_out: return "timed out";
    default: return "malformed";
  }
}

template <class... Words>
std::string ask(test::RespClient& client, const Words&... words) {
  return text_of(client.call({std::string(words)...}));
}

}  // namespace larder::server
