// Cursors of SCAN and its like as arguments.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace larder::server::commands {

/// Any text that strtoull takes as a whole, without leading space: that is how far clients may stray. Nothing
/// otherwise.
inline std::optional<uint64_t> read_cursor(std::string_view text) {
  const std::string copy(text);
  if (!copy.empty() && (copy[0] == ' ' || (copy[0] >= '\t' && copy[0] <= '\r'))) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const uint64_t cursor = std::strtoull(copy.c_str(), &end, 10);
  if (errno == ERANGE || end != copy.c_str() + copy.size()) return std::nullopt;
  return cursor;
}

}  // namespace larder::server::commands
