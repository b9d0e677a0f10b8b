// The figures of a server: those of each thread, rare events, and what happens in a second.
//
// add() before any thread runs; reset() while all I/O threads stand still; the rest any thread.
#pragma once

#include <vector>

#include "server/observe/rates.h"
#include "server/observe/statistics.h"
#include "store/core/store.h"

namespace larder::server {

class Figures {
 public:
  /// The figures of a thread, in the order of the threads. They live as long as anything is asked of this object.
  void add(ThreadStatistics& thread) { threads_.push_back(&thread); }
  const std::vector<ThreadStatistics*>& threads() const { return threads_; }

  /// Takes a reading of the running totals, for what INFO says by the second.
  void note_rates();
  /// CONFIG RESETSTAT: every figure that counts events back to 0, the store's included.
  void reset(store::Store& store);

  ServerStatistics rare;
  Rates rates;

 private:
  std::vector<ThreadStatistics*> threads_;
};

}  // namespace larder::server
