// See poller.h.
#include "server/net/poller.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace larder::server {

namespace {

int checked(int descriptor, const char* call) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), call);
  return descriptor;
}

uint32_t mask(bool readable, bool writable) { return (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u); }

}  // namespace

Poller::Poller(std::function<void(const std::function<void()>&)> around)
    : set_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      around_(std::move(around)) {
  if (wake_ < 0) ::close(set_);
  checked(wake_, "eventfd");
  watch(wake_);
}

Poller::~Poller() {
  ::close(wake_);
  ::close(set_);
}

bool Poller::add(int descriptor, Pollable& target) {
  epoll_event event{.events = mask(true, false), .data = {.ptr = &target}};
  return ::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::want(int descriptor, Pollable& target, bool readable, bool writable) {
  epoll_event event{.events = mask(readable, writable), .data = {.ptr = &target}};
  ::epoll_ctl(set_, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor, Pollable& target) {
  ::epoll_ctl(set_, EPOLL_CTL_DEL, descriptor, nullptr);
  // It may stand further on in the round that is being served.
  for (epoll_event& event : round_) {
    if (event.data.ptr == &target) event.data.ptr = nullptr;
  }
}

void Poller::watch(int descriptor) {
  // Edge-triggered: whoever looks at it may do so later, as a listener does that has no descriptors left.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = this}};
  ::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event);
}

void Poller::wake() {
  if (wake_pending_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

bool Poller::wait(int timeout_ms) {
  const int count = ::epoll_wait(set_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
  if (count <= 0) return false;
  round_ = std::span(events_).first(static_cast<size_t>(count));
  bool woken = false;
  for (epoll_event& event : round_) {
    if (event.data.ptr != this) continue;
    event.data.ptr = nullptr;
    woken = true;
  }
  // Before the caller looks at what it was woken for: what comes later wakes it again. The next write is a new edge
  // whether or not the counter has been read.
  if (woken) wake_pending_.exchange(false, std::memory_order_acq_rel);
  if (!woken || count > 1) around_([this] { serve(); });
  return woken;
}

void Poller::serve() {
  while (!round_.empty()) {
    const epoll_event event = round_.front();
    round_ = round_.subspan(1);
    auto* target = static_cast<Pollable*>(event.data.ptr);
    if (target == nullptr) continue;
    // An error or a hang-up is found by reading.
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    try {
      target->ready(broken || (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0);
    } catch (const std::bad_alloc&) {
      target->out_of_memory();
    }
  }
}

}  // namespace larder::server
