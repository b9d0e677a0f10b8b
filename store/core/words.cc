// See words.h.
#include "store/core/words.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

namespace larder::store {

namespace {

constexpr size_t kLarge = 8 * 1024;  // bytes; below, there are hardly whole pages in it
constexpr size_t kHeader = 1;        // words before the array: the number of its home slots

/// Gives the whole pages within an array back; it stays allocated, its content is lost.
void drop_pages(void* array, size_t bytes) {
  static const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(array);
  const uintptr_t first = (begin + page - 1) / page * page;
  const uintptr_t end = (begin + bytes) / page * page;
  if (first < end) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

void free_now(uint64_t* words, size_t count) noexcept {
  uint64_t* memory = words - kHeader;
  const size_t bytes = (count + kHeader) * sizeof(uint64_t);
  if (bytes >= kLarge) drop_pages(memory, bytes);
  std::free(memory);
}

}  // namespace

/// Arrays that wait for their readers, of all stores of the process. They are linked through their own words: freeing
/// allocates nothing, and a late reader takes what it finds there for words, which costs it a useless prefetch.
class RetiredWords {
 public:
  static RetiredWords& instance() {
    // Never destroyed, because stores may be static objects, and made without an allocation, which could fail.
    alignas(RetiredWords) static std::byte memory[sizeof(RetiredWords)];
    static auto& only = *new (memory) RetiredWords;
    return only;
  }

  void add(WordsReader* reader) {
    const std::lock_guard guard(mutex_);
    readers_.push_back(reader);
    reader_count_.store(readers_.size(), std::memory_order_relaxed);
  }

  void remove(WordsReader* reader) noexcept {
    const std::lock_guard guard(mutex_);
    std::erase(readers_, reader);
    reader_count_.store(readers_.size(), std::memory_order_relaxed);
    free_unread();
  }

  uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
  size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  bool has_readers() const { return reader_count_.load(std::memory_order_relaxed) > 0; }

  void retire(uint64_t* words, size_t count) noexcept {
    const std::lock_guard guard(mutex_);
    store(words[kNext], reinterpret_cast<uintptr_t>(newest_));
    store(words[kCount], count);
    store(words[kEpoch], epoch_.fetch_add(1, std::memory_order_acq_rel));
    newest_ = words;
    waiting_.fetch_add(1, std::memory_order_relaxed);
    free_unread();
  }

  void reclaim() noexcept {
    const std::unique_lock guard(mutex_, std::try_to_lock);
    if (guard.owns_lock()) free_unread();
  }

 private:
  enum Field : size_t { kNext, kCount, kEpoch };

  /// Readers may be looking at these words.
  static void store(uint64_t& word, uint64_t value) { std::atomic_ref(word).store(value, std::memory_order_relaxed); }

  /// Frees what was retired before the earliest of the readers entered.
  void free_unread() noexcept {
    if (newest_ == nullptr) return;
    // Pairs with the barrier of enter(): either this sees that the reader is inside, or the reader does not find what
    // was unlinked before.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    uint64_t earliest = WordsReader::kOutside;
    for (const WordsReader* reader : readers_)
      earliest = std::min(earliest, reader->since_.load(std::memory_order_acquire));
    size_t freed = 0;
    uint64_t* kept = nullptr;
    for (uint64_t* words = newest_; words != nullptr;) {
      auto* next = reinterpret_cast<uint64_t*>(words[kNext]);
      if (words[kEpoch] < earliest) {
        free_now(words, words[kCount]);
        ++freed;
      } else {
        store(words[kNext], reinterpret_cast<uintptr_t>(kept));
        kept = words;
      }
      words = next;
    }
    newest_ = kept;
    waiting_.fetch_sub(freed, std::memory_order_relaxed);
  }

  std::mutex mutex_;
  std::vector<WordsReader*> readers_;
  uint64_t* newest_ = nullptr;
  std::atomic<uint64_t> epoch_{1};
  std::atomic<size_t> reader_count_{0}, waiting_{0};
};

uint64_t* allocate_words(size_t home_slots, size_t count) {
  auto* memory = static_cast<uint64_t*>(std::malloc((count + kHeader) * sizeof(uint64_t)));
  if (memory == nullptr) throw std::bad_alloc();
  memory[0] = home_slots;
  return memory + kHeader;
}

void free_words(uint64_t* words, size_t count) noexcept {
  if (words == nullptr) return;
  RetiredWords& retired = RetiredWords::instance();
  if (retired.has_readers()) {
    retired.retire(words, count);
  } else {
    free_now(words, count);
  }
}

size_t waiting_words() { return RetiredWords::instance().waiting(); }

WordsReader::WordsReader() { RetiredWords::instance().add(this); }
WordsReader::~WordsReader() { RetiredWords::instance().remove(this); }

void WordsReader::enter() noexcept {
  since_.store(RetiredWords::instance().epoch(), std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

void WordsReader::leave() noexcept {
  since_.store(kOutside, std::memory_order_release);
  if (RetiredWords::instance().waiting() > 0) [[unlikely]]
    RetiredWords::instance().reclaim();
}

}  // namespace larder::store
