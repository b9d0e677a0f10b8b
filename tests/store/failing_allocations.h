// Makes the n-th allocation of a thread fail: operator new, malloc and realloc as our libraries call them, slots of an
// Arena and mappings. failing_allocations.cc replaces operator new; the calls of malloc, realloc, mmap and
// Arena::allocate are redirected when a test program is linked (--wrap in tests/CMakeLists.txt).
//
// Only on the thread that made it; one at a time.
#pragma once

#include <cstddef>

namespace larder::store {

class FailingAllocations {
 public:
  /// `nth` counts from 1: the allocations before it succeed, and so do those behind it.
  explicit FailingAllocations(size_t nth);
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations();

  /// Whether so many allocations were made that one has failed.
  bool failed() const;
};

}  // namespace larder::store
