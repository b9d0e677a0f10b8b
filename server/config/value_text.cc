// Texts to values and back. The rules were asked of a real server, not read: "9999999999999999999999" is a memory value
// (the largest there is), "" and "kb" are zero, " 1" and "0x10" are none.
#include "server/config/value_text.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/number.h"

namespace larder::server {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kMemoryUnits = {{
    {"", 1},
    {"b", 1},
    {"k", 1000},
    {"kb", 1024},
    {"m", 1000 * 1000},
    {"mb", 1024 * 1024},
    {"g", 1000 * 1000 * 1000},
    {"gb", 1024 * 1024 * 1024},
}};

std::optional<std::uint64_t> unit_factor(std::string_view text) {
  for (const auto& [name, factor] : kMemoryUnits) {
    if (base::equals_ignoring_case(text, name)) return factor;
  }
  return std::nullopt;
}

std::uint64_t multiply_saturated(std::uint64_t a, std::uint64_t b) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > kMost / b ? kMost : a * b;
}

std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return a > kMost - b ? kMost : a + b;
}

}  // namespace

tl::expected<std::int64_t, std::string> read_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto value = base::parse_int64(text);
  if (!value) return tl::unexpected(std::string("argument couldn't be parsed into an integer"));
  if (*value < min || *value > max) {
    return tl::unexpected(fmt::format("argument must be between {} and {} inclusive", min, max));
  }
  return *value;
}

tl::expected<bool, std::string> read_flag(std::string_view text) {
  if (base::equals_ignoring_case(text, "yes")) return true;
  if (base::equals_ignoring_case(text, "no")) return false;
  return tl::unexpected(std::string("argument must be 'yes' or 'no'"));
}

std::optional<std::uint64_t> read_memory(std::string_view text) {
  std::size_t digits = 0;
  std::uint64_t number = 0;
  for (; digits < text.size() && base::is_digit(text[digits]); ++digits) {
    number = add_saturated(multiply_saturated(number, 10), static_cast<std::uint64_t>(text[digits] - '0'));
  }
  const auto factor = unit_factor(text.substr(digits));
  if (!factor) return std::nullopt;
  return multiply_saturated(number, *factor);
}

std::string memory_text(std::uint64_t bytes) {
  constexpr std::array<std::pair<std::string_view, int>, 3> kUnits = {{{"gb", 30}, {"mb", 20}, {"kb", 10}}};
  for (const auto& [name, shift] : kUnits) {
    const auto whole = bytes >> shift;
    if (whole != 0 && whole << shift == bytes) return fmt::format("{}{}", whole, name);
  }
  return fmt::format("{}", bytes);
}

std::vector<std::string_view> split_at_spaces(std::string_view text) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (auto space = text.find(' '); space != std::string_view::npos; space = text.find(' ')) {
    parts.push_back(text.substr(0, space));
    text.remove_prefix(space + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace larder::server
