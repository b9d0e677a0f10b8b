// Two sources of time. A Clock is the time of day as clients see it: deadlines, idle times, TIME and blocking timeouts
// read it, and a test can freeze and move it. Budgets, rates, latency and limits on connections are measured with
// steady_us(), which nobody can freeze or move. Log timestamps come from the system.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace larder::base {

/// Microseconds that only ever grow, for durations; its zero means nothing.
int64_t steady_us();
/// The same in milliseconds, a few of them late and cheaper to read.
int64_t coarse_steady_ms();

class Clock {
 public:
  virtual ~Clock() = default;

  /// Microseconds since the Unix epoch.
  virtual int64_t now_us() const = 0;

  int64_t now_ms() const { return now_us() / 1000; }

  /// The machine's clock.
  static const Clock& system();
};

/// A clock that stands still until it is moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::chrono::microseconds start = std::chrono::seconds{1'700'000'000})
      : now_us_(start.count()) {}

  int64_t now_us() const override { return now_us_.load(std::memory_order_relaxed); }
  /// `by` may be negative.
  void advance(std::chrono::microseconds by) { now_us_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace larder::base
