// rename-command: what a conf file takes away from clients stays away, by whatever way they ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/dispatch/command_names.h"
#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;
using testing::StartsWith;

CommandNames names_with(const std::vector<RenamedCommand>& renamed) {
  CommandNames names;
  const auto done = names.rename(renamed);
  EXPECT_TRUE(done) << done.error();
  return names;
}

std::string error_of(const std::vector<RenamedCommand>& renamed) {
  const auto done = CommandNames().rename(renamed);
  return done ? "" : done.error();
}

TEST(CommandNames, AreTheRowsOwnByDefault) {
  const CommandNames names;
  EXPECT_EQ(names.find("GET"), find_command("get"));
  EXPECT_TRUE(names.offers(*find_command("get")));
  EXPECT_EQ(names.top_level_count(), CommandTable::instance().top_level_count());
}

TEST(CommandNames, MayBeOthers) {
  const CommandNames names = names_with({{"GET", "Fetch"}, {"config", "b840fc02"}});
  EXPECT_EQ(names.find("get"), nullptr);
  EXPECT_EQ(names.find("fetch"), find_command("get"));
  EXPECT_EQ(names.find("FETCH"), find_command("get"));
  EXPECT_EQ(names.find_full_name("config|get"), nullptr);
  EXPECT_EQ(names.find_full_name("b840fc02|get")->name, "config|get");
  EXPECT_TRUE(names.offers(*find_command("get")));
  EXPECT_EQ(names.top_level_count(), CommandTable::instance().top_level_count());
}

TEST(CommandNames, MayBeTakenAwayAndSwapped) {
  const CommandNames gone = names_with({{"flushall", ""}});
  EXPECT_EQ(gone.find("FLUSHALL"), nullptr);
  EXPECT_FALSE(gone.offers(*find_command("flushall")));
  EXPECT_EQ(gone.top_level_count(), CommandTable::instance().top_level_count() - 1);
  const CommandNames swapped = names_with({{"get", "old"}, {"set", "get"}, {"old", "set"}});
  EXPECT_EQ(swapped.find("get"), find_command("set"));
  EXPECT_EQ(swapped.find("set"), find_command("get"));
  EXPECT_EQ(swapped.find("old"), nullptr);
}

TEST(CommandNames, OfMistakesAreRefusedInRedisWords) {
  EXPECT_THAT(error_of({{"nothing", "x"}}), StartsWith("No such command in rename-command"));
  EXPECT_THAT(error_of({{"get", ""}, {"GET", "x"}}), StartsWith("No such command in rename-command"));
  EXPECT_THAT(error_of({{"get", "set"}}), StartsWith("Target command name already exists"));
}

class RenamedCommands : public testing::Test {
 protected:
  RunningServer server{[](Settings& settings) {
    settings.renamed_commands = {{"flushall", ""}, {"config", "secret-config"}, {"unlink", "remove"}};
  }};
  RespClient client = server.client();
};

TEST_F(RenamedCommands, AnswerToTheirNewNamesOnly) {
  EXPECT_THAT(ask(client, "FLUSHALL"), StartsWith("ERR unknown command 'FLUSHALL'"));
  EXPECT_THAT(ask(client, "CONFIG", "GET", "port"), StartsWith("ERR unknown command 'CONFIG'"));
  EXPECT_EQ(client.call({"Secret-Config", "GET", "databases"}).value.items.at(1).text, "16");
  EXPECT_THAT(ask(client, "SECRET-CONFIG", "NOTHING"), StartsWith("ERR unknown subcommand 'NOTHING'"));
  EXPECT_THAT(client.call({"SECRET-CONFIG", "HELP"}).value.items.at(0).text, StartsWith("CONFIG <subcommand>"));
  ask(client, "SET", "key", "value");
  EXPECT_THAT(ask(client, "UNLINK", "key"), StartsWith("ERR unknown command"));
  EXPECT_EQ(ask(client, "REMOVE", "key"), "1");
}

TEST_F(RenamedCommands, AreMissedInTransactionsToo) {
  ask(client, "MULTI");
  EXPECT_THAT(ask(client, "FLUSHALL"), StartsWith("ERR unknown command 'FLUSHALL'"));
  EXPECT_THAT(ask(client, "EXEC"), StartsWith("EXECABORT"));
}

TEST_F(RenamedCommands, AreListedAsClientsCanCallThem) {
  const auto count = std::to_string(CommandTable::instance().top_level_count() - 1);
  EXPECT_EQ(ask(client, "COMMAND", "COUNT"), count);
  EXPECT_EQ(std::to_string(client.call({"COMMAND"}).value.items.size()), count);
  EXPECT_TRUE(client.call({"COMMAND", "INFO", "flushall"}).value.items.at(0).null);
  EXPECT_FALSE(client.call({"COMMAND", "INFO", "remove"}).value.items.at(0).null);
  EXPECT_EQ(client.call({"COMMAND", "LIST", "FILTERBY", "PATTERN", "flush*"}).value.items.size(), 1u);
  EXPECT_EQ(client.call({"COMMAND", "GETKEYS", "remove", "a", "b"}).value.items.size(), 2u);
}

TEST(RenamedCommand, ThatDoesNotExistKeepsTheServerFromStarting) {
  EXPECT_THROW(RunningServer([](Settings& settings) {
                 settings.renamed_commands = {{"nothing", ""}};
               }),
               std::runtime_error);
}

}  // namespace
}  // namespace larder::server
