// Locking of several shards; see shard_locks.h.
#include "store/core/shard_locks.h"

#include <algorithm>

#include "base/check.h"

namespace larder::store {

void ShardLocks::lock_many(std::vector<uint16_t>& indexes) {
  std::sort(indexes.begin(), indexes.end());
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  many_.assign(indexes.begin(), indexes.end());
  for (const uint16_t index : many_) store_.shard(index).lock.lock();
}

void ShardLocks::lock_all() {
  for (size_t i = 0; i < store_.shards(); ++i) store_.shard(i).lock.lock();
  all_ = true;
}

void ShardLocks::unlock() {
  release_shards();
  if (!deferred_.empty()) [[unlikely]]
    run_deferred();
}

void ShardLocks::run_deferred() {
  for (const auto& work : std::exchange(deferred_, {})) work();
}

void ShardLocks::release_shards() {
  for (const uint16_t index : tried_) store_.shard(index).lock.unlock();
  tried_.clear();
  if (single_ >= 0) {
    if (store_.single_threaded()) {
      HeldShards::add(-1);
    } else {
      store_.shard(static_cast<size_t>(single_)).lock.unlock();
    }
    single_ = -1;
    return;
  }
  for (; walked_from_ < walked_to_; ++walked_from_) store_.shard(walked_from_).lock.unlock();
  for (const uint16_t index : many_) store_.shard(index).lock.unlock();
  many_.clear();
  if (all_) {
    for (size_t i = 0; i < store_.shards(); ++i) store_.shard(i).lock.unlock();
    all_ = false;
  }
}

void ShardLocks::walk_to(size_t index) const {
  if (holds(index)) return;
  const bool first = walked_from_ == walked_to_;
  base::check(single_ < 0 && many_.empty() && (first || index == walked_to_),
              "a command walks through the shards while it holds others, or not in their order");
  store_.shard(index).lock.lock();
  if (first) walked_from_ = static_cast<uint16_t>(index);
  walked_to_ = static_cast<uint16_t>(index + 1);
}

bool ShardLocks::try_to(size_t index) const {
  if (holds(index)) return true;
  tried_.reserve(tried_.size() + 1);
  if (!store_.shard(index).lock.try_lock()) return false;
  tried_.push_back(static_cast<uint16_t>(index));
  return true;
}

bool ShardLocks::holds(size_t index) const {
  return all_ || static_cast<int32_t>(index) == single_ || (index >= walked_from_ && index < walked_to_) ||
         std::binary_search(many_.begin(), many_.end(), static_cast<uint16_t>(index)) ||
         std::find(tried_.begin(), tried_.end(), static_cast<uint16_t>(index)) != tried_.end();
}

}  // namespace larder::store
