// Addresses, connections and ports for tests: a descriptor that closes itself, connecting to a Unix or loopback TCP
// address, ports that are free now. Functions may be called from several threads; a Descriptor belongs to one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace larder::test {

/// Owner of a file descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// Where a server listens: `path` for a Unix socket, else a numeric host (IPv4 or IPv6) and a port.
struct Endpoint {
  std::string path;
  std::string host = "127.0.0.1";
  uint16_t port = 0;

  static Endpoint unix_socket(std::string path) { return {std::move(path), {}, 0}; }
  static Endpoint tcp(uint16_t port, std::string host = "127.0.0.1") { return {{}, std::move(host), port}; }
};

/// A connected, non-blocking, close-on-exec socket with TCP_NODELAY where that applies.
/// errors  std::system_error when nothing listens there or the time is over
Descriptor connect_to(const Endpoint& endpoint, std::chrono::milliseconds timeout);

/// A TCP port that was free on 127.0.0.1 a moment ago. Another process may take it before it is used: prefer a server
/// that lets the system choose and says which port it got.
uint16_t free_port();

/// Waits until the descriptor is ready for `events` (as of poll), at most until the deadline.
/// returns  the events met, 0 when the time is over
short wait_until(int fd, short events, std::chrono::steady_clock::time_point deadline);

}  // namespace larder::test
