// Rare events; see statistics.h.
#include "server/observe/statistics.h"

namespace larder::server {

void ThreadStatistics::reset() {
  for (base::Counter* counter : {&commands, &input_bytes, &output_bytes, &reads, &writes, &error_replies, &loop_cycles,
                                 &loop_ns, &reply_buffer_expands, &reply_buffer_shrinks})
    counter->set(0);
  for (CommandFigures& figures : per_command) {
    for (base::Counter* counter : {&figures.calls, &figures.microseconds_x1000, &figures.rejected, &figures.failed})
      counter->set(0);
    figures.latency.clear();
  }
  errors.reset();
}

void ErrorCounts::count(std::string_view code) {
  const std::lock_guard guard(mutex_);
  const auto found = counts_.find(code);
  if (found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < kMostCodes) {
    counts_.emplace(code, 1);
  }
}

void ErrorCounts::add_to(Counts& counts) const {
  const std::lock_guard guard(mutex_);
  for (const auto& [code, count] : counts_) {
    if (counts.size() < kMostCodes || counts.contains(code)) counts[code] += count;
  }
}

void ErrorCounts::reset() {
  const std::lock_guard guard(mutex_);
  counts_.clear();
}

void ServerStatistics::reset() {
  connections_received = rejected_connections = output_limit_disconnections = query_limit_disconnections = 0;
  evicted_clients = acl_denied_auth = 0;
}

}  // namespace larder::server
