// Rare events; see statistics.h.
#include "server/observe/statistics.h"

namespace larder::server {

void ThreadStatistics::reset() {
  for (base::Counter* counter : {&commands, &input_bytes, &output_bytes, &reads, &writes, &error_replies})
    counter->set(0);
  for (CommandFigures& figures : per_command) {
    for (base::Counter* counter : {&figures.calls, &figures.microseconds_x1000, &figures.rejected, &figures.failed})
      counter->set(0);
    figures.latency.clear();
  }
}

void ServerStatistics::count_error(std::string_view code) {
  const std::lock_guard guard(mutex_);
  const auto found = errors_.find(code);
  if (found != errors_.end()) {
    ++found->second;
  } else if (errors_.size() < kMostCodes) {
    errors_.emplace(code, 1);
  }
}

std::map<std::string, uint64_t, std::less<>> ServerStatistics::errors() const {
  const std::lock_guard guard(mutex_);
  return errors_;
}

void ServerStatistics::reset() {
  connections_received = rejected_connections = output_limit_disconnections = query_limit_disconnections = 0;
  acl_denied_auth = unexpected_errors = 0;
  const std::lock_guard guard(mutex_);
  errors_.clear();
}

}  // namespace larder::server
