// One part of a large collection: the records whose keys' hashes begin with the same `depth` bits. Two blocks: words,
// kept sorted by hash by ordered linear probing (Amble and Knuth, Ordered hash tables, 1974), and the records that they
// point to, packed without gaps, so a set's member of 16 bytes takes 17 and a word instead of an allocation of its own.
//
//   word:    hash prefix : 32 (the upper half of the key's hash) | offset of the record : 32      empty = all ones
//   record:  length : 8 (up to kLongestInline), bytes;   or 0xFF, address of a LongRecord : 64
// What the bytes mean, Record says (keyed_record.h).
//
// Invariants: the hash prefixes of used words ascend over the whole array; no word stands left of its home slot;
// between a word and its home no slot is empty; the last slot is empty, so that no walk needs a bound. Records that
// were removed or replaced stay as garbage until a third of the bytes is garbage; then, and when a part splits, the
// others are copied in hash order.
//
// Hashes are not always evenly spread: whoever adds or removes what a scan or a walk over another table gives him does
// so in hash order. Then words crowd at one end of the array, where they form one sorted run, which is searched as
// such.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "store/values/keyed_record.h"

namespace larder::store {

template <class Record>
class KeyedPart {
 public:
  using Content = typename Record::Content;

  explicit KeyedPart(unsigned depth = 0) : depth_(static_cast<uint8_t>(depth)) {}
  KeyedPart(KeyedPart&& other) noexcept { swap(other); }
  KeyedPart& operator=(KeyedPart&& other) noexcept {
    KeyedPart taken(static_cast<KeyedPart&&>(other));
    swap(taken);
    return *this;
  }
  ~KeyedPart();

  void swap(KeyedPart& other) noexcept;
  /// Throws std::bad_alloc.
  KeyedPart copy() const;

  uint32_t size() const { return size_; }
  /// How many leading bits of the hash prefix all keys share, 0 to 24.
  unsigned depth() const { return depth_; }
  /// Bytes of words, records and long records, as accounting counts them; without this object.
  size_t memory() const;
  /// Allocations that destroying it releases.
  size_t allocations() const { return (slots_ != 0) + (capacity_ != 0) + long_records_; }

  /// Adds a record unless there is one with its key; put() replaces that one. Both return whether the key is new, throw
  /// std::bad_alloc, the part unchanged, and must not be given what lies in the part.
  bool add(uint32_t prefix, const Content& content);
  bool put(uint32_t prefix, const Content& content);
  bool remove(uint32_t prefix, std::string_view key);
  /// The record with a key, null if there is none.
  const char* find(uint32_t prefix, std::string_view key) const;

  /// Makes the words fit `records`, to save the steps of growth.
  void reserve(uint32_t records);

  /// Moves the records whose next bit is set to the part that is returned; both are then one deeper. Throws
  /// std::bad_alloc, the part unchanged.
  KeyedPart split();
  /// The reverse: takes the records of the part that differs in the last common bit only, and is one less deep. Throws
  /// std::bad_alloc, both unchanged.
  void absorb(KeyedPart&& upper);

  /// Slots, used or not; and the record at a slot, null when it is empty. Both change with every change of the part.
  size_t slots() const { return slots_ == 0 ? 0 : total_slots(); }
  const char* record_at(size_t slot) const {
    return words_[slot] == kEmpty ? nullptr : records_ + offset_of(words_[slot]);
  }
  static Content content(const char* record) { return Record::decode(bytes(record)); }

  /// Calls `visit(prefix, content)` for each record whose hash prefix is at least `from`, ascending, until it returns
  /// false. Returns whether it never did. `from` lies in this part, or is 0.
  template <class Visit>
  bool walk(uint32_t from, Visit&& visit) const;

 private:
  struct LongRecord {
    uint64_t size;
    // the bytes follow
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  static constexpr size_t kLongestInline = 250;  // bytes; longer ones would make copying a part slow
  static constexpr uint8_t kLongTag = 0xFF;

  static uint32_t prefix_of(uint64_t word) { return static_cast<uint32_t>(word >> 32); }
  static uint32_t offset_of(uint64_t word) { return static_cast<uint32_t>(word); }
  static uint64_t word_for(uint32_t prefix, uint32_t offset) { return uint64_t{prefix} << 32 | offset; }
  static size_t record_size(const char* record);
  static LongRecord* long_record(const char* record);
  static std::string_view bytes(const char* record);

  size_t home(uint32_t prefix) const { return (uint64_t{prefix << depth_} * slots_) >> 32; }
  size_t total_slots() const { return size_t{slots_} + tail_; }
  std::span<uint64_t> words() { return {words_, slots()}; }
  /// The first slot at or behind its home whose word is empty or not below `prefix`.
  size_t lower_bound(uint32_t prefix) const;

  bool locate(uint32_t prefix, std::string_view key, size_t* slot) const;
  void insert(uint32_t prefix, size_t slot, const Content& content);
  void replace(size_t slot, const Content& content);
  bool insert_word(size_t slot, uint64_t word);
  void rebuild(size_t slots) { place(words(), slots); }
  void place(std::span<const uint64_t> source, size_t slots);

  uint32_t append_record(const Content& content);
  void drop_record(uint32_t offset);
  void make_room(size_t bytes);
  void set_capacity(size_t bytes);
  void compact();
  void compact_if_sparse();
  void take_records(std::span<uint64_t> source, const char* from) noexcept;
  static size_t record_bytes(std::span<const uint64_t> source, const char* from);
  void release() noexcept;

  uint64_t* words_ = nullptr;
  char* records_ = nullptr;
  size_t long_bytes_ = 0;  // of LongRecords, as accounting counts them
  uint32_t long_records_ = 0;
  uint32_t slots_ = 0;  // home slots
  uint32_t tail_ = 0;   // slots behind them, for what is displaced past the end
  uint32_t size_ = 0;
  uint32_t used_ = 0;  // bytes of records, garbage included
  uint32_t garbage_ = 0;
  uint32_t capacity_ = 0;
  uint8_t depth_ = 0;
};

template <class Record>
std::string_view KeyedPart<Record>::bytes(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  if (tag != kLongTag) return {record + 1, tag};
  const LongRecord* found = long_record(record);
  return {reinterpret_cast<const char*>(found + 1), found->size};
}

template <class Record>
typename KeyedPart<Record>::LongRecord* KeyedPart<Record>::long_record(const char* record) {
  LongRecord* found;
  std::memcpy(&found, record + 1, sizeof found);
  return found;
}

template <class Record>
template <class Visit>
bool KeyedPart<Record>::walk(uint32_t from, Visit&& visit) const {
  const size_t end = slots();
  if (end == 0) return true;
  for (size_t i = from == 0 ? 0 : lower_bound(from); i < end; ++i) {
    if (words_[i] == kEmpty) continue;
    if (!visit(prefix_of(words_[i]), content(records_ + offset_of(words_[i])))) return false;
  }
  return true;
}

extern template class KeyedPart<MemberRecord>;
extern template class KeyedPart<FieldRecord>;
extern template class KeyedPart<ScoredRecord>;

}  // namespace larder::store
