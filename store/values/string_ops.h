// What commands compute from strings: parts of them, sums of the numbers that they hold. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/values/errors.h"

namespace larder::store {

/// The part from byte `start` to byte `end`, both included; negative ones count from the end. What lies outside is left
/// out.
std::string_view part_of(std::string_view text, int64_t start, int64_t end);

/// INCRBY: the integer in `text`, 0 when it is absent, plus `by`. Errors: not_an_integer, overflow.
Result<int64_t> integer_plus(std::optional<std::string_view> text, int64_t by);

/// The decimal number in `text`, 0 when it is absent; nothing where it is no number.
std::optional<long double> real_in(std::optional<std::string_view> text);
/// INCRBYFLOAT: a sum as Redis prints it. Error: nan_or_infinity.
Result<std::string> real_sum(long double a, long double b);

/// DIGEST: XXH3 of the bytes, 64 bits, as 16 lower-case hexadecimal digits.
std::string digest_of(std::string_view text);

}  // namespace larder::store
