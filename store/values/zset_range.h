// Parts of a sorted set: by score, by member, by rank. Bounds of the first two are turned into ranks by the set, which
// then hands out, counts or removes what lies between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace larder::store {

struct ScoreRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool excludes_min = false;
  bool excludes_max = false;

  /// Whether an element of this score comes before the range, or behind it.
  bool is_before(double score) const { return excludes_min ? score <= min : score < min; }
  bool is_behind(double score) const { return excludes_max ? score >= max : score > max; }
};

/// A bound of a range of members: below all, a member, or above all.
struct LexBound {
  enum class Kind : uint8_t { lowest, member, highest };
  Kind kind = Kind::lowest;
  bool excluded = false;
  std::string_view text{};
};

/// A range of members, of a set whose scores are all the same.
struct LexRange {
  LexBound min;
  LexBound max;

  bool is_before(std::string_view member) const {
    if (min.kind != LexBound::Kind::member) return min.kind == LexBound::Kind::highest;
    return min.excluded ? member <= min.text : member < min.text;
  }
  bool is_behind(std::string_view member) const {
    if (max.kind != LexBound::Kind::member) return max.kind == LexBound::Kind::lowest;
    return max.excluded ? member >= max.text : member > max.text;
  }
};

/// The elements of ranks [first, end).
struct Ranks {
  size_t first = 0;
  size_t end = 0;

  size_t size() const { return end - first; }

  /// From rank `start` to rank `stop`, both included, of `size` elements; negative ones count from the end. What lies
  /// outside is left out. Counted `backwards`, rank 0 is the last element.
  static Ranks between(int64_t start, int64_t stop, size_t size, bool backwards = false) {
    const auto count = static_cast<int64_t>(size);
    if (start < 0) start = std::max<int64_t>(start + count, 0);
    if (stop < 0) stop += count;
    stop = std::min(stop, count - 1);
    if (start > stop) return {};
    const auto first = static_cast<size_t>(start), end = static_cast<size_t>(stop) + 1;
    return backwards ? Ranks{size - end, size - first} : Ranks{first, end};
  }

  /// LIMIT: without the first `offset` elements, at most `count` of the others; negative: none, and all. Counted from
  /// the end if `backwards`.
  Ranks limited(int64_t offset, int64_t count, bool backwards) const {
    if (offset < 0) return {};
    const size_t skipped = std::min(static_cast<size_t>(offset), size());
    const size_t taken = count < 0 ? size() - skipped : std::min(static_cast<size_t>(count), size() - skipped);
    return backwards ? Ranks{end - skipped - taken, end - skipped} : Ranks{first + skipped, first + skipped + taken};
  }
};

}  // namespace larder::store
