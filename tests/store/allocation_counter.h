// Counts what the code under test really has allocated, to compare it with what it says it has. Works in builds with
// AddressSanitizer or ThreadSanitizer, which offer hooks on malloc and free; elsewhere available() is false.
//
// Counts the allocations of the thread that made the counter; one counter at a time.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "store/values/memory.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LARDER_COUNTS_ALLOCATIONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LARDER_COUNTS_ALLOCATIONS 1
#endif

#ifdef LARDER_COUNTS_ALLOCATIONS
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
#endif

namespace larder::store {

class AllocationCounter {
 public:
  AllocationCounter() {
#ifdef LARDER_COUNTS_ALLOCATIONS
    [[maybe_unused]] static const int installed = __sanitizer_install_malloc_and_free_hooks(&allocated, &freed);
#endif
    current() = this;
  }
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;
  ~AllocationCounter() { current() = nullptr; }

  static constexpr bool available() {
#ifdef LARDER_COUNTS_ALLOCATIONS
    return true;
#else
    return false;
#endif
  }

  /// Of the allocations made since this counter was: those that are still there, and their heap_bytes().
  size_t count() const { return sizes_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  static AllocationCounter*& current() {
    static thread_local AllocationCounter* counter = nullptr;
    return counter;
  }
  static void allocated(const volatile void* block, size_t size) {
    AllocationCounter* counter = current();
    if (counter == nullptr) return;
    current() = nullptr;  // what the map allocates does not count
    counter->sizes_[block] = heap_bytes(size);
    counter->bytes_ += heap_bytes(size);
    current() = counter;
  }
  static void freed(const volatile void* block) {
    AllocationCounter* counter = current();
    if (counter == nullptr) return;
    current() = nullptr;
    if (const auto found = counter->sizes_.find(block); found != counter->sizes_.end()) {
      counter->bytes_ -= found->second;
      counter->sizes_.erase(found);
    }
    current() = counter;
  }

  std::unordered_map<const volatile void*, size_t> sizes_;
  size_t bytes_ = 0;
};

}  // namespace larder::store
