// How long a command takes, as a distribution: counts by duration in log-linear slots (exact below 64 ns, then 32 slots
// for every doubling, so a slot is at most 3 % wide), as in HdrHistogram. Recording is a shift, an addition and no
// branch that is hard to foretell.
//
// One thread records; any thread may read or add up, and sees counts that are a little old. clear() while
// the recording thread stands still.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

#include "base/counter.h"

namespace larder::server {

/// The sum of several histograms, and what is read from it.
class LatencyDistribution;

class LatencyHistogram {
 public:
  static constexpr unsigned kSubBits = 5;    // log2 of the slots of a doubling
  static constexpr unsigned kMostBits = 36;  // durations from 2^36 ns, 68 s, count as the longest
  static constexpr size_t kSlots = (kMostBits - kSubBits + 1) << kSubBits;

  void record(int64_t nanoseconds) { counts_[slot_of(nanoseconds)].add(); }
  void clear();

  static constexpr size_t slot_of(int64_t nanoseconds) {
    constexpr uint64_t kLongest = (uint64_t{1} << kMostBits) - 1;
    const uint64_t clamped = nanoseconds < 1 ? 1 : static_cast<uint64_t>(nanoseconds);
    const uint64_t value = clamped < kLongest ? clamped : kLongest;
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    if (bits <= kSubBits + 1) return static_cast<size_t>(value);
    const unsigned shift = bits - kSubBits - 1;
    return (size_t{shift} << kSubBits) + static_cast<size_t>(value >> shift);
  }
  /// The shortest and the longest duration that a slot counts, in nanoseconds.
  static constexpr int64_t lowest(size_t slot) {
    const size_t shift = slot < (size_t{2} << kSubBits) ? 0 : (slot >> kSubBits) - 1;
    return static_cast<int64_t>((slot - (shift << kSubBits)) << shift);
  }
  static constexpr int64_t highest(size_t slot) { return lowest(slot + 1) - 1; }

 private:
  friend class LatencyDistribution;

  std::array<base::Counter, kSlots> counts_;
};

/// A histogram that is made when it is first recorded to: most commands are never called.
class LazyLatencyHistogram {
 public:
  LazyLatencyHistogram() = default;
  LazyLatencyHistogram(const LazyLatencyHistogram&) = delete;
  LazyLatencyHistogram& operator=(const LazyLatencyHistogram&) = delete;
  ~LazyLatencyHistogram() { delete histogram_.load(std::memory_order_relaxed); }

  void record(int64_t nanoseconds) {
    LatencyHistogram* histogram = histogram_.load(std::memory_order_relaxed);
    if (histogram == nullptr) [[unlikely]]
      histogram = make();
    histogram->record(nanoseconds);
  }
  /// Null until something has been recorded.
  const LatencyHistogram* get() const { return histogram_.load(std::memory_order_acquire); }
  void clear();

 private:
  LatencyHistogram* make();

  std::atomic<LatencyHistogram*> histogram_{nullptr};
};

class LatencyDistribution {
 public:
  void add(const LazyLatencyHistogram& histogram);

  int64_t count() const { return count_; }
  /// The duration in nanoseconds that `percent` (0 to 100) of all are not longer than; 0 when nothing was recorded.
  int64_t percentile(double percent) const;
  /// How many were not longer than `nanoseconds`, to the width of a slot.
  int64_t count_up_to(int64_t nanoseconds) const;

 private:
  std::array<int64_t, LatencyHistogram::kSlots> counts_{};
  int64_t count_ = 0;
};

}  // namespace larder::server
