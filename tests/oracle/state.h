// All that a server holds, read through commands, and the comparison of two such states. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tests/support/resp_client.h"

namespace larder::test {

struct KeyState {
  std::string type;
  std::string encoding;
  int64_t expires = -1;  ///< Unix time in ms, -1: never
  std::string value;     ///< encoded reply; of a set with its members sorted
};

/// By database and key.
using State = std::map<std::pair<int, std::string>, KeyState>;

constexpr int kDatabases = 16;

/// Reads every key of the sixteen databases over a connection that has no other use (RESP2). Two rounds of pipelining.
State read_state(RespClient& client);

/// What differs, a line for each key; empty when nothing does. Deadlines may differ by the 5 s that separate the same
/// EXPIRE on two busy servers; encodings as the rule encoding_72 says.
std::string state_difference(const State& theirs, const State& ours, bool self_check);

}  // namespace larder::test
