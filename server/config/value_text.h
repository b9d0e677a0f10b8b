// Texts to values and back, as conf files and CONFIG SET write them. Refusals are the sentences that Redis answers
// with. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace larder::server {

/// A decimal integer within [min, max].
tl::expected<std::int64_t, std::string> read_integer(std::string_view text, std::int64_t min, std::int64_t max);

/// yes or no, in any case.
tl::expected<bool, std::string> read_flag(std::string_view text);

/// Digits and a unit (none, b, k, kb, m, mb, g, gb in any case; k = 1000, kb = 1024 and so on); no digits count as 0.
/// What is beyond 2^64-1 becomes that. Absent when the text has another form.
std::optional<std::uint64_t> read_memory(std::string_view text);

/// Bytes in the largest unit that holds them without a rest: 1gb, 64mb, 1500.
std::string memory_text(std::uint64_t bytes);

/// The parts between single spaces; two spaces enclose an empty part. An empty text has no parts.
std::vector<std::string_view> split_at_spaces(std::string_view text);

}  // namespace larder::server
