// What the server asks of a peer's address.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace larder::server {

/// Whether an address is on this host: loopback of either family, mapped IPv4 included, or a Unix socket.
inline bool is_loopback(const sockaddr_storage& address) {
  constexpr unsigned kLoopbackNet = 127;
  if (address.ss_family == AF_INET) {
    return (ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24) == kLoopbackNet;
  }
  if (address.ss_family != AF_INET6) return true;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == kLoopbackNet);
}

}  // namespace larder::server
