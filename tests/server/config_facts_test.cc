// Each directive against what a real redis-server answered: config_facts.tsv holds the defaults, and for every
// directive what CONFIG SET made of a dozen values. Differences that are meant stand here, with their reasons.
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/config.h"
#include "server/config/directive.h"

namespace larder::server {
namespace {

using Columns = std::vector<std::string>;

std::vector<Columns> facts(std::string_view kind) {
  std::ifstream file(std::string(LARDER_SOURCE_DIR) + "/tests/server/config_facts.tsv");
  std::vector<Columns> found;
  for (std::string line; std::getline(file, line);) {
    Columns columns;
    std::istringstream text(line);
    for (std::string column; std::getline(text, column, '\t');) columns.push_back(column);
    if (line.ends_with('\t')) columns.emplace_back();
    if (!columns.empty() && columns.front() == kind) found.push_back(columns);
  }
  return found;
}

// Our answer in the form of the file: =value shown afterwards, or !reason.
std::string answer(const std::string& name, const std::string& value) {
  Settings settings;
  settings.save.clear();  // the recorded server had --save ""
  settings.enable_protected_configs = Permission::yes;
  Config config(settings);
  const auto done = config.set(name, value);
  if (done) return fmt::format("={}", config.value(name));
  const auto& text = done.error();
  return fmt::format("!{}", text.substr(text.find(") - ") + 4));
}

// Why the answer to CONFIG SET differs from the recorded one; empty when it must not.
std::string_view set_difference(const std::string& name, const std::string& value) {
  if (name == "activedefrag" && value == "YES")
    return "files of servers with jemalloc set it: accepted, without effect";
  if (name == "loglevel") return "7.2 has a further level, nothing";
  if (name.starts_with("tls-") && (value == "YES" || value == "")) return "no TLS context to apply it to";
  if (name == "maxclients") return "the limit of open files is the server's business (a change hook)";
  if (name == "maxmemory-clients" && value == "99999999999999999999") return "the real server wraps around to 1%";
  if (name == "proc-title-template" && value == "{title}")
    return "refused there because it may come out empty; unused here";
  if (name == "repl-backlog-size" && value == "1") return "raised to 16 KiB there; unused here";
  return "";
}

TEST(ConfigFacts, DefaultsAreThoseOfRedis) {
  const auto rows = facts("default");
  ASSERT_GT(rows.size(), 190U);
  const Config config;
  for (const auto& row : rows) {
    ASSERT_NE(find_directive(row[1]), nullptr) << row[1];
    if (row[1] == "io-threads") continue;  // all cores up to eight, because threads execute commands here
    EXPECT_EQ(config.value(row[1]), row.size() > 2 ? row[2] : "") << row[1];
  }
}

TEST(ConfigFacts, SetAcceptsAndRefusesWhatRedisDoes) {
  const auto rows = facts("set");
  ASSERT_GT(rows.size(), 400U);
  for (const auto& row : rows) {
    for (std::size_t i = 3; i < row.size(); ++i) {
      if (!set_difference(row[1], row[i]).empty()) continue;
      std::string expected = row[2];
      if (row[1] == "maxmemory-policy" && expected.starts_with('!')) expected += ", allkeys-lhd";  // ours
      EXPECT_EQ(answer(row[1], row[i]), expected) << "CONFIG SET " << row[1] << " '" << row[i] << "'";
    }
  }
}

TEST(ConfigFacts, NoDirectiveIsMissingOrUnrecorded) {
  std::vector<std::string> recorded;
  for (const auto& row : facts("default")) recorded.push_back(row[1]);
  // Not in the file: what depends on the recorded server's arguments, what 7.2 added, and what is ours.
  for (const auto* name :
       {"dir", "unixsocket", "enable-protected-configs", "set-max-listpack-entries", "set-max-listpack-value",
        "locale-collate", "cluster-announce-human-nodename", "ready-file"}) {
    recorded.emplace_back(name);
  }
  std::vector<std::string> ours;
  for (const auto& [name, directive] : directive_names()) ours.emplace_back(name);
  EXPECT_THAT(ours, testing::UnorderedElementsAreArray(recorded));
}

}  // namespace
}  // namespace larder::server
