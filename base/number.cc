// Numbers by std::from_chars and std::to_chars, which know no locale, bent to the spellings that Redis takes and
// writes.
#include "base/number.h"

#include <locale.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/ascii.h"

namespace larder::base {
namespace {

// A number in this protocol has exactly one spelling: "0", or digits that begin with 1-9.
bool has_only_spelling(std::string_view digits) {
  return !digits.empty() && (digits[0] >= '1' ? digits[0] <= '9' : digits == "0");
}

template <class Integer>
std::optional<Integer> parse_all(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_unsigned_double(std::string_view text) {
  auto format = std::chars_format::general;
  if (text.size() > 2 && text[0] == '0' && to_lower(text[1]) == 'x') {
    text.remove_prefix(2);
    if (!is_digit(text[0]) && text[0] != '.' && !(to_lower(text[0]) >= 'a' && to_lower(text[0]) <= 'f')) return {};
    format = std::chars_format::hex;
  }
  if (text.starts_with('-')) return std::nullopt;  // from_chars would read the sign
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (error != std::errc{} || end != text.data() + text.size() || std::isnan(value)) return std::nullopt;
  return value;
}

// A host program may have set a locale with a decimal comma.
locale_t c_locale() {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return locale;
}

// The shortest digits of a finite number, and the power of ten that they are to be multiplied with.
struct ShortestDecimal {
  char digits[24];
  int count = 0;
  int exponent = 0;
};

ShortestDecimal shortest_decimal(double positive) {
  char text[32];  // "d.ddde-xxx": 17 digits at most
  const auto result = std::to_chars(std::begin(text), std::end(text), positive, std::chars_format::scientific);
  ShortestDecimal decimal;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  ++at;
  if (*at == '+') ++at;  // from_chars takes no plus
  std::from_chars(at, result.ptr, decimal.exponent);
  decimal.exponent -= decimal.count - 1;
  return decimal;
}

char* put(char* to, const char* from, int count) { return std::copy_n(from, count, to); }
char* put_zeros(char* to, int count) { return std::fill_n(to, count, '0'); }

char* write_point_form(char* to, const ShortestDecimal& decimal) {
  const int whole = decimal.count + decimal.exponent;  // digits before the point
  if (whole > 0) {
    to = put(to, decimal.digits, whole);
    *to++ = '.';
    return put(to, decimal.digits + whole, -decimal.exponent);
  }
  to = put(to, "0.", 2);
  to = put_zeros(to, -whole);
  return put(to, decimal.digits, decimal.count);
}

char* write_exponent_form(char* to, const ShortestDecimal& decimal) {
  *to++ = decimal.digits[0];
  if (decimal.count > 1) {
    *to++ = '.';
    to = put(to, decimal.digits + 1, decimal.count - 1);
  }
  const int exponent = decimal.exponent + decimal.count - 1;
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  return write_decimal(to, static_cast<uint64_t>(std::abs(exponent)));
}

char* write_fraction(char* to, double value) {
  if (std::signbit(value)) *to++ = '-';
  const ShortestDecimal decimal = shortest_decimal(std::fabs(value));
  const int magnitude = std::abs(decimal.exponent + decimal.count - 1);
  // Where the exponent form begins is the choice of fpconv, which Redis 7.2 prints doubles with.
  if (decimal.exponent >= 0 && magnitude < decimal.count + 7) {
    to = put(to, decimal.digits, decimal.count);
    return put_zeros(to, decimal.exponent);
  }
  if (decimal.exponent < 0 && (decimal.exponent > -7 || magnitude < 4)) return write_point_form(to, decimal);
  return write_exponent_form(to, decimal);
}

}  // namespace

std::optional<int64_t> parse_int64(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (!has_only_spelling(text.substr(negative)) || text == "-0") return std::nullopt;
  return parse_all<int64_t>(text);
}

std::optional<uint64_t> parse_uint64(std::string_view text) {
  if (!has_only_spelling(text)) return std::nullopt;
  return parse_all<uint64_t>(text);
}

std::optional<double> parse_double(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto value = parse_unsigned_double(text);
  return negative && value ? -*value : value;
}

std::optional<double> parse_double_as_strtod(std::string_view text) {
  const std::string copy(text.substr(0, text.find('\0')));  // strtod wants an end mark
  char* end = nullptr;
  const double value = strtod_l(copy.c_str(), &end, c_locale());
  if (end != copy.c_str() + copy.size() || std::isnan(value)) return std::nullopt;
  return value;
}

std::optional<long double> parse_long_double(std::string_view text) {
  char copy[5 * 1024];  // strtold wants an end mark
  if (text.empty() || text.size() >= sizeof copy || is_space(text[0])) return std::nullopt;
  *std::copy(text.begin(), text.end(), copy) = '\0';
  char* end = nullptr;
  errno = 0;
  const long double value = strtold_l(copy, &end, c_locale());
  const bool out_of_range = errno == ERANGE && (std::isinf(value) || value == 0);
  if (end != copy + text.size() || out_of_range || std::isnan(value)) return std::nullopt;
  return value;
}

char* write_double(char* to, double value) {
  if (std::isnan(value)) return put(to, "nan", 3);
  if (std::isinf(value)) return value < 0 ? put(to, "-inf", 4) : put(to, "inf", 3);
  if (value == 0) return std::signbit(value) ? put(to, "-0", 2) : put(to, "0", 1);
  constexpr double kWholeLimit = 4611686018427387904.0;  // 2^62: below it whole numbers are written with all digits
  if (value >= -kWholeLimit && value <= kWholeLimit && value == std::trunc(value)) {
    return write_decimal(to, static_cast<int64_t>(value));
  }
  return write_fraction(to, value);
}

std::string format_double(double value) {
  char text[kMaxDoubleChars];
  return {text, write_double(text, value)};
}

std::string format_double_17(double value) {
  char text[kMaxDoubleChars];
  const auto result = std::to_chars(std::begin(text), std::end(text), value, std::chars_format::general, 17);
  return {text, result.ptr};
}

std::string format_long_double(long double value) {
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (std::isnan(value)) return "nan";
  char digits[std::numeric_limits<long double>::max_exponent10 + 32];  // the largest value's, a sign and a fraction
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value, std::chars_format::fixed, 17).ptr;
  std::string_view text{digits, static_cast<size_t>(end - digits)};
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return text == "-0" ? "0" : std::string{text};
}

char* write_decimal(char* to, uint64_t value) { return std::to_chars(to, to + kMaxDecimalChars, value).ptr; }
char* write_decimal(char* to, int64_t value) { return std::to_chars(to, to + kMaxDecimalChars, value).ptr; }

std::string format_int64(int64_t value) {
  char text[kMaxDecimalChars];
  return {text, write_decimal(text, value)};
}

}  // namespace larder::base
