// Words on a line with quotes: inline requests, lines of a configuration file, and the escaped form that MONITOR and
// CONFIG REWRITE write. All functions may be called from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::protocol {

/// Splits `line` (without its line end) into words and appends them to `words` as views into `line`, which is
/// rewritten in place where quotes or escapes make a word shorter. Words are parted by white space.
///   "..."  the escapes \n \r \t \b \a and \xHH are replaced, any other escaped byte stands for itself
///   '...'  only \' is an escape
/// A closing quote must be followed by white space or the end of the line. NUL is an ordinary byte.
/// Returns false, with `words` as it was, when quotes do not balance; `line` is then in an unspecified state.
bool split_words(std::span<char> line, std::vector<std::string_view>& words);

/// Appends `text` to `to` in double quotes: \\ \" \n \r \t \a \b escaped, other unprintable bytes as \xhh.
/// split_words reads it back.
void append_quoted(std::string& to, std::string_view text);

}  // namespace larder::protocol
