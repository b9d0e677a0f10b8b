// Elements in order, in listpacks (chunks) of a limited size: what lists are made of. Both ends are reached at once, a
// place in the middle by counting over blocks, chunks and the elements of one chunk; whatever is inserted or removed
// moves the bytes of one chunk.
//
//   only_              the only chunk of a small list, and then all that there is
//   large_->blocks     else: up to kMostChunks chunks each, none of them empty, with the number of their elements
// A block that is full splits in two. Chunks are filled up to the limit that comes with each change; they are not
// merged when elements are removed, as Redis does not merge them.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "store/values/listpack.h"
#include "store/values/memory.h"

namespace larder::store {

/// How much a chunk may hold, by Redis' list-max-listpack-size.
struct ChunkLimit {
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  size_t bytes = 8192;
  size_t elements = kNone;

  /// fill  from 0 on a number of elements; -1 to -5 stand for 4, 8, 16, 32 and 64 KiB, below that -5 is meant
  static ChunkLimit of(int64_t fill);
  bool allows(size_t with_bytes, size_t with_elements) const {
    return with_bytes <= bytes && with_elements <= elements;
  }
  /// Whether a list of a chunk of this size alone becomes a listpack again (listTypeTryConvertQuicklist of Redis): at
  /// half of the limit, the bytes of a limit on elements left out.
  bool is_half(size_t of_bytes, size_t of_elements) const {
    return elements == kNone ? of_bytes <= bytes / 2 : of_elements <= elements / 2;
  }
};

class ChunkList {
 public:
  /// Where an element stands, until the list changes. `at` is Listpack::kNone behind the last one and before the first.
  struct Position {
    uint32_t block = 0;
    uint32_t chunk = 0;
    Listpack::Position at = Listpack::kNone;
    explicit operator bool() const { return at != Listpack::kNone; }
    bool operator==(const Position&) const = default;
  };

  /// Throws std::bad_alloc.
  ChunkList copy() const;

  size_t size() const { return large_ == nullptr ? only_.size() : large_->elements; }
  bool empty() const { return large_ == nullptr && only_.empty(); }
  /// Bytes of all that the list holds, as accounting counts them; without this object.
  size_t memory() const { return large_ == nullptr ? only_.memory() : large_->chunk_bytes + large_->frame_bytes; }
  /// Allocations that destroying it releases.
  size_t allocations() const;
  /// The chunk of a list that has no other, an empty one included; null when there are several.
  const Listpack* only_chunk() const;

  Position first() const { return empty() ? Position{} : Position{.at = chunk({}).first()}; }
  Position last() const;
  Position next(Position position) const;
  Position previous(Position position) const;
  /// The element at `index`, counted from 0, or from the end if negative; none outside.
  Position at(int64_t index) const;
  Member get(Position position) const { return chunk(position).get(position.at); }
  /// The first element like this from a position on.
  Position find(const Member& element, Position from) const;

  // -- Changes. std::bad_alloc leaves the elements unchanged. An element must not lie in this list, and Listpack's
  // kMaxBytes must not be exceeded, which a ChunkLimit sees to --

  void push_front(const Member& element, const ChunkLimit& limit);
  void push_back(const Member& element, const ChunkLimit& limit);
  /// Puts an element before or behind the one at a position; returns where it stands.
  Position insert(Position position, bool behind, const Member& element, const ChunkLimit& limit);
  void replace(Position position, const Member& element, const ChunkLimit& limit);
  /// Removes up to `count` elements from a position on; returns where the one behind them stands now.
  Position erase(Position position, size_t count = 1) noexcept;

 private:
  static constexpr size_t kMostChunks = 256;  // of a block
  struct Block {
    std::vector<Listpack> chunks;
    size_t elements = 0;
  };
  struct Large {
    std::vector<Block> blocks;
    size_t elements = 0;
    size_t chunk_bytes = 0;
    size_t frame_bytes = 0;  // of this object, the blocks and their vectors
  };

  const Listpack& chunk(Position position) const {
    return large_ == nullptr ? only_ : large_->blocks[position.block].chunks[position.chunk];
  }
  Listpack& chunk(Position position) { return const_cast<Listpack&>(std::as_const(*this).chunk(position)); }
  size_t chunks_in(uint32_t block) const { return large_ == nullptr ? 1 : large_->blocks[block].chunks.size(); }
  size_t block_count() const { return large_ == nullptr ? 1 : large_->blocks.size(); }
  bool to_next_chunk(Position& position) const;
  bool to_previous_chunk(Position& position) const;

  template <class Change>
  void change_chunk(Position position, Change&& change);
  void count(Position position, ptrdiff_t elements);
  void make_large();
  Position make_room(Position before);
  Position place_chunk(Position where, Listpack&& chunk) noexcept;
  Position add_chunk(Position before, const Member& element);
  Position insert_in_chunk(Position position, const Member& element);
  void split_block(uint32_t block);
  Position split_chunk(Position position, Listpack::Position before);
  Position drop_chunk(Position position) noexcept;
  static size_t frame_of(const Block& block) { return heap_bytes(block.chunks.capacity() * sizeof(Listpack)); }
  static size_t frame_of(const Large& large) {
    return heap_bytes(sizeof(Large)) + heap_bytes(large.blocks.capacity() * sizeof(Block));
  }

  Listpack only_;
  std::unique_ptr<Large> large_;
};

}  // namespace larder::store
