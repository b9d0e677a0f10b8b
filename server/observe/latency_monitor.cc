// Latency spikes; see latency_monitor.h.
#include "server/observe/latency_monitor.h"

#include <algorithm>

namespace larder::server {

namespace {

constexpr size_t kMostSamples = 160;

}  // namespace

void LatencyMonitor::add(std::string_view event, int64_t unix_s, int64_t latency_ms) {
  const std::lock_guard guard(mutex_);
  Event& entry = events_.try_emplace(std::string(event)).first->second;
  entry.max_ms = std::max(entry.max_ms, latency_ms);
  if (!entry.history.empty() && entry.history.back().unix_s == unix_s) {
    entry.history.back().latency_ms = std::max(entry.history.back().latency_ms, latency_ms);
    return;
  }
  if (entry.history.size() == kMostSamples) entry.history.erase(entry.history.begin());
  entry.history.push_back({unix_s, latency_ms});
}

std::map<std::string, LatencyMonitor::Event, std::less<>> LatencyMonitor::events() const {
  const std::lock_guard guard(mutex_);
  return events_;
}

size_t LatencyMonitor::reset(std::string_view event) {
  const std::lock_guard guard(mutex_);
  if (event.empty()) {
    const size_t count = events_.size();
    events_.clear();
    return count;
  }
  const auto found = events_.find(event);
  if (found == events_.end()) return 0;
  events_.erase(found);
  return 1;
}

}  // namespace larder::server
