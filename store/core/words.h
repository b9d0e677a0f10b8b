// The arrays that tables keep their words in. They come from the general allocator, but the pages of a large one go
// back to the system when it is freed: the tables of all shards grow at about the same time, each by an eighth, and the
// arrays that they leave are holes in the heap that none of the next fits into (2 bytes a key at a million keys).
//
// To prefetch an entry, an I/O thread reads its word without the shard's lock (Table::prefetch_entry): taking the lock
// twice a command would cost more than it saves. A stale word only costs a useless prefetch, as long as the array
// exists. So such a thread registers a WordsReader, and an array that is freed waits until every reader that might have
// found it has left (epoch-based reclamation: Fraser, "Practical lock-freedom", 2004). Without readers, arrays are
// freed at once.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace larder::store {

/// An array of undefined content for `home_slots` home slots, a number that stands in the word in front of it, and
/// `count` words in all, at least 8. Throws std::bad_alloc.
uint64_t* allocate_words(size_t home_slots, size_t count);
/// `count` must be what was asked for; does nothing for a null array. The array must not be reachable any more for
/// readers that come later.
void free_words(uint64_t* words, size_t count) noexcept;
/// Readable as long as the array exists.
inline size_t home_slots(const uint64_t* words) { return static_cast<size_t>(words[-1]); }
/// Arrays that have been freed and wait for readers to leave.
size_t waiting_words();

/// A thread that reads arrays without locks. Registered from construction to destruction; enter() and leave() only on
/// its own thread.
class WordsReader {
 public:
  /// Throws std::bad_alloc.
  WordsReader();
  WordsReader(const WordsReader&) = delete;
  WordsReader& operator=(const WordsReader&) = delete;
  ~WordsReader();

  /// What is reachable from now on exists until leave(). Costs a memory barrier: once a round, not once a command.
  void enter() noexcept;
  void leave() noexcept;

 private:
  friend class RetiredWords;
  static constexpr uint64_t kOutside = ~uint64_t{0};
  alignas(64) std::atomic<uint64_t> since_{kOutside};  // the epoch in which it entered
};

}  // namespace larder::store
