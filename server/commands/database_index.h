// Numbers of databases as arguments.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"

namespace larder::server::commands {

/// Reads the number of one of `databases` databases; nothing after an error, which has been replied.
inline std::optional<uint32_t> read_database_index(protocol::ArgReader& args, uint32_t databases,
                                                   protocol::ReplyWriter& reply) {
  const int64_t index = args.integer();
  if (args.failed(reply)) return std::nullopt;
  if (index < std::numeric_limits<int32_t>::min() || index > std::numeric_limits<int32_t>::max()) {
    reply.error("ERR value is out of range, value must between -2147483648 and 2147483647");
    return std::nullopt;
  }
  if (index < 0 || index >= databases) {
    reply.error(protocol::kDbIndexOutOfRange);
    return std::nullopt;
  }
  return static_cast<uint32_t>(index);
}

}  // namespace larder::server::commands
