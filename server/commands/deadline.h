// Times as commands give them, turned into deadlines.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace larder::server::commands {

/// How a command writes a time: from now or since the Unix epoch, in seconds or milliseconds (EX, PX, EXAT, PXAT).
enum class TimeForm : uint8_t { seconds, milliseconds, unix_seconds, unix_milliseconds };

/// The deadline in Unix milliseconds, or nothing when it does not fit 64 bits.
constexpr std::optional<int64_t> deadline_from(int64_t value, TimeForm form, int64_t now_ms) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  if (form == TimeForm::seconds || form == TimeForm::unix_seconds) {
    if (value > kMost / 1000 || value < -(kMost / 1000)) return std::nullopt;
    value *= 1000;
  }
  if (form == TimeForm::seconds || form == TimeForm::milliseconds) {
    if (value > kMost - now_ms) return std::nullopt;
    value += now_ms;
  }
  return value;
}

/// What is replied where a time makes no deadline.
inline std::string invalid_expire_time(std::string_view command) {
  return fmt::format("ERR invalid expire time in '{}' command", command);
}

}  // namespace larder::server::commands
