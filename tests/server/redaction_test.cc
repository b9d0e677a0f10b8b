// Which words of a request MONITOR and the slow log hide.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/dispatch/command_table.h"
#include "server/dispatch/redaction.h"

namespace larder::server {
namespace {

using ::testing::ElementsAre;

std::vector<std::string_view> shown(std::vector<std::string_view> args) {
  std::vector<std::string_view> storage;
  const auto words = redacted(*CommandTable::instance().resolve(args), args, storage);
  return {words.begin(), words.end()};
}

TEST(Redaction, HidesPasswords) {
  EXPECT_THAT(shown({"AUTH", "me", "secret"}), ElementsAre("AUTH", "(redacted)", "(redacted)"));
  EXPECT_THAT(shown({"HELLO", "3", "SETNAME", "n", "auth", "me", "secret"}),
              ElementsAre("HELLO", "3", "SETNAME", "n", "auth", "(redacted)", "(redacted)"));
  EXPECT_THAT(shown({"CONFIG", "SET", "maxmemory", "1", "RequirePass", "secret"}),
              ElementsAre("CONFIG", "SET", "maxmemory", "1", "RequirePass", "(redacted)"));
}

TEST(Redaction, ShowsTheRest) {
  EXPECT_THAT(shown({"SET", "auth", "secret"}), ElementsAre("SET", "auth", "secret"));
  EXPECT_THAT(shown({"HELLO", "3"}), ElementsAre("HELLO", "3"));
}

}  // namespace
}  // namespace larder::server
