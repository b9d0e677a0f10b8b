// Calibration of the time stamp counter; see stopwatch.h.
#include "server/observe/stopwatch.h"

#include <atomic>

namespace larder::server {

namespace {

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Origin {
  int64_t ns = steady_ns();
  uint64_t ticks = stopwatch_ticks();
};

const Origin& origin() {
  static const Origin start;
  return start;
}

// Nanoseconds a tick, 32 bits of fraction. Until the first calibration a rate of 2.5 GHz is assumed.
std::atomic<uint64_t> rate{static_cast<uint64_t>(0.4 * 4294967296.0)};

}  // namespace

int64_t stopwatch_nanoseconds(uint64_t ticks) {
  const uint64_t per_tick = rate.load(std::memory_order_relaxed);
  return static_cast<int64_t>((ticks >> 32) * per_tick + (((ticks & 0xFFFFFFFF) * per_tick) >> 32));
}

void stopwatch_calibrate() {
  constexpr int64_t kLeastNs = 10'000'000;  // a shorter base would measure the calls themselves
  const int64_t ns = steady_ns() - origin().ns;
  const uint64_t ticks = stopwatch_ticks() - origin().ticks;
  if (ns < kLeastNs || ticks == 0) return;
  rate.store(static_cast<uint64_t>(static_cast<double>(ns) / static_cast<double>(ticks) * 4294967296.0),
             std::memory_order_relaxed);
}

}  // namespace larder::server
