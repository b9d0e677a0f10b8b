// Formatting of lines and the count of those that were dropped. How a line gets out without waiting: log_sink.cc.
#include "server/observe/log.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "server/observe/log_sink.h"

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

Log::Log(LogLevel level) : level_(level), sink_(make_descriptor_sink()) {}

Log::~Log() = default;

tl::expected<void, std::string> Log::open(const std::string& file) {
  std::unique_ptr<LogSink> sink;
  if (file.empty()) {
    sink = make_descriptor_sink();
  } else {
    auto made = make_file_sink(file);
    if (!made) return tl::unexpected(made.error());
    sink = std::move(*made);
  }
  replace(std::move(sink));
  return {};
}

void Log::open(std::function<void(std::string_view line)> take) { replace(make_function_sink(std::move(take))); }

void Log::replace(std::unique_ptr<LogSink> sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
  dropped_pending_ = 0;
  dropped_total_.store(0, std::memory_order_relaxed);
}

void Log::write(LogLevel level, fmt::string_view format, fmt::format_args args) {
  fmt::memory_buffer text;
  fmt::vformat_to(std::back_inserter(text), format, args);
  const char role = role_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (dropped_pending_ != 0 && sink_->put(log_line(LogLevel::warning, role, dropped_text()))) dropped_pending_ = 0;
  if (dropped_pending_ == 0 && sink_->put(log_line(level, role, {text.data(), text.size()}))) return;
  ++dropped_pending_;
  dropped_total_.fetch_add(1, std::memory_order_relaxed);
}

void Log::raw(LogLevel level, std::string_view text) {
  if (!enabled(level)) return;
  const std::lock_guard lock(mutex_);
  if (dropped_pending_ == 0 && sink_->put(text.substr(0, kMaxLogText))) return;
  ++dropped_pending_;
  dropped_total_.fetch_add(1, std::memory_order_relaxed);
}

std::string Log::dropped_text() const {
  return fmt::format("{} log line{} dropped here: nobody was reading.", dropped_pending_,
                     dropped_pending_ == 1 ? " was" : "s were");
}

}  // namespace larder::server
