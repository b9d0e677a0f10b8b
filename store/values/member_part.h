// One part of a large set: the members whose hashes begin with the same `depth` bits. Two blocks: words, kept sorted by
// hash by ordered linear probing (Amble and Knuth, Ordered hash tables, 1974), and the records that they point to,
// packed without gaps, so a member of 16 bytes takes 17 and a word instead of an allocation of its own.
//
//   word:    hash prefix : 32 (the upper half of the member's hash) | offset of the record : 32      empty = all ones
//   record:  length : 8 (up to kLongestInline), bytes;   or 0xFF, address of a LongMember : 64
//
// Invariants: the hash prefixes of used words ascend over the whole array; no word stands left of its home slot;
// between a word and its home no slot is empty; the last slot is empty, so that no walk needs a bound. Records of
// removed members stay as garbage until a third of the bytes is garbage; then, and when a part splits, the others are
// copied in hash order.
//
// Hashes are not always evenly spread: whoever adds or removes what SSCAN or a walk over another set gives him does so
// in hash order. Then words crowd at one end of the array, where they form one sorted run, which is searched as such.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace larder::store {

class MemberPart {
 public:
  explicit MemberPart(unsigned depth = 0) : depth_(static_cast<uint8_t>(depth)) {}
  MemberPart(MemberPart&& other) noexcept { swap(other); }
  MemberPart& operator=(MemberPart&& other) noexcept {
    MemberPart taken(static_cast<MemberPart&&>(other));
    swap(taken);
    return *this;
  }
  ~MemberPart();

  void swap(MemberPart& other) noexcept;
  /// Throws std::bad_alloc.
  MemberPart copy() const;

  uint32_t size() const { return size_; }
  /// How many leading bits of the hash prefix all members share, 0 to 24.
  unsigned depth() const { return depth_; }
  /// Bytes of words, records and long members, as accounting counts them; without this object.
  size_t memory() const;
  /// Allocations that destroying it releases.
  size_t allocations() const { return (slots_ != 0) + (capacity_ != 0) + long_members_; }

  /// Whether the part changed. add() throws std::bad_alloc, the part unchanged.
  bool add(uint32_t prefix, std::string_view member);
  bool remove(uint32_t prefix, std::string_view member);
  bool contains(uint32_t prefix, std::string_view member) const;

  /// Makes the words fit `members`, to save the steps of growth.
  void reserve(uint32_t members);

  /// Moves the members whose next bit is set to the part that is returned; both are then one deeper. Throws
  /// std::bad_alloc, the part unchanged.
  MemberPart split();
  /// The reverse: takes the members of the part that differs in the last common bit only, and is one less deep. Throws
  /// std::bad_alloc, both unchanged.
  void absorb(MemberPart&& upper);

  /// Slots, used or not; and the record at a slot, null when it is empty. Both change with every change of the part.
  size_t slots() const { return slots_ == 0 ? 0 : total_slots(); }
  const char* record_at(size_t slot) const {
    return words_[slot] == kEmpty ? nullptr : records_ + offset_of(words_[slot]);
  }
  static std::string_view text(const char* record);

  /// Calls `visit(prefix, text)` for each member whose hash prefix is at least `from`, ascending, until it returns
  /// false. Returns whether it never did. `from` lies in this part, or is 0.
  template <class Visit>
  bool walk(uint32_t from, Visit&& visit) const;

 private:
  struct LongMember {
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
  static LongMember* long_member(const char* record);
  static std::string_view long_text(const LongMember* member);

  size_t home(uint32_t prefix) const { return (uint64_t{prefix << depth_} * slots_) >> 32; }
  size_t total_slots() const { return size_t{slots_} + tail_; }
  std::span<uint64_t> words() { return {words_, slots()}; }
  /// The first slot at or behind its home whose word is empty or not below `prefix`.
  size_t lower_bound(uint32_t prefix) const;

  bool locate(uint32_t prefix, std::string_view member, size_t* slot) const;
  bool insert_word(size_t slot, uint64_t word);
  void rebuild(size_t slots) { place(words(), slots); }
  void place(std::span<const uint64_t> source, size_t slots);

  uint32_t append_record(std::string_view member);
  void drop_record(uint32_t offset);
  void make_room(size_t bytes);
  void set_capacity(size_t bytes);
  void compact();
  void take_records(std::span<uint64_t> source, const char* from) noexcept;
  static size_t record_bytes(std::span<const uint64_t> source, const char* from);
  void release() noexcept;

  uint64_t* words_ = nullptr;
  char* records_ = nullptr;
  size_t long_bytes_ = 0;  // of LongMembers, as accounting counts them
  uint32_t long_members_ = 0;
  uint32_t slots_ = 0;  // home slots
  uint32_t tail_ = 0;   // slots behind them, for what is displaced past the end
  uint32_t size_ = 0;
  uint32_t used_ = 0;  // bytes of records, garbage included
  uint32_t garbage_ = 0;
  uint32_t capacity_ = 0;
  uint8_t depth_ = 0;
};

inline std::string_view MemberPart::text(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  return tag != kLongTag ? std::string_view(record + 1, tag) : long_text(long_member(record));
}

template <class Visit>
bool MemberPart::walk(uint32_t from, Visit&& visit) const {
  const size_t end = slots();
  if (end == 0) return true;
  for (size_t i = from == 0 ? 0 : lower_bound(from); i < end; ++i) {
    if (words_[i] == kEmpty) continue;
    if (!visit(prefix_of(words_[i]), text(records_ + offset_of(words_[i])))) return false;
  }
  return true;
}

}  // namespace larder::store
