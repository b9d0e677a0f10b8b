// Whether a recorded history of concurrent operations is linearizable: whether one order of the operations exists that
// keeps every operation between its invocation and its response and in which each reply is what a single-threaded map
// of keys would have answered. Exact, by the search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993)
// with the memoization of Lowe ("Testing for Linearizability", 2017): a set of operations done that led to the same
// state before is not tried again.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace larder::test {

/// One command that an operation executes, and what the server answered to it.
struct Step {
  enum class Kind : uint8_t { get, set, incr, del, getset, append };
  Kind kind;
  std::string key;
  std::string argument;              // of set, getset, append
  std::optional<std::string> reply;  // as text: a number for incr, del, append; nothing for null; "OK" for set
};

/// What a client does at once: a single command, or a transaction of several.
struct Operation {
  int64_t invoked;  // numbers from one counter: an operation that responded before another was invoked came first
  int64_t responded;
  std::vector<Step> steps;
};

/// The state of the model: keys that exist.
using State = std::map<std::string, std::string>;

/// Executes a step on `state`. Returns what a correct server answers.
std::optional<std::string> apply_step(State& state, const Step& step);

struct Verdict {
  bool linearizable = false;
  size_t states = 0;            // looked at by the search
  std::vector<size_t> longest;  // the longest order found, as indexes: all operations when linearizable
};

/// cost  exponential in the number of operations that overlap at most; histories of a few clients take milliseconds
Verdict check_linearizable(const std::vector<Operation>& history);

/// A history as text, one operation a line in order of invocation: what a failing test prints.
std::string describe(const std::vector<Operation>& history);

}  // namespace larder::test
