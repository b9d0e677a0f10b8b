// A periodic timer that a Poller waits for like any descriptor. Waiting for connections then needs no time limit that
// would have to be computed for each wait.
#pragma once

#include <chrono>
#include <utility>

#include "server/net/poller.h"

namespace larder::server {

/// Only on the poller's thread.
class TickTimer final : public Pollable {
 public:
  /// Throws std::system_error when the system has no descriptors left.
  TickTimer(Poller& poller, std::chrono::nanoseconds period);
  TickTimer(const TickTimer&) = delete;
  TickTimer& operator=(const TickTimer&) = delete;
  ~TickTimer();

  void ready(bool readable, bool writable) override;
  void out_of_memory() noexcept override {}  // ready() needs none
  /// Whether a period has ended since the last call. Periods that were missed count once.
  bool take() { return std::exchange(due_, false); }

 private:
  int descriptor_;
  bool due_ = false;
};

}  // namespace larder::server
