// The shards that a command has locked. Locks are taken in ascending order, so commands on several keys never wait for
// each other in a circle, and held to the end of the command or transaction: two-phase locking, hence strictly
// serializable.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "store/core/store.h"

namespace larder::store {

class ShardLocks {
 public:
  explicit ShardLocks(Store& store) : store_(store) {}
  ShardLocks(const ShardLocks&) = delete;
  ShardLocks& operator=(const ShardLocks&) = delete;
  ~ShardLocks() { unlock(); }

  /// Locks the shard of one key: the common case, without any bookkeeping but the index.
  void lock_one(uint64_t hash) {
    single_ = static_cast<int32_t>(store_.shard_index(hash));
    if (!store_.single_threaded()) return store_.shard(static_cast<size_t>(single_)).lock.lock();
    HeldShards::add(1);
  }
  /// Locks the shards of several keys. `indexes` is sorted here.
  void lock_many(std::vector<uint16_t>& indexes);
  void lock_all();
  /// Releases the shards, then runs what was deferred.
  void unlock();

  /// Has `work` run as soon as the shards are released, on this thread: freeing what was taken out of them, which
  /// nobody should have to wait for. Throws std::bad_alloc, nothing done.
  void defer(std::function<void()> work) const { deferred_.push_back(std::move(work)); }

  /// Locks one more shard, unless it is held, for a command that comes across it while it walks through the shards
  /// from a first one on, ascending. It is held like the others, so that the command sees one instant of all that it
  /// has come across.
  void walk_to(size_t index) const;

  /// Locks one more shard if nobody holds it, in whatever order: who does not wait can't wait in a circle. Throws
  /// std::bad_alloc, nothing locked.
  bool try_to(size_t index) const;

  bool holds(size_t index) const;
  bool holds_all() const { return all_; }

 private:
  void release_shards();
  void run_deferred();

  Store& store_;
  int32_t single_ = -1;
  bool all_ = false;
  std::vector<uint16_t> many_;
  // Mutable: commands see a ShardLocks that they cannot change.
  mutable uint16_t walked_from_ = 0, walked_to_ = 0;  // by walk_to()
  mutable std::vector<uint16_t> tried_;               // by try_to()
  mutable std::vector<std::function<void()>> deferred_;
};

}  // namespace larder::store
