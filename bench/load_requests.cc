// Requests from templates: about 20 ns each, so that one core of load can outrun a server at any pipeline depth.
// Threads: one for each object.

#include "bench/load_requests.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace larder::bench {
namespace {

constexpr size_t kDraws = size_t{1} << 20;
constexpr size_t kDeadlineDigits = 13;  // Unix milliseconds until the year 2286

/// Writes `number` so that its last digit stands before `end`; the zeros before it are the template's.
void write_digits(char* end, uint64_t number) {
  for (; number > 0; number /= 10) *--end = static_cast<char>('0' + number % 10);
}

void append_bulk(std::string& text, std::string_view bytes) {
  fmt::format_to(std::back_inserter(text), "${}\r\n{}\r\n", bytes.size(), bytes);
}

std::string id_of_zeros(const StreamOptions& stream) {
  return std::string(stream.key_size - stream.prefix.size(), '0');
}

std::string key_of_zeros(const StreamOptions& stream) { return stream.prefix + id_of_zeros(stream); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  for (size_t from = 0; from <= text.size();) {
    const size_t to = std::min(text.find(separator, from), text.size());
    words.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return words;
}

}  // namespace

KeySequence::KeySequence(const StreamOptions& stream)
    : order_(stream.order), first_(stream.first_key), keys_(stream.keys), random_(stream.seed) {
  if (order_ != KeyOrder::zipf) return;
  const Zipf zipf{keys_, stream.zipf};
  draws_.reserve(kDraws);
  for (size_t i = 0; i < kDraws; ++i) draws_.push_back(static_cast<uint32_t>(zipf(random_)));
  position_ = random_.below(kDraws);
}

uint64_t KeySequence::next() {
  switch (order_) {
    case KeyOrder::uniform: return first_ + random_.below(keys_);
    case KeyOrder::zipf: return first_ + draws_[position_++ % kDraws];
    case KeyOrder::sequential: break;
  }
  if (position_ == keys_) position_ = 0;
  return first_ + position_++;
}

RequestEncoder::RequestEncoder(const StreamOptions& stream, Dialect dialect)
    : stream_(stream),
      dialect_(dialect),
      sequence_(stream),
      random_(stream.seed + 1),
      get_(stream.command.empty() ? make(false) : make_raw()),
      set_(stream.command.empty() ? make(true) : make_raw()),
      set_below_(stream.set_percent * 65536 / 100),
      max_size_(std::max(get_.text.size(), set_.text.size())) {}

RequestEncoder::Template RequestEncoder::make(bool is_set) const {
  if (dialect_ == Dialect::memcached) return make_memcached(is_set);
  const bool expires = is_set && (stream_.ttl > 0 || stream_.deadline > 0);
  Template made;
  made.text = !is_set ? "*2\r\n$3\r\nGET\r\n" : expires ? "*5\r\n$3\r\nSET\r\n" : "*3\r\n$3\r\nSET\r\n";
  append_bulk(made.text, key_of_zeros(stream_));
  made.digits_ends = {made.text.size() - 2};
  if (is_set) append_bulk(made.text, std::string(stream_.value_size, 'x'));
  if (expires && stream_.deadline > 0) {
    append_bulk(made.text, "PXAT");
    append_bulk(made.text, std::string(kDeadlineDigits, '0'));
    made.deadline_end = made.text.size() - 2;
  } else if (expires) {
    append_bulk(made.text, "EX");
    append_bulk(made.text, std::to_string(stream_.ttl));
  }
  return made;
}

RequestEncoder::Template RequestEncoder::make_memcached(bool is_set) const {
  Template made;
  made.text = (is_set ? "set " : "get ") + key_of_zeros(stream_);
  made.digits_ends = {made.text.size()};
  if (is_set) {
    made.text += fmt::format(" 0 {} {}\r\n{}", stream_.ttl, stream_.value_size, std::string(stream_.value_size, 'x'));
  }
  made.text += "\r\n";
  return made;
}

RequestEncoder::Template RequestEncoder::make_raw() const {
  Template made;
  const auto words = split(stream_.command, ',');
  if (dialect_ == Dialect::memcached) {
    made.text = fmt::format("{}\r\n", fmt::join(words, " "));
    return made;
  }
  made.text = fmt::format("*{}\r\n", words.size());
  for (const auto word : words) append_argument(made, word);
  return made;
}

/// Of a command that is given as it is: with what stands for keys, ids and values replaced.
void RequestEncoder::append_argument(Template& made, std::string_view argument) const {
  std::string text;
  std::vector<size_t> ends;  // within the argument
  for (size_t at = 0; at < argument.size();) {
    const std::string_view rest = argument.substr(at);
    constexpr std::string_view kKey = "{key}", kId = "{id}", kValue = "{value}";
    if (rest.starts_with(kValue)) {
      text.append(stream_.value_size, 'x');
      at += kValue.size();
    } else if (rest.starts_with(kKey) || rest.starts_with(kId)) {
      const bool whole = rest.starts_with(kKey);
      text += whole ? key_of_zeros(stream_) : id_of_zeros(stream_);
      ends.push_back(text.size());
      at += whole ? kKey.size() : kId.size();
    } else {
      text += argument[at++];
    }
  }
  append_bulk(made.text, text);
  const size_t begin = made.text.size() - 2 - text.size();
  for (const size_t end : ends) made.digits_ends.push_back(begin + end);
}

char* RequestEncoder::encode(char* out) {
  const bool is_set = set_below_ > 0 && (random_.next() & 0xffff) < set_below_;
  const Template& request = is_set ? set_ : get_;
  std::memcpy(out, request.text.data(), request.text.size());
  if (!request.digits_ends.empty()) {
    const uint64_t id = sequence_.next();
    for (const size_t end : request.digits_ends) write_digits(out + end, id);
    if (request.deadline_end > 0) {
      write_digits(out + request.deadline_end, stream_.deadline + mix64(id) % stream_.deadline_span);
    }
  }
  return out + request.text.size();
}

}  // namespace larder::bench
