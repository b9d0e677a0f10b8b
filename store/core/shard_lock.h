// The lock of one shard: one word, spins briefly, then sleeps on a futex. A pure spinlock collapses when its holder is
// descheduled, which is common on two shared cores (DashMap issue 206: a worst operation of 387 ms).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/check.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace larder::store {

/// Debug builds count the shards that each thread holds, and abort where none may be: who locks all shards, or waits
/// for threads that lock shards, while it holds one may wait for ever. Other builds do nothing.
class HeldShards {
 public:
#ifdef NDEBUG
  static void add(int) {}
  static void check_none(const char*) {}
#else
  static void add(int by) { count_ += by; }
  static void check_none(const char* what) { base::check(count_ == 0, what); }

 private:
  static inline thread_local int count_ = 0;
#endif
};

class ShardLock {
 public:
  void lock() {
    uint32_t expected = kFree;
    if (!state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire, std::memory_order_relaxed)) {
      lock_contended();
    }
    HeldShards::add(1);
  }

  bool try_lock() {
    const bool locked = take();
    HeldShards::add(locked ? 1 : 0);
    return locked;
  }

  void unlock() {
    HeldShards::add(-1);
    if (state_.exchange(kFree, std::memory_order_release) == kContended) state_.notify_one();
  }

 private:
  static constexpr uint32_t kFree = 0, kHeld = 1, kContended = 2;
  static constexpr int kSpins = 100;  // about a microsecond: longer than a command holds the lock, shorter than a sleep

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  bool take() {
    uint32_t expected = kFree;
    return state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire, std::memory_order_relaxed);
  }

  void lock_contended() {
    for (int i = 0; i < kSpins; ++i) {
      if (state_.load(std::memory_order_relaxed) == kFree && take()) return;
      pause();
    }
    while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
      state_.wait(kContended, std::memory_order_relaxed);
    }
  }

  std::atomic<uint32_t> state_{kFree};
};

}  // namespace larder::store
