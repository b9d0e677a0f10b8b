// Readiness of an I/O thread's connections: a level-triggered epoll set in which the thread waits, and which brings all
// ready connections together. Asio's own reactor is made for operations that may complete at once: with version 1.22
// each request costs a recv() that fails, a hop through its queue and a buffer that waits with the operation (figures
// in bench/README.md); and when its loop watches this set, each request costs one more epoll_wait. So Asio's loop,
// which keeps accepting and posts, is turned only when wake() or a watched descriptor says that there is something in
// it.
//
// Only on its I/O thread, except wake() and watch().
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <functional>
#include <span>

namespace larder::server {

/// What a Poller tells of a descriptor's state.
class Pollable {
 public:
  virtual void ready(bool readable, bool writable) = 0;
  /// There was no memory for what ready() had to do.
  virtual void out_of_memory() noexcept = 0;

 protected:
  ~Pollable() = default;
};

class Poller {
 public:
  /// `around` runs each round of ready connections; it is given the round to run. Throws std::system_error when the
  /// system has no descriptors left.
  explicit Poller(std::function<void(const std::function<void()>& round)> around);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// Waits until something is ready, at most `timeout_ms` (-1: for ever), and serves the connections that are. Returns
  /// whether wake() was called or a watched descriptor became readable.
  bool wait(int timeout_ms);
  /// Any thread: has wait() return true.
  void wake();
  /// Any thread: does so each time that the descriptor becomes readable, until it is closed.
  void watch(int descriptor);
  /// False, with errno set, when the system refuses.
  bool add(int descriptor, Pollable& target);
  /// What the target wants to hear of from now on.
  void want(int descriptor, Pollable& target, bool readable, bool writable);
  /// After this the target is not called again. Before the descriptor is closed.
  void remove(int descriptor, Pollable& target);

 private:
  static constexpr size_t kMostEvents = 128;

  // UBSan's look at the type of a target opens a pipe, and aborts when no descriptors are left.
  __attribute__((no_sanitize("vptr"))) void serve();

  int set_, wake_;
  std::atomic<bool> wake_pending_{false};  // written to wake_ and not read yet
  std::function<void(const std::function<void()>&)> around_;
  std::array<epoll_event, kMostEvents> events_;
  std::span<epoll_event> round_;  // those not served yet
};

}  // namespace larder::server
