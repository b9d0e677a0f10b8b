// See reference.h. The packages of the servers are pinned in requirements.txt; ./dev test installs them below
// build/tools.
#include "tests/oracle/reference.h"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <stdexcept>

#include "tests/oracle/differences.h"
#include "tests/support/process.h"

#ifndef LARDER_SOURCE_DIR
#define LARDER_SOURCE_DIR "."
#endif

namespace larder::test {
namespace {

// It names itself redis and its version 7.2.4 then, as to clients that ask for a Redis.
constexpr std::string_view kAsRedis[] = {"--extended-redis-compatibility", "yes", "--lazyfree-lazy-user-del",   "no",
                                         "--lazyfree-lazy-user-flush",     "no",  "--lazyfree-lazy-server-del", "no",
                                         "--lazyfree-lazy-expire",         "no",  "--lazyfree-lazy-eviction",   "no"};

const Reference kReferences[] = {
    {.name = "redis-7.0",
     .program = "redis-server",
     .what = "Redis 7.0, which distributions package",
     .arguments = {},
     .habits = {.before_72 = true},
     .differences = {differences_of_redis_70()},
     .wordings = {wordings_of_redis_70()}},
    {.name = "redis-7.2",
     .program = "redis-7.2",
     .what = "Redis 7.2.4, for who has built one: it is always right",
     .arguments = {},
     .habits = {},
     .differences = {},
     .wordings = {}},
    {.name = "valkey-8.1",
     .program = "valkey-8.1",
     .what = "Valkey 8.1, which states redis_version 7.2.4 and has its commands",
     .arguments = kAsRedis,
     .habits = {.expires_at_once = true, .nested_multi_aborts = true},
     .differences = {differences_since_72(), differences_of_valkey()},
     .wordings = {wordings_since_72(), wordings_of_valkey()}},
    {.name = "valkey-9.1",
     .program = "valkey-9.1",
     .what = "Valkey 9.1",
     .arguments = kAsRedis,
     .habits = {.expires_at_once = true,
                .nested_multi_aborts = true,
                .quotes_within_words = true,
                .checks_getex_first = true},
     .differences = {differences_since_72(), differences_of_valkey(), differences_of_valkey_91()},
     .wordings = {wordings_since_72(), wordings_of_valkey(), wordings_of_valkey_91()}},
    {.name = "redis-8.2",
     .program = "redis-8.2",
     .what = "Redis 8.2",
     .arguments = {},
     .habits = {},
     .differences = {differences_since_72(), differences_of_redis_82()},
     .wordings = {wordings_since_72(), wordings_of_redis_82()}},
};

std::string path_of(std::string_view program) {
  const std::string on_path = find_program(program);
  return on_path.empty() ? find_program(std::string(LARDER_SOURCE_DIR "/build/tools/") + std::string(program))
                         : on_path;
}

/// Whether the text matches a pattern in which `*` stands for anything.
bool matches(std::string_view pattern, std::string_view text, bool ignoring_case = false) {
  const auto lower = [&](char c) { return ignoring_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;  // the last one met, and how much of the text it has taken
  size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

std::span<const Reference> references() { return kReferences; }

const Reference& reference() {
  if (const char* chosen = std::getenv("LARDER_ORACLE")) {
    for (const Reference& each : kReferences) {
      if (each.name == chosen) return each;
    }
    throw std::invalid_argument("LARDER_ORACLE names no reference server: " + std::string(chosen));
  }
  return kReferences[0];
}

std::string reference_program() { return path_of(reference().program); }

bool intended_difference(const Reference& of, std::string_view command, std::string_view theirs,
                         std::string_view ours) {
  return std::any_of(std::begin(of.differences), std::end(of.differences), [&](std::span<const Difference> table) {
    return std::any_of(table.begin(), table.end(), [&](const Difference& each) {
      return matches(each.command, command, true) && matches(each.theirs, theirs) && matches(each.ours, ours);
    });
  });
}

std::string reworded(const Reference& of, std::string_view command, std::string theirs) {
  for (const std::span<const Wording> table : of.wordings) {
    for (const Wording& each : table) {
      if (matches(each.command, command, true)) theirs = std::regex_replace(theirs, std::regex(each.theirs), each.ours);
    }
  }
  return theirs;
}

bool same_text(const Reference& of, std::string_view command, const std::string& theirs, const std::string& ours) {
  return theirs == ours || reworded(of, command, theirs) == ours || intended_difference(of, command, theirs, ours);
}

}  // namespace larder::test
