// Blocks of bytes for the compact forms of values: allocated at exactly the sizes that the allocator rounds to anyway
// (memory.h), so no capacity has to be remembered and none is wasted.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

#include "store/values/memory.h"

namespace larder::store {

/// What a block asked for with `size` bytes can hold: all that its heap_bytes() leave for use. 0 for 0.
constexpr size_t block_capacity(size_t size) { return size == 0 ? 0 : heap_bytes(size) - 8; }

/// Makes a block of `old_size` bytes (null if 0) one of `new_size` bytes, keeping what fits; null when that is 0. Does
/// nothing when both round to the same. Throws std::bad_alloc, the block unchanged; making it smaller never throws.
inline char* resize_block(char* block, size_t old_size, size_t new_size) {
  const size_t capacity = block_capacity(new_size);
  if (capacity == block_capacity(old_size)) return block;
  if (capacity == 0) {
    std::free(block);
    return nullptr;
  }
  void* resized = std::realloc(block, capacity);
  if (resized == nullptr) {
    if (capacity < block_capacity(old_size)) return block;  // larger than it need be
    throw std::bad_alloc();
  }
  return static_cast<char*>(resized);
}

}  // namespace larder::store
