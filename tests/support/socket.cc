// See socket.h.
#include "tests/support/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace larder::test {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address unix_address(const std::string& path) {
  Address address;
  auto* to = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof(to->sun_path)) fail(ENAMETOOLONG, path);
  to->sun_family = AF_UNIX;
  std::memcpy(to->sun_path, path.c_str(), path.size() + 1);
  address.length = sizeof(sockaddr_un);
  return address;
}

Address tcp_address(const std::string& host, uint16_t port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.length = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.length = sizeof(sockaddr_in6);
  } else {
    fail(EINVAL, "not a numeric host: " + host);
  }
  return address;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Descriptor connect_to(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  const bool local = !endpoint.path.empty();
  const std::string name = local ? endpoint.path : endpoint.host + ":" + std::to_string(endpoint.port);
  const Address address = local ? unix_address(endpoint.path) : tcp_address(endpoint.host, endpoint.port);
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail(errno, "socket");
  if (!local) {
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(socket.get(), address.get(), address.length) == 0) return socket;
  if (errno != EINPROGRESS) fail(errno, "connect to " + name);
  if (wait_until(socket.get(), POLLOUT, std::chrono::steady_clock::now() + timeout) == 0) fail(ETIMEDOUT, name);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) fail(error, "connect to " + name);
  return socket;
}

uint16_t free_port() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail(errno, "socket");
  Address address = tcp_address("127.0.0.1", 0);
  if (::bind(socket.get(), address.get(), address.length) != 0) fail(errno, "bind");
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0)
    fail(errno, "getsockname");
  return ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
}

short wait_until(int fd, short events, std::chrono::steady_clock::time_point deadline) {
  pollfd item{.fd = fd, .events = events, .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&item, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready > 0) return item.revents;
    if (ready == 0) return 0;
    if (errno != EINTR) fail(errno, "poll");
  }
}

}  // namespace larder::test
