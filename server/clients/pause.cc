// See pause.h.
#include "server/clients/pause.h"

#include <algorithm>
#include <limits>

#include "server/clients/client_thread.h"

namespace larder::server {

void Pause::begin(PauseMode mode, int64_t until_ms) {
  const std::lock_guard guard(mutex_);
  if (const PauseMode now = this->mode(store_.clock().now_ms()); now != PauseMode::none) {
    mode = std::max(mode, now);
    until_ms = std::max(until_ms, until_ms_.load(std::memory_order_relaxed));
  }
  until_ms_.store(until_ms, std::memory_order_relaxed);
  mode_.store(mode, std::memory_order_relaxed);
  store_.stand_still_until(until_ms);
  gates_.set(kGatePause, true);
}

void Pause::end() {
  {
    const std::lock_guard guard(mutex_);
    mode_.store(PauseMode::none, std::memory_order_relaxed);
    store_.stand_still_until(std::numeric_limits<int64_t>::min());
    gates_.set(kGatePause, false);
  }
  for (ClientThread* thread : threads_.all()) {
    thread->post([thread] { thread->resume_paused(); });
  }
}

PauseMode Pause::mode(int64_t now_ms) const {
  const PauseMode mode = mode_.load(std::memory_order_relaxed);
  if (mode == PauseMode::none) [[likely]]
    return mode;
  return now_ms < until_ms_.load(std::memory_order_relaxed) ? mode : PauseMode::none;
}

void Pause::note_time(int64_t now_ms) {
  if ((gates_.closed() & kGatePause) == 0) return;
  const std::lock_guard guard(mutex_);
  if (mode(now_ms) == PauseMode::none) gates_.set(kGatePause, false);
}

}  // namespace larder::server
