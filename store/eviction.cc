// Eviction by sampling; see eviction.h. Scores are comparable whenever they were taken: under LRU a score is the tick
// of the last access counted backwards, which does not change while the key rests.
#include "store/eviction.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "store/store.h"

namespace larder::store {

namespace {

constexpr uint64_t kTickHorizon = uint64_t{1} << 33;
constexpr unsigned kSamplesPerRequested = 3;  // maxmemory-samples 5, the default, looks at 16 neighbours

}  // namespace

// -- LFU --

namespace lfu {

namespace {

uint32_t minutes(int64_t now_ms) { return static_cast<uint32_t>(now_ms / 60'000) & 0xFFFF; }

}  // namespace

uint32_t initial(int64_t now_ms) { return minutes(now_ms) << 8 | kInitialCount; }

uint8_t count(uint32_t recency, int64_t now_ms, unsigned decay_minutes) {
  const auto counter = static_cast<uint8_t>(recency & 0xFF);
  if (decay_minutes == 0) return counter;
  const uint32_t elapsed = (minutes(now_ms) - (recency >> 8)) & 0xFFFF;
  const uint32_t decay = elapsed / decay_minutes;
  return decay > counter ? 0 : static_cast<uint8_t>(counter - decay);
}

uint32_t touched(uint32_t recency, int64_t now_ms, unsigned log_factor, unsigned decay_minutes, double chance) {
  uint8_t counter = count(recency, now_ms, decay_minutes);
  if (counter < 255) {
    const double base = counter > kInitialCount ? counter - kInitialCount : 0;
    if (chance < 1.0 / (base * log_factor + 1)) ++counter;
  }
  return minutes(now_ms) << 8 | counter;
}

}  // namespace lfu

// -- The pool --

void EvictionPool::offer(const Candidate& candidate) {
  if (size_ == kCapacity && candidate.score <= candidates_[0].score) return;
  for (size_t i = 0; i < size_; ++i) {
    if (candidates_[i].entry == candidate.entry) return;
  }
  auto* const begin = candidates_.data();
  auto* const where = std::upper_bound(begin, begin + size_, candidate.score,
                                       [](uint64_t score, const Candidate& other) { return score < other.score; });
  if (size_ < kCapacity) {
    std::move_backward(where, begin + size_, begin + size_ + 1);
    *where = candidate;
    ++size_;
  } else if (where != begin) {
    std::move(begin + 1, where, begin);
    *(where - 1) = candidate;
  }
}

// -- Evictor --

Evictor::Evictor(Store& store, StoreThread& thread) : store_(store), thread_(thread), policy_(store.policy()) {
  thread_.pool_.serve(policy_);
}

uint64_t Evictor::score(const Entry& entry) const {
  switch (policy_) {
    case EvictionPolicy::allkeys_lru:
    case EvictionPolicy::volatile_lru: {
      const uint32_t now = store_.tick();
      const uint64_t idle = (now - entry.recency()) & Entry::kRecencyMask;
      return kTickHorizon + idle - now;
    }
    case EvictionPolicy::allkeys_lfu:
    case EvictionPolicy::volatile_lfu:
      return 255u - lfu::count(entry.recency(), thread_.now_ms(), store_.lfu_decay_minutes());
    case EvictionPolicy::volatile_ttl: return ~static_cast<uint64_t>(entry.deadline());
    default: return thread_.random()();
  }
}

void Evictor::sample_table(Shard& shard, size_t shard_index, uint32_t database, Table& table, size_t wanted,
                           size_t* found) {
  (void)shard;
  const bool only_volatile = is_volatile(policy_);
  if ((only_volatile ? table.deadlines() : table.size()) == 0) return;
  const size_t slots = table.slots();
  const size_t start = thread_.random().below(slots);
  std::array<Table::Slot, 64> chosen;
  wanted = std::min(wanted, chosen.size());
  size_t count = 0;
  for (size_t i = 0, slot = start; i < slots && count < wanted; ++i, slot = slot + 1 == slots ? 0 : slot + 1) {
    if (only_volatile ? !table.has_deadline(slot) : table.at(slot) == nullptr) continue;
    __builtin_prefetch(table.at(slot));
    chosen[count++] = slot;
  }
  for (size_t i = 0; i < count; ++i) {
    const Entry* entry = table.at(chosen[i]);
    thread_.pool_.offer({.score = score(*entry),
                         .entry = entry,
                         .order = table.order_at(chosen[i]),
                         .database = database,
                         .shard = static_cast<uint16_t>(shard_index)});
  }
  *found += count;
}

bool Evictor::sample_shard(size_t index, size_t wanted) {
  Shard& shard = store_.shard(index);
  const std::lock_guard guard(shard.lock);
  size_t found = 0;
  for (uint32_t database = 0; database < shard.databases(); ++database) {
    sample_table(shard, index, database, *shard.table(database), wanted, &found);
  }
  return found > 0;
}

void Evictor::sample_everything() {
  for (size_t index = 0; index < Store::kShards; ++index) {
    Shard& shard = store_.shard(index);
    const std::lock_guard guard(shard.lock);
    for (uint32_t database = 0; database < shard.databases(); ++database) {
      Table& table = *shard.table(database);
      for (Table::Slot slot = 0; slot < table.slots(); ++slot) {
        if (table.at(slot) == nullptr || (is_volatile(policy_) && !table.has_deadline(slot))) continue;
        thread_.pool_.offer({.score = score(*table.at(slot)),
                             .entry = table.at(slot),
                             .order = table.order_at(slot),
                             .database = database,
                             .shard = static_cast<uint16_t>(index)});
      }
    }
  }
}

bool Evictor::fill_pool() {
  if (store_.exact_.load(std::memory_order_relaxed)) {
    const size_t keys = store_.total_size();
    if (keys < Store::kExactBelow) {
      thread_.pool_.clear();
      sample_everything();
      return !thread_.pool_.empty();
    }
    store_.set_tick_rate(keys);
  }
  const size_t wanted = size_t{store_.samples()} * kSamplesPerRequested + 1;
  const size_t start = thread_.random().below(Store::kShards);
  for (size_t i = 0; i < Store::kShards; ++i) {
    if (sample_shard((start + i) % Store::kShards, wanted)) return true;
  }
  return false;
}

/// Evicts a candidate if it is still there and still as good as the next one.
bool Evictor::evict(const EvictionPool::Candidate& candidate) {
  Shard& shard = store_.shard(candidate.shard);
  const std::lock_guard guard(shard.lock);
  Table* table = shard.table(candidate.database);
  const Table::Slot slot = table == nullptr ? Table::kNone : table->find(candidate.order, candidate.entry);
  if (slot == Table::kNone) return false;
  if (is_volatile(policy_) && !table->has_deadline(slot)) return false;
  Entry* entry = table->at(slot);
  const bool ordered = policy_ != EvictionPolicy::allkeys_random && policy_ != EvictionPolicy::volatile_random;
  if (ordered && score(*entry) < candidate.score) return false;
  thread_.raise(kEventEvicted, "evicted", candidate.database, entry->key());
  if (shard.watches != nullptr) shard.watches->changed(candidate.database, entry->key(), false);
  const auto before = static_cast<int64_t>(table->memory());
  table->erase(slot);
  table->shrink();
  thread_.charge(static_cast<int64_t>(table->memory()) - before);
  store_.release(thread_, shard, entry, true);
  thread_.evicted_keys.add();
  return true;
}

bool Evictor::evict_one() {
  // A candidate may have been read or deleted meanwhile; each round takes the pool's best, so the loop ends.
  constexpr int kTries = 1024;
  for (int i = 0; i < kTries; ++i) {
    if (!fill_pool()) return false;
    if (evict(thread_.pool_.take_best())) return true;
  }
  return false;
}

}  // namespace larder::store
