// How a ProgramGenerator makes each command: arguments that are usual, at an edge or wrong, and how often it comes.
#pragma once

#include <span>
#include <string_view>

#include "tests/oracle/program.h"

namespace larder::test {

class ProgramGenerator;

/// The key of a sorted set whose scores are all 0.
inline constexpr std::string_view kLexical = "lexical";

struct CommandMaker {
  int weight;  // among all
  Args (*make)(ProgramGenerator& g);
};

/// All of them. What programs a seed means depends on the order and the weights.
std::span<const CommandMaker> command_makers();

}  // namespace larder::test
