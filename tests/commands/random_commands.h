// Random commands for a Larder alone: those of the oracle's generator, and what that leaves out because two servers
// would answer it differently or not at all: random pops, deadlines that are met within the program, fillers that cause
// evictions, what only the youngest servers have.
#pragma once

#include <random>
#include <string>

#include "tests/oracle/generator.h"

namespace larder::test {

inline Args any_command(ProgramGenerator& generator, std::mt19937_64& random) {
  const std::string key(1, static_cast<char>('a' + random() % 5));
  const std::string soon = std::to_string(1 + random() % 200);
  const std::string other(1, static_cast<char>('a' + random() % 5));
  switch (random() % 48) {
    case 0: return {"SPOP", key};
    case 1: return {"SPOP", key, std::to_string(1 + random() % 150)};
    case 2: return {"PEXPIRE", key, soon};
    case 3: return {"SET", key, "v", "PX", soon};
    case 4: return {"GETEX", key, "PX", soon};
    case 5: return {"SET", "filler:" + std::to_string(random() % 400), std::string(random() % 6000, 'f')};
    case 6: return {"SET", key, "v", random() % 2 == 0 ? "IFNE" : "IFEQ", random() % 2 == 0 ? "v" : "w"};
    case 7: return {"SET", key, "w", "IFDNE", "0123456789abcdef", random() % 2 == 0 ? "GET" : "KEEPTTL"};
    case 8: return {"DELEX", key, random() % 2 == 0 ? "IFNE" : "IFEQ", "v"};
    case 9: return {"MSETEX", "2", key, "v", other, "w", "PX", soon};
    case 10: return {"MSETEX", "2", key, "w", other, "v", random() % 2 == 0 ? "KEEPTTL" : "NX"};
    case 11: return {"BITOP", random() % 2 == 0 ? "DIFF" : "ONE", key, other, "a", "b"};
    default: return generator.command();
  }
}

}  // namespace larder::test
