// Memory for entries. Small entries come from slabs: 16 KiB blocks that hold entries of one size class, in steps of 8
// bytes, so an entry of 56 bytes takes 56 where general allocators of the distributions round it to 64. A few shards
// share an Arena: one for each shard would leave a half-used page for every pair of shard and class. Blocks come from a
// pool that all arenas of a store share, and return to it when their last entry is freed.
//
// Invariant: a block is in its class's list of usable blocks if and only if it has a free slot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/prefetch.h"
#include "store/core/shard_lock.h"
#include "store/values/memory.h"

namespace larder::store {

/// Hands out aligned blocks of kBlockBytes, cut from large mappings. Thread-safe.
class BlockPool {
 public:
  static constexpr size_t kBlockBytes = 16 * 1024;

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// A block of undefined content. Throws std::bad_alloc when the system has no memory.
  void* take();
  void give_back(void* block);

  /// Gives the pages of unused blocks back to the system; returns how many bytes.
  size_t release_unused();
  /// Bytes mapped, used or not.
  size_t mapped_bytes() const;

 private:
  static constexpr size_t kMappingBytes = 1024 * 1024;

  void map_more();

  mutable std::mutex mutex_;
  std::vector<void*> mappings_;
  std::vector<void*> unused_;  // blocks that have been used before
  char* fresh_ = nullptr;      // never touched: their pages cost nothing yet
  char* fresh_end_ = nullptr;
};

/// Allocates and frees entries. Thread-safe: its lock is taken last, inside a shard's.
class Arena {
 public:
  /// Entries above this size come from the general allocator.
  static constexpr size_t kLargestSlot = 512;

  explicit Arena(BlockPool& pool) : pool_(&pool) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Bytes that an allocation of `size` bytes is counted with: steps of 8 up to 256, of 16 up to 512.
  static constexpr size_t charged(size_t size) {
    if (size <= kFineSlots) return (size + 7) & ~size_t{7};
    return size <= kLargestSlot ? (size + 15) & ~size_t{15} : heap_bytes(size);
  }

  /// 8-byte aligned memory of at least `size` bytes, 1 or more.
  void* allocate(size_t size);
  /// `size` must be what was asked for, or any size of the same class.
  void free(void* memory, size_t size);
  /// A hint that an entry will be freed soon. It need not be one of an arena.
  static void prefetch_for_free(const void* memory) {
    base::prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(memory) & ~(BlockPool::kBlockBytes - 1)));
  }
  /// Returns blocks without entries to the pool. One for each class is otherwise kept, so that a key written and
  /// deleted in turn does not fetch and return a block each time.
  void trim();

 private:
  struct Block;
  static constexpr size_t kFineSlots = 256;
  static constexpr size_t kClasses = kFineSlots / 8 + (kLargestSlot - kFineSlots) / 16;

  static constexpr size_t class_of(size_t size) {
    return size <= kFineSlots ? (size + 7) / 8 - 1 : kFineSlots / 8 + (size - kFineSlots + 15) / 16 - 1;
  }

  Block* new_block(size_t slot_bytes);
  void retire(Block* block, size_t index);

  ShardLock lock_;
  BlockPool* pool_;
  std::array<Block*, kClasses> usable_{};  // doubly linked through the blocks
};

}  // namespace larder::store
