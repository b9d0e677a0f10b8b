// ArgReader hands a command its arguments one by one. It is total: it cannot run past the end, it keeps the first
// error, and after an error it yields defaults and reports no more arguments, so a handler reads everything it wants
// and asks once whether that went well.
// None of its own; it views arguments that belong to the caller and must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"

namespace larder::protocol {

class ArgReader {
 public:
  /// args   the whole request; args[0] is the command's name
  /// first  the first argument to read: 1, or 2 where args[1] is the subcommand's name
  explicit ArgReader(std::span<const std::string_view> args, size_t first = 1)
      : args_{args.data()}, size_{args.size()}, next_{first < args.size() ? first : args.size()} {}

  /// The command's name as the client wrote it.
  std::string_view name() const { return size_ != 0 ? args_[0] : std::string_view{}; }
  /// The whole request, the name included, whatever was read or failed.
  std::span<const std::string_view> all() const { return {args_, size_}; }

  /// True while there is something to read and nothing failed.
  bool more() const { return next_ < size_; }
  /// How many arguments are left; 0 after a failure.
  size_t remaining() const { return size_ - next_; }
  /// The next argument without reading it; empty when there is none.
  std::string_view peek() const { return more() ? args_[next_] : std::string_view{}; }

  /// The next argument; a missing one is a syntax error.
  std::string_view bytes() {
    if (!more()) [[unlikely]] {
      fail(kSyntaxError);
      return {};
    }
    return args_[next_++];
  }
  std::string_view key() { return bytes(); }

  /// Reads the next argument if it is the word `upper` (given in upper case), in any case of letters.
  bool token(const char* upper);

  /// Reads an int64, see parse_int64. The error is kNotAnInteger, or `error` where it is given.
  int64_t integer() { return integer(kNotAnInteger); }
  int64_t integer(std::string_view error);
  /// An int64 in [least, most]; anything else, texts that are no integers included, is `error`.
  int64_t integer_between(int64_t least, int64_t most, std::string_view error);
  /// Not a negative one. The error for all else is "ERR <name> can't be negative".
  int64_t non_negative(std::string_view name);
  /// Greater than 0. The error for all else is "ERR <name> should be greater than 0".
  int64_t positive(std::string_view name);

  /// The integer in an argument that has been read before. The error is kNotAnInteger.
  int64_t integer_of(std::string_view word);

  /// A floating point number, see parse_double. The error is kNotAFloat.
  double real();
  long double long_real();

  /// The next `count` arguments; none where fewer are left.
  std::span<const std::string_view> take(size_t count);
  /// All that is left, which is thereby read.
  std::span<const std::string_view> rest();
  /// The number of keys and that many keys. Errors: "ERR numkeys should be greater than 0", `too_many`.
  std::span<const std::string_view> counted_keys(
      std::string_view too_many = "ERR Number of keys can't be greater than number of args");

  /// A syntax error if anything is left.
  void expect_end() {
    if (more()) fail(kSyntaxError);
  }

  /// Keeps `error` ("ERR ...") if it is the first one.
  void fail(std::string_view error);
  bool failed() const { return !error_.empty(); }
  /// The same, and writes the error as the reply.
  bool failed(ReplyWriter& reply) const;
  /// The first error; empty when there is none.
  std::string_view error() const { return error_; }

 private:
  const std::string_view* args_;
  size_t size_;
  size_t next_;
  std::string error_;
};

}  // namespace larder::protocol
