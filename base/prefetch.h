// Hints to the processor about memory that will be read soon. GCC 12 takes a function whose only effect is
// __builtin_prefetch for one without effect and drops calls of it, so here the instruction is written out in an
// `asm volatile`, which no compiler may drop; tests/tools/prefetch_test.sh looks for it in the release binary.
// Thread-safe.
#pragma once

namespace larder::base {

/// Brings the cache line that holds `address` into the first-level cache. Any value will do: an address that is not
/// mapped is ignored.
inline void prefetch(const void* address) {
#if defined(__x86_64__)
  asm volatile("prefetcht0 (%0)" : : "r"(address));
#elif defined(__aarch64__)
  asm volatile("prfm pldl1keep, [%0]" : : "r"(address));
#else
  __builtin_prefetch(address);
  asm volatile("" : : "r"(address));
#endif
}

/// Reads a number or pointer that another thread may be changing: an old value or a new one, aligned as it is. For
/// hints only: nothing follows from it about other memory, so what it points to must not be read.
template <class T>
T peek(const T& value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
#if defined(__x86_64__)
  T result;
  asm volatile("mov %1, %0" : "=r"(result) : "m"(value));
  return result;
#else
  return __atomic_load_n(&value, __ATOMIC_RELAXED);
#endif
}

}  // namespace larder::base
