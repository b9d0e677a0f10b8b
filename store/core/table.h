// The hash table of one database in one shard: a flat array of 8-byte words kept sorted by hash, by ordered linear
// probing. A word is
//
//   hash prefix : 18 | has a deadline : 1 | address >> 3 : 45            empty = all ones
//
// Home slot = hash prefix * slots >> 18. Invariants: the hash prefixes of used words ascend over the whole array; no
// word stands left of its home; between a word and its home no slot is empty; the last slot is empty, so that no walk
// needs a bound. A hit costs 1.2 to 1.5 cache lines; growth by an eighth rebuilds the words and touches no entry.
// Because the sort key is the hash itself, a walk can stop at a hash and go on from it whatever happened to the table
// in between.
//
// For every 32 slots one number remembers the earliest deadline among them, which is how expired keys are found without
// looking at the others. It may be too early, never too late.
//
// The table does not own the entries. Caller holds the shard's lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/prefetch.h"
#include "store/core/entry.h"
#include "store/core/words.h"

namespace larder::store {

class Table {
 public:
  using Slot = size_t;
  static constexpr Slot kNone = static_cast<Slot>(-1);
  static constexpr unsigned kHashBits = 18;
  static constexpr uint32_t kHashEnd = (1u << kHashBits) - 1;  // above every hash

  Table() = default;
  Table(Table&& other) noexcept { swap(other); }
  Table& operator=(Table&& other) noexcept {
    Table taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Table();

  void swap(Table& other) noexcept;

  /// The leading bits of a key's 64-bit hash, by which the table is sorted; below kHashEnd.
  static uint32_t prefix(uint64_t hash) {
    const auto bits = static_cast<uint32_t>(hash >> (64 - kHashBits));
    return bits == kHashEnd ? kHashEnd - 1 : bits;
  }

  size_t size() const { return size_; }
  /// Keys that have a deadline.
  size_t deadlines() const { return deadlines_; }
  /// Bytes of words and hints, as accounting counts them.
  size_t memory() const;
  /// Slots, used or not: a random number below it is a place to start sampling from.
  size_t slots() const { return slots_ == 0 ? 0 : total_slots(); }

  Slot find(uint32_t prefix, std::string_view key) const {
    if (slots_ == 0) return kNone;
    for (Slot i = lower_bound(home(prefix), prefix); prefix_of(words_[i]) == prefix; ++i) {
      if (entry_of(words_[i])->key() == key) return i;
    }
    return kNone;
  }
  Slot find(uint32_t prefix, const Entry* entry) const;

  /// The entry at a slot, or null when the slot is empty.
  Entry* at(Slot slot) const { return words_[slot] == kEmpty ? nullptr : entry_of(words_[slot]); }
  uint32_t prefix_at(Slot slot) const { return prefix_of(words_[slot]); }
  bool has_deadline(Slot slot) const { return words_[slot] != kEmpty && (words_[slot] & kDeadlineBit) != 0; }

  /// Adds an entry whose key is not in the table. Slots move. Throws std::bad_alloc, the table unchanged.
  void insert(uint32_t prefix, Entry* entry);
  /// Puts another entry with the same key into a slot.
  void replace(Slot slot, Entry* entry);
  /// Must follow a change of the deadline of the entry in `slot` made in place.
  void deadline_changed(Slot slot);
  /// Removes a slot's word; the entry is the caller's again. Slots move.
  void erase(Slot slot);
  /// Makes the array fit the keys if they fill less than a third of it, and half of the keys that it was last made for
  /// are gone. Keys whose hashes crowd at one end need an array far larger than their number asks for: without the
  /// second condition each erasure in hash order would copy it in vain. Leaves the table as it is when there is no
  /// memory for a smaller one.
  void shrink() noexcept;
  /// How often the array has been made anew since the table was empty.
  uint32_t rebuilds() const { return rebuilds_; }

  /// Hints to the processor that a key is about to be looked up: first its slot, later the entry found there, which may
  /// straddle two cache lines. Neither needs the lock. prefetch_slot() reads nothing of the array; prefetch_entry()
  /// does, and while other threads may replace it, must stand between enter() and leave() of a WordsReader (words.h).
  void prefetch_slot(uint32_t prefix) const {
    const uint64_t slot = (uint64_t{prefix} * base::peek(slots_)) >> kHashBits;
    base::prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(base::peek(words_)) +
                                                 static_cast<uintptr_t>(slot) * sizeof(uint64_t)));
  }
  void prefetch_entry(uint32_t prefix) const {
    const uint64_t* words = base::peek(words_);
    if (words == nullptr) return;
    std::atomic_thread_fence(std::memory_order_acquire);
    // Of the array itself: slots_ may already be another's. Behind the last home come at least 8 slots.
    constexpr Slot kFewestBehind = 8;
    const Slot slots = base::peek(words[-1]);
    Slot i = static_cast<Slot>((uint64_t{prefix} * slots) >> kHashBits);
    const Slot end = i + kUsualRun < slots + kFewestBehind ? i + kUsualRun : slots + kFewestBehind - 1;
    uint64_t word = base::peek(words[i]);
    while (prefix_of(word) < prefix && i < end) word = base::peek(words[++i]);
    if (prefix_of(word) == prefix) prefetch_lines(entry_of(word));
  }
  /// The same for a walk over some slots from this one on.
  void prefetch_words(Slot slot) const {
    base::prefetch(&words_[slot]);
    base::prefetch(&words_[slot] + 8);
  }

