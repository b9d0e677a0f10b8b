#include "store/values/string_ops.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "base/number.h"

namespace larder::store {

std::string_view part_of(std::string_view text, int64_t start, int64_t end) {
  const auto size = static_cast<int64_t>(text.size());
  if (start < 0 && end < 0 && start > end) return {};
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (end < 0) end = std::max<int64_t>(end + size, 0);
  end = std::min(end, size - 1);
  if (start > end || size == 0) return {};
  return text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start + 1));
}

Result<int64_t> integer_plus(std::optional<std::string_view> text, int64_t by) {
  const auto value = text ? base::parse_int64(*text) : 0;
  if (!value) return fail(Errc::not_an_integer);
  int64_t sum = 0;
  if (__builtin_add_overflow(*value, by, &sum)) return fail(Errc::overflow);
  return sum;
}

std::optional<long double> real_in(std::optional<std::string_view> text) {
  return text ? base::parse_long_double(*text) : 0;
}

Result<std::string> real_sum(long double a, long double b) {
  const long double sum = a + b;
  if (std::isnan(sum) || std::isinf(sum)) return fail(Errc::nan_or_infinity);
  return base::format_long_double(sum);
}

std::string digest_of(std::string_view text) { return fmt::format("{:016x}", base::hash_bytes(text, 0)); }

}  // namespace larder::store
