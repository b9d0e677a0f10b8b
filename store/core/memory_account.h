// How many bytes a store holds. Threads collect what they add and free, and pass it on in portions, so that the shared
// total is written seldom; under a memory limit the portions are small enough for the limit to be kept to a thousandth.
//
// Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace larder::store {

class MemoryAccount {
 public:
  /// Bytes, apart from what threads have not passed on yet.
  int64_t total() const { return total_.load(std::memory_order_relaxed); }
  void add(int64_t bytes) { total_.fetch_add(bytes, std::memory_order_relaxed); }

  /// Bytes that no eviction can free: the empty store, and the buffers of connections. Part of the total.
  int64_t overhead() const { return overhead_.load(std::memory_order_relaxed); }
  void add_overhead(int64_t bytes) {
    overhead_.fetch_add(bytes, std::memory_order_relaxed);
    add(bytes);
  }

  /// How many bytes a thread may keep to itself.
  int64_t slack() const { return slack_.load(std::memory_order_relaxed); }
  /// limit  bytes, 0 = none
  void set_slack_for(int64_t limit, unsigned threads) {
    const int64_t slack = limit == 0 ? kMostSlack : limit / 1024 / (int64_t{threads} + 1);
    slack_.store(std::clamp<int64_t>(slack, 0, kMostSlack), std::memory_order_relaxed);
  }

  /// The most that was ever reported with note().
  int64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  /// By one thread at a time.
  void note(int64_t used) {
    if (used > peak()) peak_.store(used, std::memory_order_relaxed);
  }

 private:
  static constexpr int64_t kMostSlack = 64 * 1024;

  std::atomic<int64_t> slack_{kMostSlack};
  std::atomic<int64_t> overhead_{0};
  alignas(64) std::atomic<int64_t> total_{0};
  std::atomic<int64_t> peak_{0};
};

}  // namespace larder::store
