// SLOWLOG: the commands that took longest to execute, newest first, bounded in number and in the size of what is kept
// of their arguments.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::server {

class SlowLog {
 public:
  struct Entry {
    uint64_t id;
    int64_t unix_s;  // when it was executed
    int64_t duration_us;
    std::vector<std::string> args;
    std::string client_address, client_name;
  };

  /// Commands that take at least so long are logged; negative logs none.
  void set_threshold_us(int64_t us) { threshold_us_.store(us, std::memory_order_relaxed); }
  bool wants(int64_t duration_us) const {
    const int64_t threshold = threshold_us_.load(std::memory_order_relaxed);
    return threshold >= 0 && duration_us >= threshold;
  }
  void set_max_length(size_t entries);

  /// Long arguments are cut, and many are counted instead of kept, as Redis does: 128 bytes, 32 arguments.
  void add(std::span<const std::string_view> args, int64_t unix_s, int64_t duration_us, std::string_view address,
           std::string_view name);
  /// The newest `count` entries; all when negative.
  std::vector<Entry> newest(int64_t count) const;
  size_t size() const;
  void reset();

 private:
  std::atomic<int64_t> threshold_us_{10'000};
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // newest first
  size_t max_length_ = 128;
  uint64_t next_id_ = 0;
};

}  // namespace larder::server
