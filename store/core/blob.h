// A large string outside its entry, counted by reference: a reply may hold it after the shard's lock is released, so a
// value of megabytes is sent without being copied. Bytes are changed only by the sole holder.
//
// The count is atomic; the bytes are constant while more than one holder exists.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

#include "store/values/memory.h"

namespace larder::store {

class Blob {
 public:
  /// A blob with room for `capacity` bytes, size 0, held once. Throws std::bad_alloc.
  static Blob* create(size_t capacity) {
    void* memory = std::malloc(sizeof(Blob) + capacity);
    if (memory == nullptr) throw std::bad_alloc();
    return new (memory) Blob(capacity);
  }

  /// The same bytes with room for `capacity` of them, at least size(): moved in place where the allocator can. The old
  /// pointer is no longer valid. Only for the sole holder. Throws std::bad_alloc, the blob unchanged.
  static Blob* with_capacity(Blob* blob, size_t capacity) {
    const size_t size = blob->size_;
    void* memory = std::realloc(static_cast<void*>(blob), sizeof(Blob) + capacity);
    if (memory == nullptr) throw std::bad_alloc();
    Blob* moved = new (memory) Blob(capacity);
    moved->size_ = size;
    return moved;
  }

  /// Capacity for a string that has grown to `size` bytes: what grows once usually grows again. As much again up to a
  /// megabyte, as in Redis (sds.c, SDS_MAX_PREALLOC), and for long strings an eighth, so that a string that is appended
  /// to again and again is copied a constant number of times even where the allocator can't extend it in place.
  static constexpr size_t grown_capacity(size_t size) {
    constexpr size_t kMegabyte = 1024 * 1024;
    return size + std::max(std::min(size, kMegabyte), size / 8);
  }

  void hold() { holders_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) std::free(this);
  }
  bool sole() const { return holders_.load(std::memory_order_acquire) == 1; }

  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view bytes() const { return {data(), size_}; }
  /// Bytes past the old size are undefined until written. `size` <= capacity().
  void resize(size_t size) { size_ = size; }

  size_t memory() const { return heap_bytes(sizeof(Blob) + capacity_); }

 private:
  explicit Blob(size_t capacity) : capacity_(capacity) {}

  std::atomic<uint32_t> holders_{1};
  size_t size_ = 0;
  size_t capacity_;
};

}  // namespace larder::store
