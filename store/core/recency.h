// When keys were last used: a logical clock in ticks, of which an entry stores the lower 24 bits. It moves on with
// time, ten ticks a second. While a memory limit and a policy that ranks keys by recency are set it moves on with
// insertions too, 4096 ticks in a turnover of the cache; and below 1024 keys, where LRU is exact, with every access
// that is not of the key accessed last. Otherwise an access writes nothing that threads share. What moment a tick was,
// for OBJECT IDLETIME, is answered from a list of pairs.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "store/core/entry.h"

namespace larder::store {

class Recency {
 public:
  static constexpr size_t kExactBelow = 1024;  // keys: eviction then looks at all of them
  /// Entries older than this are made so old before the ticks come round, after 2^24.
  static constexpr uint32_t kOldest = 1u << 23;

  /// `shards`: a power of two.
  explicit Recency(size_t shards) : age_step_(kAgeEvery / static_cast<uint32_t>(shards)), shards_(shards) {}

  uint32_t tick() const { return tick_.load(std::memory_order_relaxed); }
  /// The tick for a key that is accessed now and was accessed before at the tick with these lower bits.
  uint32_t access_tick(uint32_t before) {
    const uint32_t now = tick();
    if (!exact() || (now & Entry::kRecencyMask) == before) return now;
    return next_tick();
  }
  /// The tick for a key that is made now.
  uint32_t first_tick() { return exact() ? next_tick() : tick(); }
  /// An insertion that a shard has counted down to: how many there are to the next such call.
  uint32_t on_insertions() {
    if (!ranked_.load(std::memory_order_relaxed)) return kInsertionsUnranked;
    next_tick();
    return insertions_per_tick_.load(std::memory_order_relaxed);
  }

  /// Whether keys are evicted by recency, and LRU may be exact. Told whenever the limit or the policy changes.
  void set_use(bool ranked, bool exact_when_small);
  bool ranked() const { return ranked_.load(std::memory_order_relaxed); }
  /// How many keys there are, in all databases.
  void set_keys(size_t keys);
  size_t keys() const { return keys_.load(std::memory_order_relaxed); }
  bool few_keys() const { return keys() < kExactBelow; }
  bool exact() const { return exact_.load(std::memory_order_relaxed); }

  /// Whether a tenth of a second has passed since the last one, or the time of day has been moved.
  bool is_due(int64_t now_ms, int64_t steady_ms) const {
    const int64_t passed = now_ms - noted_ms_.load(std::memory_order_relaxed);
    return passed >= kTickMs || passed < 0 || steady_ms - noted_steady_ms_.load(std::memory_order_relaxed) >= kTickMs;
  }
  /// Moves the clock on and remembers when this tick was, if is_due() and no other thread does so now; false if not.
  bool advance(int64_t now_ms, int64_t steady_ms);
  /// The next shard whose entries must be aged (see kOldest), nothing when none is due. They are spread evenly over the
  /// ticks; each is named once.
  std::optional<size_t> shard_to_age();

  /// How long ago a tick was, of which `recency` has the lower bits, in milliseconds of the time of day.
  int64_t idle_ms(uint32_t recency, int64_t now_ms) const;

 private:
  static constexpr int64_t kTickMs = 100;
  static constexpr size_t kTicksPerTurnover = 4096;
  static constexpr uint32_t kAgeEvery = 1u << 22;      // ticks
  static constexpr uint32_t kInsertionsUnranked = 64;  // so soon a shard notices that keys are ranked now
  static constexpr size_t kMostMoments = 1024;
  struct Moment {
    uint32_t tick;
    int64_t ms;
  };

  uint32_t next_tick() { return tick_.fetch_add(1, std::memory_order_relaxed) + 1; }
  void update();

  const uint32_t age_step_;  // ticks from one shard to the next
  const size_t shards_;

  std::atomic<bool> ranked_{false}, exact_when_small_{false};
  std::atomic<bool> exact_{false};  // so few keys that every access gets its own tick
  std::atomic<size_t> keys_{0};
  std::atomic<uint32_t> insertions_per_tick_{1};
  std::atomic<int64_t> noted_ms_{INT64_MIN / 2}, noted_steady_ms_{INT64_MIN / 2};
  std::atomic<uint32_t> aged_at_{0};  // a multiple of age_step_

  mutable std::mutex moments_mutex_;
  std::vector<Moment> moments_;  // ascending ticks; thinned out when long

  alignas(64) std::atomic<uint32_t> tick_{1};
};

}  // namespace larder::store