  /// Visits entries in the order of their hashes from `from` on, in whole groups of equal hashes, until `count` entries
  /// have been visited. Returns the hash to go on from, kHashEnd when there is none. The visitor must not change the
  /// table.
  template <class Visitor>
  uint32_t walk(uint32_t from, size_t count, Visitor&& visit) const;

  /// Visits every entry; the visitor must not change the table.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (Slot i = 0, end = slots(); i < end; ++i) {
      if (words_[i] != kEmpty) visit(entry_of(words_[i]));
    }
  }

  /// The same for a visitor that reads each entry, once: those that come next are prefetched, and
  /// `prefetch_more(entry)` may prefetch what else it will need.
  template <class Visitor, class Prefetch>
  void for_each_ahead(Visitor&& visit, Prefetch&& prefetch_more) const {
    constexpr Slot kAhead = 12;
    for (Slot i = 0, end = slots(); i < end; ++i) {
      if (const Slot ahead = i + kAhead; ahead < end && words_[ahead] != kEmpty) {
        prefetch_lines(entry_of(words_[ahead]));
        prefetch_more(entry_of(words_[ahead]));
      }
      if (words_[i] != kEmpty) visit(entry_of(words_[i]));
    }
  }

  /// Collects entries whose deadline has passed. Looks at the chunks whose hint is at or before `due_ms`, from where
  /// the last call stopped, at most `max_chunks` hints; appends the entries with deadline <= now_ms to `expired`.
  /// Returns true when it has come round to the end of the table.
  template <class Collect>
  bool sweep(int64_t now_ms, int64_t due_ms, size_t* max_chunks, Collect&& collect);

 private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  static constexpr unsigned kAddressBits = 45;
  static constexpr uint64_t kDeadlineBit = uint64_t{1} << kAddressBits;
  static constexpr uint64_t kAddressMask = kDeadlineBit - 1;
  static constexpr Slot kChunk = 32;       // slots that share a hint
  static constexpr Slot kUsualRun = 16;    // few words are further from their home
  static constexpr uint32_t kNever = ~0u;  // hint of a chunk without deadlines

  static uint32_t prefix_of(uint64_t word) { return static_cast<uint32_t>(word >> (64 - kHashBits)); }
  static Entry* entry_of(uint64_t word) { return reinterpret_cast<Entry*>((word & kAddressMask) << 3); }
  static uint64_t word_for(uint32_t prefix, const Entry* entry) {
    return static_cast<uint64_t>(prefix) << (64 - kHashBits) | (entry->has_deadline() ? kDeadlineBit : 0) |
           reinterpret_cast<uintptr_t>(entry) >> 3;
  }
  static uint32_t hint_for(int64_t deadline_ms);
  static void prefetch_lines(const Entry* entry) {
    constexpr uintptr_t kLine = 64;
    base::prefetch(entry);
    base::prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(entry) + kLine - 1));
  }

  Slot home(uint32_t prefix) const { return static_cast<Slot>((static_cast<uint64_t>(prefix) * slots_) >> kHashBits); }
  static size_t guard_for(size_t slots);
  size_t total_slots() const { return slots_ + guard_for(slots_); }
  /// The first slot at or behind a home whose word is empty or not below `prefix`, which is at most one above the
  /// prefix that the home is of.
  Slot lower_bound(Slot home, uint32_t prefix) const {
    Slot i = home;
    for (const Slot near = i + kUsualRun; i < near; ++i) {
      if (prefix_of(words_[i]) >= prefix) return i;
    }
    return lower_bound_in_run(i, prefix);
  }
  Slot lower_bound_in_run(Slot first, uint32_t prefix) const;
  size_t chunks() const { return (total_slots() + kChunk - 1) / kChunk; }
  void lower_hint(Slot slot, uint32_t hint) {
    uint32_t& current = hints_[slot / kChunk];
    if (hint < current) current = hint;
  }
  void note_deadline(Slot slot, const Entry* entry);
  void carry_hints_right(Slot first, Slot last);
  void make_hints();
  bool place(uint64_t word, Slot* where);
  void rebuild(size_t slots);
  bool fill(const uint64_t* words, const uint32_t* hints, size_t count);

  uint64_t* words_ = nullptr;
  uint32_t slots_ = 0;  // home slots, a multiple of 8; the guard behind them takes what is displaced past the end
  uint32_t size_ = 0;
  uint32_t deadlines_ = 0;
  uint32_t sweep_chunk_ = 0;
  uint32_t* hints_ = nullptr;  // made with the first deadline
  uint32_t shrink_at_ = 0;     // keys: with more, shrinking is not tried again
  uint32_t rebuilds_ = 0;
};

