// Memory for entries. Small entries come from slabs: 16 KiB blocks that hold entries of one size class, in steps of 8
// bytes, so an entry of 56 bytes takes 56 where general allocators of the distributions round it to 64. A few shards
// share an Arena: one for each shard would leave a half-used page for every pair of shard and class. Blocks come from a
// pool that all arenas of a store share, and return to it when their last entry is freed. The pool knows which of its
// unused blocks still have their pages, so that giving pages back to the system costs what was freed since the last
// time, not what was ever stored.
//
// Invariant: a block is in its class's list of usable blocks if and only if it has a free slot.
#pragma once

#include <array>
#include <atomic>
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
  static constexpr size_t kMapping = 1024 * 1024;
  static constexpr size_t kSmallMapping = 64 * 1024;  // of small stores

  /// `mapping_bytes`: how much is asked of the system at a time, a multiple of kBlockBytes.
  explicit BlockPool(size_t mapping_bytes = kMapping) : mapping_bytes_(mapping_bytes) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// A block of undefined content. Throws std::bad_alloc when the system has no memory.
  void* take();
  void give_back(void* block);

  /// Gives the pages of unused blocks back to the system, except those of `keep` bytes; returns how many bytes. Others
  /// may take and give back blocks meanwhile: the system calls are made without the pool's lock.
  size_t release_unused(size_t keep = 0);

  /// Bytes of whole blocks.
  struct Figures {
    size_t mapped = 0;           // used or not
    size_t active = 0;           // in the hands of arenas
    size_t unused_resident = 0;  // returned, with pages that have not been given back to the system
  };
  Figures figures() const;
  /// As in figures(), for a first look: without the pool's lock.
  size_t unused_resident_bytes() const { return resident_count_.load(std::memory_order_relaxed) * kBlockBytes; }

 private:
  void map_more();
  size_t drop_some(size_t keep_blocks);

  const size_t mapping_bytes_;
  mutable std::mutex mutex_;
  std::vector<void*> mappings_;
  // Unused blocks that have been used before. Both have room for all blocks there are: giving back does not allocate.
  std::vector<void*> resident_;  // their pages are still there; the last one was used most recently
  std::vector<void*> dropped_;   // their pages have been given back to the system
  std::atomic<size_t> resident_count_{0};
  size_t blocks_ = 0;      // ever cut
  char* fresh_ = nullptr;  // never touched: their pages cost nothing yet
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
