// What the connections of one server share: the parts are classes of the folders below, put together here. A Server
// owns one; commands reach it through their CommandContext.
//
// Members say so themselves where they are not plainly thread-safe; what has no note here may be used from
// any I/O thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "server/clients/clients.h"
#include "server/clients/gate_mask.h"
#include "server/clients/memory_figures.h"
#include "server/clients/monitors.h"
#include "server/clients/pause.h"
#include "server/clients/threads.h"
#include "server/clients/world.h"
#include "server/config/config.h"
#include "server/observe/figures.h"
#include "server/observe/latency_monitor.h"
#include "server/observe/log.h"
#include "server/observe/slow_log.h"

namespace larder::server {

class ServerState {
 public:
  struct Options {
    Settings settings;
    std::string config_file;
    const base::Clock* clock = &base::Clock::system();
  };

  explicit ServerState(const Options& options);
  ServerState(const ServerState&) = delete;
  ServerState& operator=(const ServerState&) = delete;

  const std::string run_id;      // 40 hexadecimal digits, new with every start
  const int64_t started_us;      // Unix time
  std::atomic<int> tcp_port{0};  // in use, 0 when there is none

  Config config;
  Log log;
  Figures figures;
  SlowLog slow_log;
  LatencyMonitor latency;
  World world;  // the one that connections begin in
  ServerGates gates;
  Threads threads;
  Clients clients;
  MemoryFigures memory;
  Monitors monitors;
  Pause pause;

  /// Asks the server to shut down as SHUTDOWN and SIGTERM do; returns at once. Unset where nobody listens to it.
  std::function<void()> request_shutdown;

 private:
  void apply(const Settings& settings);
};

}  // namespace larder::server
