// See lcs.h. lengths[i][j] is the length for the first i bytes of one string and the first j of the other; walking back
// from the last cell finds the bytes, the last ones first.
#include "store/values/lcs.h"

#include <algorithm>
#include <cstdint>

namespace larder::store {

namespace {

std::vector<uint32_t> fill_lengths(std::string_view first, std::string_view second) {
  const size_t row = second.size() + 1;
  std::vector<uint32_t> lengths((first.size() + 1) * row, 0);
  for (size_t i = 1; i <= first.size(); ++i) {
    for (size_t j = 1; j <= second.size(); ++j) {
      lengths[i * row + j] = first[i - 1] == second[j - 1]
                                 ? lengths[(i - 1) * row + j - 1] + 1
                                 : std::max(lengths[(i - 1) * row + j], lengths[i * row + j - 1]);
    }
  }
  return lengths;
}

}  // namespace

CommonSubsequence longest_common_subsequence(std::string_view first, std::string_view second) {
  const std::vector<uint32_t> lengths = fill_lengths(first, second);
  const size_t row = second.size() + 1;
  CommonSubsequence result;
  result.length = lengths.back();
  result.text.resize(result.length);
  size_t i = first.size(), j = second.size(), left = result.length;
  bool in_range = false;
  while (i > 0 && j > 0) {
    if (first[i - 1] == second[j - 1]) {
      result.text[--left] = first[i - 1];
      if (in_range) {
        --result.ranges.back().first_start;
        --result.ranges.back().second_start;
      } else {
        result.ranges.push_back({i - 1, i - 1, j - 1, j - 1});
      }
      in_range = true;
      --i;
      --j;
      continue;
    }
    in_range = false;
    if (lengths[(i - 1) * row + j] > lengths[i * row + j - 1]) {
      --i;
    } else {
      --j;
    }
  }
  return result;
}

}  // namespace larder::store
