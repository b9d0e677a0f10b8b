// The rules by which a reply of Larder may differ from redis-server's. A comparison without a rule is byte for byte;
// every exception has a name here, says what it allows and why, and is as narrow as it can be. The table also holds the
// intended differences: Larder behaves as Redis 7.2, the oracle that distributions package is Redis 7.0.
// Rules are immutable; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/reply.h"

namespace larder::test {

/// What a rule may know besides the two replies.
struct RuleContext {
  bool self_check = false;  ///< both servers are redis-server: intended differences must not show
  int64_t parameter = 0;    ///< N of `[name:N]`
};

struct Rule {
  std::string_view name;
  std::string_view allows;  ///< what may differ, and why
  bool (*agree)(const Reply& theirs, const Reply& ours, const RuleContext& context);
};

/// Every rule, in alphabetical order.
std::span<const Rule> rule_table();

/// A rule as a test names it: `unordered`, `within:5`.
struct RuleUse {
  const Rule* rule = nullptr;  ///< null: byte for byte
  int64_t parameter = 0;
};

/// errors  std::invalid_argument when no rule has the name
RuleUse find_rule(std::string_view name_and_parameter);

/// Whether the replies agree under the rule (byte for byte under none).
bool agree(const RuleUse& use, const Reply& theirs, const Reply& ours, bool self_check);

}  // namespace larder::test
