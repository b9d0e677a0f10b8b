// larder-floor: the limit that the kernel and Asio set. A loop that reads what a socket has and answers +OK for every
// '*' in it, without looking further: no parsing, no table, no values. What a server costs above this is its own doing.
// It uses what the server uses: Asio's epoll reactor, an asynchronous read, a direct non-blocking write from the read's
// handler. How to use it: point the load generator of this folder at it (its values never contain '*'); a reply to GET
// is +OK too. Invariant: a session owns itself through the operation in flight and ends with it. Threads: one.

#include <algorithm>
#include <array>
#include <asio.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace {

using asio::ip::tcp;

constexpr size_t kReadSize = 16 * 1024;
constexpr std::string_view kReply = "+OK\r\n";

/// As many replies as one read can ask for, prepared once.
const std::string& replies() {
  static const std::string text = [] {
    std::string all;
    for (size_t i = 0; i < kReadSize; ++i) all += kReply;
    return all;
  }();
  return text;
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  void start() {
    std::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    read();
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](std::error_code error, size_t size) {
      if (!error) self->answer(size);
    });
  }

  void answer(size_t size) {
    const auto commands = std::count(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(size), '*');
    pending_ = static_cast<size_t>(commands) * kReply.size();
    write();
  }

  void write() {
    std::error_code error;
    while (pending_ > 0 && !error) pending_ -= socket_.write_some(next_reply(), error);
    if (!error) return read();
    if (error == asio::error::would_block) wait_until_writable();
  }

  /// `pending_` is counted from the end of the prepared replies, so a write that stopped inside one goes on inside one.
  asio::const_buffer next_reply() const {
    const std::string& all = replies();
    return {all.data() + (all.size() - pending_), pending_};
  }

  void wait_until_writable() {
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](std::error_code error) {
      if (!error) self->write();
    });
  }

  tcp::socket socket_;
  std::array<char, kReadSize> input_;
  size_t pending_ = 0;
};

void accept_next(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](std::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket))->start();
    accept_next(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Answers +OK for every '*' received: the least that a server on this loop can cost"};
  uint16_t port = 0;
  app.add_option("--port", port, "TCP port on 127.0.0.1; 0 = the system chooses, the ready line tells")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    asio::io_context loop{1};
    tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), port}};
    accept_next(acceptor);
    fmt::print("Ready to accept connections on port {}\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    loop.run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "larder-floor: {}\n", error.what());
    return 1;
  }
}
