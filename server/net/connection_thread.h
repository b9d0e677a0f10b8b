// An I/O thread as its connections know it: what they use to receive, execute and send, and what they lend from it. The
// event loop is IoThread's.
//
// Only on its I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "protocol/output_buffer.h"
#include "server/clients/client_thread.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/dispatch.h"
#include "server/net/intake.h"
#include "server/net/poller.h"
#include "server/state.h"

namespace larder::server {

class ConnectionThread : public ClientThread {
 public:
  /// `around` runs each round of ready connections; it is given the round to run.
  ConnectionThread(ServerState& state, unsigned index, std::function<void(const std::function<void()>& round)> around)
      : ClientThread(index, state.world.thread_state(index), state.config, CommandTable::instance().all().size()),
        state_(state),
        dispatcher_(state, *this),
        intake_(dispatcher_),
        poller_(std::move(around)) {}

  ServerState& state() { return state_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Intake& intake() { return intake_; }
  Poller& poller() { return poller_; }
  /// Gives a closed connection up; it lives until the thread is done with what it does now.
  virtual void remove(uint64_t client_id) = 0;
  /// A connection has requests that wait for the end of a pause.
  void note_waiting() { holding_ = true; }

  protocol::OutputBuffer scratch_output;  // storage lent to the connection being served

 protected:
  ~ConnectionThread() = default;

  ServerState& state_;
  Dispatcher dispatcher_;
  Intake intake_;
  Poller poller_;
  bool holding_ = false;  // connections may have such requests
};

}  // namespace larder::server
