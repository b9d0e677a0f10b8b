// Programs of commands that run on a redis-server and a Larder side by side: running one from an empty state, finding
// where the two differ, and shrinking a program that shows a difference. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/servers.h"

namespace larder::test {

struct Step {
  int connection = 0;
  Args command;
  /// Sent in one piece with the next step when that is of the same connection: a pipeline.
  bool pipelined = false;
};
using Program = std::vector<Step>;

/// How the replies to a command may differ: a name of rules.h, empty for byte for byte.
std::string rule_for(const Args& command);

/// The program as a script of OracleTest::run().
std::string script_of(const Program& program);

/// The program without MULTI and WATCH inside MULTI.
Program without_nested_multi(Program program);
/// The program without GETEX key EX time and the like.
Program without_timed_getex(Program program);
/// The program without BITCOUNT and BITPOS whose ranges are refused.
Program without_refused_bit_ranges(Program program);

/// Runs programs; starts the pair of servers, and starts it again when a program has brought one down.
class ProgramRunner {
 public:
  static constexpr int kConnections = 3;

  /// version  of the protocol that the connections begin with
  explicit ProgramRunner(int version) : version_(version) {}

  /// Empties both servers, runs the program over fresh connections and compares every reply, the events raised and the
  /// keys that are left.
  /// returns  what differs first; nothing when all is the same
  std::optional<std::string> run(const Program& program);

 private:
  class Run;
  int version_;
  std::unique_ptr<ServerPair> servers_;
};

struct ShrinkLimits {
  int tries = 600;
  std::chrono::milliseconds time{30000};
};

/// A program that still fails and from which (within the limits) no step can be left out: delta debugging (Zeller and
/// Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
/// fails  whether a program shows the failure; it is true of `program`
Program shrink(Program program, const std::function<bool(const Program&)>& fails, const ShrinkLimits& limits = {});

}  // namespace larder::test
