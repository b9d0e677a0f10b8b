#include "store/values/keyed_part.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "store/values/block.h"

namespace larder::store {
namespace {

constexpr size_t kFewestSlots = 4;

/// The home slots of which `records` fill three quarters.
size_t roomy_slots(size_t records) { return std::max(kFewestSlots, records + records / 3 + 1); }

bool too_full(size_t records, size_t slots) { return records > slots * 7 / 8; }

void* allocate(size_t bytes) {
  void* block = std::malloc(bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------- the whole part

template <class Record>
KeyedPart<Record>::~KeyedPart() {
  release();
}

template <class Record>
void KeyedPart<Record>::release() noexcept {
  if (long_records_ != 0) {
    for (const uint64_t word : words()) {
      if (word != kEmpty && static_cast<uint8_t>(records_[offset_of(word)]) == kLongTag) {
        std::free(long_record(records_ + offset_of(word)));
      }
    }
  }
  std::free(words_);
  std::free(records_);
  words_ = nullptr;
  records_ = nullptr;
  long_bytes_ = 0;
  long_records_ = slots_ = tail_ = size_ = used_ = garbage_ = capacity_ = 0;
}

template <class Record>
void KeyedPart<Record>::swap(KeyedPart& other) noexcept {
  std::swap(words_, other.words_);
  std::swap(records_, other.records_);
  std::swap(long_bytes_, other.long_bytes_);
  std::swap(long_records_, other.long_records_);
  std::swap(slots_, other.slots_);
  std::swap(tail_, other.tail_);
  std::swap(size_, other.size_);
  std::swap(used_, other.used_);
  std::swap(garbage_, other.garbage_);
  std::swap(capacity_, other.capacity_);
  std::swap(depth_, other.depth_);
}

template <class Record>
size_t KeyedPart<Record>::memory() const {
  return heap_bytes(slots() * sizeof(uint64_t)) + heap_bytes(capacity_) + long_bytes_;
}

template <class Record>
KeyedPart<Record> KeyedPart<Record>::copy() const {
  KeyedPart result(depth_);
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
        offset = result.append_record(content(record));
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

template <class Record>
KeyedPart<Record> KeyedPart<Record>::split() {
  const uint64_t bit = uint64_t{1} << (31 - depth_);
  size_t middle = 0;
  while (middle < slots() && (words_[middle] == kEmpty || (prefix_of(words_[middle]) & bit) == 0)) ++middle;
  const std::span<uint64_t> halves[] = {words().first(middle), words().subspan(middle)};
  KeyedPart parts[] = {KeyedPart(depth_ + 1u), KeyedPart(depth_ + 1u)};
  for (size_t i = 0; i < 2; ++i) {
    parts[i].set_capacity(record_bytes(halves[i], records_));
    parts[i].place(halves[i], roomy_slots(size_ / 2));
  }
  for (KeyedPart& part : parts) part.take_records(part.words(), records_);
  long_records_ = 0;  // the copies of the records own them now
  swap(parts[0]);
  return std::move(parts[1]);
}

template <class Record>
void KeyedPart<Record>::absorb(KeyedPart&& upper) {
  KeyedPart both(depth_ - 1u);
  both.set_capacity(record_bytes(words(), records_) + record_bytes(upper.words(), upper.records_));
  std::vector<uint64_t> all(words_, words_ + slots());
  all.insert(all.end(), upper.words_, upper.words_ + upper.slots());
  both.place(all, roomy_slots(size_ + upper.size_));
  const std::span<uint64_t> placed = both.words();
  size_t own = 0;  // slots that hold the own records, all of which come first
  for (uint32_t left = size_; left > 0; ++own) left -= placed[own] == kEmpty ? 0 : 1;
  both.take_records(placed.first(own), records_);
  both.take_records(placed.subspan(own), upper.records_);
  long_records_ = upper.long_records_ = 0;  // the copies of the records own them now
  swap(both);
  upper.release();
}

// ------------------------------------------------------------------------------------------------------ records by key

template <class Record>
size_t KeyedPart<Record>::lower_bound(uint32_t prefix) const {
  constexpr size_t kUsualRun = 16;
  size_t i = home(prefix);
  const size_t near = i + kUsualRun;
  for (; prefix_of(words_[i]) < prefix; ++i) {  // ends at the empty last slot at the latest
    if (i < near) continue;
    // Whatever stands behind a home and has a smaller prefix belongs to the run that covers the home: the used words
    // below `prefix` come first, so that the run can be searched in growing steps.
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

template <class Record>
bool KeyedPart<Record>::locate(uint32_t prefix, std::string_view key, size_t* slot) const {
  size_t i = lower_bound(prefix);
  for (; prefix_of(words_[i]) == prefix && words_[i] != kEmpty; ++i) {
    if (Record::key(bytes(records_ + offset_of(words_[i]))) == key) {
      *slot = i;
      return true;
    }
  }
  *slot = i;
  return false;
}

template <class Record>
const char* KeyedPart<Record>::find(uint32_t prefix, std::string_view key) const {
  size_t slot;
  return size_ != 0 && locate(prefix, key, &slot) ? records_ + offset_of(words_[slot]) : nullptr;
}

template <class Record>
bool KeyedPart<Record>::add(uint32_t prefix, const Content& content) {
  size_t slot = 0;
  if (slots_ != 0 && locate(prefix, Record::key_of(content), &slot)) return false;
  insert(prefix, slot, content);
  return true;
}

template <class Record>
bool KeyedPart<Record>::put(uint32_t prefix, const Content& content) {
  size_t slot = 0;
  const bool found = slots_ != 0 && locate(prefix, Record::key_of(content), &slot);
  if (found) {
    replace(slot, content);
  } else {
    insert(prefix, slot, content);
  }
  return !found;
}

/// Adds a record whose key is not there and belongs to `slot`.
template <class Record>
void KeyedPart<Record>::insert(uint32_t prefix, size_t slot, const Content& content) {
  if (too_full(size_ + size_t{1}, slots_)) {
    rebuild(slots_ + std::max<size_t>(kFewestSlots, slots_ / 4));
    locate(prefix, Record::key_of(content), &slot);
  }
  const uint32_t offset = append_record(content);
  try {
    while (!insert_word(slot, word_for(prefix, offset))) {
      rebuild(slots_);  // for a longer tail
      locate(prefix, Record::key_of(content), &slot);
    }
  } catch (...) {
    drop_record(offset);
    throw;
  }
  ++size_;
}

template <class Record>
void KeyedPart<Record>::replace(size_t slot, const Content& content) {
  char* old = records_ + offset_of(words_[slot]);
  const size_t wanted = Record::bytes_of(content);
  if (bytes(old).size() == wanted) {  // both inline, or both long
    char* to = static_cast<uint8_t>(*old) == kLongTag ? reinterpret_cast<char*>(long_record(old) + 1) : old + 1;
    Record::encode(content, to);
    return;
  }
  const uint32_t offset = append_record(content);
  drop_record(offset_of(words_[slot]));  // which may lie elsewhere now
  words_[slot] = word_for(prefix_of(words_[slot]), offset);
  compact_if_sparse();
}

template <class Record>
bool KeyedPart<Record>::remove(uint32_t prefix, std::string_view key) {
  size_t slot;
  if (size_ == 0 || !locate(prefix, key, &slot)) return false;
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
  } catch (const std::bad_alloc&) {
    // It is larger than it need be, until the next removal.
  }
  compact_if_sparse();
  return true;
}

/// Without memory the part stays larger than it need be, until the next change.
template <class Record>
void KeyedPart<Record>::compact_if_sparse() {
  if (garbage_ <= 128 || garbage_ <= (used_ - garbage_) / 2) return;
  try {
    compact();
  } catch (const std::bad_alloc&) {
  }
}

template <class Record>
void KeyedPart<Record>::reserve(uint32_t records) {
  if (too_full(records, slots_)) rebuild(roomy_slots(records));
}

// ----------------------------------------------------------------------------------------------------------- words

template <class Record>
bool KeyedPart<Record>::insert_word(size_t slot, uint64_t word) {
  size_t end = slot;
  while (words_[end] != kEmpty) ++end;
  if (end + 1 == total_slots()) return false;  // the last slot stays empty
  std::memmove(words_ + slot + 1, words_ + slot, (end - slot) * sizeof(uint64_t));
  words_[slot] = word;
  return true;
}

/// Puts the words of `source`, ascending with empties between, into a new array that has this many home slots.
template <class Record>
void KeyedPart<Record>::place(std::span<const uint64_t> source, size_t slots) {
  KeyedPart target(depth_);
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

// ---------------------------------------------------------------------------------------------------- bytes of records

template <class Record>
size_t KeyedPart<Record>::record_size(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  return tag == kLongTag ? 1 + sizeof(LongRecord*) : size_t{1} + tag;
}

template <class Record>
size_t KeyedPart<Record>::record_bytes(std::span<const uint64_t> source, const char* from) {
  size_t bytes = 0;
  for (const uint64_t word : source) {
    if (word != kEmpty) bytes += record_size(from + offset_of(word));
  }
  return bytes;
}

template <class Record>
uint32_t KeyedPart<Record>::append_record(const Content& content) {
  const size_t wanted = Record::bytes_of(content);
  const bool is_long = wanted > kLongestInline;
  const size_t size = is_long ? 1 + sizeof(LongRecord*) : 1 + wanted;
  make_room(size);
  char* record = records_ + used_;
  if (is_long) {
    const size_t bytes = sizeof(LongRecord) + wanted;
    auto* block = static_cast<LongRecord*>(allocate(bytes));
    block->size = wanted;
    Record::encode(content, reinterpret_cast<char*>(block + 1));
    *record = static_cast<char>(kLongTag);
    std::memcpy(record + 1, &block, sizeof block);
    ++long_records_;
    long_bytes_ += heap_bytes(bytes);
  } else {
    *record = static_cast<char>(wanted);
    Record::encode(content, record + 1);
  }
  const uint32_t offset = used_;
  used_ += static_cast<uint32_t>(size);
  return offset;
}

template <class Record>
void KeyedPart<Record>::drop_record(uint32_t offset) {
  const char* record = records_ + offset;
  const auto size = static_cast<uint32_t>(record_size(record));
  if (static_cast<uint8_t>(*record) == kLongTag) {
    LongRecord* block = long_record(record);
    long_bytes_ -= heap_bytes(sizeof(LongRecord) + block->size);
    --long_records_;
    std::free(block);
  }
  if (offset + size == used_) {
    used_ -= size;
  } else {
    garbage_ += size;
  }
}

template <class Record>
void KeyedPart<Record>::make_room(size_t bytes) {
  if (used_ + bytes <= capacity_) return;
  if (garbage_ >= used_ / 4 && garbage_ >= bytes) {
    compact();
    if (used_ + bytes <= capacity_) return;
  }
  set_capacity(used_ + bytes + used_ / 8);
}

template <class Record>
void KeyedPart<Record>::set_capacity(size_t bytes) {
  constexpr size_t kMostBytes = ~uint32_t{0} - 64;  // offsets have 32 bits
  if (bytes > kMostBytes) throw std::bad_alloc();
  records_ = resize_block(records_, capacity_, bytes);
  capacity_ = static_cast<uint32_t>(block_capacity(bytes));
}

template <class Record>
void KeyedPart<Record>::compact() {
  KeyedPart target(depth_);
  const size_t live = used_ - garbage_;
  target.set_capacity(live + live / 8);
  target.take_records(words(), records_);
  std::swap(records_, target.records_);
  std::swap(capacity_, target.capacity_);
  used_ = target.used_;
  garbage_ = 0;
  target.long_records_ = 0;
}

/// Copies the records of `source` behind the own ones and points its words to the copies, which take over the long
/// records: `from` must not free them. There is room.
template <class Record>
void KeyedPart<Record>::take_records(std::span<uint64_t> source, const char* from) noexcept {
  for (uint64_t& word : source) {
    if (word == kEmpty) continue;
    const char* record = from + offset_of(word);
    const size_t size = record_size(record);
    std::memcpy(records_ + used_, record, size);
    word = word_for(prefix_of(word), used_);
    used_ += static_cast<uint32_t>(size);
    if (static_cast<uint8_t>(*record) == kLongTag) {
      ++long_records_;
      long_bytes_ += heap_bytes(sizeof(LongRecord) + long_record(record)->size);
    }
  }
}

template class KeyedPart<MemberRecord>;
template class KeyedPart<FieldRecord>;
template class KeyedPart<ScoredRecord>;

}  // namespace larder::store
