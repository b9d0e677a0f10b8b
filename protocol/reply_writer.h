// ReplyWriter encodes replies in the connection's protocol version straight into its output buffer: no reply objects.
// A type that only RESP3 has is written in RESP2 as Redis writes it there.
// Only on the connection's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/number.h"
#include "protocol/output_buffer.h"
#include "protocol/shared_bytes.h"

namespace larder::protocol {

class ReplyWriter {
 public:
  /// Told of the text of each error that is written (for statistics and for EXEC); called before it is encoded.
  using ErrorObserver = void (*)(void* context, std::string_view text);

  /// Where a deferred aggregate began.
  struct Deferred {
    OutputBuffer::Mark mark;
  };

  /// version  2 or 3
  ReplyWriter(OutputBuffer& output, int version) : output_{&output}, version_{version} {}

  void set_version(int version) { version_ = version; }
  int version() const { return version_; }
  OutputBuffer& output() { return *output_; }

  void on_error(ErrorObserver observer, void* context) {
    observer_ = observer;
    observer_context_ = context;
  }
  /// Errors written so far.
  uint64_t errors() const { return errors_; }

  /// A status line; `text` must not hold line ends.
  void simple(std::string_view text);
  void ok() { literal("+OK\r\n"); }

  /// `text` begins with its code ("ERR ...") and has no '-'. Line ends at its end are cut off, others become spaces.
  void error(std::string_view text);

  void integer(int64_t value) {
    if (value >= 0) [[likely]] {
      head(':', static_cast<uint64_t>(value));
    } else {
      negative_integer(value);
    }
  }

  void bulk(std::string_view bytes) {
    if (bytes.size() >= base::detail::kNumberLines.size()) [[unlikely]]
      return long_bulk(bytes);
    char* const start = output_->reserve(bytes.size() + kHeadRoom);
    *start = '$';
    char* to = base::write_decimal_line(start + 1, bytes.size());
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
    std::memcpy(to, "\r\n", 2);
    output_->commit(static_cast<size_t>(to + 2 - start));
  }
  /// The bytes are sent by reference.
  void bulk(SharedBytes bytes);
  /// An integer as a bulk string.
  void bulk_integer(int64_t value);

  /// RESP3 "_"; RESP2 the null bulk string.
  void null() { version_ == 3 ? literal("_\r\n") : literal("$-1\r\n"); }
  /// RESP3 "_"; RESP2 the null array.
  void null_array() { version_ == 3 ? literal("_\r\n") : literal("*-1\r\n"); }
  /// RESP2: 1 or 0.
  void boolean(bool value) {
    if (version_ == 3) {
      value ? literal("#t\r\n") : literal("#f\r\n");
    } else {
      value ? literal(":1\r\n") : literal(":0\r\n");
    }
  }
  /// RESP2: a bulk string.
  void real(double value);
  /// `digits` is a decimal integer of any length. RESP2: a bulk string.
  void big_number(std::string_view digits);
  /// `format` has three characters, "txt" or "mkd". RESP2: a bulk string.
  void verbatim(std::string_view format, std::string_view text);

  // Heads of aggregates; the elements follow.
  void array(size_t count) { head('*', count); }
  /// `count` pairs. RESP2: an array of 2 * count.
  void map(size_t count) { version_ == 3 ? head('%', count) : head('*', 2 * count); }
  /// RESP2: an array.
  void set(size_t count) { head(version_ == 3 ? '~' : '*', count); }
  /// RESP2: an array.
  void push(size_t count) { head(version_ == 3 ? '>' : '*', count); }

  // Aggregates whose count is known only at the end; they may be nested, the inner one is ended first. end_map takes
  // the number of pairs.
  Deferred begin_array() { return {output_->mark()}; }
  Deferred begin_set() { return {output_->mark()}; }
  Deferred begin_map() { return {output_->mark()}; }
  void end_array(Deferred begun, size_t count) { insert_head(begun, '*', count); }
  void end_set(Deferred begun, size_t count) { insert_head(begun, version_ == 3 ? '~' : '*', count); }
  void end_map(Deferred begun, size_t count) {
    version_ == 3 ? insert_head(begun, '%', count) : insert_head(begun, '*', 2 * count);
  }

  /// Bytes that are already encoded.
  void raw(std::string_view encoded) { output_->append(encoded); }

 private:
  // Room for a type, a number and the line ends of it and of a bulk's bytes.
  static constexpr size_t kHeadRoom = 1 + base::kMaxDecimalLineChars + 2;

  template <size_t N>
  void literal(const char (&text)[N]) {
    std::memcpy(output_->reserve(N), text, N);  // the NUL too: a round size copies faster
    output_->commit(N - 1);
  }
  void head(char type, uint64_t count) {
    char* const start = output_->reserve(kHeadRoom);
    *start = type;
    output_->commit(static_cast<size_t>(base::write_decimal_line(start + 1, count) - start));
  }
  void negative_integer(int64_t value);
  [[gnu::noinline]] void long_bulk(std::string_view bytes);
  void line(char type, std::string_view text);
  void insert_head(Deferred begun, char type, uint64_t count);

  OutputBuffer* output_;
  int version_;
  uint64_t errors_ = 0;
  ErrorObserver observer_ = nullptr;
  void* observer_context_ = nullptr;
};

}  // namespace larder::protocol
