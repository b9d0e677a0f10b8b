// The one reader and the one writer of quoted words. Pure functions; reading happens in the caller's bytes.
#include "protocol/quoting.h"

#include "base/ascii.h"

namespace larder::protocol {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  const char lower = base::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char unescape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return c;
  }
}

// Reads one word and writes it over the line, where it never gets ahead of what is read.
class WordReader {
 public:
  explicit WordReader(std::span<char> line) : in_{line.data()}, out_{in_}, end_{in_ + line.size()} {}

  bool skip_space() {
    while (in_ != end_ && base::is_space(*in_)) ++in_;
    return in_ != end_;
  }

  bool read(std::string_view& word) {
    char* const begin = out_ = in_;
    while (in_ != end_ && !ends_word(*in_)) {
      const char c = *in_++;
      if (c == '"' || c == '\'') {
        if (!(c == '"' ? double_quoted() : single_quoted())) return false;
        if (in_ != end_ && !base::is_space(*in_)) return false;
        break;
      }
      put(c);
    }
    word = {begin, static_cast<size_t>(out_ - begin)};
    return true;
  }

 private:
  // Vertical tab and form feed part words only where white space is skipped: Redis' rule.
  static bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  // An unquoted word is not written at all: then reading and writing are at the same place.
  void put(char c) {
    if (out_ + 1 != in_) *out_ = c;
    ++out_;
  }

  bool double_quoted() {
    while (in_ != end_) {
      const char c = *in_++;
      if (c == '"') return true;
      if (c == '\\' && in_ != end_) {
        escape();
      } else {
        put(c);
      }
    }
    return false;
  }

  void escape() {
    if (*in_ == 'x' && end_ - in_ >= 3 && hex_value(in_[1]) >= 0 && hex_value(in_[2]) >= 0) {
      const int value = hex_value(in_[1]) * 16 + hex_value(in_[2]);
      in_ += 3;
      put(static_cast<char>(value));
    } else {
      put(unescape(*in_++));
    }
  }

  bool single_quoted() {
    while (in_ != end_) {
      const char c = *in_++;
      if (c == '\'') return true;
      if (c == '\\' && in_ != end_ && *in_ == '\'') {
        put(*in_++);
      } else {
        put(c);
      }
    }
    return false;
  }

  char* in_;
  char* out_;
  char* end_;
};

}  // namespace

bool split_words(std::span<char> line, std::vector<std::string_view>& words) {
  const size_t words_before = words.size();
  WordReader reader{line};
  while (reader.skip_space()) {
    std::string_view word;
    if (!reader.read(word)) {
      words.resize(words_before);
      return false;
    }
    words.push_back(word);
  }
  return true;
}

void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    switch (c) {
      case '\\':
      case '"': to += '\\', to += c; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      case '\a': to += "\\a"; break;
      case '\b': to += "\\b"; break;
      default:
        if (c >= ' ' && c <= '~') {
          to += c;
        } else {
          const auto byte = static_cast<unsigned char>(c);
          to += "\\x";
          to += kHexDigits[byte >> 4];
          to += kHexDigits[byte & 15];
        }
    }
  }
  to += '"';
}

}  // namespace larder::protocol
