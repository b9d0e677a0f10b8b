// Sequences of keys to replay: made by a rule with a seed, or read from a file. A key is a dense number (0 ..
// distinct-1), so that a simulation can use arrays; its name on the wire is derived from it. Threads: built before use,
// then constant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace larder::bench {

struct TraceOptions {
  std::string kind = "zipf";  ///< zipf, zipf-scan, drift, hot-range or file
  uint64_t requests = 2'000'000;
  uint64_t keys = 100'000;         ///< of the Zipf part
  double zipf = 1.0;               ///< exponent
  uint64_t scan_every = 50'000;    ///< zipf-scan: a scan begins after so many requests ...
  uint64_t scan_length = 10'000;   ///< ... and asks once each for so many keys that never come again
  uint64_t drift_every = 400'000;  ///< drift: the hot range moves on after so many requests ...
  double drift_by = 0.5;           ///< ... by this share of `keys`, so the ranks of all keys change
  double hot_keys = 0.1;   ///< hot-range: the range's length as a share of `keys`; it moves on after drift_every
  double hot_share = 0.9;  ///< hot-range: share of the requests that fall into the range
  std::string file;        ///< file: one request a line; or *.oracleGeneral (libCacheSim's records of 24 bytes)
  unsigned column = 1;     ///< file: the key's field, from 1, fields separated by commas or blanks
  uint64_t seed = 1;
};

struct Trace {
  std::vector<uint32_t> keys;
  uint32_t distinct = 0;  ///< every key is below
};

/// errors  std::runtime_error: the file cannot be read, the kind is unknown
Trace make_trace(const TraceOptions& options);

}  // namespace larder::bench
