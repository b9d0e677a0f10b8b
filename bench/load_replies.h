// Counts the replies in what a connection received: knows where each ends, whether it was a hit, and keeps little else.
// The replies that are expected (+OK, a value of the known size) are stepped over without being searched.
// Invariant: bytes of a reply that is not yet whole are remembered, so input may be cut anywhere. Threads: one each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load_options.h"

namespace larder::bench {

struct ReplyCounts {
  uint64_t hits = 0;    ///< replies that hold a value
  uint64_t misses = 0;  ///< null replies
  uint64_t errors = 0;
  std::string first_error;
};

class ReplyScanner {
 public:
  /// value_size  bytes of the values that the stream stores
  /// keep        whether bodies and integers are kept for last_text()
  ReplyScanner(Dialect dialect, size_t value_size, bool keep);

  /// Takes what was received; returns how many replies came to their end in it. `counts` grows by them.
  size_t feed(const char* data, size_t size, ReplyCounts& counts);

  /// The integer or body of the latest reply (only when asked to keep it).
  std::string_view last_text() const { return kept_; }

 private:
  size_t line(std::string_view text, ReplyCounts& counts);
  size_t resp_line(std::string_view text, ReplyCounts& counts);
  size_t memcached_line(std::string_view text, ReplyCounts& counts);
  size_t error(std::string_view text, ReplyCounts& counts);
  size_t skip_body(const char*& at, const char* end);
  size_t aggregate(uint64_t parts);
  size_t part_ended();

  Dialect dialect_;
  bool keep_;
  std::string hit_header_;  // how a value of the expected size begins
  size_t hit_size_ = 0;     // the whole reply's size
  uint64_t parts_ = 0;      // of the current reply, an array, that are still to come
  size_t skip_ = 0;         // bytes of the current body that are still to come
  std::string partial_;     // the beginning of a line whose end has not come
  std::string kept_;
};

}  // namespace larder::bench
