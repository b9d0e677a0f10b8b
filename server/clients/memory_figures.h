// What the process holds, as INFO and MEMORY STATS say it.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "server/clients/clients.h"
#include "store/core/store.h"

namespace larder::server {

class MemoryFigures {
 public:
  MemoryFigures(store::Store& store, const Clients& clients) : store_(store), clients_(clients) {}

  /// Bytes that the process holds: what there was at the start, data, and connections.
  int64_t used() const { return store_.used_memory() + clients_.uncharged_memory(); }
  /// What there was at the start, before there were data and connections; the empty store included.
  int64_t startup() const { return store_.own_bytes() + before_store_.load(std::memory_order_relaxed); }
  /// Counts what the process, or an embedded server, holds besides the empty store before there are data and
  /// connections.
  void set_before_store(int64_t bytes) { store_.add_overhead(bytes - before_store_.exchange(bytes)); }

 private:
  store::Store& store_;
  const Clients& clients_;
  std::atomic<int64_t> before_store_{0};
};

}  // namespace larder::server
