// See log_line.h.
#include "server/config/log_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>

namespace larder::server {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kLevelMarks = ".-*#";

char mark_of(LogLevel level) {
  const auto index = static_cast<std::size_t>(level);
  return index < kLevelMarks.size() ? kLevelMarks[index] : '#';
}

// The local time of one second, kept because a burst of lines falls into few seconds and the time zone costs a lock.
struct LocalSecond {
  std::time_t second = -1;
  std::tm parts{};
};

const std::tm& local_time(std::time_t second) {
  thread_local LocalSecond kept;
  if (kept.second != second) {
    ::localtime_r(&second, &kept.parts);
    kept.second = second;
  }
  return kept.parts;
}

}  // namespace

std::string log_line(LogLevel level, char role, std::string_view text) {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  const auto& local = local_time(now.tv_sec);
  auto line = fmt::format("{}:{} {:02} {} {} {:02}:{:02}:{:02}.{:03} {} ", ::getpid(), role, local.tm_mday,
                          kMonths[static_cast<std::size_t>(local.tm_mon) % kMonths.size()], local.tm_year + 1900,
                          local.tm_hour, local.tm_min, local.tm_sec, now.tv_nsec / 1000000, mark_of(level));
  for (const char c : text.substr(0, kMaxLogText)) line += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  line += '\n';
  return line;
}

}  // namespace larder::server
