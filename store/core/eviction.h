// Which key is evicted when memory is full. Candidates are the neighbours of random slots; the best of them wait in a
// small pool, which makes sampling come close to the true order (Redis' evict.c introduced the pool; figures in
// README.md).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "store/core/eviction_policy.h"

namespace larder::store {

class Store;
class ThreadState;
class Entry;
struct Shard;
class Table;

/// LFU's 24 bits: minutes of the last decay in the upper 16, a logarithmic counter in the lower 8 (Redis' scheme, so
/// that OBJECT FREQ means what its users know).
namespace lfu {
constexpr uint8_t kInitialCount = 5;
uint32_t initial(int64_t now_ms);
/// The counter with the decay since the last access taken off.
uint8_t count(uint32_t recency, int64_t now_ms, unsigned decay_minutes);
/// The field after one more access. `chance` is a random number in [0, 1).
uint32_t touched(uint32_t recency, int64_t now_ms, unsigned log_factor, unsigned decay_minutes, double chance);
}  // namespace lfu

/// Keys that are likely to go next, best last. They are remembered by hash and address and looked up again before they
/// go, because they may have been deleted or read since.
class EvictionPool {
 public:
  struct Candidate {
    uint64_t score = 0;  // the higher is evicted first
    const Entry* entry = nullptr;
    uint32_t prefix = 0;  // in its table
    uint32_t database = 0;
    uint16_t shard = 0;
  };
  static constexpr size_t kCapacity = 16;

  void offer(const Candidate& candidate);
  bool empty() const { return size_ == 0; }
  const Candidate& best() const { return candidates_[size_ - 1]; }
  Candidate take_best() { return candidates_[--size_]; }
  void clear() {
    size_ = 0;
    complete_ = false;
  }
  /// Whether these are the best of all keys there were, not of a sample.
  bool complete() const { return complete_; }
  void set_complete() { complete_ = true; }
  /// Scores of another policy mean nothing to this one.
  void serve(EvictionPolicy policy) {
    if (policy != policy_) clear();
    policy_ = policy;
  }

 private:
  std::array<Candidate, kCapacity> candidates_;  // ascending scores
  size_t size_ = 0;
  bool complete_ = false;
  EvictionPolicy policy_ = EvictionPolicy::noeviction;
};

/// Where one thread samples next. The slots are chosen two samplings ahead and prefetched in two steps, so that their
/// misses overlap with the commands in between: first the words, then the entries that they point to.
struct SampledSlots {
  uint64_t random = 0;  // says where in a table
  uint16_t shard = 0;
};

/// Evicts keys for one thread. No shard may be held by the caller.
class Evictor {
 public:
  Evictor(Store& store, ThreadState& thread);
  /// Evicts one key. False when no key can go.
  bool evict_one();

 private:
  bool fill_pool();
  SampledSlots next_sample();
  template <class Visitor>
  size_t for_each_sampled(const Table& table, const SampledSlots& sampled, Visitor&& visit) const;
  static size_t start_of(const Table& table, const SampledSlots& sampled);
  template <class Hint>
  void prefetch_in(size_t index, Hint&& hint);
  void prefetch_words(const SampledSlots& sampled);
  void prefetch_entries(const SampledSlots& sampled);
  void prefetch_candidate(const EvictionPool::Candidate& candidate);
  bool sample(const SampledSlots& sampled);
  void sample_everything();
  void offer(size_t shard, uint32_t database, const Table& table, size_t slot);
  uint64_t score(const Entry& entry) const;
  bool has_improved(const Entry& entry, const EvictionPool::Candidate& candidate) const;
  bool evict(const EvictionPool::Candidate& candidate);

  Store& store_;
  ThreadState& thread_;
  EvictionPolicy policy_;
};

}  // namespace larder::store
