// A stopwatch for single commands: the processor's time stamp counter, an order of magnitude cheaper to read than the
// system's clock, which at a hundred commands a batch would cost a tenth of them.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace larder::server {

/// The counter's value now, in units of its own.
inline uint64_t stopwatch_ticks() {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Nanoseconds that a number of ticks stands for; measured against the system's clock, better the longer the process
/// runs.
int64_t stopwatch_nanoseconds(uint64_t ticks);
/// Takes the measure again; called now and then.
void stopwatch_calibrate();

}  // namespace larder::server
