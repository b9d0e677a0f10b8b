// Everything that the connections of one server share. A Server owns one Core; commands reach it through their
// CommandContext.
//
// Thread rule: members say so themselves where they are not plainly thread-safe; what has no note here may be used from
// any I/O thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "server/clients/gate_mask.h"
#include "server/clients/pubsub_hub.h"
#include "server/config/config.h"
#include "server/dispatch/command_names.h"
#include "server/observe/latency_monitor.h"
#include "server/observe/log.h"
#include "server/observe/rates.h"
#include "server/observe/slow_log.h"
#include "server/observe/statistics.h"
#include "store/core/store.h"

namespace larder::server {

class Client;
class IoThread;
class Listeners;

/// CLIENT PAUSE: what waits, and until when.
enum class PauseMode : uint8_t { none, writes, all };

class Core {
 public:
  struct Options {
    Settings settings;
    std::string config_file;
    const base::Clock* clock = &base::Clock::system();
  };

  explicit Core(Options options);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();

  const base::Clock& clock() const { return *clock_; }

  Config config;
  CommandNames command_names;  // as the settings at the start say, up to a mistake in them
  Log log;
  store::Store store;
  PubsubHub pubsub;
  SlowLog slow_log;
  LatencyMonitor latency;
  ServerStatistics statistics;
  Rates rates;

  const std::string run_id;  // 40 hexadecimal digits, new with every start
  const int64_t started_us;  // Unix time

  // -- Threads --
  const std::vector<std::unique_ptr<IoThread>>& threads() const { return threads_; }
  /// Hands a connected descriptor to the thread that serves the fewest.
  void adopt(int descriptor, bool unix_socket);
  /// Closes a client's connection, on whatever thread it lives; with all I/O threads stopped or on its own thread.
  void close_client(Client& client);
  /// Stops all I/O threads: runs `work` while no other I/O thread executes commands, so that it may look at every
  /// client. Called by a command on `self`; not while shards are held, unless the threads were stopped before they were
  /// locked.
  void with_threads_stopped(IoThread& self, const std::function<void()>& work);
  /// Every client of every thread. Only with all I/O threads stopped, or for the calling thread's own view of figures.
  void for_each_client(const std::function<void(Client&)>& visit);
  uint64_t next_client_id() { return client_ids_.fetch_add(1, std::memory_order_relaxed) + 1; }
  size_t connected_clients() const { return connected_.load(std::memory_order_relaxed); }
  std::atomic<size_t>& connected() { return connected_; }

  // -- Gates --
  /// Those that the server's state closes, for every client.
  GateMask gates() const { return gates_.load(std::memory_order_relaxed); }
  /// Whether min-replicas-to-write demands replicas: there is never one.
  bool lacks_replicas() const { return (gates() & kGateReplicas) != 0; }

  // -- Memory --
  /// Bytes that the process holds: what there was at the start, data, and connections.
  int64_t used_memory() const;
  /// Bytes that all connections hold.
  int64_t client_memory() const;
  /// maxmemory-clients, 0 = none.
  int64_t client_memory_limit() const { return client_memory_limit_.load(std::memory_order_relaxed); }
  /// Closes the connections that hold most while all together hold more than maxmemory-clients; those that CLIENT
  /// NO-EVICT spares stay. On `self`'s thread, no shard is held; a connection of that thread may be closed by it.
  void evict_clients(IoThread& self);
  /// Counts and logs that a connection is closed because of maxmemory-clients.
  void note_evicted(const Client& client);
  /// Counts what the process, or an embedded server, holds before there are data and connections.
  void set_startup_memory(int64_t bytes);
  int64_t startup_memory() const { return startup_memory_.load(std::memory_order_relaxed); }

  // -- Figures --
  /// Takes a reading of the running totals, for what INFO says by the second.
  void note_rates();
  /// CONFIG RESETSTAT: every figure that counts events, back to 0. With all I/O threads stopped.
  void reset_figures();

  // -- Pausing --
  void pause_clients(PauseMode mode, int64_t until_ms);
  void unpause_clients();
  /// What is paused at this moment.
  PauseMode paused(int64_t now_ms) const;
  /// Opens the gate again once the pause is over.
  void note_end_of_pause(int64_t now_ms);

  // -- Monitors --
  std::atomic<int>& monitors() { return monitors_; }
  /// Shows a command to every monitor.
  void feed_monitors(const Client& client, std::span<const std::string_view> args);

  // -- Stopping --
  /// Asks the server to shut down as SHUTDOWN and SIGTERM do; returns at once.
  void request_shutdown();
  std::function<void()> on_shutdown_requested;  // set by Server

  Listeners* listeners = nullptr;  // set by Server before its threads start

  /// TCP port in use, 0 when there is none.
  std::atomic<int> tcp_port{0};

 private:
  friend class Server;

  void install_hooks();
  void apply_limits(const Settings& settings);
  void set_gate(GateMask gate, bool closed);

  const base::Clock* clock_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::atomic<IoThread*> threads_stopped_by_{nullptr};
  std::atomic<uint64_t> client_ids_{0};
  std::atomic<size_t> connected_{0};
  std::atomic<int64_t> client_memory_limit_{0};
  std::atomic<int64_t> startup_memory_{0};
  std::atomic<int> monitors_{0};
  std::atomic<GateMask> gates_{kGatesAlwaysClosed};
  std::mutex pause_mutex_;  // of changes of the following two and of their gate
  std::atomic<int64_t> pause_until_ms_{0};
  std::atomic<PauseMode> pause_mode_{PauseMode::none};
};

}  // namespace larder::server
