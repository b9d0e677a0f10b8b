#include "store/values/member_part.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "store/values/block.h"

namespace larder::store {
namespace {

constexpr size_t kFewestSlots = 4;

/// The home slots with which `members` fill three quarters.
size_t roomy_slots(size_t members) { return std::max(kFewestSlots, members + members / 3 + 1); }

bool too_full(size_t members, size_t slots) { return members > slots * 7 / 8; }

void* allocate(size_t bytes) {
  void* block = std::malloc(bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------- the whole part

MemberPart::~MemberPart() { release(); }

void MemberPart::release() noexcept {
  if (long_members_ != 0) {
    for (const uint64_t word : words()) {
      if (word != kEmpty && static_cast<uint8_t>(records_[offset_of(word)]) == kLongTag) {
        std::free(long_member(records_ + offset_of(word)));
      }
    }
  }
  std::free(words_);
  std::free(records_);
  words_ = nullptr;
  records_ = nullptr;
  long_bytes_ = 0;
  long_members_ = slots_ = tail_ = size_ = used_ = garbage_ = capacity_ = 0;
}

void MemberPart::swap(MemberPart& other) noexcept {
  std::swap(words_, other.words_);
  std::swap(records_, other.records_);
  std::swap(long_bytes_, other.long_bytes_);
  std::swap(long_members_, other.long_members_);
  std::swap(slots_, other.slots_);
  std::swap(tail_, other.tail_);
  std::swap(size_, other.size_);
  std::swap(used_, other.used_);
  std::swap(garbage_, other.garbage_);
  std::swap(capacity_, other.capacity_);
  std::swap(depth_, other.depth_);
}

size_t MemberPart::memory() const {
  return heap_bytes(slots() * sizeof(uint64_t)) + heap_bytes(capacity_) + long_bytes_;
}

MemberPart MemberPart::copy() const {
  MemberPart result(depth_);
  if (size_ == 0) return result;
  result.make_room(record_bytes({words_, slots()}, records_));
  result.place({words_, slots()}, slots_);
  const std::span<uint64_t> copied = result.words();
  for (size_t i = 0; i < copied.size(); ++i) {
    if (copied[i] == kEmpty) continue;
    const char* record = records_ + offset_of(copied[i]);
    uint32_t offset = result.used_;
    if (static_cast<uint8_t>(*record) == kLongTag) {
      try {
        offset = result.append_record(text(record));
      } catch (const std::bad_alloc&) {
        // What has not been copied is not the copy's to free.
        std::fill(copied.begin() + static_cast<std::ptrdiff_t>(i), copied.end(), kEmpty);
        throw;
      }
    } else {
      const size_t size = record_size(record);
      std::memcpy(result.records_ + offset, record, size);
      result.used_ += static_cast<uint32_t>(size);
    }
    copied[i] = word_for(prefix_of(copied[i]), offset);
  }
  return result;
}

MemberPart MemberPart::split() {
  const uint64_t bit = uint64_t{1} << (31 - depth_);
  size_t middle = 0;
  while (middle < slots() && (words_[middle] == kEmpty || (prefix_of(words_[middle]) & bit) == 0)) ++middle;
  const std::span<uint64_t> halves[] = {words().first(middle), words().subspan(middle)};
  MemberPart parts[] = {MemberPart(depth_ + 1u), MemberPart(depth_ + 1u)};
  for (size_t i = 0; i < 2; ++i) {
    parts[i].set_capacity(record_bytes(halves[i], records_));
    parts[i].place(halves[i], roomy_slots(size_ / 2));
  }
  for (MemberPart& part : parts) part.take_records(part.words(), records_);
  long_members_ = 0;  // the copies of the records own them now
  swap(parts[0]);
  return std::move(parts[1]);
}

void MemberPart::absorb(MemberPart&& upper) {
  MemberPart both(depth_ - 1u);
  both.set_capacity(record_bytes(words(), records_) + record_bytes(upper.words(), upper.records_));
  std::vector<uint64_t> all(words_, words_ + slots());
  all.insert(all.end(), upper.words_, upper.words_ + upper.slots());
  both.place(all, roomy_slots(size_ + upper.size_));
  const std::span<uint64_t> placed = both.words();
  size_t own = 0;  // slots that hold the own members, all of which come first
  for (uint32_t left = size_; left > 0; ++own) left -= placed[own] == kEmpty ? 0 : 1;
  both.take_records(placed.first(own), records_);
  both.take_records(placed.subspan(own), upper.records_);
  long_members_ = upper.long_members_ = 0;  // the copies of the records own them now
  swap(both);
  upper.release();
}

// --------------------------------------------------------------------------------------------------------- members

size_t MemberPart::lower_bound(uint32_t prefix) const {
  constexpr size_t kUsualRun = 16;
  size_t i = home(prefix);
  const size_t near = i + kUsualRun;
  for (; prefix_of(words_[i]) < prefix; ++i) {  // ends at the empty last slot at the latest
    if (i < near) continue;
    // Whatever stands behind a home and is below its order belongs to the run that covers the home: the used words
    // below `order` come first, so that the run can be searched in growing steps.
    size_t step = kUsualRun;
    while (step > 0) {
      if (i + step < total_slots() && prefix_of(words_[i + step]) < prefix) {
        i += step;
        step *= 2;
      } else {
        step /= 2;
      }
    }
  }
  return i;
}

bool MemberPart::locate(uint32_t prefix, std::string_view member, size_t* slot) const {
  size_t i = lower_bound(prefix);
  for (; prefix_of(words_[i]) == prefix && words_[i] != kEmpty; ++i) {
    if (text(records_ + offset_of(words_[i])) == member) {
      *slot = i;
      return true;
    }
  }
  *slot = i;
  return false;
}

bool MemberPart::contains(uint32_t prefix, std::string_view member) const {
  size_t slot;
  return size_ != 0 && locate(prefix, member, &slot);
}

bool MemberPart::add(uint32_t prefix, std::string_view member) {
  size_t slot = 0;
  if (slots_ != 0 && locate(prefix, member, &slot)) return false;
  if (too_full(size_ + size_t{1}, slots_)) {
    rebuild(slots_ + std::max<size_t>(kFewestSlots, slots_ / 4));
    locate(prefix, member, &slot);
  }
  const uint32_t offset = append_record(member);
  try {
    while (!insert_word(slot, word_for(prefix, offset))) {
      rebuild(slots_);  // for a longer tail
      locate(prefix, member, &slot);
    }
  } catch (...) {
    drop_record(offset);
    throw;
  }
  ++size_;
  return true;
}

bool MemberPart::remove(uint32_t prefix, std::string_view member) {
  size_t slot;
  if (size_ == 0 || !locate(prefix, member, &slot)) return false;
  const uint32_t offset = offset_of(words_[slot]);
  size_t end = slot + 1;  // what follows moves left as far as it stands right of its home
  while (words_[end] != kEmpty && home(prefix_of(words_[end])) < end) ++end;
  std::memmove(words_ + slot, words_ + slot + 1, (end - slot - 1) * sizeof(uint64_t));
  words_[end - 1] = kEmpty;
  --size_;
  drop_record(offset);
  if (size_ == 0) {
    release();
    return true;
  }
  try {
    const bool sparse = slots_ > 4 * kFewestSlots && size_ * size_t{3} < slots_;
    if (sparse || tail_ > size_ * size_t{2} + 128) rebuild(roomy_slots(size_));
    if (garbage_ > 128 && garbage_ > (used_ - garbage_) / 2) compact();
  } catch (const std::bad_alloc&) {
    // It is larger than it need be, until the next removal.
  }
  return true;
}

void MemberPart::reserve(uint32_t members) {
  if (too_full(members, slots_)) rebuild(roomy_slots(members));
}

// ----------------------------------------------------------------------------------------------------------- words

bool MemberPart::insert_word(size_t slot, uint64_t word) {
  size_t end = slot;
  while (words_[end] != kEmpty) ++end;
  if (end + 1 == total_slots()) return false;  // the last slot stays empty
  std::memmove(words_ + slot + 1, words_ + slot, (end - slot) * sizeof(uint64_t));
  words_[slot] = word;
  return true;
}

/// Puts the words of `source`, ascending with empties between, into a new array that has this many home slots.
void MemberPart::place(std::span<const uint64_t> source, size_t slots) {
  MemberPart target(depth_);
  target.slots_ = static_cast<uint32_t>(slots);
  const auto for_each_place = [&](auto&& visit) {
    size_t next = 0;  // the first slot right of the last word placed
    for (const uint64_t word : source) {
      if (word == kEmpty) continue;
      next = std::max(next, target.home(prefix_of(word)));
      visit(next++, word);
    }
  };
  size_t end = slots;
  for_each_place([&](size_t place, uint64_t) { end = std::max(end, place + 1); });
  const size_t displaced = end - slots;
  const size_t room = std::clamp<size_t>(slots / 8, 4, 64) + displaced / 4;
  // An odd total, because the allocator adds 8 to a block and rounds to 16.
  target.tail_ = static_cast<uint32_t>(((end + room) | 1) - slots);
  target.words_ = static_cast<uint64_t*>(allocate(target.total_slots() * sizeof(uint64_t)));
  std::fill_n(target.words_, target.total_slots(), kEmpty);
  uint32_t placed = 0;
  for_each_place([&](size_t place, uint64_t word) {
    target.words_[place] = word;
    ++placed;
  });
  std::swap(words_, target.words_);
  std::swap(slots_, target.slots_);
  std::swap(tail_, target.tail_);
  size_ = placed;
}

// --------------------------------------------------------------------------------------------------------- records

MemberPart::LongMember* MemberPart::long_member(const char* record) {
  LongMember* member;
  std::memcpy(&member, record + 1, sizeof member);
  return member;
}

std::string_view MemberPart::long_text(const LongMember* member) {
  return {reinterpret_cast<const char*>(member + 1), member->size};
}

size_t MemberPart::record_size(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  return tag == kLongTag ? 1 + sizeof(LongMember*) : size_t{1} + tag;
}

size_t MemberPart::record_bytes(std::span<const uint64_t> source, const char* from) {
  size_t bytes = 0;
  for (const uint64_t word : source) {
    if (word != kEmpty) bytes += record_size(from + offset_of(word));
  }
  return bytes;
}

uint32_t MemberPart::append_record(std::string_view member) {
  const bool is_long = member.size() > kLongestInline;
  const size_t size = is_long ? 1 + sizeof(LongMember*) : 1 + member.size();
  make_room(size);
  char* record = records_ + used_;
  if (is_long) {
    const size_t bytes = sizeof(LongMember) + member.size();
    auto* block = static_cast<LongMember*>(allocate(bytes));
    block->size = member.size();
    std::memcpy(block + 1, member.data(), member.size());
    *record = static_cast<char>(kLongTag);
    std::memcpy(record + 1, &block, sizeof block);
    ++long_members_;
    long_bytes_ += heap_bytes(bytes);
  } else {
    *record = static_cast<char>(member.size());
    if (!member.empty()) std::memcpy(record + 1, member.data(), member.size());
  }
  const uint32_t offset = used_;
  used_ += static_cast<uint32_t>(size);
  return offset;
}

void MemberPart::drop_record(uint32_t offset) {
  const char* record = records_ + offset;
  const auto size = static_cast<uint32_t>(record_size(record));
  if (static_cast<uint8_t>(*record) == kLongTag) {
    LongMember* block = long_member(record);
    long_bytes_ -= heap_bytes(sizeof(LongMember) + block->size);
    --long_members_;
    std::free(block);
  }
  if (offset + size == used_) {
    used_ -= size;
  } else {
    garbage_ += size;
  }
}

void MemberPart::make_room(size_t bytes) {
  if (used_ + bytes <= capacity_) return;
  if (garbage_ >= used_ / 4 && garbage_ >= bytes) {
    compact();
    if (used_ + bytes <= capacity_) return;
  }
  set_capacity(used_ + bytes + used_ / 8);
}

void MemberPart::set_capacity(size_t bytes) {
  constexpr size_t kMostBytes = ~uint32_t{0} - 64;  // offsets have 32 bits
  if (bytes > kMostBytes) throw std::bad_alloc();
  records_ = resize_block(records_, capacity_, bytes);
  capacity_ = static_cast<uint32_t>(block_capacity(bytes));
}

void MemberPart::compact() {
  MemberPart target(depth_);
  const size_t live = used_ - garbage_;
  target.set_capacity(live + live / 8);
  target.take_records(words(), records_);
  std::swap(records_, target.records_);
  std::swap(capacity_, target.capacity_);
  used_ = target.used_;
  garbage_ = 0;
  target.long_members_ = 0;
}

/// Copies the records of `source` behind the own ones and points its words to the copies, which take over the long
/// members: `from` must not free them. There is room.
void MemberPart::take_records(std::span<uint64_t> source, const char* from) noexcept {
  for (uint64_t& word : source) {
    if (word == kEmpty) continue;
    const char* record = from + offset_of(word);
    const size_t size = record_size(record);
    std::memcpy(records_ + used_, record, size);
    word = word_for(prefix_of(word), used_);
    used_ += static_cast<uint32_t>(size);
    if (static_cast<uint8_t>(*record) == kLongTag) {
      ++long_members_;
      long_bytes_ += heap_bytes(sizeof(LongMember) + long_member(record)->size);
    }
  }
}

}  // namespace larder::store
