// Glob patterns as KEYS, SCAN, PSUBSCRIBE and CONFIG GET take them: * ? [abc] [^a-c] and \x.
#pragma once

#include <string_view>

namespace larder::base {

/// Whether the whole of `text` matches `pattern`. Bytes are compared, not characters; `ignore_case` folds ASCII
/// letters. Time is O(pattern * text) at worst, without recursion.
bool glob_match(std::string_view pattern, std::string_view text, bool ignore_case = false);

}  // namespace larder::base
