// Makes random programs of commands for the comparison with redis-server: every command of the data groups with valid,
// edge and invalid arguments over few keys and values, several databases, transactions and WATCH from three
// connections. The same seed makes the same programs. One thread.
//
// Nothing that depends on time or on a server's choice is generated: deadlines lie far in the past or in the future,
// and SPOP takes all members or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "tests/oracle/program.h"

namespace larder::test {

class ProgramGenerator {
 public:
  explicit ProgramGenerator(uint64_t seed) : random_(seed) {}

  /// A program of so many steps.
  Program program(size_t steps);

  /// One command of a kind chosen by weight.
  Args command();

 private:
  friend struct CommandMakers;
  size_t below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  bool chance(int percent) { return below(100) < static_cast<size_t>(percent); }
  template <size_t N>
  std::string one_of(const std::string_view (&choices)[N]) {
    return std::string(choices[below(N)]);
  }

  std::string key();
  std::string value();
  std::string member();
  std::string integer();
  std::string index();
  std::string real();
  std::string pattern();
  std::string score();
  std::string score_bound();
  std::string lex_bound();
  std::string seconds();                       // of a relative deadline: far ahead, rarely past or invalid
  std::string unix_seconds(bool may_be_past);  // of an absolute one
  void append_members(Args& command, size_t most);
  void append_keys(Args& command, size_t most);
  void append_deadline(Args& command, bool may_be_past);
  void damage(Args& command);
  std::string any_case(std::string word);

  std::mt19937_64 random_;
};

}  // namespace larder::test
