// What SCAN and its like have in common: the cursor, the options, the reply.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"

namespace larder::server::commands {

/// Reads a cursor: any text that strtoull takes as a whole, without leading space; that is how far clients may stray.
uint64_t read_cursor(protocol::ArgReader& args);

/// COUNT, MATCH, and what a single command takes besides.
struct ScanOptions {
  size_t count = 10;
  std::optional<std::string_view> pattern;
  std::optional<std::string_view> type;
  bool no_values = false;

  enum class Extra : uint8_t { none, type /* SCAN */, no_values /* HSCAN */ };
  static ScanOptions read(protocol::ArgReader& args, Extra extra = Extra::none);

  bool matches(std::string_view name) const;
  bool matches_type(std::string_view type_name) const;
};

/// The cursor to go on from, and what was found.
void write_scan(protocol::ReplyWriter& reply, uint64_t next, std::span<const std::string> found);

}  // namespace larder::server::commands
