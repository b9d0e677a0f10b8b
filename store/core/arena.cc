// Slabs for entries; see arena.h. Under AddressSanitizer free slots are poisoned, so a stale entry is caught as a
// stale heap block would be.
#include "store/core/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <new>

#include "base/sanitizer.h"
#include "store/values/block.h"

namespace larder::store {

BlockPool::~BlockPool() {
  for (void* mapping : mappings_) {
    LARDER_UNPOISON(mapping, mapping_bytes_);
    ::munmap(mapping, mapping_bytes_);
  }
}

void BlockPool::map_more() {
  const size_t most_blocks = (mappings_.size() + 1) * (mapping_bytes_ / kBlockBytes);
  if (resident_.capacity() < most_blocks) {
    resident_.reserve(2 * most_blocks);
    dropped_.reserve(2 * most_blocks);
  }
  if (mappings_.capacity() == mappings_.size()) mappings_.reserve(2 * mappings_.size() + 1);
  // Mapped larger than needed, then trimmed, because mmap aligns to pages only.
  char* raw = static_cast<char*>(
      ::mmap(nullptr, mapping_bytes_ + kBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (raw == MAP_FAILED) throw std::bad_alloc();
  const auto address = reinterpret_cast<uintptr_t>(raw);
  const size_t before = (kBlockBytes - address % kBlockBytes) % kBlockBytes;
  if (before > 0) ::munmap(raw, before);
  ::munmap(raw + before + mapping_bytes_, kBlockBytes - before);
  mappings_.push_back(raw + before);
  fresh_ = raw + before;
  fresh_end_ = fresh_ + mapping_bytes_;
}

void* BlockPool::take() {
  const std::lock_guard guard(mutex_);
  if (!resident_.empty()) {
    void* block = resident_.back();
    resident_.pop_back();
    resident_count_.store(resident_.size(), std::memory_order_relaxed);
    return block;
  }
  if (!dropped_.empty()) {
    void* block = dropped_.back();
    dropped_.pop_back();
    return block;
  }
  if (fresh_ == fresh_end_) map_more();
  void* block = fresh_;
  fresh_ += kBlockBytes;
  ++blocks_;
  return block;
}

void BlockPool::give_back(void* block) {
  const std::lock_guard guard(mutex_);
  resident_.push_back(block);
  resident_count_.store(resident_.size(), std::memory_order_relaxed);
}

size_t BlockPool::release_unused(size_t keep) {
  size_t released = 0;
  while (const size_t dropped = drop_some(keep / kBlockBytes)) released += dropped * kBlockBytes;
  return released;
}

/// Drops the pages of some blocks, those unused for longest first; returns how many blocks. They belong to nobody while
/// the system is asked.
size_t BlockPool::drop_some(size_t keep_blocks) {
  std::array<void*, 512> some;
  size_t count = 0;
  {
    const std::lock_guard guard(mutex_);
    if (resident_.size() <= keep_blocks) return 0;
    count = std::min(some.size(), resident_.size() - keep_blocks);
    const auto end = resident_.begin() + static_cast<ptrdiff_t>(count);
    std::copy(resident_.begin(), end, some.begin());
    resident_.erase(resident_.begin(), end);
    resident_count_.store(resident_.size(), std::memory_order_relaxed);
  }
  // Blocks side by side go with one call.
  std::sort(some.begin(), some.begin() + count, std::less<>());
  for (size_t first = 0, next = 0; first < count; first = next) {
    for (next = first + 1; next < count; ++next) {
      if (static_cast<char*>(some[next - 1]) + kBlockBytes != some[next]) break;
    }
    ::madvise(some[first], (next - first) * kBlockBytes, MADV_DONTNEED);
  }
  const std::lock_guard guard(mutex_);
  dropped_.insert(dropped_.end(), some.begin(), some.begin() + count);
  return count;
}

BlockPool::Figures BlockPool::figures() const {
  const std::lock_guard guard(mutex_);
  return {.mapped = mappings_.size() * mapping_bytes_,
          .active = (blocks_ - resident_.size() - dropped_.size()) * kBlockBytes,
          .unused_resident = resident_.size() * kBlockBytes};
}

/// The head of a block; the slots follow. Slots past `untouched` have never been handed out, so a new block costs no
/// pages for a free list.
struct Arena::Block {
  Block* previous;
  Block* next;
  void* free_list;  // freed slots, each holding the address of the next
  uint32_t used;    // slots handed out
  uint16_t slot_bytes;
  uint16_t untouched;  // offset of the first slot never handed out

  static Block* of(void* slot) {
    return reinterpret_cast<Block*>(reinterpret_cast<uintptr_t>(slot) & ~(BlockPool::kBlockBytes - 1));
  }
  bool has_untouched() const { return size_t{untouched} + slot_bytes <= BlockPool::kBlockBytes; }
  bool full() const { return free_list == nullptr && !has_untouched(); }

  void* take_slot() {
    ++used;
    if (free_list != nullptr) {
      void* slot = free_list;
      LARDER_UNPOISON(slot, slot_bytes);
      free_list = *static_cast<void**>(slot);
      return slot;
    }
    void* slot = reinterpret_cast<char*>(this) + untouched;
    LARDER_UNPOISON(slot, slot_bytes);
    untouched = static_cast<uint16_t>(untouched + slot_bytes);
    return slot;
  }

  void give_slot(void* slot) {
    --used;
    *static_cast<void**>(slot) = free_list;
    free_list = slot;
    LARDER_POISON(slot, slot_bytes);
  }
};

static_assert(BlockPool::kBlockBytes <= UINT16_MAX);

Arena::Block* Arena::new_block(size_t slot_bytes) {
  void* memory = pool_->take();
  LARDER_UNPOISON(memory, BlockPool::kBlockBytes);
  auto* block = new (memory) Block{.previous = nullptr,
                                   .next = nullptr,
                                   .free_list = nullptr,
                                   .used = 0,
                                   .slot_bytes = static_cast<uint16_t>(slot_bytes),
                                   .untouched = sizeof(Block)};
  LARDER_POISON(block + 1, BlockPool::kBlockBytes - sizeof(Block));
  return block;
}

void* Arena::allocate(size_t size) {
  if (size > kLargestSlot) {
    void* memory = std::malloc(block_capacity(size));  // all that the class may use
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  const size_t index = class_of(size);
  const std::lock_guard guard(lock_);
  Block* block = usable_[index];
  if (block == nullptr) usable_[index] = block = new_block(charged(size));
  void* slot = block->take_slot();
  if (block->full()) {
    usable_[index] = block->next;
    if (block->next != nullptr) block->next->previous = nullptr;
    block->next = nullptr;
  }
  return slot;
}

void Arena::free(void* memory, size_t size) {
  if (size > kLargestSlot) return std::free(memory);
  const size_t index = class_of(size);
  const std::lock_guard guard(lock_);
  Block* block = Block::of(memory);
  const bool was_full = block->full();
  block->give_slot(memory);
  if (was_full) {
    block->previous = nullptr;
    block->next = usable_[index];
    if (block->next != nullptr) block->next->previous = block;
    usable_[index] = block;
  }
  if (block->used == 0 && (block->previous != nullptr || block->next != nullptr)) retire(block, index);
}

void Arena::trim() {
  const std::lock_guard guard(lock_);
  for (size_t index = 0; index < kClasses; ++index) {
    Block* block = usable_[index];
    while (block != nullptr) {
      Block* next = block->next;
      if (block->used == 0) retire(block, index);
      block = next;
    }
  }
}

void Arena::retire(Block* block, size_t index) {
  if (block->previous != nullptr) {
    block->previous->next = block->next;
  } else {
    usable_[index] = block->next;
  }
  if (block->next != nullptr) block->next->previous = block->previous;
  pool_->give_back(block);
}

}  // namespace larder::store
