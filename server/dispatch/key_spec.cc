// Resolving key specifications against arguments, and the summaries of them that COMMAND INFO prints.
// Invariant: no position is used before it has been compared with the number of arguments. Threads: pure functions.

#include "server/dispatch/key_spec.h"

#include <algorithm>
#include <cctype>
#include <limits>

namespace larder::server {
namespace {

bool equal_ignoring_case(std::string_view text, std::string_view upper) {
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                    [](unsigned char a, unsigned char b) { return std::toupper(a) == b; });
}

// The number of keys as a client writes it: plain digits, at least 1. Anything above `most` is no number of keys that
// the arguments could hold, so digits are read only as long as that is open.
std::optional<size_t> read_count(std::string_view text, size_t most) {
  if (text.empty() || text.front() == '0') return std::nullopt;
  size_t count = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + static_cast<size_t>(c - '0');
    if (count > most) return std::nullopt;
  }
  return count;
}

// Where the keys of a specification begin; 0 if its keyword is absent (0 is the command's name, never a key).
size_t find_begin(const KeySpec& spec, std::span<const std::string_view> args) {
  if (spec.begin == KeySpec::Begin::index) return static_cast<size_t>(std::max<int>(spec.position, 0));
  if (spec.begin == KeySpec::Begin::unknown) return 0;
  const auto size = static_cast<ptrdiff_t>(args.size());
  const bool forward = spec.position >= 0;
  ptrdiff_t at = forward ? spec.position : size + spec.position;
  for (; at > 0 && at < size; at += forward ? 1 : -1) {
    if (equal_ignoring_case(args[static_cast<size_t>(at)], spec.keyword)) return static_cast<size_t>(at) + 1;
  }
  return 0;
}

std::optional<size_t> last_of_range(const KeySpec& spec, size_t first, size_t size) {
  if (spec.last >= 0) return first + static_cast<size_t>(spec.last);
  const auto back = static_cast<size_t>(-spec.last);
  const size_t end = spec.limit > 1 ? first + (size - first) / static_cast<size_t>(spec.limit) : size;
  if (end < back) return std::nullopt;
  return end - back;
}

}  // namespace

std::optional<KeyRange> resolve_keys(const KeySpec& spec, std::span<const std::string_view> args) {
  const size_t size = args.size();
  const size_t begin = find_begin(spec, args);
  if (begin == 0) return KeyRange{};
  if (begin >= size || spec.step <= 0) return std::nullopt;
  KeyRange range{.first = begin, .last = begin, .step = static_cast<size_t>(spec.step)};
  if (spec.find == KeySpec::Find::range) {
    const auto last = last_of_range(spec, begin, size);
    if (!last) return std::nullopt;
    range.last = *last;
  } else if (spec.find == KeySpec::Find::keynum) {
    const size_t count_at = begin + static_cast<size_t>(spec.count_at);
    if (count_at >= size) return std::nullopt;
    const auto count = read_count(args[count_at], size);
    if (!count) return std::nullopt;
    range.first = begin + static_cast<size_t>(spec.first_at);
    range.last = range.first + (*count - 1) * range.step;
  } else {
    return KeyRange{};
  }
  if (range.first >= size || range.last >= size || range.last < range.first) return std::nullopt;
  return range;
}

LegacyKeyRange legacy_range(const KeySpecs& keys) {
  const auto plain = [](const KeySpec& key) {
    return key.begin == KeySpec::Begin::index && key.find == KeySpec::Find::range;
  };
  if (keys.size() == 1 && plain(keys[0])) {
    const int last = keys[0].last < 0 ? keys[0].last : keys[0].position + keys[0].last;
    return {.first = keys[0].position, .last = last, .step = keys[0].step};
  }
  // Several specifications make one range only as far as they follow each other without gaps.
  LegacyKeyRange joined;
  for (const KeySpec& key : keys) {
    const bool follows = joined.step == 0 || (joined.last > 0 && key.position == joined.last + 1);
    if (!plain(key) || key.step != 1 || !follows) continue;
    if (joined.step == 0) joined.first = key.position;
    joined.step = 1;
    joined.last = key.last < 0 ? key.last : key.position + key.last;
  }
  return joined;
}

}  // namespace larder::server
