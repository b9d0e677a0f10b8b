// The bytes of one connection: a connected, non-blocking socket. Encryption has its place here: nothing above knows
// more of the socket than these calls.
//
// Only on the connection's thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/output_buffer.h"

namespace larder::server {

class Transport {
 public:
  /// Owns the descriptor from now on.
  explicit Transport(int descriptor) : descriptor_(descriptor) {}
  Transport(Transport&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Transport& operator=(Transport&&) = delete;
  ~Transport() { close(); }

  int descriptor() const { return descriptor_; }

  enum class Outcome : uint8_t { done, later, ended };
  struct Transfer {
    Outcome outcome;
    size_t bytes;  // transferred; 0 unless done
  };
  /// What has arrived, as far as there is room. `ended`: with errno 0 the peer closed, else an error.
  Transfer receive(std::span<char> room);
  /// Sends as much as the socket takes. `ended`: with errno set.
  Transfer send(std::span<const protocol::OutputSlice> slices);
  void close();

  /// "127.0.0.1:52000"; for a Unix socket its path and ":0".
  struct Addresses {
    std::string peer, local;
    bool from_this_host;  // loopback or a Unix socket
  };
  Addresses addresses(bool unix_socket, std::string_view unix_path) const;

 private:
  int descriptor_;
};

}  // namespace larder::server
