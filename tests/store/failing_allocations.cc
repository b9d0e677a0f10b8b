// See failing_allocations.h.
#include "tests/store/failing_allocations.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "store/core/arena.h"

namespace {

thread_local size_t allocations_left = 0;  // until one fails; 0: none will
thread_local bool one_has_failed = false;

bool fails_now() {
  if (allocations_left == 0 || --allocations_left > 0) return false;
  one_has_failed = true;
  return true;
}

}  // namespace

// The linker's names: what was called by its name arrives at __wrap_, the function itself is __real_.
extern "C" {
void* __real_malloc(size_t size);
void* __wrap_malloc(size_t size) { return fails_now() ? nullptr : __real_malloc(size); }

void* __real_realloc(void* memory, size_t size);
void* __wrap_realloc(void* memory, size_t size) { return fails_now() ? nullptr : __real_realloc(memory, size); }

void* __real_mmap(void* address, size_t size, int protection, int flags, int file, off_t offset);
void* __wrap_mmap(void* address, size_t size, int protection, int flags, int file, off_t offset) {
  if (!fails_now()) return __real_mmap(address, size, protection, flags, file, offset);
  errno = ENOMEM;
  return MAP_FAILED;
}

// larder::store::Arena::allocate(size_t)
void* __real__ZN6larder5store5Arena8allocateEm(larder::store::Arena* arena, size_t size);
void* __wrap__ZN6larder5store5Arena8allocateEm(larder::store::Arena* arena, size_t size) {
  if (fails_now()) throw std::bad_alloc();
  return __real__ZN6larder5store5Arena8allocateEm(arena, size);
}
}

namespace {

void* allocate(size_t size) {
  void* memory = fails_now() ? nullptr : __real_malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// All forms without alignment, because the sanitizers insist that a block is freed by the form that allocated it.
void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return fails_now() ? nullptr : __real_malloc(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return fails_now() ? nullptr : __real_malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace larder::store {

FailingAllocations::FailingAllocations(size_t nth) {
  one_has_failed = false;
  allocations_left = nth;
}
FailingAllocations::~FailingAllocations() { allocations_left = 0; }
bool FailingAllocations::failed() const { return one_has_failed; }

}  // namespace larder::store
