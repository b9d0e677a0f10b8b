// See reply.h.
#include "tests/support/reply.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>

namespace larder::test {
namespace {

constexpr int kMaxDepth = 64;  // Redis nests a handful of levels; this bounds the recursion on hostile input

enum class Shape { line, bulk, aggregate, pairs, attribute, unknown };

Shape shape_of(char type) {
  switch (type) {
    case '+':
    case '-':
    case ':':
    case '_':
    case '#':
    case ',':
    case '(': return Shape::line;
    case '$':
    case '!':
    case '=': return Shape::bulk;
    case '*':
    case '~':
    case '>': return Shape::aggregate;
    case '%': return Shape::pairs;
    case '|': return Shape::attribute;
    default: return Shape::unknown;
  }
}

/// Walks the replies of a stream; stops at the first byte that is missing or wrong.
class Walker {
 public:
  explicit Walker(std::string_view stream) : stream_(stream) {}

  FrameSize measure() {
    skip(0);
    return {status_, position_};
  }

  Reply read() {
    Reply reply = take(0);
    if (status_ != FrameSize::Status::complete) throw std::invalid_argument("not one complete reply");
    return reply;
  }

 private:
  bool going() const { return status_ == FrameSize::Status::complete; }
  void stop(FrameSize::Status status) {
    if (going()) status_ = status;
  }

  std::string_view line() {
    const size_t end = stream_.find("\r\n", position_);
    if (end == std::string_view::npos) {
      stop(FrameSize::Status::incomplete);
      return {};
    }
    const auto text = stream_.substr(position_, end - position_);
    position_ = end + 2;
    return text;
  }

  std::optional<int64_t> length() {
    const auto text = line();
    if (!going()) return {};
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < -1) {
      stop(FrameSize::Status::malformed);
      return {};
    }
    return value;
  }

  std::string_view bulk(int64_t size) {
    const auto bytes = static_cast<size_t>(size);
    if (stream_.size() - position_ < bytes + 2) {
      stop(FrameSize::Status::incomplete);
      return {};
    }
    const auto text = stream_.substr(position_, bytes);
    if (stream_.substr(position_ + bytes, 2) != "\r\n") stop(FrameSize::Status::malformed);
    position_ += bytes + 2;
    return text;
  }

  char type() {
    if (position_ >= stream_.size()) {
      stop(FrameSize::Status::incomplete);
      return 0;
    }
    return stream_[position_++];
  }

  // Measuring and reading are one walk: with `into` null nothing is built, which matters for replies of megabytes that
  // arrive in many pieces.
  void walk(int depth, Reply* into) {
    if (depth > kMaxDepth) return stop(FrameSize::Status::malformed);
    const char kind = type();
    if (!going()) return;
    if (into != nullptr) into->type = kind;
    switch (shape_of(kind)) {
      case Shape::line: return walk_line(into);
      case Shape::bulk: return walk_bulk(into);
      case Shape::aggregate: return walk_items(depth, 1, into);
      case Shape::pairs: return walk_items(depth, 2, into);
      case Shape::attribute:
        walk_items(depth, 2, nullptr);
        if (going()) walk(depth + 1, into);
        return;
      case Shape::unknown: return stop(FrameSize::Status::malformed);
    }
  }

  void walk_line(Reply* into) {
    const auto text = line();
    if (into != nullptr) into->text = text;
  }

  void walk_bulk(Reply* into) {
    const auto size = length();
    if (!size) return;
    if (*size < 0) {
      if (into != nullptr) into->null = true;
      return;
    }
    const auto text = bulk(*size);
    if (into != nullptr) into->text = text;
  }

  void walk_items(int depth, int64_t factor, Reply* into) {
    const auto size = length();
    if (!size) return;
    if (*size < 0 && into != nullptr) into->null = true;
    for (int64_t i = 0; i < *size * factor && going(); ++i)
      walk(depth + 1, into != nullptr ? &into->items.emplace_back() : nullptr);
  }

  void skip(int depth) { walk(depth, nullptr); }
  Reply take(int depth) {
    Reply reply;
    walk(depth, &reply);
    return reply;
  }

  std::string_view stream_;
  size_t position_ = 0;
  FrameSize::Status status_ = FrameSize::Status::complete;
};

void append_length(std::string& out, char type, size_t length) {
  out += type;
  out += std::to_string(length);
  out += "\r\n";
}

void append_encoded(std::string& out, const Reply& reply) {
  const Shape shape = shape_of(reply.type);
  if (reply.null) {
    out += reply.type;
    out += "-1\r\n";
  } else if (shape == Shape::bulk) {
    append_length(out, reply.type, reply.text.size());
    out += reply.text;
    out += "\r\n";
  } else if (shape == Shape::line) {
    out += reply.type;
    out += reply.text;
    out += "\r\n";
  } else {
    append_length(out, reply.type, reply.items.size() / (shape == Shape::pairs ? 2 : 1));
    for (const Reply& item : reply.items) append_encoded(out, item);
  }
}

void append_described(std::string& out, const Reply& reply, size_t limit) {
  if (out.size() > limit) return;
  if (reply.null) {
    out += reply.type == '*' ? "(nil array)" : "(nil)";
    return;
  }
  switch (reply.type) {
    case '$': out += '"' + printable(reply.text) + '"'; return;
    case '_': out += "(null)"; return;
    case '*': out += '['; break;
    case '%': out += "map["; break;
    case '~': out += "set["; break;
    case '>': out += "push["; break;
    default: out += reply.type + printable(reply.text); return;
  }
  for (size_t i = 0; i < reply.items.size(); ++i) {
    if (i > 0) out += reply.type == '%' && i % 2 == 1 ? ": " : ", ";
    append_described(out, reply.items[i], limit);
  }
  out += ']';
}

}  // namespace

FrameSize measure_reply(std::string_view stream) { return Walker(stream).measure(); }

Reply parse_reply(std::string_view frame) { return Walker(frame).read(); }

std::string encode_reply(const Reply& reply) {
  std::string out;
  append_encoded(out, reply);
  return out;
}

std::string encode_command(const std::vector<std::string>& args) {
  std::string out;
  append_length(out, '*', args.size());
  for (const std::string& arg : args) {
    append_length(out, '$', arg.size());
    out += arg;
    out += "\r\n";
  }
  return out;
}

std::string printable(std::string_view bytes, size_t limit) {
  std::string out;
  for (const char byte : bytes.substr(0, limit)) {
    if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\\') {
      out += "\\\\";
    } else if (byte >= ' ' && byte <= '~') {
      out += byte;
    } else {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(byte));
      out += hex;
    }
  }
  if (bytes.size() > limit) out += "... (" + std::to_string(bytes.size()) + " bytes)";
  return out;
}

std::string describe(const Reply& reply, size_t limit) {
  std::string out;
  append_described(out, reply, limit);
  if (out.size() > limit) {
    out.resize(limit);
    out += "...";
  }
  return out;
}

}  // namespace larder::test
