// RequestParser turns the bytes that a client sent into the arguments of one request at a time, without copying:
// arguments are views into the caller's read buffer. It understands arrays of bulk strings (`*2\r\n$3\r\nGET\r\n...`)
// and inline requests (`GET key\r\n`), keeps Redis' limits and speaks its error texts.
//
// Invariants: every byte is scanned at most once however the input is cut, so a request that trickles in is linear
// work; memory grows with what has arrived, never with a length that was merely announced.
// Only on the connection's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::protocol {

struct ParserLimits {
  int64_t max_bulk_length = int64_t{512} << 20;  ///< bytes of one argument (proto-max-bulk-len)
  int64_t max_multibulk_length = INT32_MAX;      ///< arguments of one request
  size_t max_inline_length = size_t{64} << 10;   ///< bytes that may arrive of a line without its end
  bool authenticated = true;                     ///< false: at most 10 arguments of 16 KiB
};

class RequestParser {
 public:
  enum class Status {
    complete,    ///< a request was read: see consumed(); it may have no arguments, then there is nothing to do
    incomplete,  ///< more bytes are needed: call again with the same request's bytes and those that follow
    error        ///< the input is not a request: send error(), then close; stays so until reset()
  };

  /// Reads one request. `input` begins at the request's first byte and may be at another address in each call, but
  /// must hold the same bytes again and more behind them. It is mutable because inline arguments are unquoted in place.
  /// On `complete` the arguments are appended to `args` as views into `input`; otherwise `args` is left as it was.
  /// The next call begins a new request, at input.data() + consumed().
  Status parse(std::span<char> input, std::vector<std::string_view>& args, const ParserLimits& limits);

  /// Bytes of the request that the last call completed, its line ends included.
  size_t consumed() const { return consumed_; }

  /// While incomplete within an argument: how many bytes must arrive at least before the request can be complete.
  /// 0 where that is not known. Serves to size the read buffer in one step (mind that a client may announce much and
  /// send nothing).
  size_t bytes_missing() const { return missing_; }

  /// The text of the error without '-' and line end, e.g. "ERR Protocol error: invalid bulk length". It may hold any
  /// byte that the client sent. Valid until the next call that changes the parser.
  std::string_view error() const { return error_; }

  /// True when part of a request has been read.
  bool mid_request() const { return state_ != State::start; }

  /// Forgets the current request, and an error.
  void reset();

 private:
  enum class State : uint8_t { start, inline_line, count_line, length_line, body, failed };
  struct Piece {  // an argument of an incomplete request, relative to its first byte
    size_t offset;
    size_t size;
  };

  [[gnu::noinline]] Status interrupt(std::span<char> input, std::vector<std::string_view>& args,
                                     const ParserLimits& limits);
  [[gnu::noinline]] Status resume(std::span<char> input, std::vector<std::string_view>& args,
                                  const ParserLimits& limits);
  Status read_inline(std::span<char> input, std::vector<std::string_view>& args, const ParserLimits& limits);
  Status complete(std::span<char> input, std::vector<std::string_view>& args);
  Status suspend() const { return state_ == State::failed ? Status::error : Status::incomplete; }
  void enter(State state, size_t position) {
    state_ = state;
    position_ = position;
    scanned_ = position;
  }

  // Each takes one step; false when bytes are missing or the request failed.
  bool read_count(std::span<char> input, const ParserLimits& limits);
  bool read_length(std::span<char> input, const ParserLimits& limits);
  bool read_body(std::span<char> input);
  bool find_in_line(char wanted, std::span<char> input, const ParserLimits& limits, std::string_view too_long);
  bool find_length_line(std::span<char> input, const ParserLimits& limits, std::string_view too_long);
  bool fail(std::string_view text);

  State state_ = State::start;
  int64_t arguments_left_ = 0;  // of the current request, the one being read included
  size_t position_ = 0;         // where the current line or body begins
  size_t scanned_ = 0;          // the line has no end before it
  size_t body_size_ = 0;
  size_t consumed_ = 0;
  size_t missing_ = 0;
  std::vector<Piece> pieces_;
  std::string error_;
};

}  // namespace larder::protocol
