// Threads: one for each object.

#include "bench/load_replies.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace larder::bench {
namespace {

constexpr std::string_view kOk = "+OK\r\n";

bool starts_with(const char* at, const char* end, std::string_view text) {
  return static_cast<size_t>(end - at) >= text.size() && std::memcmp(at, text.data(), text.size()) == 0;
}

int64_t to_integer(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ReplyScanner::ReplyScanner(Dialect dialect, size_t value_size, bool keep) : dialect_(dialect), keep_(keep) {
  if (dialect_ != Dialect::resp || keep_) return;
  hit_header_ = fmt::format("${}\r\n", value_size);
  hit_size_ = hit_header_.size() + value_size + 2;
}

size_t ReplyScanner::feed(const char* data, size_t size, ReplyCounts& counts) {
  const char* at = data;
  const char* const end = data + size;
  size_t complete = 0;
  while (at != end) {
    if (skip_ > 0) {
      complete += skip_body(at, end);
    } else if (partial_.empty() && hit_size_ > 0 && starts_with(at, end, hit_header_) &&
               static_cast<size_t>(end - at) >= hit_size_) {
      at += hit_size_;
      ++counts.hits;
      complete += part_ended();
    } else if (partial_.empty() && dialect_ == Dialect::resp && starts_with(at, end, kOk)) {
      at += kOk.size();
      complete += part_ended();
    } else {
      const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
      if (newline == nullptr) {
        partial_.append(at, end);
        return complete;
      }
      partial_.append(at, newline + 1);
      at = newline + 1;
      complete += line(partial_, counts);
      partial_.clear();
    }
  }
  return complete;
}

size_t ReplyScanner::skip_body(const char*& at, const char* end) {
  const size_t here = std::min(skip_, static_cast<size_t>(end - at));
  if (keep_) kept_.append(at, here);
  at += here;
  skip_ -= here;
  return skip_ == 0 && dialect_ == Dialect::resp ? part_ended() : 0;  // memcached's END line completes its reply
}

/// A reply of so many parts, which may be a part itself.
size_t ReplyScanner::aggregate(uint64_t parts) {
  if (parts == 0) return part_ended();
  parts_ += parts_ == 0 ? parts : parts - 1;
  return 0;
}

/// How many replies end with what has just ended: one, unless more parts of it are to come.
size_t ReplyScanner::part_ended() {
  if (parts_ == 0) return 1;
  return --parts_ == 0 ? 1 : 0;
}

size_t ReplyScanner::line(std::string_view text, ReplyCounts& counts) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return dialect_ == Dialect::resp ? resp_line(text, counts) : memcached_line(text, counts);
}

size_t ReplyScanner::resp_line(std::string_view text, ReplyCounts& counts) {
  const char type = text.empty() ? '\0' : text.front();
  if (type == '$') {
    const int64_t size = to_integer(text.substr(1));
    kept_.clear();
    size < 0 ? ++counts.misses : ++counts.hits;
    if (size < 0) return part_ended();
    skip_ = static_cast<size_t>(size) + 2;
    return 0;
  }
  if (type == '*') return aggregate(static_cast<uint64_t>(std::max<int64_t>(0, to_integer(text.substr(1)))));
  if (type == '_') ++counts.misses;
  if (type == '-' || type == '\0') return error(text, counts);
  if (keep_) kept_.assign(text.substr(1));
  return part_ended();
}

size_t ReplyScanner::memcached_line(std::string_view text, ReplyCounts& counts) {
  if (text.starts_with("VALUE ")) {
    skip_ = static_cast<size_t>(to_integer(text.substr(text.rfind(' ') + 1))) + 2;
    ++counts.hits;
    --counts.misses;  // its END line, which alone would be a miss, adds one
    return 0;
  }
  if (text == "END") {
    ++counts.misses;
    return 1;
  }
  if (text == "STORED" || text.starts_with("VERSION")) return 1;
  return error(text, counts);
}

size_t ReplyScanner::error(std::string_view text, ReplyCounts& counts) {
  if (counts.errors++ == 0) counts.first_error.assign(text);
  return 1;
}

}  // namespace larder::bench
