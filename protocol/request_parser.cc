// The parser has two halves. parse() reads a request that lies complete in the buffer, with short length lines, in one
// go: that is nearly every request. Whatever it cannot finish (a piece is missing, a length has five digits or more,
// something is wrong) goes on in resume(), a state machine that keeps offsets and reports every error.
#include "protocol/request_parser.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "base/number.h"
#include "protocol/quoting.h"
#include "protocol/wire_text.h"

namespace larder::protocol {
namespace {

// Redis' limits for connections that have not authenticated yet.
constexpr int64_t kUnauthenticatedArguments = 10;
constexpr int64_t kUnauthenticatedBulkLength = 16384;

// "$0\r\n\r\n", the shortest argument. So many bytes hold a whole length line of up to four digits (its '\r' included),
// which is why read_short_line() needs no further checks of the end.
constexpr size_t kShortestArgument = 6;
constexpr size_t kShortestRequest = 4 + kShortestArgument;  // "*1\r\n" and one argument
constexpr size_t kShortDigits = 4;
constexpr int64_t kMostInShortLine = 9999;

constexpr size_t kPiecesKept = 256;  // room that stays for the next incomplete request

// A length line "<type><digits>\r\n" with at most four digits. A size of 0 stands for anything else.
struct ShortLine {
  size_t size;  // with its line end
  size_t value;
};

constexpr uint32_t word_of(char a, char b, char c, char d) {
  return static_cast<uint8_t>(a) | static_cast<uint32_t>(b) << 8 | static_cast<uint32_t>(c) << 16 |
         static_cast<uint32_t>(d) << 24;
}

inline uint32_t load_word(const char* text) {  // the first byte is the lowest
  uint32_t word = 0;
  std::memcpy(&word, text, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
  return word;
}

[[gnu::always_inline]] inline ShortLine read_longer_line(const char* line, size_t readable) {
  size_t value = 0;
  for (size_t digits = 0; digits <= kShortDigits; ++digits) {
    const char c = line[1 + digits];
    if (c == '\r' && digits != 0) return digits + 3 <= readable ? ShortLine{digits + 3, value} : ShortLine{};
    const uint32_t digit = static_cast<uint8_t>(c) - uint32_t{'0'};
    if (digit > 9 || (digits == 1 && value == 0)) return {};  // no number, or one that begins with 0
    value = value * 10 + digit;
  }
  return {};
}

// Reads a length line of which `readable`, at least kShortestArgument, bytes are there; what it does not know is left
// to resume(). One and two digits are tested as a word: exclusive or with the line of zeros ("$0\r\n", "$00\r") leaves
// nothing but the digits' values where the line is as expected, and turning the word makes them its lowest bytes.
template <char type>
[[gnu::always_inline]] inline ShortLine read_short_line(const char* line, size_t readable) {
  constexpr uint32_t kOneDigit = word_of(type, '0', '\r', '\n');
  constexpr uint32_t kTwoDigits = word_of(type, '0', '0', '\r');
  const uint32_t one = std::rotr(load_word(line) ^ kOneDigit, 8);
  if (one <= 9) return {4, one};
  const uint32_t two = one ^ std::rotr(kOneDigit ^ kTwoDigits, 8);
  const uint32_t tens = two & 0xff;
  if (two < 0x0a00 && tens - 1 < 9) return {5, tens * 10 + (two >> 8)};
  return *line == type ? read_longer_line(line, readable) : ShortLine{};
}

bool fits_short_lines(const ParserLimits& limits) {
  return limits.max_bulk_length >= kMostInShortLine && limits.max_multibulk_length >= kMostInShortLine;
}

}  // namespace

RequestParser::Status RequestParser::parse(std::span<char> input, std::vector<std::string_view>& args,
                                           const ParserLimits& limits) {
  const char* const data = input.data();
  const size_t size = input.size();
  if (state_ != State::start || size < kShortestRequest || !fits_short_lines(limits)) [[unlikely]] {
    return resume(input, args, limits);
  }
  const ShortLine head = read_short_line<'*'>(data, size);
  size_t count = head.value;
  if (count == 0 || (count > kUnauthenticatedArguments && !limits.authenticated)) [[unlikely]] {
    return resume(input, args, limits);
  }
  const size_t last = size - kShortestArgument;
  size_t at = head.size;
  do {
    if (at > last || std::to_address(args.end()) == args.data() + args.capacity()) [[unlikely]]
      break;
    const ShortLine line = read_short_line<'$'>(data + at, size - at);
    const size_t body = at + line.size;
    const size_t next = body + line.value + 2;
    if (line.size == 0 || next > size) [[unlikely]]
      break;
    args.emplace_back(data + body, line.value);
    at = next;
  } while (--count != 0);
  if (count == 0) [[likely]] {
    consumed_ = at;
    return Status::complete;
  }
  arguments_left_ = static_cast<int64_t>(count);
  enter(State::length_line, at);
  return interrupt(input, args, limits);
}

// Where parse() could not go on, because bytes are missing, `args` is full, or the next line is not a short one: takes
// the arguments read so far back as offsets, since the buffer may move before the rest arrives.
RequestParser::Status RequestParser::interrupt(std::span<char> input, std::vector<std::string_view>& args,
                                               const ParserLimits& limits) {
  const size_t arguments = read_short_line<'*'>(input.data(), input.size()).value;
  const size_t args_before = args.size() - (arguments - static_cast<size_t>(arguments_left_));
  for (const std::string_view arg : std::span{args}.subspan(args_before)) {
    pieces_.push_back({static_cast<size_t>(arg.data() - input.data()), arg.size()});
  }
  args.resize(args_before);
  return resume(input, args, limits);
}

void RequestParser::reset() {
  state_ = State::start;
  consumed_ = 0;
  missing_ = 0;
  pieces_.clear();
  error_.clear();
}

RequestParser::Status RequestParser::resume(std::span<char> input, std::vector<std::string_view>& args,
                                            const ParserLimits& limits) {
  missing_ = 0;
  if (state_ == State::start && !input.empty()) {
    enter(input.front() == '*' ? State::count_line : State::inline_line, 0);
  }
  for (;;) {
    switch (state_) {
      case State::start: return Status::incomplete;
      case State::failed: return Status::error;
      case State::inline_line: return read_inline(input, args, limits);
      case State::count_line:
        if (!read_count(input, limits)) return suspend();
        if (arguments_left_ <= 0) return complete(input, args);
        break;
      case State::length_line:
        if (!read_length(input, limits)) return suspend();
        break;
      case State::body:
        if (!read_body(input)) return suspend();
        if (--arguments_left_ == 0) return complete(input, args);
        break;
    }
  }
}

RequestParser::Status RequestParser::read_inline(std::span<char> input, std::vector<std::string_view>& args,
                                                 const ParserLimits& limits) {
  if (!find_in_line('\n', input, limits, kTooBigInline)) return suspend();
  size_t length = scanned_;
  if (length != 0 && input[length - 1] == '\r') --length;
  if (!split_words(input.first(length), args)) {
    fail(kUnbalancedQuotes);
    return Status::error;
  }
  position_ = scanned_ + 1;
  return complete(input, args);
}

// The line "*<count>\r\n". A count of zero or less makes a request without arguments.
bool RequestParser::read_count(std::span<char> input, const ParserLimits& limits) {
  if (!find_length_line(input, limits, kTooBigMultibulkCount)) return false;
  const auto count = base::parse_int64({input.data() + 1, scanned_ - 1});
  if (!count || *count > limits.max_multibulk_length) return fail(kInvalidMultibulkLength);
  if (*count > kUnauthenticatedArguments && !limits.authenticated) return fail(kUnauthenticatedMultibulk);
  arguments_left_ = *count;
  enter(State::length_line, scanned_ + 2);
  return true;
}

// The line "$<bytes>\r\n".
bool RequestParser::read_length(std::span<char> input, const ParserLimits& limits) {
  if (!find_length_line(input, limits, kTooBigBulkCount)) return false;
  const std::string_view line{input.data() + position_, scanned_ - position_};
  if (!line.starts_with('$')) {
    fail("ERR Protocol error: expected '$', got '");
    error_ += input[position_];
    error_ += '\'';
    return false;
  }
  const auto length = base::parse_int64(line.substr(1));
  if (!length || *length < 0 || *length > limits.max_bulk_length) return fail(kInvalidBulkLength);
  if (*length > kUnauthenticatedBulkLength && !limits.authenticated) return fail(kUnauthenticatedBulk);
  body_size_ = static_cast<size_t>(*length);
  enter(State::body, scanned_ + 2);
  return true;
}

// The argument's bytes and the two bytes behind them, which are not looked at, as in Redis.
bool RequestParser::read_body(std::span<char> input) {
  const size_t needed = body_size_ + 2;
  const size_t arrived = input.size() - position_;
  if (arrived < needed) {
    missing_ = needed - arrived;
    return false;
  }
  pieces_.push_back({position_, body_size_});
  enter(State::length_line, position_ + needed);
  return true;
}

// Moves scanned_ to the first `wanted` of the line at position_. As in Redis a NUL before it hides the line's end, so
// the request never becomes complete, and the limit holds for what has arrived without an end: a longer line that
// arrives with its end is accepted.
bool RequestParser::find_in_line(char wanted, std::span<char> input, const ParserLimits& limits,
                                 std::string_view too_long) {
  const std::string_view unscanned{input.data() + scanned_, input.size() - scanned_};
  const std::string_view line = unscanned.substr(0, unscanned.find(wanted));
  const size_t nul = line.find('\0');
  scanned_ += std::min(nul, line.size());
  if (nul == std::string_view::npos && line.size() < unscanned.size()) return true;
  if (input.size() - position_ > limits.max_inline_length) fail(too_long);
  return false;
}

// A length line ends with '\r' and one byte more, which is not looked at, as in Redis.
bool RequestParser::find_length_line(std::span<char> input, const ParserLimits& limits, std::string_view too_long) {
  return find_in_line('\r', input, limits, too_long) && scanned_ + 1 < input.size();
}

RequestParser::Status RequestParser::complete(std::span<char> input, std::vector<std::string_view>& args) {
  for (const Piece& piece : pieces_) args.emplace_back(input.data() + piece.offset, piece.size);
  if (pieces_.capacity() > kPiecesKept) {
    std::vector<Piece>{}.swap(pieces_);
  } else {
    pieces_.clear();
  }
  consumed_ = position_;
  state_ = State::start;
  return Status::complete;
}

bool RequestParser::fail(std::string_view text) {
  state_ = State::failed;
  error_ = text;
  return false;
}

}  // namespace larder::protocol
