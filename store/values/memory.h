// How many bytes an allocation really takes, as a pure function of the size asked for. Accounting adds and subtracts
// these figures instead of asking the allocator, so that `used_memory` is exact, cheap and repeatable.
#pragma once

#include <cstddef>

namespace larder::store {

/// Bytes that the general allocator takes for a block of `size` bytes: glibc keeps 8 bytes beside the block, rounds to
/// 16 and has a smallest block of 32 (glibc, malloc/malloc.c, request2size). 0 for 0, which stands for no allocation.
constexpr size_t heap_bytes(size_t size) {
  if (size == 0) return 0;
  const size_t block = (size + 8 + 15) & ~size_t{15};
  return block < 32 ? 32 : block;
}

}  // namespace larder::store
