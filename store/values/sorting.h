// The order in which SORT puts elements: by numbers or by bytes, their own or those of a weight looked up for each.
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

struct SortElement {
  std::string bytes;
  double score = 0;                   // by numbers
  std::optional<std::string> weight;  // by bytes of a weight; one that is absent comes first
};

struct SortOrder {
  enum class By : uint8_t { score, bytes, weight };
  By by = By::score;
  bool descending = false;
};

/// Puts the first `count` elements into order; the others are behind them in no order. What compares equal stays in
/// the order in which it was, but equal scores are ordered by the elements' bytes. Bytes are compared as numbers, in no
/// locale. O(N log count).
void sort_first(std::vector<SortElement>& elements, SortOrder order, size_t count);

/// A number as SORT reads one: blanks before it are skipped, an empty text is 0.
std::optional<double> sort_score(std::string_view text);

}  // namespace larder::store
