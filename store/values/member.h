// A member of a set as it is handed around: bytes, or a 64-bit integer that need not be text until somebody asks. A set
// does not tell "12" from 12: text that is the canonical form of an integer is that integer.
//
// A value type without shared state; text() fills a buffer inside, so one object is for one thread.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace larder::store {

/// The integer whose canonical decimal text this is ("0", "-7"; not "+7", "07", "-0" or " 7"), if it is one.
inline std::optional<int64_t> canonical_integer(std::string_view text) {
  constexpr size_t kLongest = 20;  // "-9223372036854775808"
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  const bool negative = text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return std::nullopt;
  if (digits.front() == '0' && text.size() > 1) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Member {
 public:
  /// Any bytes; they must outlive the Member. Implicit, because bytes are a member as they stand.
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> Member(const Text& text)
      : text_(text) {}  // NOLINT(google-explicit-constructor)
  explicit Member(int64_t integer) : integer_(integer), is_integer_(true) {}

  /// Whether it was made from an integer; text may be one all the same, which as_integer() finds out.
  bool is_integer() const { return is_integer_; }
  std::optional<int64_t> as_integer() const { return is_integer_ ? std::optional(integer_) : canonical_integer(text_); }

  /// The bytes. Of an integer: valid as long as this object.
  std::string_view text() const {
    if (!is_integer_) return text_;
    if (digits_ == 0) {
      digits_ = static_cast<uint8_t>(std::to_chars(buffer_, buffer_ + sizeof buffer_, integer_).ptr - buffer_);
    }
    return {buffer_, digits_};
  }

 private:
  std::string_view text_;
  int64_t integer_ = 0;
  bool is_integer_ = false;
  mutable uint8_t digits_ = 0;  // of the text in buffer_; 0: not written yet
  mutable char buffer_[20];
};

}  // namespace larder::store
