// See recency.h.
#include "store/core/recency.h"

#include <algorithm>

namespace larder::store {

void Recency::set_use(bool ranked, bool exact_when_small) {
  ranked_.store(ranked, std::memory_order_relaxed);
  exact_when_small_.store(exact_when_small, std::memory_order_relaxed);
  update();
}

void Recency::set_keys(size_t keys) {
  keys_.store(keys, std::memory_order_relaxed);
  update();
}

void Recency::update() {
  const size_t keys = this->keys();
  const bool exact = few_keys() && ranked() && exact_when_small_.load(std::memory_order_relaxed);
  // From now on the key that was accessed last is the only one with its tick.
  if (exact && !exact_.exchange(exact, std::memory_order_relaxed)) next_tick();
  if (!exact) exact_.store(false, std::memory_order_relaxed);
  const size_t per_tick = std::max<size_t>(1, keys / kTicksPerTurnover);
  insertions_per_tick_.store(static_cast<uint32_t>(std::min<size_t>(per_tick, UINT32_MAX)), std::memory_order_relaxed);
}

bool Recency::advance(int64_t now_ms, int64_t steady_ms) {
  int64_t noted = noted_ms_.load(std::memory_order_relaxed);
  if (!is_due(now_ms, steady_ms)) return false;
  if (!noted_ms_.compare_exchange_strong(noted, now_ms, std::memory_order_relaxed)) return false;
  noted_steady_ms_.store(steady_ms, std::memory_order_relaxed);
  const uint32_t tick = next_tick();

  const std::lock_guard guard(moments_mutex_);
  if (!moments_.empty()) {
    const int64_t passed = now_ms - moments_.back().ms;
    if (passed >= 0 && passed < 1000) return true;
  }
  moments_.push_back({tick, now_ms});
  if (moments_.size() > kMostMoments) {
    // Every second one of the older half is dropped: what is long past need not be known to the second.
    const size_t half = moments_.size() / 2;
    size_t kept = 0;
    for (size_t i = 0; i < moments_.size(); ++i) {
      if (i >= half || i % 2 == 0) moments_[kept++] = moments_[i];
    }
    moments_.resize(kept);
  }
  return true;
}

std::optional<size_t> Recency::shard_to_age() {
  uint32_t aged = aged_at_.load(std::memory_order_relaxed);
  if (tick() - aged < age_step_) return std::nullopt;
  if (!aged_at_.compare_exchange_strong(aged, aged + age_step_, std::memory_order_relaxed)) return std::nullopt;
  return aged / age_step_ % shards_;
}

int64_t Recency::idle_ms(uint32_t recency, int64_t now_ms) const {
  const uint32_t now = tick();
  const uint32_t then = now - ((now - recency) & Entry::kRecencyMask);
  const std::lock_guard guard(moments_mutex_);
  // The last moment before the access.
  auto after = std::upper_bound(moments_.begin(), moments_.end(), then, [now](uint32_t access, const Moment& moment) {
    return now - access > now - moment.tick;
  });
  if (moments_.empty()) return 0;
  if (after != moments_.begin()) --after;
  return std::max<int64_t>(0, now_ms - after->ms);
}

}  // namespace larder::store
