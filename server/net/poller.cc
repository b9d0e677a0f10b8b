// See poller.h.
#include "server/net/poller.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace larder::server {

namespace {

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

uint32_t mask(bool readable, bool writable) { return (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u); }

}  // namespace

Poller::Poller(asio::io_context& context, std::function<void(const std::function<void()>&)> around)
    : set_(context, make_set()), around_(std::move(around)) {}

void Poller::start() { wait(); }

bool Poller::add(int descriptor, Pollable& target) {
  epoll_event event{.events = mask(true, false), .data = {.ptr = &target}};
  return ::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::want(int descriptor, Pollable& target, bool readable, bool writable) {
  epoll_event event{.events = mask(readable, writable), .data = {.ptr = &target}};
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor, Pollable& target) {
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  // It may stand further on in the round that is being served.
  for (epoll_event& event : round_) {
    if (event.data.ptr == &target) event.data.ptr = nullptr;
  }
}

void Poller::wait() {
  set_.async_wait(asio::posix::stream_descriptor::wait_read, [this](std::error_code error) {
    if (error) return;
    // While one round is served the next becomes ready: going round again is cheaper than a turn of Asio's loop, which
    // has its own turn soon.
    for (int rounds = 0; rounds < kRoundsInARow; ++rounds) {
      const int count = ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
      if (count <= 0) break;
      round_ = std::span(events_).first(static_cast<size_t>(count));
      around_([this] { serve(); });
    }
    wait();
  });
}

void Poller::serve() {
  while (!round_.empty()) {
    const epoll_event event = round_.front();
    round_ = round_.subspan(1);
    auto* target = static_cast<Pollable*>(event.data.ptr);
    if (target == nullptr) continue;
    // An error or a hang-up is found by reading.
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    target->ready(broken || (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0);
  }
}

}  // namespace larder::server
