// The gates between a request and its execution, as bits. A row has the bits of the gates that may stop its command, a
// client and the server those that are closed by the state they are in: only a request whose row shares a bit with
// either is looked at more closely (dispatch/gates.h).
#pragma once

#include <atomic>
#include <cstdint>

namespace larder::server {

using GateMask = uint32_t;
inline constexpr GateMask kGateUnknown = 1u << 0;      // no such command
inline constexpr GateMask kGateArity = 1u << 1;        // the number of arguments does not fit
inline constexpr GateMask kGatePermission = 1u << 2;   // needs a directive that permits it
inline constexpr GateMask kGatePassword = 1u << 3;     // the client has not authenticated
inline constexpr GateMask kGateTransaction = 1u << 4;  // the client is inside MULTI
inline constexpr GateMask kGateMemory = 1u << 5;       // there is a limit of memory
inline constexpr GateMask kGateSubscriber = 1u << 6;   // the client may only send what subscribers may
inline constexpr GateMask kGatePause = 1u << 7;        // CLIENT PAUSE
inline constexpr GateMask kGateReplicas = 1u << 8;     // min-replicas-to-write

/// Gates that are never open: only few rows have their bits.
inline constexpr GateMask kGatesAlwaysClosed = kGateArity | kGatePermission;

/// Those that the server's state closes, for every client. Any thread.
class ServerGates {
 public:
  GateMask closed() const { return closed_.load(std::memory_order_relaxed); }
  void set(GateMask gate, bool closed) {
    if (closed) {
      closed_.fetch_or(gate, std::memory_order_relaxed);
    } else {
      closed_.fetch_and(~gate, std::memory_order_relaxed);
    }
  }

 private:
  std::atomic<GateMask> closed_{kGatesAlwaysClosed};
};

}  // namespace larder::server
