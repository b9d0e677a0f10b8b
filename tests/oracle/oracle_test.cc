// See oracle_test.h.
#include "tests/oracle/oracle_test.h"

#include <set>
#include <stdexcept>

#include "tests/oracle/reference.h"
#include "tests/oracle/state.h"

namespace larder::test {

std::unique_ptr<ServerPair> OracleTest::shared_;

void OracleTest::SetUp() {
  if (const std::string missing = oracle_missing(); !missing.empty()) {
    if (oracle_required()) FAIL() << "LARDER_REQUIRE_ORACLE is set. " << missing;
    GTEST_SKIP() << missing;
  }
  if (!shared_ || !shared_->alive()) shared_ = std::make_unique<ServerPair>();
  Link control(servers(), 2);
  control.call({"CLIENT", "UNPAUSE"});  // a test that failed may have left a pause, and FLUSHALL would wait for its end
  control.call({"FLUSHALL"});
}

void OracleTest::TearDown() {
  if (!shared_) return;
  try {
    compare_ends();
  } catch (const std::exception& error) {  // a server that does not accept connections any more
    ADD_FAILURE() << error.what();
  }
  links_.clear();
  if (!servers().theirs().alive()) ADD_FAILURE() << reference().name << " ended:\n" << servers().theirs().output();
  if (!servers().ours().alive()) ADD_FAILURE() << "larder ended:\n" << servers().ours().output();
  own_.reset();
}

void OracleTest::compare_ends() {
  for (auto& [name, link] : links_) link->finish(Location::here());
  if (servers().alive() && (compare_state_ || !changed_.empty())) {
    Link control(servers(), 2);
    for (const auto& [name, value] : changed_) control.call({"CONFIG", "SET", name, value});
    if (compare_state_) {
      const State theirs = read_state(control.theirs());
      const State ours = read_state(control.ours());
      const std::string difference = state_difference(theirs, ours, self_check());
      EXPECT_TRUE(difference.empty()) << "the keys differ after the test:\n" << difference;
    }
  }
}

void OracleTest::same_texts(const std::string& what, const std::string& theirs, const std::string& ours) {
  if (!self_check() && same_text(reference(), what, theirs, ours)) return;
  EXPECT_EQ(theirs, ours) << what;
}

Link& OracleTest::link(const std::string& name) {
  const auto found = links_.find(name);
  return found != links_.end() ? *found->second : open(name, version());
}

Link& OracleTest::open(const std::string& name, int version, Link::Over over) {
  auto fresh = std::make_unique<Link>(servers(), version, over);
  return *(links_[name] = std::move(fresh));
}

void OracleTest::restart(const Args& arguments) {
  links_.clear();
  own_ = std::make_unique<ServerPair>(arguments);
}

void OracleTest::configure(const std::string& name, const std::string& value) {
  Link control(servers(), 2);
  const auto before = control.call({"CONFIG", "GET", name});
  if (before.theirs.value.items.size() == 2) changed_.emplace_back(name, before.theirs.value.items[1].text);
  control.same({}, {"CONFIG", "SET", name, value}, Location::here());
}

void OracleTest::same_scan(const std::string& command, const std::string& key, const Args& options) {
  const auto scan = [&](RespClient& client) {
    std::multiset<std::string> found;
    std::string cursor = "0";
    for (int page = 0; page < 10000; ++page) {
      Args call{command, key, cursor};
      call.insert(call.end(), options.begin(), options.end());
      const Received reply = client.call(call);
      if (reply.value.items.size() != 2) return std::multiset<std::string>{"not a page: " + reply.bytes};
      for (const Reply& element : reply.value.items[1].items) found.insert(element.text);
      cursor = reply.value.items[0].text;
      if (cursor == "0") return found;
    }
    return std::multiset<std::string>{"the scan does not end"};
  };
  EXPECT_EQ(scan(link().theirs()), scan(link().ours())) << command << " " << key << " " << quoted(options);
}

void OracleTest::run(std::string_view script, Location at) {
  while (!script.empty()) {
    const size_t end = std::min(script.find('\n'), script.size());
    std::string line(script.substr(0, end));
    script.remove_prefix(std::min(end + 1, script.size()));
    line.erase(0, line.find_first_not_of(' '));
    if (!line.empty() && line.front() != '#') run_line(std::move(line), at);
  }
}

void OracleTest::run_line(std::string line, Location at) {
  const auto prefix = [&](char open, char close) -> std::string {
    if (line.empty() || line.front() != open) return {};
    const size_t end = line.find(close);
    const std::string text = line.substr(1, end - 1);
    line.erase(0, line.find_first_not_of(' ', end + 1));
    return text;
  };
  const std::string name = prefix('(', ')');
  Link& to = link(name.empty() ? "main" : name);
  RuleUse rule;
  int replies = 1;
  for (std::string text = prefix('[', ']'); !text.empty(); text = prefix('[', ']')) {
    if (text.size() > 1 && text[0] == 'x' && text[1] <= '9') {
      replies = std::stoi(text.substr(1));
    } else {
      rule = find_rule(text);
    }
  }
  if (line == "<") {
    to.same_next(rule, at);
  } else if (line == "<end") {
    to.same_end(at);
  } else {
    to.same(rule, split_words(substitute(line, false)), split_words(substitute(line, true)), at, replies);
  }
}

std::string OracleTest::substitute(std::string line, bool for_ours) const {
  for (const auto& [name, values] : variables_) {
    const std::string reference = "{" + name + "}";
    const std::string& value = for_ours ? values.second : values.first;
    for (size_t i = line.find(reference); i != std::string::npos; i = line.find(reference, i + value.size()))
      line.replace(i, reference.size(), value);
  }
  return line;
}

void OracleTest::expect_ours(std::string_view expected, const Args& command, Location at) {
  const Link::Both replies = link().call(command);
  if (self_check() || !reference().habits.before_72) link().compare({}, replies, at);
  if (self_check()) return;
  if (replies.ours.bytes == expected) return;
  ADD_FAILURE_AT(at.file, at.line) << quoted(command) << "\n  expected: " << printable(expected)
                                   << "\n  larder:   " << printable(replies.ours.bytes);
}

}  // namespace larder::test
