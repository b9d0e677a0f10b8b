// The machine's clock behind the Clock interface.
#include "base/clock.h"

namespace larder::base {

namespace {

class SystemClock final : public Clock {
 public:
  int64_t now_us() const override { return since_epoch(std::chrono::system_clock::now()); }
  int64_t steady_us() const override { return since_epoch(std::chrono::steady_clock::now()); }

 private:
  template <class TimePoint>
  static int64_t since_epoch(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  }
};

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

}  // namespace larder::base
