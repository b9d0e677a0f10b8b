// Distributions of durations; see latency_histogram.h.
#include "server/observe/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace larder::server {

void LatencyHistogram::clear() {
  for (base::Counter& count : counts_) count.set(0);
}

LatencyHistogram* LazyLatencyHistogram::make() {
  auto made = std::make_unique<LatencyHistogram>();
  histogram_.store(made.get(), std::memory_order_release);
  return made.release();
}

void LazyLatencyHistogram::clear() {
  if (LatencyHistogram* histogram = histogram_.load(std::memory_order_relaxed)) histogram->clear();
}

void LatencyDistribution::add(const LazyLatencyHistogram& histogram) {
  const LatencyHistogram* other = histogram.get();
  if (other == nullptr) return;
  for (size_t slot = 0; slot < counts_.size(); ++slot) {
    const int64_t count = other->counts_[slot].get();
    counts_[slot] += count;
    count_ += count;
  }
}

int64_t LatencyDistribution::percentile(double percent) const {
  const auto wanted = std::max<int64_t>(1, std::llround(percent / 100 * static_cast<double>(count_)));
  int64_t seen = 0;
  for (size_t slot = 0; slot < counts_.size(); ++slot) {
    seen += counts_[slot];
    if (seen >= wanted) return LatencyHistogram::highest(slot);
  }
  return 0;
}

int64_t LatencyDistribution::count_up_to(int64_t nanoseconds) const {
  const size_t last = LatencyHistogram::slot_of(nanoseconds);
  int64_t seen = 0;
  for (size_t slot = 0; slot <= last; ++slot) seen += counts_[slot];
  return seen;
}

}  // namespace larder::server
