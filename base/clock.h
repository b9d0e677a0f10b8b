// The one source of time: deadlines, idle times, TIME and timeouts all read a Clock, so that a test can freeze and move
// it. Log timestamps alone come from the system.
//
// Thread rule: every Clock may be read from several threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace larder::base {

class Clock {
 public:
  virtual ~Clock() = default;

  /// Microseconds since the Unix epoch.
  virtual int64_t now_us() const = 0;
  /// Microseconds that only ever grow, for durations; its zero means nothing.
  virtual int64_t steady_us() const = 0;

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
  int64_t steady_us() const override { return now_us(); }
  void advance(std::chrono::microseconds by) { now_us_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace larder::base
