// All clients of a server: their ids, how many there are, what their connections hold together and who has to go when
// that is more than maxmemory-clients.
//
// Any I/O thread; for_each() as it says.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "server/clients/threads.h"
#include "server/config/settings.h"
#include "server/observe/log.h"
#include "server/observe/statistics.h"

namespace larder::server {

class Client;

class Clients {
 public:
  Clients(Threads& threads, ServerStatistics& statistics, Log& log)
      : threads_(threads), statistics_(statistics), log_(log) {}
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  /// Takes over maxmemory-clients.
  void apply(const Settings& settings);

  uint64_t next_id() { return ids_.fetch_add(1, std::memory_order_relaxed) + 1; }
  /// Connections, from when they are accepted.
  size_t connected() const { return connected_.load(std::memory_order_relaxed); }
  void note_connected() { connected_.fetch_add(1, std::memory_order_relaxed); }
  void note_gone() { connected_.fetch_sub(1, std::memory_order_relaxed); }

  /// Every client of every thread. Only with all I/O threads stopped, or for the calling thread's own view of figures.
  void for_each(const std::function<void(Client&)>& visit);
  /// Closes a client's connection, on whatever thread it lives; with all I/O threads stopped or on its own thread.
  void close(Client& client);

  // -- Memory --
  /// Bytes that all connections hold.
  int64_t memory() const;
  /// Those of them that the store's account does not hold yet.
  int64_t uncharged_memory() const;
  /// maxmemory-clients, 0 = none.
  int64_t memory_limit() const { return memory_limit_.load(std::memory_order_relaxed); }
  /// Closes the connections that hold most while all together hold more than maxmemory-clients; those that CLIENT
  /// NO-EVICT spares stay. On `self`'s thread, no shard is held; a connection of that thread may be closed by it.
  void evict(ClientThread& self);
  /// Counts and logs that a connection is closed because of maxmemory-clients.
  void note_evicted(const Client& client);

 private:
  Threads& threads_;
  ServerStatistics& statistics_;
  Log& log_;
  std::atomic<uint64_t> ids_{0};
  std::atomic<size_t> connected_{0};
  std::atomic<int64_t> memory_limit_{0};
};

}  // namespace larder::server
