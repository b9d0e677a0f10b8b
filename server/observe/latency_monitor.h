// LATENCY: spikes by event, sampled when an event takes at least latency-monitor-threshold; and the latency of every
// command (LATENCY HISTOGRAM, INFO latencystats).
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace larder::server {

class LatencyMonitor {
 public:
  struct Sample {
    int64_t unix_s;
    int64_t latency_ms;
  };
  struct Event {
    std::vector<Sample> history;  // at most 160, oldest first
    int64_t max_ms = 0;
  };

  /// 0 turns the monitor off.
  void set_threshold_ms(int64_t ms) { threshold_ms_.store(ms, std::memory_order_relaxed); }
  int64_t threshold_ms() const { return threshold_ms_.load(std::memory_order_relaxed); }
  bool wants(int64_t ms) const { return threshold_ms() > 0 && ms >= threshold_ms(); }

  /// Notes a spike. Those of the same second are one sample, with the largest latency.
  void add(std::string_view event, int64_t unix_s, int64_t latency_ms);
  std::map<std::string, Event, std::less<>> events() const;
  /// Forgets one event, or all when the name is empty; returns how many there were.
  size_t reset(std::string_view event);

 private:
  std::atomic<int64_t> threshold_ms_{0};
  mutable std::mutex mutex_;
  std::map<std::string, Event, std::less<>> events_;
};

}  // namespace larder::server
