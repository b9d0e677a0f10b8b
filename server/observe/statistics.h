// Figures for INFO. What commands count is counted by thread, without sharing (ThreadStatistics); rare events are
// counted for the whole server.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/counter.h"
#include "server/observe/latency_histogram.h"

namespace larder::server {

using base::Counter;

/// Of one command on one thread.
struct CommandFigures {
  base::Counter calls, microseconds_x1000 /* nanoseconds */, rejected, failed;
  LazyLatencyHistogram latency;
};

/// How often error replies began with which code (INFO errorstats). Written by one thread, so its mutex is free unless
/// INFO reads at that moment.
class ErrorCounts {
 public:
  using Counts = std::map<std::string, uint64_t, std::less<>>;

  void count(std::string_view code);
  /// Adds what was counted here to `counts`.
  void add_to(Counts& counts) const;
  void reset();

 private:
  static constexpr size_t kMostCodes = 128;  // clients may not grow the map without bound through ECHO-like errors
  mutable std::mutex mutex_;
  Counts counts_;
};

/// Written by the owning I/O thread alone, read by any.
struct ThreadStatistics {
  explicit ThreadStatistics(size_t commands) : per_command(commands) {}

  base::Counter commands;  // executed, for total_commands_processed
  base::Counter input_bytes, output_bytes;
  base::Counter reads, writes;  // from and to sockets
  base::Counter error_replies;
  base::Counter loop_cycles, loop_ns;  // turns of the event loop, and what they took without waiting
  base::Counter reply_buffer_expands, reply_buffer_shrinks;  // seen between batches
  ErrorCounts errors;
  std::vector<CommandFigures> per_command;  // by CommandTable id

  /// CONFIG RESETSTAT: everything to 0, while the owning thread stands still.
  void reset();
};

/// Rare events: shared atomics.
struct ServerStatistics {
  std::atomic<uint64_t> connections_received{0}, rejected_connections{0};
  std::atomic<uint64_t> output_limit_disconnections{0}, query_limit_disconnections{0};
  std::atomic<uint64_t> evicted_clients{0};
  std::atomic<uint64_t> acl_denied_auth{0};

  /// CONFIG RESETSTAT, for what is held here.
  void reset();
};

}  // namespace larder::server
