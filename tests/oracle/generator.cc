// See generator.h. Numbers come from random_() % n rather than from the standard distributions, whose results differ
// between libraries: a seed must mean the same program everywhere.
#include "tests/oracle/generator.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "tests/oracle/command_makers.h"

namespace larder::test {

namespace {

std::string upper(std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return word;
}

std::optional<long long> number(const std::string& text) {
  char* end = nullptr;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') return {};
  return value;
}

/// SPOP of some members is a server's own choice.
bool pops_all_or_none(const Args& command) {
  if (command.size() == 2) return false;
  const long long count = command.size() == 3 ? number(command[2]).value_or(0) : 0;
  return count <= 0 || count >= 10000;
}

/// A relative deadline that a program could live to see; damage() may have made one.
bool is_soon(const std::string& time) {
  const auto value = number(time);
  return value && *value > 0 && *value < 100000;
}

/// What damage() may make that servers of different ages answer differently: WITHSCORE of ZRANK came with 7.2; scores
/// that begin with a blank or are hexadecimal are refused by younger ones.
bool differs_by_age(const std::string& name, const Args& command) {
  if (name == "ZRANK" || name == "ZREVRANK") return command.size() > 3;
  return name.starts_with('Z') && std::any_of(command.begin(), command.end(), [](const std::string& word) {
           return word == " 1" || word == "0x10" || word == "-0";
         });
}

/// ZADD of the sorted set whose scores are all 0, where damage() may have given it another one.
bool adds_other_scores(const Args& command) {
  if (command.size() < 2 || command[1] != kLexical) return false;
  for (size_t i = 2; i < command.size(); i += 2) {
    if (command[i] != "0") return true;
  }
  return false;
}

/// Whether both servers must give the same result, whenever they run it.
bool deterministic(const Args& command) {
  const std::string name = upper(command[0]);
  if (differs_by_age(name, command) || (name == "ZADD" && adds_other_scores(command))) return false;
  if (name == "SPOP" && command.size() > 1) return pops_all_or_none(command);
  // Servers that refuse such a cursor do not look for the key.
  const size_t cursor = name == "SCAN" ? 1 : 2;
  if (name.ends_with("SCAN") && command.size() > cursor && number(command[cursor]).value_or(-1) < 0) return false;
  // Servers differ in what they take for a number to sort by.
  const bool sorts = name == "SORT" || name == "SORT_RO";
  if (sorts && std::none_of(command.begin(), command.end(), [](const auto& word) { return upper(word) == "ALPHA"; })) {
    return false;
  }

  const bool timed = name == "EXPIRE" || name == "PEXPIRE" || name == "SETEX" || name == "PSETEX";
  if (timed && command.size() > 2 && is_soon(command[2])) return false;
  for (size_t i = 2; i + 1 < command.size() && (name == "SET" || name == "GETEX"); ++i) {
    const std::string option = upper(command[i]);
    if ((option == "EX" || option == "PX") && is_soon(command[i + 1])) return false;
  }
  return true;
}

}  // namespace

std::string ProgramGenerator::key() {
  static constexpr std::string_view kKeys[] = {"a", "b", "c", "d", "e", "a", "b", "key:with:a:longer:name", ""};
  return one_of(kKeys);
}

std::string ProgramGenerator::value() {
  if (chance(45)) return integer();
  if (chance(15)) return real();
  static const std::string kValues[] = {"",
                                        "text",
                                        "hello world",
                                        "ohmytext",
                                        "mynewtext",
                                        std::string("bin\0\xff\r\n", 7),
                                        " 1",
                                        "1 ",
                                        "+1",
                                        "01",
                                        std::string(44, 'e'),
                                        std::string(45, 'r'),
                                        std::string(64, 'x'),
                                        std::string(65, 'y'),
                                        std::string(300, 'z'),
                                        std::string(5000, 'l')};
  return kValues[below(std::size(kValues))];
}

std::string ProgramGenerator::member() {
  static const std::string kMembers[] = {"1",
                                         "2",
                                         "3",
                                         "4",
                                         "5",
                                         "-1",
                                         "100",
                                         "70000",
                                         "5000000000",
                                         "a",
                                         "b",
                                         "c",
                                         "d",
                                         "",
                                         "01",
                                         "1.5",
                                         "-0",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         std::string(64, 'm'),
                                         std::string(65, 'm'),
                                         "1001",
                                         "member:1001"};
  // Mostly small numbers, or sets would hardly ever stay sets of integers.
  return chance(50) ? std::to_string(below(8)) : kMembers[below(std::size(kMembers))];
}

std::string ProgramGenerator::integer() {
  static constexpr std::string_view kEdges[] = {"9223372036854775807",
                                                "-9223372036854775808",
                                                "9223372036854775806",
                                                "9223372036854775808",
                                                "-9223372036854775809",
                                                "9999",
                                                "10000",
                                                "-1",
                                                "-0",
                                                "1e3",
                                                "0x10",
                                                "4294967296"};
  return chance(75) ? std::to_string(static_cast<int>(below(40)) - 10) : one_of(kEdges);
}

std::string ProgramGenerator::index() {
  static constexpr std::string_view kEdges[] = {
      "-1", "-2", "-100", "100", "1000", "-9223372036854775808", "9223372036854775807", "4294967296", "x"};
  return chance(70) ? std::to_string(below(12)) : one_of(kEdges);
}

std::string ProgramGenerator::real() {
  static constexpr std::string_view kReals[] = {"0.1",   "1.5",   "-2.25",    "3.0",
                                                "5.0e3", "1e-7",  "0.000001", "1e17",
                                                "1e20",  "-0",    "inf",      "-inf",
                                                "nan",   ".5",    "5.",       "3.14159265358979",
                                                "0.1e1", "1e300", "-1e20",    "123456789.123456789",
                                                "1e400"};
  return one_of(kReals);
}

std::string ProgramGenerator::pattern() {
  static constexpr std::string_view kPatterns[] = {"*",  "?", "[abc]", "[^a]", "a*",  "key:*",
                                                   "*e", "",  "[a-c]", "1*",   "\\*", "k?y*"};
  return one_of(kPatterns);
}

std::string ProgramGenerator::score() {
  static constexpr std::string_view kEdges[] = {"1.5", "-2.25", "0.125", "inf",           "-inf",     "+inf",
                                                "1e3", "-1e3",  ".5",    "1099511627776", "infinity", "nan",
                                                "x",   "-1e-7", "1e20",  "3.0",           "0.1",      "100"};
  return chance(75) ? std::to_string(static_cast<int>(below(12)) - 3) : one_of(kEdges);
}

std::string ProgramGenerator::score_bound() {
  static constexpr std::string_view kEdges[] = {"-inf", "+inf", "(-inf", "(inf", "(", "nan", "x", "1.5", "(1.5"};
  return chance(60) ? (chance(30) ? "(" : "") + std::to_string(static_cast<int>(below(12)) - 3) : one_of(kEdges);
}

std::string ProgramGenerator::lex_bound() {
  static constexpr std::string_view kEdges[] = {"-", "+", "-", "+", "[", "(", "x", "[m1001", "(m1050"};
  return chance(50) ? (chance(50) ? "[" : "(") + member() : one_of(kEdges);
}

std::string ProgramGenerator::seconds() {
  static constexpr std::string_view kOdd[] = {"0", "-1",  "-100", "9223372036854775807", "9223372036854775",
                                              "x", "1.5", ""};
  // Never twice the same: which of two deadlines a moment apart is greater would depend on the clock.
  return chance(85) ? std::to_string(100000 + below(1000000000)) : one_of(kOdd);
}

std::string ProgramGenerator::unix_seconds(bool may_be_past) {
  static constexpr std::string_view kTimes[] = {
      "4000000000", "4000000001", "4100000000", "5000000000", "4000000000", "0", "-1", "x", "9223372036854775807"};
  static constexpr std::string_view kPast[] = {"1", "1000000000"};
  return may_be_past && chance(20) ? one_of(kPast) : one_of(kTimes);
}

void ProgramGenerator::append_members(Args& command, size_t most) {
  for (size_t i = 0, count = 1 + below(most); i < count; ++i) command.push_back(member());
}

void ProgramGenerator::append_keys(Args& command, size_t most) {
  for (size_t i = 0, count = 1 + below(most); i < count; ++i) command.push_back(key());
}

void ProgramGenerator::append_deadline(Args& command, bool may_be_past) {
  switch (below(4)) {
    case 0: command.insert(command.end(), {"EX", seconds()}); break;
    case 1: command.insert(command.end(), {"PX", seconds() + "000"}); break;
    case 2: command.insert(command.end(), {"EXAT", unix_seconds(may_be_past)}); break;
    default: command.insert(command.end(), {"PXAT", unix_seconds(may_be_past) + "000"}); break;
  }
}

void ProgramGenerator::damage(Args& command) {
  const size_t place = 1 + below(command.size());
  switch (below(4)) {
    case 0:
      if (command.size() > 1) command.pop_back();
      break;
    case 1: command.push_back(value()); break;
    case 2: command.insert(command.begin() + static_cast<std::ptrdiff_t>(place), integer()); break;
    default:
      if (place < command.size()) command[place] = value();
  }
}

std::string ProgramGenerator::any_case(std::string word) {
  if (chance(90)) return word;
  for (char& c : word) c = static_cast<char>(chance(50) ? std::tolower(c) : std::toupper(c));
  return word;
}

Args ProgramGenerator::command() {
  const auto makers = command_makers();
  static const int kTotal = std::accumulate(makers.begin(), makers.end(), 0,
                                            [](int sum, const CommandMaker& maker) { return sum + maker.weight; });
  for (;;) {  // ends: nearly every command is deterministic
    auto left = static_cast<int>(below(static_cast<size_t>(kTotal)));
    size_t maker = 0;
    while (left >= makers[maker].weight) left -= makers[maker++].weight;
    Args command = makers[maker].make(*this);
    if (chance(6)) damage(command);
    command[0] = any_case(std::move(command[0]));
    if (deterministic(command)) return command;
  }
}

Program ProgramGenerator::program(size_t steps) {
  Program program;
  int connection = 0;
  while (program.size() < steps) {
    if (chance(15)) connection = static_cast<int>(below(ProgramRunner::kConnections));
    program.push_back({.connection = connection, .command = command(), .pipelined = chance(50)});
  }
  return program;
}

}  // namespace larder::test
