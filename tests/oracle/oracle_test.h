// The fixture of the oracle tests: the same commands go to redis-server and to Larder, the replies must be the same
// bytes, and at the end of each test so must the state of both. Each test runs in RESP2 and RESP3.
//
// The pair of servers is shared by all tests of the process (a pair with options of its own is made with restart()),
// and emptied before each. One thread.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/oracle/rules.h"
#include "tests/oracle/servers.h"

namespace larder::test {

/// The first word of a command; remembers where it was written.
struct Command {
  std::string name;
  Location at;
  template <std::convertible_to<std::string_view> Text>
  Command(const Text& text, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : name(std::string_view(text)), at{file, line} {}
};

inline std::string word(std::string_view text) { return std::string(text); }
inline std::string word(std::integral auto number) { return std::to_string(number); }

class OracleTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// same("LPOS", "l", "a"): the replies are the same bytes.
  template <class... Rest>
  void same(const Command& first, const Rest&... rest) {
    link().same({}, {first.name, word(rest)...}, first.at);
  }
  /// same(find_rule("unordered"), "KEYS", "*"): the replies agree under the rule.
  template <class... Rest>
  void same(const RuleUse& rule, const Command& first, const Rest&... rest) {
    link().same(rule, {first.name, word(rest)...}, first.at);
  }

  /// Runs a script, a command per line in redis-cli's quoting. Each line may begin with, in this order,
  ///   (name)    the connection to use; opened when first named
  ///   [rule]    how replies may differ, as rules.h names it, such as [unordered] or [within:5]
  ///   [xN]      N replies are expected rather than one
  /// and may be `<` (the next message is the same) or `<end` (the server closes the connection) in place of a command.
  /// Empty lines and lines that begin with # are skipped. After set(), `{name}` in a script stands for a text, which
  /// may differ between the servers.
  void run(std::string_view script, Location at = Location::here());
  /// A whole pass of SSCAN or its like meets the same elements, in whatever order and pages.
  void same_scan(const std::string& command, const std::string& key, const Args& options);
  void set(const std::string& name, const std::string& value) { set(name, value, value); }
  void set(const std::string& name, std::string for_theirs, std::string for_ours) {
    variables_[name] = {std::move(for_theirs), std::move(for_ours)};
  }

  std::string substitute(std::string line, bool for_ours) const;

  /// Something that Redis has since 7.2, which an older reference does not know: Larder's reply is `expected`, byte for
  /// byte, and a younger reference's is the same.
  template <class... Rest>
  void since_72(std::string_view expected, const Command& first, const Rest&... rest) {
    expect_ours(expected, {first.name, word(rest)...}, first.at);
  }

  /// For what a test has made of replies: the two are the same, or the table of the reference allows for `what`.
  void same_texts(const std::string& what, const std::string& theirs, const std::string& ours);

  /// The connection of that name, opened when first asked for.
  Link& link(const std::string& name = "main");

  /// A connection of that name, of another protocol version (0: no HELLO) or over TCP.
  Link& open(const std::string& name, int version, Link::Over over = Link::Over::unix_socket);

  /// Uses a fresh pair of servers, with these arguments, for the rest of the test.
  void restart(const Args& arguments);

  /// Sets a directive on both for the rest of the test.
  void configure(const std::string& name, const std::string& value);

  ServerPair& servers() { return own_ ? *own_ : *shared_; }
  int version() const { return GetParam(); }
  bool self_check() { return servers().self_check(); }
  /// The key space is not compared at the end of this test.
  void ignore_state() { compare_state_ = false; }

 private:
  void run_line(std::string line, Location at);
  void compare_ends();
  void expect_ours(std::string_view expected, const Args& command, Location at);

  static std::unique_ptr<ServerPair> shared_;
  std::unique_ptr<ServerPair> own_;
  std::map<std::string, std::unique_ptr<Link>> links_;
  std::map<std::string, std::pair<std::string, std::string>> variables_;  // for redis-server, for Larder
  std::vector<std::pair<std::string, std::string>> changed_;              // directives to set back
  bool compare_state_ = true;
};

inline auto both_protocols() { return testing::Values(2, 3); }
inline std::string protocol_name(const testing::TestParamInfo<int>& info) {
  return "Resp" + std::to_string(info.param);
}

}  // namespace larder::test
