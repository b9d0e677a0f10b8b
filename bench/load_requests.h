// Writes the requests of a stream: a template made once, of which only the digits of keys (and a deadline) change.
// Invariant: a request never contains '*' except as its first byte, which larder-floor counts. Threads: one each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load_options.h"
#include "bench/random.h"

namespace larder::bench {

/// The ids a stream asks for, one after the other.
class KeySequence {
 public:
  explicit KeySequence(const StreamOptions& stream);
  uint64_t next();

 private:
  KeyOrder order_;
  uint64_t first_;
  uint64_t keys_;
  uint64_t position_ = 0;
  Random random_;
  std::vector<uint32_t> draws_;  // Zipf costs two logarithms a draw: drawn ahead, then gone round from a random place
};

class RequestEncoder {
 public:
  RequestEncoder(const StreamOptions& stream, Dialect dialect);

  /// Bytes that one request may take at most.
  size_t max_size() const { return max_size_; }
  /// Writes the next request of the stream to `out` (room: max_size()); returns its end.
  char* encode(char* out);

 private:
  struct Template {
    std::string text;
    std::vector<size_t> digits_ends;  // the id's last digits stand before these offsets
    size_t deadline_end = 0;          // likewise for the deadline; 0 = none
  };
  Template make(bool is_set) const;
  Template make_memcached(bool is_set) const;
  Template make_raw() const;
  void append_argument(Template& made, std::string_view argument) const;

  StreamOptions stream_;
  Dialect dialect_;
  KeySequence sequence_;
  Random random_;
  Template get_;
  Template set_;
  uint64_t set_below_;  // SET when 16 random bits are below
  size_t max_size_;
};

}  // namespace larder::bench
