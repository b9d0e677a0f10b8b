// Numbers as Redis writes and reads them, in no locale. All functions are pure and may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace larder::base {

/// Reads a whole text as a decimal int64. Strict: "0" or an optional '-' and digits that begin with 1-9; no '+', no
/// spaces, no leading zeros, no "-0", nothing behind the digits.
std::optional<int64_t> parse_int64(std::string_view text);

/// Reads a whole text as an unsigned decimal, as strict as parse_int64.
std::optional<uint64_t> parse_uint64(std::string_view text);

/// Reads a whole text as a floating point number as strtod does in the C locale: a leading '+', "inf", "infinity" and
/// hexadecimal floats are accepted; leading spaces, NaN, trailing bytes, overflow and underflow to zero are not.
std::optional<double> parse_double(std::string_view text);

/// Reads a text as strtod does in the C locale with all that this lets pass: leading spaces, an empty text (0),
/// overflow (infinite), underflow; a NUL ends the text. NaN and trailing bytes are not accepted.
std::optional<double> parse_double_as_strtod(std::string_view text);

/// parse_double with the precision of long double. Texts of 5 KiB and more are refused.
std::optional<long double> parse_long_double(std::string_view text);

/// Most bytes that format_double writes.
inline constexpr size_t kMaxDoubleChars = 40;

/// Writes the shortest text that reads back as `value`: integers without a point, "inf", "-inf", "nan", "-0",
/// exponents as "1e+25". Returns the end of what was written to `to` (room for kMaxDoubleChars is the caller's duty).
char* write_double(char* to, double value);
std::string format_double(double value);

/// 17 significant digits at most, trailing zeros cut off, as printf's "%.17g": "0.10000000000000001", "1e+20".
std::string format_double_17(double value);

/// 17 digits behind the point, trailing zeros and a trailing point cut off ("10.5", "3", "0", "inf"), never an
/// exponent: the form of INCRBYFLOAT's result.
std::string format_long_double(long double value);

/// Most bytes that write_decimal writes.
inline constexpr size_t kMaxDecimalChars = 20;

/// Writes the decimal digits of `value` to `to` (room for kMaxDecimalChars) and returns their end.
char* write_decimal(char* to, uint64_t value);
char* write_decimal(char* to, int64_t value);
std::string format_int64(int64_t value);

namespace detail {

// The lines "0\r\n" to "255\r\n" ready made: with them the head of a short bulk string is one load and one store.
struct NumberLine {
  char text[7] = {};
  uint8_t size = 0;
};

constexpr std::array<NumberLine, 256> make_number_lines() {
  std::array<NumberLine, 256> lines{};
  for (int value = 0; value < 256; ++value) {
    NumberLine& line = lines[static_cast<size_t>(value)];
    if (value >= 100) line.text[line.size++] = static_cast<char>('0' + value / 100);
    if (value >= 10) line.text[line.size++] = static_cast<char>('0' + value / 10 % 10);
    line.text[line.size++] = static_cast<char>('0' + value % 10);
    line.text[line.size++] = '\r';
    line.text[line.size++] = '\n';
  }
  return lines;
}

inline constexpr std::array<NumberLine, 256> kNumberLines = make_number_lines();

}  // namespace detail

/// Most bytes that write_decimal_line touches.
inline constexpr size_t kMaxDecimalLineChars = kMaxDecimalChars + 2;

/// Writes `value` and "\r\n" to `to` (room for kMaxDecimalLineChars) and returns the end; what lies behind it within
/// that room is left in an unspecified state.
inline char* write_decimal_line(char* to, uint64_t value) {
  if (value < detail::kNumberLines.size()) [[likely]] {
    const detail::NumberLine& line = detail::kNumberLines[value];
    std::memcpy(to, &line, sizeof line);
    return to + line.size;
  }
  to = write_decimal(to, value);
  std::memcpy(to, "\r\n", 2);
  return to + 2;
}

/// How many digits `value` has in decimal.
constexpr int decimal_digits(uint64_t value) {
  int digits = 1;
  for (; value >= 10; value /= 10) ++digits;
  return digits;
}

}  // namespace larder::base
