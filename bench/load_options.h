// What the load generator is asked to do: a list of streams (each a kind of traffic with its own connections) and the
// server they go to. A stream is written as words `key=value`, so that one command line can hold several:
//   --stream "name=fill connections=4 pipeline=50 set=100 order=sequential keys=1000000 count=1000000"
// Threads: plain values, shared read-only once parsed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::bench {

enum class Dialect : uint8_t { resp, memcached };
enum class KeyOrder : uint8_t { sequential, uniform, zipf };

struct StreamOptions {
  std::string name = "load";
  uint64_t connections = 50;
  uint64_t idle = 0;      ///< 1 = the connections are greeted, then silent until the end
  uint64_t count = 0;     ///< requests to send in all; 0 = go on until every stream that has a count is done
  uint64_t pipeline = 1;  ///< closed loop: requests a batch; the next batch follows the last reply of the one before
  double rate = 0;  ///< above 0: open loop, requests a second of the whole stream, latency from the intended start
  uint64_t set_percent = 0;  ///< SET in this share of the requests, GET in the others
  /// Sent instead of GET and SET, its arguments separated by commas: command=INFO,memory. In these, {key} stands for a
  /// key, {id} for its digits alone and {value} for a value, as GET and SET would have them.
  std::string command;
  uint64_t keys = 1'000'000;
  uint64_t first_key = 0;  ///< ids are first_key .. first_key + keys - 1
  KeyOrder order = KeyOrder::uniform;
  double zipf = 1.0;  ///< exponent when order=zipf
  std::string prefix = "key:";
  uint64_t key_size = 16;    ///< bytes, prefix included; the rest is the id in decimal with leading zeros
  uint64_t value_size = 32;  ///< bytes
  uint64_t ttl = 0;          ///< seconds, EX of each SET; 0 = none
  uint64_t deadline = 0;     ///< Unix ms: SET with PXAT deadline + (0 .. deadline_span-1, spread by the key's id)
  uint64_t deadline_span = 1;
  uint64_t discard = 0;  ///< bytes of each reply, thrown away in the kernel uncopied (MSG_TRUNC); 0 = replies are read
  std::string series;    ///< command replies kept with their time: "integer", or the name of a field of an INFO reply
  uint64_t seed = 1;
};

struct LoadOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 6379;
  Dialect dialect = Dialect::resp;
  int server_pid = 0;  ///< its CPU time and memory are read; 0 = unknown
  unsigned threads = 1;
  double timeout = 120;  ///< seconds until the run is given up as failed
  std::vector<StreamOptions> streams;
};

/// Parses `name=... connections=...`. Errors: std::invalid_argument naming the word.
StreamOptions parse_stream(std::string_view text);

/// The part of `whole` that thread `index` of `threads` sends: counts, connections and rates divided, key ids and seeds
/// apart.
StreamOptions share_of(const StreamOptions& whole, unsigned index, unsigned threads);

}  // namespace larder::bench
