// Figures by the second; see rates.h.
#include "server/observe/rates.h"

namespace larder::server {

void Rates::note(int64_t steady_us, const Totals& totals) {
  const std::lock_guard guard(mutex_);
  readings_[next_] = {steady_us, totals};
  next_ = (next_ + 1) % kReadings;
  if (count_ < kReadings) ++count_;
}

Rates::PerSecond Rates::current() const {
  const std::lock_guard guard(mutex_);
  if (count_ < 2) return {};
  const Reading& newest = readings_[(next_ + kReadings - 1) % kReadings];
  const Reading& oldest = readings_[(next_ + kReadings - count_) % kReadings];
  const int64_t elapsed_us = newest.steady_us - oldest.steady_us;
  if (elapsed_us <= 0) return {};
  const double seconds = static_cast<double>(elapsed_us) / 1e6;
  const int64_t cycles = newest.totals.loop_cycles - oldest.totals.loop_cycles;
  const int64_t loop_ns = newest.totals.loop_ns - oldest.totals.loop_ns;
  return {.commands = static_cast<double>(newest.totals.commands - oldest.totals.commands) / seconds,
          .input_bytes = static_cast<double>(newest.totals.input_bytes - oldest.totals.input_bytes) / seconds,
          .output_bytes = static_cast<double>(newest.totals.output_bytes - oldest.totals.output_bytes) / seconds,
          .loop_cycles = static_cast<double>(cycles) / seconds,
          .loop_us = cycles <= 0 ? 0 : static_cast<double>(loop_ns) / static_cast<double>(cycles) / 1000};
}

void Rates::reset() {
  const std::lock_guard guard(mutex_);
  next_ = count_ = 0;
}

}  // namespace larder::server
