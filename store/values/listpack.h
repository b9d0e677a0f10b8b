// Elements one after another in one block, in Redis' listpack format: the compact form of small collections. Reading on
// from an element is possible in both directions; finding one reads all before it, so the caller bounds their number.
//
// Block (Redis' listpack.md, numbers little-endian): bytes in all (u32), elements (u16; 0xFFFF: too many to count),
// elements, 0xFF. An element is what it is made of, then that length once more, to be read from behind:
//   0xxxxxxx             0..127                        10xxxxxx             text of up to 63 bytes
//   110xxxxx x           -4096..4095                   1110xxxx x           text of up to 4095 bytes
//   F1, F2, F3, F4       integers of 2, 3, 4, 8 bytes  F0, length (u32)     longer text
// An integer and its canonical text are the same element and have one encoding, the shortest, hence equal elements
// have equal bytes. A listpack without elements has no block.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "store/values/block.h"
#include "store/values/member.h"

namespace larder::store {

class Listpack {
 public:
  /// No listpack is larger.
  static constexpr size_t kMaxBytes = size_t{1} << 30;
  /// Where an element stands, until the listpack changes.
  using Position = uint32_t;
  static constexpr Position kNone = 0;

  Listpack() = default;
  Listpack(Listpack&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Listpack& operator=(Listpack&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Listpack() { std::free(block_); }

  Listpack copy() const;
  /// What bytes() gave, of this program or of Redis; nothing when they are no listpack or were not encoded as Redis
  /// does. Any bytes may be given. Throws std::bad_alloc.
  static std::optional<Listpack> from_bytes(std::string_view bytes);
  /// The block; of an empty listpack, that of Redis. Valid until the listpack changes.
  std::string_view bytes() const;

  bool empty() const { return block_ == nullptr; }
  /// Elements. O(1) below 65,535, else O(bytes).
  size_t size() const;
  /// Bytes of the block, as accounting counts them.
  size_t memory() const { return heap_bytes(block_bytes()); }
  /// Whether elements of `bytes` more in all can be added within kMaxBytes, `count` of them.
  bool has_room_for(size_t bytes, size_t count = 1) const {
    return bytes < kMaxBytes && count < kMaxBytes / kMostOverhead &&
           block_bytes() + kFrameBytes + bytes + count * kMostOverhead <= kMaxBytes;
  }

  // -- Positions; kNone stands behind the last element and before the first --

  Position first() const { return block_ == nullptr ? kNone : kHeaderBytes; }
  Position last() const { return block_ == nullptr ? kNone : before(block_bytes() - 1); }
  Position next(Position at) const {
    const auto following = static_cast<Position>(at + element_bytes(at));
    return following + 1 == block_bytes() ? kNone : following;
  }
  Position previous(Position at) const { return at == kHeaderBytes ? kNone : before(at); }
  /// The element at `index`, counted from 0, or from the end if negative (-1 is the last); kNone when there is none.
  /// O(distance to the nearer end); to the end that the sign names where there are too many elements to count.
  Position at(ptrdiff_t index) const;

  /// Its text lies in the listpack.
  Member get(Position at) const;
  /// The first element like this from `from` on, of which only each `stride`-th is compared: 2 finds keys among pairs.
  Position find(const Member& element, Position from, size_t stride = 1) const;
  bool contains(const Member& element) const { return find(element, first()) != kNone; }

  // -- Changes. An element must not lie in this listpack and has_room_for() must hold; std::bad_alloc leaves the
  // listpack unchanged --

  void append(const Member& element) { insert(kNone, element); }
  void prepend(const Member& element) { insert(first(), element); }
  /// Puts an element before the one at a position, or at the end.
  void insert(Position before, const Member& element);
  /// Appends two elements, or none.
  void append_pair(const Member& first, const Member& second);
  void replace(Position at, const Member& element);
  /// Removes up to `count` elements from `at` on; returns where the one behind them stands now.
  Position erase(Position at, size_t count = 1) noexcept;
  /// Moves the elements from a position on, which is not the first, to the listpack that is returned.
  Listpack split(Position at);
  /// Removes the elements for which `take(const Member&)` is true, in one pass; returns how many. `take` sees each
  /// element once and must not throw.
  template <class Take>
  size_t erase_if(Take&& take);

  /// Calls `visit(const Member&)` for each element until it returns false. Returns whether it never did.
  template <class Visit>
  bool visit_while(Visit&& visit) const;

 private:
  /// What stands before the text of an element, or all of an integer; `text` is the rest.
  struct Encoded {
    char head[9];
    uint8_t head_size;
    std::string_view text;
    size_t size() const { return head_size + text.size(); }
  };
  static constexpr Position kHeaderBytes = 6;
  static constexpr size_t kFrameBytes = kHeaderBytes + 1;
  static constexpr size_t kMostOverhead = 10;  // of text: 5 bytes before it and 5 behind
  static constexpr uint16_t kUncounted = 0xFFFF;
  static constexpr uint8_t kEnd = 0xFF;

  static size_t encoded_bytes(const char* element);
  static size_t length_bytes(size_t encoded);
  static Encoded encode(const Member& element);
  static Member decode(const char* element);
  static char* write_length(char* to, size_t encoded);
  static void write(char* to, const Encoded& element);

  uint8_t byte_at(size_t at) const { return static_cast<uint8_t>(block_[at]); }
  size_t block_bytes() const;
  uint16_t counted() const;
  size_t element_bytes(Position at) const;
  Position before(size_t end) const;
  bool is_valid() const;
  void resize(size_t bytes);
  void set_count(size_t count);
  void note_count(ptrdiff_t change);

  char* block_ = nullptr;
};

inline size_t Listpack::block_bytes() const {
  if (block_ == nullptr) return 0;
  uint32_t bytes;
  std::memcpy(&bytes, block_, sizeof bytes);
  return bytes;
}

/// Bytes of an element without the length behind it.
inline size_t Listpack::encoded_bytes(const char* element) {
  const auto head = static_cast<uint8_t>(*element);
  if (head < 0x80) return 1;
  if (head < 0xC0) return size_t{1} + (head & 0x3F);
  if (head < 0xE0) return 2;
  if (head < 0xF0) return 2 + (size_t{head & 0x0FU} << 8 | static_cast<uint8_t>(element[1]));
  if (head == 0xF0) {
    uint32_t length;
    std::memcpy(&length, element + 1, sizeof length);
    return size_t{5} + length;
  }
  return head == 0xF4 ? 9 : head - 0xEEU;  // F1, F2, F3: 3, 4, 5
}

/// Bytes of the length behind an element. That 16,383 takes three is a slip in Redis that has become the format.
inline size_t Listpack::length_bytes(size_t encoded) {
  if (encoded <= 127) return 1;
  if (encoded < 16'383) return 2;
  if (encoded < 2'097'151) return 3;
  return encoded < 268'435'455 ? 4 : 5;
}

inline size_t Listpack::element_bytes(Position at) const {
  const size_t encoded = encoded_bytes(block_ + at);
  return encoded + length_bytes(encoded);
}

template <class Visit>
bool Listpack::visit_while(Visit&& visit) const {
  for (Position at = first(); at != kNone; at = next(at)) {
    if (!visit(get(at))) return false;
  }
  return true;
}

template <class Take>
size_t Listpack::erase_if(Take&& take) {
  if (block_ == nullptr) return 0;
  const size_t end = block_bytes() - 1;
  size_t kept_end = kHeaderBytes, kept = 0, taken = 0;
  for (size_t at = kHeaderBytes, bytes; at != end; at += bytes) {
    bytes = element_bytes(static_cast<Position>(at));
    if (take(get(static_cast<Position>(at)))) {
      ++taken;
    } else {
      std::memmove(block_ + kept_end, block_ + at, bytes);
      kept_end += bytes;
      ++kept;
    }
  }
  if (taken == 0) return 0;
  resize(kept == 0 ? 0 : kept_end + 1);
  if (kept > 0) set_count(kept);
  return taken;
}

}  // namespace larder::store
