// Fuzzes RequestParser: whatever bytes a client sends and however they are cut, the same requests and the same error
// come out, every argument lies in the request's bytes, and no byte outside them is touched (run it under ASan, UBSan).
//
// The first four bytes of an input choose the limits and seed the cuts; the rest is what the client sends.
// Seeds stand in tests/fuzz/corpus/request_parser/.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request_parser.h"

namespace {

using larder::protocol::ParserLimits;
using larder::protocol::RequestParser;
using Status = RequestParser::Status;

constexpr size_t kHeader = 4;

void check(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::vector<std::vector<std::string>> requests;
  std::string error;
  size_t left = 0;
  bool operator==(const Outcome&) const = default;
};

class Cuts {
 public:
  explicit Cuts(uint32_t seed) : state_{seed | 1}, widest_{1 + seed % 61} {}
  size_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return 1 + state_ % widest_;
  }

 private:
  uint32_t state_;
  uint32_t widest_;
};

// Every call gets a buffer of exactly the bytes that have arrived, so that a read beyond them is seen.
Outcome feed(std::string_view input, const ParserLimits& limits, Cuts* cuts) {
  Outcome outcome;
  RequestParser parser;
  std::vector<std::string_view> args;
  size_t begin = 0;
  size_t arrived = cuts != nullptr ? std::min(input.size(), cuts->next()) : input.size();
  for (;;) {
    const size_t size = arrived - begin;
    const std::unique_ptr<char[]> buffer{new char[size]};
    std::copy_n(input.data() + begin, size, buffer.get());
    args.clear();
    switch (parser.parse({buffer.get(), size}, args, limits)) {
      case Status::error:
        check(args.empty() && !parser.error().empty());
        outcome.error = parser.error();
        return outcome;
      case Status::incomplete:
        check(args.empty() && parser.mid_request() == (size != 0));
        if (arrived == input.size()) {
          outcome.left = size;
          return outcome;
        }
        arrived += std::min(input.size() - arrived, cuts->next());
        break;
      case Status::complete:
        check(parser.consumed() > 0 && parser.consumed() <= size && !parser.mid_request());
        for (const auto arg : args) {
          check(arg.data() >= buffer.get() && arg.data() + arg.size() <= buffer.get() + parser.consumed());
        }
        outcome.requests.emplace_back(args.begin(), args.end());
        begin += parser.consumed();
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < kHeader) return 0;
  const uint32_t seed = data[0] | data[1] << 8 | data[2] << 16;
  const uint8_t choice = data[3];
  ParserLimits limits;
  limits.authenticated = (choice & 1) == 0;
  // The limit of lines depends on how much has arrived, and so on the cuts.
  if ((choice & 2) != 0) limits.max_inline_length = SIZE_MAX;
  if ((choice & 4) != 0) limits.max_bulk_length = 64;
  if ((choice & 8) != 0) limits.max_multibulk_length = 5;
  const std::string_view input{reinterpret_cast<const char*>(data) + kHeader, size - kHeader};
  Cuts cuts{seed};
  check(feed(input, limits, nullptr) == feed(input, limits, &cuts));
  return 0;
}
