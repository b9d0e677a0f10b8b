// The machine's clocks.
#include "base/clock.h"

#include <ctime>

namespace larder::base {

namespace {

template <class TimePoint>
int64_t since_epoch(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

class SystemClock final : public Clock {
 public:
  int64_t now_us() const override { return since_epoch(std::chrono::system_clock::now()); }
};

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

int64_t steady_us() { return since_epoch(std::chrono::steady_clock::now()); }

int64_t coarse_steady_ms() {
#ifdef CLOCK_MONOTONIC_COARSE
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
#else
  return steady_us() / 1000;
#endif
}

}  // namespace larder::base
