// The slow log; see slow_log.h.
#include "server/observe/slow_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace larder::server {

namespace {

constexpr size_t kMostArguments = 32;
constexpr size_t kLongestArgument = 128;

std::vector<std::string> shortened(std::span<const std::string_view> args) {
  const bool many = args.size() > kMostArguments;
  const size_t kept = many ? kMostArguments - 1 : args.size();
  std::vector<std::string> out;
  out.reserve(kept + 1);
  for (const std::string_view arg : args.first(kept)) {
    if (arg.size() > kLongestArgument) {
      out.push_back(
          fmt::format("{}... ({} more bytes)", arg.substr(0, kLongestArgument), arg.size() - kLongestArgument));
    } else {
      out.emplace_back(arg);
    }
  }
  if (many) out.push_back(fmt::format("... ({} more arguments)", args.size() - kept));
  return out;
}

}  // namespace

void SlowLog::set_max_length(size_t entries) {
  const std::lock_guard guard(mutex_);
  max_length_ = entries;
  if (entries_.size() > max_length_) entries_.resize(max_length_);
}

void SlowLog::add(std::span<const std::string_view> args, int64_t unix_s, int64_t duration_us, std::string_view address,
                  std::string_view name) {
  Entry entry{.id = 0,
              .unix_s = unix_s,
              .duration_us = duration_us,
              .args = shortened(args),
              .client_address = std::string(address),
              .client_name = std::string(name)};
  const std::lock_guard guard(mutex_);
  entry.id = next_id_++;
  entries_.push_front(std::move(entry));
  if (entries_.size() > max_length_) entries_.resize(max_length_);
}

std::vector<SlowLog::Entry> SlowLog::newest(int64_t count) const {
  const std::lock_guard guard(mutex_);
  const size_t wanted = count < 0 ? entries_.size() : std::min(entries_.size(), static_cast<size_t>(count));
  return {entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(wanted)};
}

size_t SlowLog::size() const {
  const std::lock_guard guard(mutex_);
  return entries_.size();
}

void SlowLog::reset() {
  const std::lock_guard guard(mutex_);
  entries_.clear();
}

}  // namespace larder::server
