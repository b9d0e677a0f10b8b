// Integers in ascending order in one block, each in the 2, 4 or 8 bytes that the widest of them needs: the smallest
// form of a set, reported as "intset".
//
// Block, as Redis lays it out (intset.c), numbers little-endian: width in bytes (u32), count (u32), then count integers
// of that width. An empty set has no block. The width grows with the first integer that needs it and never shrinks
// while the set lives.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "store/values/block.h"

namespace larder::store {

class Intset {
 public:
  Intset() = default;
  Intset(Intset&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Intset& operator=(Intset&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Intset() { std::free(block_); }

  Intset copy() const;
  /// What bytes() gave, of this program or of Redis; nothing when they are no intset. Any bytes may be given. Throws
  /// std::bad_alloc.
  static std::optional<Intset> from_bytes(std::string_view bytes);
  /// The block; of an empty set, that of Redis. Valid until the set changes.
  std::string_view bytes() const;

  size_t size() const { return block_ == nullptr ? 0 : header().count; }
  /// Bytes of the block, as accounting counts them.
  size_t memory() const { return heap_bytes(block_bytes()); }

  /// Whether the set changed. O(size) moved bytes unless `value` is the largest. Throws std::bad_alloc, unchanged.
  bool add(int64_t value);
  bool remove(int64_t value);
  bool contains(int64_t value) const;

  /// The integer at `index` < size() in ascending order.
  int64_t at(size_t index) const { return load(index, header().width); }

  /// Removes `count` <= size() integers, each choice equally likely, and hands each to `visit` (ascending). O(size).
  template <class Visit>
  void extract(size_t count, base::Random& random, Visit&& visit);

 private:
  struct Header {
    uint32_t width;
    uint32_t count;
  };

  Header header() const {
    Header header;
    std::memcpy(&header, block_, sizeof header);
    return header;
  }
  void set_header(Header header) { std::memcpy(block_, &header, sizeof header); }
  size_t block_bytes() const { return block_ == nullptr ? 0 : bytes_for(header().count, header().width); }
  static size_t bytes_for(size_t count, size_t width) { return count == 0 ? 0 : sizeof(Header) + count * width; }

  int64_t load(size_t index, uint32_t width) const;
  void store(size_t index, uint32_t width, int64_t value);
  /// The first index whose integer is not below `value`.
  size_t lower_bound(int64_t value) const;
  void widen(uint32_t width);
  void truncate(uint32_t count);

  char* block_ = nullptr;
};

template <class Visit>
void Intset::extract(size_t count, base::Random& random, Visit&& visit) {
  if (count == 0) return;
  const auto [width, size] = header();
  uint32_t kept = 0;
  for (uint32_t i = 0; i < size; ++i) {
    const int64_t value = load(i, width);
    if (random.below(size - i) < count) {  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S)
      --count;
      visit(value);
    } else {
      store(kept++, width, value);
    }
  }
  truncate(kept);
}

}  // namespace larder::store