template <class Visitor>
uint32_t Table::walk(uint32_t from, size_t count, Visitor&& visit) const {
  if (slots_ == 0) return kHashEnd;
  const Slot end = total_slots();
  Slot i = home(from);
  while (i < end && (words_[i] == kEmpty || prefix_of(words_[i]) < from)) ++i;
  size_t visited = 0;
  uint32_t group = kHashEnd;
  for (; i < end; ++i) {
    if (words_[i] == kEmpty) continue;
    const uint32_t prefix = prefix_of(words_[i]);
    if (prefix != group) {
      if (visited >= count) return prefix;
      group = prefix;
    }
    visit(entry_of(words_[i]));
    ++visited;
  }
  return kHashEnd;
}

template <class Collect>
bool Table::sweep(int64_t now_ms, int64_t due_ms, size_t* max_chunks, Collect&& collect) {
  if (hints_ == nullptr || deadlines_ == 0) return true;
  const uint32_t due = hint_for(due_ms);
  const Slot end = total_slots();
  for (; *max_chunks > 0 && sweep_chunk_ < chunks(); ++sweep_chunk_, --*max_chunks) {
    if (hints_[sweep_chunk_] > due) continue;
    const Slot first = Slot{sweep_chunk_} * kChunk;
    const Slot last = first + kChunk < end ? first + kChunk : end;
    for (Slot i = first; i < last; ++i) {
      if (has_deadline(i)) base::prefetch(entry_of(words_[i]));
    }
    uint32_t earliest = kNever;
    for (Slot i = first; i < last; ++i) {
      if (!has_deadline(i)) continue;
      Entry* entry = entry_of(words_[i]);
      if (entry->deadline() <= now_ms) {
        collect(prefix_of(words_[i]), entry);
      } else if (const uint32_t hint = hint_for(entry->deadline()); hint < earliest) {
        earliest = hint;
      }
    }
    hints_[sweep_chunk_] = earliest;
  }
  if (sweep_chunk_ < chunks()) return false;
  sweep_chunk_ = 0;
  return true;
}

}  // namespace larder::store
