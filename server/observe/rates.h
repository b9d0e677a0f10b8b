// What happens in a second, for INFO's instantaneous figures: readings of running totals taken ten times a second, over
// the last second and a half.
//
// Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace larder::server {

class Rates {
 public:
  struct Totals {
    int64_t commands = 0, input_bytes = 0, output_bytes = 0;
    int64_t loop_cycles = 0, loop_ns = 0;  // turns of the event loops
  };
  /// By the second.
  struct PerSecond {
    double commands = 0, input_bytes = 0, output_bytes = 0, loop_cycles = 0;
    double loop_us = 0;  // not by the second: of one cycle
  };

  /// Notes the totals at a moment of a clock that never goes back.
  void note(int64_t steady_us, const Totals& totals);
  /// The rates between the oldest and the newest reading; all 0 while there are not two of them.
  PerSecond current() const;
  /// Forgets the readings, when the totals start again from 0.
  void reset();

 private:
  struct Reading {
    int64_t steady_us = 0;
    Totals totals;
  };
  static constexpr size_t kReadings = 17;

  mutable std::mutex mutex_;
  std::array<Reading, kReadings> readings_;
  size_t next_ = 0, count_ = 0;
};

}  // namespace larder::server
