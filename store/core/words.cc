// See words.h.
#include "store/core/words.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

namespace larder::store {

namespace {

constexpr size_t kLarge = 8 * 1024;  // bytes; below, there are hardly whole pages in it

/// Gives the whole pages within an array back; it stays allocated, its content is lost.
void drop_pages(void* array, size_t bytes) {
  static const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(array);
  const uintptr_t first = (begin + page - 1) / page * page;
  const uintptr_t end = (begin + bytes) / page * page;
  if (first < end) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

}  // namespace

uint64_t* allocate_words(size_t count) {
  void* array = std::malloc(count * sizeof(uint64_t));
  if (array == nullptr) throw std::bad_alloc();
  return static_cast<uint64_t*>(array);
}

void free_words(uint64_t* words, size_t count) {
  const size_t bytes = count * sizeof(uint64_t);
  if (words != nullptr && bytes >= kLarge) drop_pages(words, bytes);
  std::free(words);
}

}  // namespace larder::store
