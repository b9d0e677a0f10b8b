// Timeouts as commands take them, in milliseconds from now.
#pragma once

#include <cstdint>
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

}  // namespace larder::server::commands
