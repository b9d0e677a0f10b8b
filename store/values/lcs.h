// The longest common subsequence of two strings, for LCS.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// Ranges that match, both ends included.
struct CommonRange {
  size_t first_start, first_end;    // in the first string
  size_t second_start, second_end;  // in the second
  size_t length() const { return first_end - first_start + 1; }
};

struct CommonSubsequence {
  size_t length = 0;
  std::string text;
  std::vector<CommonRange> ranges;  // from the ends of the strings to their beginnings, as LCS IDX shows them
};

/// Bytes of scratch memory that the computation needs.
constexpr size_t lcs_scratch_bytes(size_t first, size_t second) {
  return (first + 1) * (second + 1) * sizeof(uint32_t);
}

/// By dynamic programming (Wagner and Fischer, 1974). O(first * second) time and memory. Throws std::bad_alloc.
CommonSubsequence longest_common_subsequence(std::string_view first, std::string_view second);

}  // namespace larder::store
