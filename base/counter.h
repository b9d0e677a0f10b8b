// Figures that one thread counts and any thread may read: no atomic read-modify-write, no line shared between writers.
#pragma once

#include <atomic>
#include <cstdint>

namespace larder::base {

/// Written by its owning thread alone; read from any.
class Counter {
 public:
  void add(int64_t by = 1) { value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed); }
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

}  // namespace larder::base
