// See tick_timer.h.
#include "server/net/tick_timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace larder::server {

TickTimer::TickTimer(Poller& poller, std::chrono::nanoseconds period)
    : descriptor_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(period);
  const timespec each{.tv_sec = seconds.count(), .tv_nsec = (period - seconds).count()};
  const itimerspec times{.it_interval = each, .it_value = each};
  if (descriptor_ >= 0 && ::timerfd_settime(descriptor_, 0, &times, nullptr) == 0 && poller.add(descriptor_, *this)) {
    return;
  }
  const int error = errno;
  if (descriptor_ >= 0) ::close(descriptor_);
  throw std::system_error(error, std::generic_category(), "timerfd");
}

TickTimer::~TickTimer() { ::close(descriptor_); }

void TickTimer::ready(bool, bool) {
  uint64_t periods = 0;
  due_ = ::read(descriptor_, &periods, sizeof periods) == sizeof periods || due_;
}

}  // namespace larder::server
