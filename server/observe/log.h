// Log: one line per event in Redis' format, `PID:M DD Mon YYYY HH:MM:SS.mmm * text`, to standard output, a file or a
// function. Each line is one write and nothing is held back, so that a launcher sees the ready line at once.
//
// Invariants: writing never waits for a reader. When standard output is a pipe, socket or terminal that takes no more,
// the line is dropped and counted, and the first line that gets through again is preceded by one that tells how many
// are missing. The descriptor shared with the parent is never switched to non-blocking (see log.cc). Every
// member may be called from any thread. A program that writes to pipes ignores SIGPIPE; Log does not do it for it.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <tl/expected.hpp>

#include "server/config/log_level.h"

namespace larder::server {

class LogSink;

class Log {
 public:
  /// A log on standard output.
  explicit Log(LogLevel level = LogLevel::notice);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Where the lines go from now on. file: appended to and created when it is missing, also when it is renamed or
  /// removed while the server runs (rotation); empty = standard output. On an error (the system's words) nothing
  /// changes.
  tl::expected<void, std::string> open(const std::string& file);

  /// Lines go to `take` (with their line end), e.g. into a test's buffer. Called from any thread, one at a time; it
  /// must not log.
  void open(std::function<void(std::string_view line)> take);

  void set_level(LogLevel level) noexcept { level_.store(level, std::memory_order_relaxed); }
  LogLevel level() const noexcept { return level_.load(std::memory_order_relaxed); }
  bool enabled(LogLevel level) const noexcept { return level >= this->level() && level != LogLevel::nothing; }

  /// The letter after the process id: M a server, S a replica, C a child, X a sentinel.
  void set_role(char role) noexcept { role_.store(role, std::memory_order_relaxed); }

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    log(LogLevel::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void verbose(fmt::format_string<Args...> format, Args&&... args) {
    log(LogLevel::verbose, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void notice(fmt::format_string<Args...> format, Args&&... args) {
    log(LogLevel::notice, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    log(LogLevel::warning, format, std::forward<Args>(args)...);
  }

  /// Text of several lines as it stands, without process id, time and level.
  void raw(LogLevel level, std::string_view text);

  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(level)) write(level, format, fmt::make_format_args(args...));
  }

  /// Lines that could not be written since the log was opened.
  std::uint64_t dropped() const noexcept { return dropped_total_.load(std::memory_order_relaxed); }

 private:
  void write(LogLevel level, fmt::string_view format, fmt::format_args args);
  void replace(std::unique_ptr<LogSink> sink);
  std::string dropped_text() const;

  std::atomic<LogLevel> level_;
  std::atomic<char> role_{'M'};
  std::atomic<std::uint64_t> dropped_total_{0};
  std::mutex mutex_;  // guards what follows; never held across a wait for a reader
  std::unique_ptr<LogSink> sink_;
  std::uint64_t dropped_pending_ = 0;  // not yet told
};

}  // namespace larder::server
