// Numbers of databases as arguments.
#pragma once

#include <cstdint>
#include <limits>

#include "protocol/arg_reader.h"
#include "protocol/wire_text.h"

namespace larder::server::commands {

/// Reads the number of one of `databases` databases; 0 after an error.
inline uint32_t read_database_index(protocol::ArgReader& args, uint32_t databases) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();
  const int64_t index = args.integer();
  if (index < kLeast || index > kMost) {
    args.fail("ERR value is out of range, value must between -2147483648 and 2147483647");
  } else if (index < 0 || index >= databases) {
    args.fail(protocol::kDbIndexOutOfRange);
  }
  return args.failed() ? 0 : static_cast<uint32_t>(index);
}

}  // namespace larder::server::commands
