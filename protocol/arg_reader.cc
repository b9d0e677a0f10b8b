// Reading arguments: every failure ends in fail(), which keeps the first error and leaves nothing to read.
#include "protocol/arg_reader.h"

#include <limits>

#include "base/ascii.h"
#include "base/number.h"

namespace larder::protocol {

bool ArgReader::token(const char* upper) {
  if (!more()) return false;
  for (const char c : args_[next_]) {
    if (*upper == '\0' || base::to_upper(c) != *upper) return false;
    ++upper;
  }
  if (*upper != '\0') return false;
  ++next_;
  return true;
}

int64_t ArgReader::integer(std::string_view error) {
  return integer_between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), error);
}

int64_t ArgReader::integer_between(int64_t least, int64_t most, std::string_view error) {
  const auto value = base::parse_int64(bytes());
  if (!value || *value < least || *value > most) {
    fail(error);
    return 0;
  }
  return *value;
}

int64_t ArgReader::non_negative(std::string_view name) {
  const auto value = base::parse_int64(bytes());
  if (value && *value >= 0) return *value;
  fail("ERR " + std::string{name} + " can't be negative");
  return 0;
}

int64_t ArgReader::positive(std::string_view name) {
  const auto value = base::parse_int64(bytes());
  if (value && *value > 0) return *value;
  fail("ERR " + std::string{name} + " should be greater than 0");
  return 0;
}

int64_t ArgReader::integer_of(std::string_view word) {
  const auto value = base::parse_int64(word);
  if (!value) fail(kNotAnInteger);
  return value.value_or(0);
}

double ArgReader::real() {
  const auto value = base::parse_double(bytes());
  if (!value) fail(kNotAFloat);
  return value.value_or(0);
}

long double ArgReader::long_real() {
  const auto value = base::parse_long_double(bytes());
  if (!value) fail(kNotAFloat);
  return value.value_or(0);
}

std::span<const std::string_view> ArgReader::take(size_t count) {
  if (count > remaining()) return {};
  const std::span<const std::string_view> next{args_ + next_, count};
  next_ += count;
  return next;
}

std::span<const std::string_view> ArgReader::rest() { return take(remaining()); }

std::span<const std::string_view> ArgReader::counted_keys(std::string_view too_many) {
  const auto count = static_cast<uint64_t>(positive("numkeys"));
  if (count > remaining() && !failed()) fail(too_many);
  if (failed()) return {};
  return take(static_cast<size_t>(count));
}

void ArgReader::fail(std::string_view error) {
  if (error_.empty()) error_ = error;
  next_ = size_;
}

bool ArgReader::failed(ReplyWriter& reply) const {
  if (!failed()) return false;
  reply.error(error_);
  return true;
}

}  // namespace larder::protocol
