// Glob matching with one point to return to: when a star is met, only the last star can ever need another try, so the
// match is iterative and no pattern takes exponential time.
#include "base/glob.h"

#include <cstddef>
#include <utility>

namespace larder::base {

namespace {

char fold(char c, bool ignore_case) { return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Matches one character against the class whose '[' stands at pattern[*at]; moves *at behind the class. A class that
/// is not closed ends with the pattern, as in Redis.
bool match_class(std::string_view pattern, size_t* at, char c, bool ignore_case) {
  size_t i = *at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '^';
  if (negated) ++i;
  bool matched = false;
  const auto folded = static_cast<unsigned char>(fold(c, ignore_case));
  while (i < pattern.size() && pattern[i] != ']') {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
      matched |= pattern[i] == c;
    } else if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
      auto low = static_cast<unsigned char>(fold(pattern[i], ignore_case));
      auto high = static_cast<unsigned char>(fold(pattern[i + 2], ignore_case));
      if (low > high) std::swap(low, high);
      matched |= folded >= low && folded <= high;
      i += 2;
    } else {
      matched |= static_cast<unsigned char>(fold(pattern[i], ignore_case)) == folded;
    }
    ++i;
  }
  *at = i < pattern.size() ? i + 1 : i;
  return matched != negated;
}

/// Matches one character against the pattern's element at *at, and moves *at behind that element.
bool match_one(std::string_view pattern, size_t* at, char c, bool ignore_case) {
  switch (pattern[*at]) {
    case '?': ++*at; return true;
    case '[': return match_class(pattern, at, c, ignore_case);
    case '\\':
      if (*at + 1 < pattern.size()) ++*at;
      break;
    default: break;
  }
  return fold(pattern[(*at)++], ignore_case) == fold(c, ignore_case);
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text, bool ignore_case) {
  // Redis' matcher ends with the text, before it looks at a pattern: not even a star matches the empty text.
  if (text.empty()) return pattern.empty();
  constexpr size_t kNoStar = static_cast<size_t>(-1);
  size_t p = 0, t = 0, after_star = kNoStar, star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
      if (p == pattern.size()) return true;
      continue;
    }
    if (p < pattern.size() && match_one(pattern, &p, text[t], ignore_case)) {
      ++t;
      continue;
    }
    if (after_star == kNoStar) return false;
    p = after_star;
    t = ++star_text;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace larder::base
