// Timeouts as commands take them: in milliseconds, or of blocking commands in seconds.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/number.h"
#include "protocol/arg_reader.h"

namespace larder::server::commands {

/// The end of a timeout in Unix milliseconds, 0 for a timeout of 0. Errors are kept by `args`.
inline int64_t timeout_end(protocol::ArgReader& args, std::string_view text, int64_t now_ms) {
  const auto timeout_ms = base::parse_int64(text);
  int64_t end_ms = 0;
  if (!timeout_ms) {
    args.fail("ERR timeout is not an integer or out of range");
  } else if (*timeout_ms < 0) {
    args.fail("ERR timeout is negative");
  } else if (__builtin_add_overflow(now_ms, *timeout_ms, &end_ms)) {
    args.fail("ERR timeout is out of range");
  } else if (*timeout_ms != 0) {
    return end_ms;
  }
  return 0;
}

/// The same for a blocking command: seconds with a fraction, of which what is less than a millisecond counts as one.
inline int64_t blocking_end(protocol::ArgReader& args, std::string_view text, int64_t now_ms) {
  const auto seconds = base::parse_long_double(text);
  const long double timeout_ms = std::ceil(seconds.value_or(0) * 1000);
  if (!seconds) {
    args.fail("ERR timeout is not a float or out of range");
  } else if (timeout_ms < 0) {
    args.fail("ERR timeout is negative");
  } else if (timeout_ms > static_cast<long double>(std::numeric_limits<int64_t>::max() - now_ms)) {
    args.fail("ERR timeout is out of range");
  } else if (timeout_ms > 0) {
    return now_ms + static_cast<int64_t>(timeout_ms);
  }
  return 0;
}

}  // namespace larder::server::commands
