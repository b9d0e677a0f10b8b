// Insertion, removal and growth of the sorted-word table; see table.h for the layout and its invariants.
#include "store/core/table.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "store/core/words.h"
#include "store/values/memory.h"

namespace larder::store {

namespace {

constexpr size_t kSmallest = 8;
// Grown when more than 7/8 full, by an eighth: the load lies between 0.78 and 0.875, about 10 bytes a key.
constexpr size_t most_keys(size_t slots) { return slots / 8 * 7; }
constexpr size_t grown(size_t slots) { return std::max(kSmallest, (slots + slots / 8 + 7) / 8 * 8); }

// Hints count units of 128 ms from 2020-01-01, which 32 bits carry to 2037; what lies outside is clamped, which costs
// needless visits and nothing else.
constexpr int64_t kHintEpochMs = 1'577'836'800'000;
constexpr int64_t kHintUnitMs = 128;

}  // namespace

Table::~Table() {
  free_words(words_, slots());
  std::free(hints_);
}

void Table::swap(Table& other) noexcept {
  // prefetch_entry() of another thread must not find the array before what allocate_words() has written into it.
  std::atomic_thread_fence(std::memory_order_release);
  std::swap(words_, other.words_);
  std::swap(slots_, other.slots_);
  std::swap(size_, other.size_);
  std::swap(deadlines_, other.deadlines_);
  std::swap(sweep_chunk_, other.sweep_chunk_);
  std::swap(hints_, other.hints_);
  std::swap(shrink_at_, other.shrink_at_);
  std::swap(rebuilds_, other.rebuilds_);
}

/// Grows with the table, so that growing ends even where all keys have the last hash and so no home but the last.
size_t Table::guard_for(size_t slots) { return std::clamp<size_t>(slots / 8, 8, std::max<size_t>(64, slots / 64)); }

uint32_t Table::hint_for(int64_t deadline_ms) {
  if (deadline_ms <= kHintEpochMs) return 0;
  const int64_t unit = (deadline_ms - kHintEpochMs) / kHintUnitMs;
  return unit >= kNever ? kNever - 1 : static_cast<uint32_t>(unit);
}

size_t Table::memory() const {
  if (slots_ == 0) return 0;
  return heap_bytes((total_slots() + 1) * sizeof(uint64_t)) +  // the array has a word of its own in front
         (hints_ == nullptr ? 0 : heap_bytes(chunks() * sizeof(uint32_t)));
}

Table::Slot Table::find(uint32_t prefix, const Entry* entry) const {
  if (slots_ == 0) return kNone;
  for (Slot i = lower_bound(home(prefix), prefix); prefix_of(words_[i]) == prefix; ++i) {
    if (entry_of(words_[i]) == entry) return i;
  }
  return kNone;
}

/// Behind a home, used words below it come first and without a gap, so a long run, as keys inserted in the
/// order of their hashes make it, is searched in growing steps.
Table::Slot Table::lower_bound_in_run(Slot first, uint32_t prefix) const {
  Slot i = first;
  const Slot end = total_slots();
  for (Slot step = 16; step > 0;) {
    if (i + step < end && prefix_of(words_[i + step - 1]) < prefix) {
      i += step;
      step *= 2;
    } else {
      step /= 2;
    }
  }
  return i;
}

void Table::make_hints() {
  if (hints_ != nullptr) return;
  hints_ = static_cast<uint32_t*>(std::malloc(chunks() * sizeof(uint32_t)));
  if (hints_ == nullptr) throw std::bad_alloc();
  std::fill_n(hints_, chunks(), kNever);
}

void Table::note_deadline(Slot slot, const Entry* entry) {
  if (entry->has_deadline()) lower_hint(slot, hint_for(entry->deadline()));
}

/// Words of [first, last) are about to move one slot to the right: those that enter a chunk bring their old chunk's
/// hint.
void Table::carry_hints_right(Slot first, Slot last) {
  if (hints_ == nullptr) return;
  for (Slot boundary = (first / kChunk + 1) * kChunk; boundary <= last; boundary += kChunk) {
    if ((words_[boundary - 1] & kDeadlineBit) != 0) lower_hint(boundary, hints_[boundary / kChunk - 1]);
  }
}

/// Puts a word behind those of equal or smaller hash. False when the guard is full.
bool Table::place(uint64_t word, Slot* where) {
  const uint32_t prefix = prefix_of(word);
  const Slot i = lower_bound(home(prefix), prefix + 1);
  Slot end = i;
  while (words_[end] != kEmpty) ++end;
  if (end + 1 >= total_slots()) return false;
  if (end > i) {
    carry_hints_right(i, end);
    std::memmove(&words_[i + 1], &words_[i], (end - i) * sizeof(uint64_t));
  }
  words_[i] = word;
  *where = i;
  return true;
}

void Table::insert(uint32_t prefix, Entry* entry) {
  if (size_ >= most_keys(slots_)) rebuild(grown(slots_));
  if (entry->has_deadline()) make_hints();
  Slot slot;
  while (!place(word_for(prefix, entry), &slot)) rebuild(grown(slots_));
  ++size_;
  if (entry->has_deadline()) {
    ++deadlines_;
    note_deadline(slot, entry);
  }
}

void Table::replace(Slot slot, Entry* entry) {
  if (entry->has_deadline()) make_hints();
  deadlines_ -= has_deadline(slot) ? 1 : 0;
  deadlines_ += entry->has_deadline() ? 1 : 0;
  words_[slot] = word_for(prefix_of(words_[slot]), entry);
  note_deadline(slot, entry);
}

void Table::deadline_changed(Slot slot) { note_deadline(slot, entry_of(words_[slot])); }

void Table::erase(Slot slot) {
  --size_;
  deadlines_ -= has_deadline(slot) ? 1 : 0;
  Slot hole = slot;
  while (words_[hole + 1] != kEmpty && home(prefix_of(words_[hole + 1])) <= hole) ++hole;
  // The words of (slot, hole] move one slot to the left; those that enter a chunk bring their old chunk's hint.
  if (hints_ != nullptr) {
    for (Slot boundary = (slot / kChunk + 1) * kChunk; boundary <= hole; boundary += kChunk) {
      if ((words_[boundary] & kDeadlineBit) != 0) lower_hint(boundary - 1, hints_[boundary / kChunk]);
    }
  }
  std::memmove(&words_[slot], &words_[slot + 1], (hole - slot) * sizeof(uint64_t));
  words_[hole] = kEmpty;
}

void Table::shrink() noexcept {
  if (slots_ == 0) return;
  if (size_ == 0) {
    Table empty;
    swap(empty);
  } else if (slots_ > 2 * kSmallest && size_ < slots_ / 3 && size_ <= shrink_at_) {
    try {
      rebuild(std::max(kSmallest, (size_t{size_} + size_ / 3 + 7) / 8 * 8));
    } catch (const std::bad_alloc&) {
      shrink_at_ = size_ / 2;  // a larger array than needed is no error
    }
  }
}

void Table::rebuild(size_t slots) {
  Table larger;
  for (;; slots = grown(slots)) {
    larger.slots_ = static_cast<uint32_t>(slots);
    larger.words_ = allocate_words(slots, larger.total_slots());
    if (hints_ != nullptr) larger.make_hints();
    if (larger.fill(words_, hints_, slots_ == 0 ? 0 : total_slots())) break;
    larger = Table();
  }
  larger.size_ = size_;
  larger.shrink_at_ = size_ / 2;
  larger.rebuilds_ = rebuilds_ + 1;
  larger.deadlines_ = deadlines_;
  swap(larger);
}

/// Fills an empty array with the used words of another in one pass: they come in order, so each goes to its home or
/// right behind its predecessor. False when the guard does not suffice.
bool Table::fill(const uint64_t* words, const uint32_t* hints, size_t count) {
  Slot next = 0;
  const Slot last = total_slots() - 1;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t word = words[i];
    if (word == kEmpty) continue;
    const Slot slot = std::max(next, home(prefix_of(word)));
    if (slot >= last) return false;
    std::fill(words_ + next, words_ + slot, kEmpty);
    words_[slot] = word;
    if ((word & kDeadlineBit) != 0) lower_hint(slot, hints[i / kChunk]);
    next = slot + 1;
  }
  std::fill(words_ + next, words_ + last + 1, kEmpty);
  return true;
}

}  // namespace larder::store
