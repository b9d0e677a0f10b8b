// What SRANDMEMBER, HRANDFIELD and ZRANDMEMBER have in common: the options behind the count, and the drawing of so many
// elements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"

namespace larder::server::commands {

/// A count, which is there, and whether each element comes with its value or score.
struct DrawOptions {
  int64_t count = 0;  // below 0 an element may come several times
  bool in_pairs = false;

  /// `pairs` is the word for that.
  static DrawOptions read(protocol::ArgReader& args, const char* pairs) {
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
    DrawOptions options{.count = args.integer()};
    if (options.count < -kMost) {
      args.fail("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
    }
    options.in_pairs = args.more();
    if (options.in_pairs && !args.token(pairs)) args.fail(protocol::kSyntaxError);
    args.expect_end();
    const bool too_many = options.count < -kMost / 2 || options.count > kMost / 2;
    if (options.in_pairs && too_many) args.fail("ERR value is out of range");
    return options;
  }
};

/// Replies with elements of a collection of `size`: `draw(count)` writes so many of them, each time any, and
/// `draw_distinct(count)` so many different ones.
template <class Draw, class DrawDistinct>
void write_drawn(protocol::ReplyWriter& reply, const DrawOptions& options, size_t size, Draw&& draw,
                 DrawDistinct&& draw_distinct) {
  const int64_t count = options.count;
  if (size == 0 || count == 0) return reply.array(0);
  const auto wanted = count < 0 ? static_cast<size_t>(-count) : std::min(static_cast<size_t>(count), size);
  reply.array(options.in_pairs && reply.version() != 3 ? 2 * wanted : wanted);
  if (count > 0) return draw_distinct(wanted);
  // Any number may be asked for: the drawing ends with the room for the reply.
  constexpr size_t kPortion = 1024;
  for (size_t left = wanted; left > 0 && !reply.output().overflowed();) {
    const size_t now = std::min(left, kPortion);
    draw(now);
    left -= now;
  }
}

}  // namespace larder::server::commands
