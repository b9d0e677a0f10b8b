// Random programs: thousands of commands a run, the same on redis-server and Larder. The seed is printed; a program on
// which the two differ is shrunk, and the small one is printed as a script that a test can take over.
//
// LARDER_ORACLE_SEED      a number, or `random` for one that nobody has tried yet; the default is always the same
// LARDER_ORACLE_COMMANDS  how many commands for each protocol version
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "tests/oracle/generator.h"
#include "tests/oracle/oracle_test.h"
#include "tests/oracle/program.h"
#include "tests/oracle/reference.h"

namespace larder::test {
namespace {

constexpr uint64_t kDefaultSeed = 20240229;
constexpr size_t kDefaultCommands = 30000;
constexpr size_t kStepsOfAProgram = 150;
constexpr int kFailuresShown = 3;

uint64_t chosen_seed() {
  const char* text = std::getenv("LARDER_ORACLE_SEED");
  if (text == nullptr) return kDefaultSeed;
  if (std::string_view(text) == "random") return std::random_device()();
  return std::strtoull(text, nullptr, 10);
}

size_t chosen_commands() {
  const char* text = std::getenv("LARDER_ORACLE_COMMANDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : kDefaultCommands;
}

class RandomOracle : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Resp, RandomOracle, both_protocols(), protocol_name);

TEST_P(RandomOracle, Programs) {
  if (const std::string missing = oracle_missing(); !missing.empty()) {
    if (oracle_required()) FAIL() << "LARDER_REQUIRE_ORACLE is set. " << missing;
    GTEST_SKIP() << missing;
  }
  const uint64_t seed = chosen_seed();
  const size_t programs = (chosen_commands() + kStepsOfAProgram - 1) / kStepsOfAProgram;
  fmt::print("LARDER_ORACLE_SEED={} LARDER_ORACLE_COMMANDS={}\n", seed, programs * kStepsOfAProgram);
  ProgramGenerator generator(seed * 10 + static_cast<uint64_t>(GetParam()));
  ProgramRunner runner(GetParam());
  int failures = 0;
  for (size_t i = 0; i < programs && failures < kFailuresShown; ++i) {
    Program program = generator.program(kStepsOfAProgram);
    if (reference().habits.nested_multi_aborts) program = without_nested_multi(std::move(program));
    if (reference().habits.checks_getex_first) program = without_timed_getex(std::move(program));
    // 7.0 looks for the key first, and so does Valkey where it lets the end go; an absent one is an event.
    if (reference().habits.before_72 || reference().habits.expires_at_once)
      program = without_refused_bit_ranges(std::move(program));
    const auto first = runner.run(program);
    if (!first) continue;
    ++failures;
    const Program small = shrink(program, [&](const Program& candidate) { return runner.run(candidate).has_value(); });
    const auto difference = runner.run(small);
    ADD_FAILURE() << fmt::format("seed {}, program {} of {}, RESP{}, shrunk to {} of {} steps:\n{}{}", seed, i + 1,
                                 programs, GetParam(), small.size(), program.size(), script_of(small),
                                 difference.value_or("(passes when run again; the whole program gave)\n" + *first));
  }
}

}  // namespace
}  // namespace larder::test
