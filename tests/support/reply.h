// RESP2 and RESP3 replies as values: where a reply ends in a stream of bytes, what it holds, how to show it to a
// person. Pure functions of their arguments; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// One reply. `type` is the byte that RESP puts in front: + - : $ * in RESP2, also _ # , ( ! = % ~ > in RESP3.
struct Reply {
  char type = '_';
  bool null = false;         ///< `$-1` or `*-1`
  std::string text;          ///< payload of everything that is not an aggregate (of `=`: with its `txt:`)
  std::vector<Reply> items;  ///< of an aggregate; a map has its keys and values in turn

  bool operator==(const Reply&) const = default;
  bool is_error() const { return type == '-' || type == '!'; }
  bool is_aggregate() const { return type == '*' || type == '%' || type == '~' || type == '>'; }
};

struct FrameSize {
  enum class Status { complete, incomplete, malformed };
  Status status;
  size_t bytes;  ///< of the whole reply, nested ones included; only when complete
};

/// Where the reply that opens `stream` ends. An attribute (`|`) counts as part of the reply that follows it.
/// cost  O(number of elements): the contents of bulks are skipped
FrameSize measure_reply(std::string_view stream);

/// The value of one complete reply, as measured by measure_reply(). Attributes are dropped.
Reply parse_reply(std::string_view frame);

/// The bytes of a reply in RESP: the inverse of parse_reply() for replies that a server writes.
std::string encode_reply(const Reply& reply);

/// The bytes of a command as clients send it: an array of bulk strings.
std::string encode_command(const std::vector<std::string>& args);

/// Bytes for a person: unprintable ones as \xNN, and CR, LF, backslash escaped; cut at `limit` bytes.
std::string printable(std::string_view bytes, size_t limit = 4000);

/// A reply for a person, on one line, such as `[1) "a" 2) (nil)]`; cut at `limit` bytes.
std::string describe(const Reply& reply, size_t limit = 4000);

}  // namespace larder::test
