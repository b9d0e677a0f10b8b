// Readiness of an I/O thread's connections: an epoll set of their own, level-triggered, that Asio's loop waits for as
// for one descriptor. Asio's own reactor is made for operations that may complete at once: with version 1.22 each
// request costs a recv() that fails, a hop through its queue and a buffer that waits with the operation (README.md has
// the figures). Here a wake-up of the loop brings all ready connections together; everything else (timers, accepting,
// posts) stays with Asio.
//
// Thread rule: belongs to its I/O thread.
#pragma once

#include <sys/epoll.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <functional>
#include <span>

namespace larder::server {

/// What a Poller tells of a descriptor's state.
class Pollable {
 public:
  virtual void ready(bool readable, bool writable) = 0;

 protected:
  ~Pollable() = default;
};

class Poller {
 public:
  /// `around` runs each round of ready connections; it is given the round to run.
  Poller(asio::io_context& context, std::function<void(const std::function<void()>& round)> around);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Starts waiting.
  void start();
  /// False, with errno set, when the system refuses.
  bool add(int descriptor, Pollable& target);
  /// What the target wants to hear of from now on.
  void want(int descriptor, Pollable& target, bool readable, bool writable);
  /// After this the target is not called again. Before the descriptor is closed.
  void remove(int descriptor, Pollable& target);

 private:
  static constexpr size_t kMostEvents = 128;
  static constexpr int kRoundsInARow = 16;

  void wait();
  void serve();

  asio::posix::stream_descriptor set_;
  std::function<void(const std::function<void()>&)> around_;
  std::array<epoll_event, kMostEvents> events_;
  std::span<epoll_event> round_;  // those not served yet
};

}  // namespace larder::server
