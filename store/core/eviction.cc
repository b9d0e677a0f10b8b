// Eviction by sampling; see eviction.h. Scores are comparable whenever they were taken: under LRU a score is the tick
// of the last access counted backwards, which does not change while the key rests; densities change slowly.
#include "store/core/eviction.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>

#include "base/prefetch.h"
#include "store/core/store.h"

namespace larder::store {

namespace {

constexpr uint64_t kTickHorizon = uint64_t{1} << 33;
// Twice as many neighbours as maxmemory-samples says: 10 by default, with the pool within 0.2 % of an exact LRU.
constexpr size_t samples_for(unsigned requested) { return size_t{requested} * 2; }

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

Evictor::Evictor(Store& store, ThreadState& thread)
    : store_(store), thread_(thread), policy_(thread.settings().policy) {
  thread_.pool_.serve(policy_);
}

uint64_t Evictor::score(const Entry& entry) const {
  switch (policy_) {
    case EvictionPolicy::allkeys_lru:
    case EvictionPolicy::volatile_lru: {
      const uint32_t now = store_.recency().tick();
      return kTickHorizon + entry.age(now) - now;
    }
    case EvictionPolicy::allkeys_lfu:
    case EvictionPolicy::volatile_lfu:
      return 255u - lfu::count(entry.recency(), thread_.now_ms(), thread_.settings().lfu_decay_minutes);
    case EvictionPolicy::volatile_ttl: return ~static_cast<uint64_t>(entry.deadline());
    case EvictionPolicy::allkeys_lhd:
      // Floats of one sign are ordered as their bits are.
      return ~std::bit_cast<uint32_t>(
          store_.hit_density().of(entry.eviction_class(), entry.age(store_.recency().tick())));
    default: return thread_.random()();
  }
}

/// Whether a key deserves its place more than it did when it became a candidate.
bool Evictor::has_improved(const Entry& entry, const EvictionPool::Candidate& candidate) const {
  switch (policy_) {
    case EvictionPolicy::allkeys_random:
    case EvictionPolicy::volatile_random: return false;
    case EvictionPolicy::allkeys_lhd: {
      // Densities change a little with every update.
      constexpr float kMuch = 1.5F;
      const auto density = [](uint64_t score) { return std::bit_cast<float>(~static_cast<uint32_t>(score)); };
      return density(score(entry)) > kMuch * density(candidate.score);
    }
    default: return score(entry) < candidate.score;
  }
}

void Evictor::offer(size_t shard, uint32_t database, const Table& table, size_t slot) {
  const Entry* entry = table.at(slot);
  thread_.pool_.offer({.score = score(*entry),
                       .entry = entry,
                       .prefix = table.prefix_at(slot),
                       .database = database,
                       .shard = static_cast<uint16_t>(shard)});
}

// -- Sampling --

SampledSlots Evictor::next_sample() {
  const uint64_t random = thread_.random()();
  return {.random = random, .shard = static_cast<uint16_t>(random & (store_.shards() - 1))};
}

size_t Evictor::start_of(const Table& table, const SampledSlots& sampled) {
  return static_cast<size_t>((sampled.random >> 32) * table.slots() >> 32);
}

/// Visits the slots sampled in a table: neighbours, because they share cache lines, and where a key stands says nothing
/// about it. Returns how many there were.
template <class Visitor>
size_t Evictor::for_each_sampled(const Table& table, const SampledSlots& sampled, Visitor&& visit) const {
  const bool only_volatile = is_volatile(policy_);
  if ((only_volatile ? table.deadlines() : table.size()) == 0) return 0;
  const size_t slots = table.slots();
  const size_t wanted = samples_for(thread_.settings().samples);
  size_t slot = start_of(table, sampled);
  size_t count = 0;
  for (size_t i = 0; i < slots && count < wanted; ++i, slot = slot + 1 == slots ? 0 : slot + 1) {
    if (only_volatile ? !table.has_deadline(slot) : table.at(slot) == nullptr) continue;
    visit(slot);
    ++count;
  }
  return count;
}

/// Gives hints about the memory of a shard's tables.
template <class Hint>
void Evictor::prefetch_in(size_t index, Hint&& hint) {
  store_.if_idle(index, [&](Shard& shard) {
    shard.for_each_table([&](uint32_t database, const Table& table) {
      if (table.slots() > 0) hint(table, database);
    });
  });
}

void Evictor::prefetch_words(const SampledSlots& sampled) {
  prefetch_in(sampled.shard, [&](const Table& table, uint32_t) { table.prefetch_words(start_of(table, sampled)); });
}

void Evictor::prefetch_entries(const SampledSlots& sampled) {
  prefetch_in(sampled.shard, [&](const Table& table, uint32_t) {
    for_each_sampled(table, sampled, [&](size_t slot) { base::prefetch(table.at(slot)); });
  });
}

/// For the eviction that comes next, as far as one can tell now.
void Evictor::prefetch_candidate(const EvictionPool::Candidate& candidate) {
  base::prefetch(candidate.entry);
  Arena::prefetch_for_free(candidate.entry);
  prefetch_in(candidate.shard, [&](const Table& table, uint32_t database) {
    if (database == candidate.database) table.prefetch_slot(candidate.prefix);
  });
}

bool Evictor::sample(const SampledSlots& sampled) {
  Shard& shard = store_.shard(sampled.shard);
  const std::lock_guard guard(shard.lock);
  size_t found = 0;
  shard.for_each_table([&](uint32_t database, const Table& table) {
    found += for_each_sampled(table, sampled, [&](size_t slot) { offer(sampled.shard, database, table, slot); });
  });
  return found > 0;
}

void Evictor::sample_everything() {
  for (size_t index = 0; index < store_.shards(); ++index) {
    Shard& shard = store_.shard(index);
    const std::lock_guard guard(shard.lock);
    shard.for_each_table([&](uint32_t database, const Table& table) {
      for (Table::Slot slot = 0; slot < table.slots(); ++slot) {
        if (table.at(slot) == nullptr || (is_volatile(policy_) && !table.has_deadline(slot))) continue;
        offer(index, database, table, slot);
      }
    });
  }
}

bool Evictor::fill_pool() {
  // The exact minimum of numbers that are learned, and so uncertain, is a worse choice than the least of a few.
  if (store_.recency().few_keys() && policy_ != EvictionPolicy::allkeys_lhd) {
    // Under LRU a key only grows younger: who is left of the oldest is older than all others still.
    if (is_lru(policy_) && thread_.pool_.complete() && !thread_.pool_.empty()) return true;
    const size_t keys = store_.total_size();
    if (keys < Recency::kExactBelow) {
      thread_.pool_.clear();
      sample_everything();
      thread_.pool_.set_complete();
      return !thread_.pool_.empty();
    }
    store_.recency().set_keys(keys);
  }
  if (thread_.pool_.complete()) thread_.pool_.clear();  // of a time when there were few keys
  auto& ahead = thread_.sampling_ahead_;
  const SampledSlots now = ahead[0];
  ahead = {ahead[1], next_sample()};
  prefetch_words(ahead[1]);
  prefetch_entries(ahead[0]);
  if (sample(now)) return true;
  // Few shards hold what the policy may take.
  for (size_t i = 1; i < store_.shards(); ++i) {
    const auto shard = static_cast<uint16_t>((now.shard + i) & (store_.shards() - 1));
    if (sample({.random = now.random, .shard = shard})) return true;
  }
  return false;
}

/// Evicts a candidate if it is still there and still as good as the next one.
bool Evictor::evict(const EvictionPool::Candidate& candidate) {
  Shard& shard = store_.shard(candidate.shard);
  const std::lock_guard guard(shard.lock);
  Table* table = shard.table(candidate.database);
  const Table::Slot slot = table == nullptr ? Table::kNone : table->find(candidate.prefix, candidate.entry);
  if (slot == Table::kNone) return false;
  if (is_volatile(policy_) && !table->has_deadline(slot)) return false;
  Entry* entry = table->at(slot);
  if (has_improved(*entry, candidate)) return false;
  if (policy_ == EvictionPolicy::allkeys_lhd) thread_.note_end(*entry, store_.recency().tick(), false);
  shard.unlink(thread_, candidate.database, *table, slot, Reason::evicted);
  store_.release(thread_, shard, entry, thread_.settings().frees_lazily(kLazyEviction));
  thread_.hand_over();
  return true;
}

bool Evictor::evict_one() {
  // A candidate may have been read or deleted meanwhile; each round takes the pool's best, so the loop ends.
  constexpr int kTries = 1024;
  for (int i = 0; i < kTries; ++i) {
    if (!fill_pool()) return false;
    const bool evicted = evict(thread_.pool_.take_best());
    if (!thread_.pool_.empty()) prefetch_candidate(thread_.pool_.best());
    if (evicted) return true;
  }
  return false;
}

}  // namespace larder::store
