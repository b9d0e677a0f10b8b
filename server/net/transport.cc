// See transport.h.
#include "server/net/transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "server/net/address.h"

namespace larder::server {

namespace {

/// The text of an address of either family; a Unix socket's path is the server's.
std::string address_text(const sockaddr_storage& address, std::string_view unix_path) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
  }
  return fmt::format("{}:0", unix_path);
}

}  // namespace

Transport::Transfer Transport::receive(std::span<char> room) {
  const ssize_t got = ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT);
  if (got > 0) return {Outcome::done, static_cast<size_t>(got)};
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {Outcome::later, 0};
  if (got == 0) errno = 0;
  return {Outcome::ended, 0};
}

Transport::Transfer Transport::send(std::span<const protocol::OutputSlice> slices) {
  static_assert(sizeof(protocol::OutputSlice) == sizeof(iovec));
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<protocol::OutputSlice*>(slices.data()));
  message.msg_iovlen = slices.size();
  for (;;) {
    // send() costs less than sendmsg().
    const ssize_t sent = slices.size() == 1
                             ? ::send(descriptor_, slices[0].data, slices[0].size, MSG_DONTWAIT | MSG_NOSIGNAL)
                             : ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return {Outcome::done, static_cast<size_t>(sent)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::later : Outcome::ended, 0};
  }
}

void Transport::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

Transport::Addresses Transport::addresses(bool unix_socket, std::string_view unix_path) const {
  sockaddr_storage peer{}, local{};
  if (!unix_socket) {
    socklen_t peer_size = sizeof peer, local_size = sizeof local;
    ::getpeername(descriptor_, reinterpret_cast<sockaddr*>(&peer), &peer_size);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &local_size);
  }
  return {.peer = address_text(peer, unix_path),
          .local = address_text(local, unix_path),
          .from_this_host = unix_socket || is_loopback(peer)};
}

}  // namespace larder::server
