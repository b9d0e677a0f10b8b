// The count of lines that were dropped. How a line gets out without waiting: log_sink.cc.
#include "server/observe/log.h"

#include <iterator>

#include <fmt/format.h>

#include "server/config/log_line.h"
#include "server/observe/log_sink.h"

namespace larder::server {

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
