// Threads: any; no state.

#include "bench/trace.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>

#include "bench/random.h"

namespace larder::bench {
namespace {

Trace zipf_trace(const TraceOptions& options) {
  Trace trace;
  trace.distinct = static_cast<uint32_t>(options.keys);
  trace.keys.reserve(options.requests);
  Random random{options.seed};
  const Zipf zipf{options.keys, options.zipf};
  for (uint64_t i = 0; i < options.requests; ++i) trace.keys.push_back(static_cast<uint32_t>(zipf(random)));
  return trace;
}

Trace zipf_scan_trace(const TraceOptions& options) {
  Trace trace;
  trace.distinct = static_cast<uint32_t>(options.keys);
  trace.keys.reserve(options.requests);
  Random random{options.seed};
  const Zipf zipf{options.keys, options.zipf};
  uint64_t until_scan = options.scan_every;
  while (trace.keys.size() < options.requests) {
    trace.keys.push_back(static_cast<uint32_t>(zipf(random)));
    if (--until_scan > 0) continue;
    until_scan = options.scan_every;
    for (uint64_t i = 0; i < options.scan_length && trace.keys.size() < options.requests; ++i) {
      trace.keys.push_back(trace.distinct++);
    }
  }
  return trace;
}

/// Zipf whose ranks are laid out from a start that moves on: what was hot goes cold at once, other keys take its place.
Trace drift_trace(const TraceOptions& options) {
  Trace trace;
  trace.distinct = static_cast<uint32_t>(options.keys);
  trace.keys.reserve(options.requests);
  Random random{options.seed};
  const Zipf zipf{options.keys, options.zipf};
  const auto step = static_cast<uint64_t>(options.drift_by * static_cast<double>(options.keys));
  for (uint64_t i = 0; i < options.requests; ++i) {
    const uint64_t start = (i / options.drift_every) * step;
    trace.keys.push_back(static_cast<uint32_t>((start + zipf(random)) % options.keys));
  }
  return trace;
}

/// Most requests fall evenly on a range of keys that moves on by its own length; the others fall on all keys.
Trace hot_range_trace(const TraceOptions& options) {
  Trace trace;
  trace.distinct = static_cast<uint32_t>(options.keys);
  trace.keys.reserve(options.requests);
  Random random{options.seed};
  const uint64_t hot =
      std::max<uint64_t>(1, static_cast<uint64_t>(options.hot_keys * static_cast<double>(options.keys)));
  for (uint64_t i = 0; i < options.requests; ++i) {
    const uint64_t start = (i / options.drift_every) * hot;
    const bool is_hot = random.unit() < options.hot_share;
    trace.keys.push_back(
        static_cast<uint32_t>(is_hot ? (start + random.below(hot)) % options.keys : random.below(options.keys)));
  }
  return trace;
}

/// The number of `name`: the next free one when it is new.
template <class Name>
uint32_t number_of(std::unordered_map<Name, uint32_t>& numbers, const Name& name) {
  return numbers.try_emplace(name, static_cast<uint32_t>(numbers.size())).first->second;
}

std::string field_of(const std::string& line, unsigned column) {
  size_t from = 0;
  for (unsigned i = 1; from < line.size(); ++i) {
    size_t to = line.find_first_of(", \t\r", from);
    if (to == std::string::npos) to = line.size();
    if (i == column) return line.substr(from, to - from);
    from = to + 1;
  }
  return {};
}

Trace text_trace(const TraceOptions& options, std::ifstream& file) {
  Trace trace;
  std::unordered_map<std::string, uint32_t> numbers;
  for (std::string line; trace.keys.size() < options.requests && std::getline(file, line);) {
    const std::string key = field_of(line, options.column);
    if (!key.empty()) trace.keys.push_back(number_of(numbers, key));
  }
  trace.distinct = static_cast<uint32_t>(numbers.size());
  return trace;
}

/// libCacheSim's oracleGeneral: uint32 time, uint64 object, uint32 size, int64 next access; little endian, packed.
Trace oracle_general_trace(const TraceOptions& options, std::ifstream& file) {
  constexpr size_t kRecord = 24;
  constexpr size_t kObjectAt = 4;
  Trace trace;
  std::unordered_map<uint64_t, uint32_t> numbers;
  for (char record[kRecord]; trace.keys.size() < options.requests && file.read(record, kRecord);) {
    uint64_t object = 0;
    std::memcpy(&object, record + kObjectAt, sizeof object);
    trace.keys.push_back(number_of(numbers, object));
  }
  trace.distinct = static_cast<uint32_t>(numbers.size());
  return trace;
}

Trace file_trace(const TraceOptions& options) {
  std::ifstream file(options.file, std::ios::binary);
  Trace trace =
      options.file.ends_with(".oracleGeneral") ? oracle_general_trace(options, file) : text_trace(options, file);
  if (trace.keys.empty()) throw std::runtime_error(fmt::format("no requests in trace '{}'", options.file));
  return trace;
}

}  // namespace

Trace make_trace(const TraceOptions& options) {
  if (options.kind == "zipf") return zipf_trace(options);
  if (options.kind == "zipf-scan") return zipf_scan_trace(options);
  if (options.kind == "drift") return drift_trace(options);
  if (options.kind == "hot-range") return hot_range_trace(options);
  if (options.kind == "file") return file_trace(options);
  throw std::runtime_error(
      fmt::format("trace kind '{}' is none of zipf, zipf-scan, drift, hot-range, file", options.kind));
}

}  // namespace larder::bench
