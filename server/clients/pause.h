// CLIENT PAUSE: what waits, until when, and the gate that holds it back.
//
// Any I/O thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "server/clients/gate_mask.h"
#include "server/clients/threads.h"
#include "store/core/store.h"

namespace larder::server {

enum class PauseMode : uint8_t { none, writes, all };

class Pause {
 public:
  Pause(store::Store& store, ServerGates& gates, Threads& threads) : store_(store), gates_(gates), threads_(threads) {}
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  /// A pause during a pause never makes it shorter or weaker.
  void begin(PauseMode mode, int64_t until_ms);
  void end();
  /// What is paused at this moment.
  PauseMode mode(int64_t now_ms) const;
  /// Opens the gate again once the pause is over.
  void note_time(int64_t now_ms);

 private:
  store::Store& store_;
  ServerGates& gates_;
  Threads& threads_;
  std::mutex mutex_;  // of changes of the following two and of their gate
  std::atomic<int64_t> until_ms_{0};
  std::atomic<PauseMode> mode_{PauseMode::none};
};

}  // namespace larder::server
