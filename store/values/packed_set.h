// Members one after another in one block, in the order they were added: the form of small sets that are not all
// integers, reported as "listpack". Looking one up reads the records in turn, so the caller bounds their number.
//
// Block: count (u32), bytes of records (u32), records. A record is a tag byte and what it announces:
//   0x00..0xEF        that many bytes of text
//   0xF0              length (u32), then so many bytes of text
//   0xF1..0xF8        an integer, little-endian two's complement in 1..8 bytes, no more than it needs
// A member has one encoding only, hence equal members have equal records. An empty set has no block.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "store/values/block.h"
#include "store/values/member.h"

namespace larder::store {

class PackedSet {
 public:
  /// No set may hold more bytes of records than this.
  static constexpr size_t kMaxBytes = size_t{1} << 30;

  PackedSet() = default;
  PackedSet(PackedSet&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  PackedSet& operator=(PackedSet&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~PackedSet() { std::free(block_); }

  PackedSet copy() const;

  size_t size() const { return block_ == nullptr ? 0 : header().count; }
  /// Bytes of the block, as accounting counts them.
  size_t memory() const { return heap_bytes(block_bytes()); }
  /// Whether a member of `bytes` more can be appended within kMaxBytes.
  bool has_room_for(size_t bytes) const { return bytes < kMaxBytes && block_bytes() + bytes + 16 <= kMaxBytes; }

  bool contains(const Member& member) const { return find(member) != nullptr; }
  /// Adds a member that is not in the set and for which has_room_for(). Throws std::bad_alloc, the set unchanged.
  void append(const Member& member);
  /// Whether the set changed.
  bool remove(const Member& member);

  /// Calls `visit(const Member&)` for each member in the order added, until it returns false. Returns whether it never
  /// did.
  template <class Visit>
  bool visit_while(Visit&& visit) const;

  /// The member at `index` < size() in the order added; its text lies in the set. O(index).
  Member at(size_t index) const;

  /// Removes `count` <= size() members, each choice equally likely, and hands each to `visit(const Member&)`. O(bytes).
  template <class Visit>
  void extract(size_t count, base::Random& random, Visit&& visit);

 private:
  struct Header {
    uint32_t count;
    uint32_t bytes;
  };
  /// What stands before the text of a member, or all of the record of an integer; `text` is the rest.
  struct Encoded {
    char head[9];
    uint8_t head_size;
    std::string_view text;
    size_t size() const { return head_size + text.size(); }
  };
  static constexpr uint8_t kLongText = 0xF0;

  Header header() const {
    Header header;
    std::memcpy(&header, block_, sizeof header);
    return header;
  }
  size_t block_bytes() const { return block_ == nullptr ? 0 : bytes_for(header().bytes); }
  static size_t bytes_for(size_t record_bytes) { return record_bytes == 0 ? 0 : sizeof(Header) + record_bytes; }
  const char* begin() const { return block_ + sizeof(Header); }

  static Encoded encode(const Member& member);
  static Member decode(const char* record);
  static size_t record_size(const char* record);
  static bool equals(const char* record, const Encoded& wanted);
  const char* find(const Member& member) const;
  void resize(uint32_t count, size_t record_bytes);

  char* block_ = nullptr;
};

inline size_t PackedSet::record_size(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  if (tag < kLongText) return size_t{1} + tag;
  if (tag > kLongText) return size_t{1} + (tag - kLongText);
  uint32_t length;
  std::memcpy(&length, record + 1, sizeof length);
  return 1 + sizeof length + length;
}

template <class Visit>
bool PackedSet::visit_while(Visit&& visit) const {
  if (block_ == nullptr) return true;
  const char* end = begin() + header().bytes;
  for (const char* record = begin(); record != end; record += record_size(record)) {
    if (!visit(decode(record))) return false;
  }
  return true;
}

template <class Visit>
void PackedSet::extract(size_t count, base::Random& random, Visit&& visit) {
  if (count == 0) return;
  const Header old = header();
  const char* end = begin() + old.bytes;
  char* kept_end = block_ + sizeof(Header);
  uint32_t kept = 0;
  uint32_t left = old.count;
  for (const char* record = begin(); record != end; --left) {
    const size_t size = record_size(record);
    if (random.below(left) < count) {  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S)
      --count;
      visit(decode(record));
    } else {
      std::memmove(kept_end, record, size);
      kept_end += size;
      ++kept;
    }
    record += size;
  }
  resize(kept, static_cast<size_t>(kept_end - begin()));
}

}  // namespace larder::store
