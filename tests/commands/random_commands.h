// Random commands for a Larder alone: those of the oracle's generator, and what that leaves out because two servers
// would answer it differently: random pops, deadlines that are met within the program, fillers that cause evictions.
#pragma once

#include <random>
#include <string>

#include "tests/oracle/generator.h"

namespace larder::test {

inline Args any_command(ProgramGenerator& generator, std::mt19937_64& random) {
  const std::string key(1, static_cast<char>('a' + random() % 5));
  const std::string soon = std::to_string(1 + random() % 200);
  switch (random() % 24) {
    case 0: return {"SPOP", key};
    case 1: return {"SPOP", key, std::to_string(1 + random() % 150)};
    case 2: return {"PEXPIRE", key, soon};
    case 3: return {"SET", key, "v", "PX", soon};
    case 4: return {"GETEX", key, "PX", soon};
    case 5: return {"SET", "filler:" + std::to_string(random() % 400), std::string(random() % 6000, 'f')};
    default: return generator.command();
  }
}

}  // namespace larder::test
