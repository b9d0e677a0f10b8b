// The COMMAND family over a connection, in both protocol versions. That rows agree with a real server is tested in
// tests/server/command_table_test.cc, replies byte for byte in tests/oracle/.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/dispatch/command_table.h"
#include "server/server.h"
#include "tests/support/reply.h"
#include "tests/support/resp_client.h"

namespace larder::server {
namespace {

using test::Reply;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class CommandFamily : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    Server::Options options;
    options.settings.port = kPortAuto;
    options.log = [](std::string_view) {};
    server_ = std::make_unique<Server>(std::move(options));
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
    client_ = std::make_unique<test::RespClient>(test::Endpoint::tcp(static_cast<uint16_t>(server_->port())));
    if (GetParam() == 3) run("HELLO", "3");
  }

  template <class... Words>
  Reply run(const Words&... words) {
    auto received = client_->call({std::string(words)...});
    EXPECT_TRUE(received.ok());
    return received.value;
  }

  /// The texts of an aggregate's elements; of an error the error itself.
  template <class... Words>
  std::vector<std::string> texts(const Words&... words) {
    const Reply reply = run(words...);
    std::vector<std::string> out;
    if (reply.is_error()) out.push_back(reply.text);
    for (const Reply& item : reply.items) out.push_back(item.text);
    return out;
  }

  /// "key:USE use" for every key that COMMAND GETKEYSANDFLAGS finds.
  template <class... Words>
  std::vector<std::string> uses(const Words&... words) {
    std::vector<std::string> out;
    for (const Reply& pair : run("COMMAND", "GETKEYSANDFLAGS", words...).items) {
      std::string text = pair.items.at(0).text + ":";
      for (const Reply& use : pair.items.at(1).items) text += use.text + " ";
      text.pop_back();
      out.push_back(text);
    }
    return out;
  }

  char map_type() const { return GetParam() == 3 ? '%' : '*'; }
  char set_type() const { return GetParam() == 3 ? '~' : '*'; }

  std::unique_ptr<Server> server_;
  std::unique_ptr<test::RespClient> client_;
};

TEST_P(CommandFamily, BareDescribesAll) {
  const Reply all = run("COMMAND");
  EXPECT_EQ(all.type, '*');
  EXPECT_EQ(std::to_string(all.items.size()), run("COMMAND", "COUNT").text);
  EXPECT_EQ(all, run("COMMAND", "INFO"));
  for (const Reply& command : all.items) ASSERT_EQ(command.items.size(), 10u);
}

TEST_P(CommandFamily, InfoKeepsTheOrderAsked) {
  const Reply reply = run("COMMAND", "INFO", "get", "nothing", "CONFIG|GET", "config|nothing");
  ASSERT_EQ(reply.items.size(), 4u);
  EXPECT_EQ(reply.items[0].items.at(0).text, "get");
  EXPECT_EQ(reply.items[0].items.at(2).type, set_type());
  EXPECT_EQ(reply.items[1].type, GetParam() == 3 ? '_' : '$');
  EXPECT_EQ(reply.items[2].items.at(0).text, "config|get");
  EXPECT_THAT(reply.items[3].items, IsEmpty());
}

TEST_P(CommandFamily, DocsLeaveOutWhatIsUnknown) {
  const Reply reply = run("COMMAND", "DOCS", "nothing", "SET", "config|set");
  EXPECT_EQ(reply.type, map_type());
  ASSERT_EQ(reply.items.size(), 4u);
  EXPECT_EQ(reply.items[0].text, "set");
  EXPECT_EQ(reply.items[1].type, map_type());
  EXPECT_EQ(reply.items[2].text, "config|set");
  const size_t commands = CommandTable::instance().top_level_count();
  EXPECT_EQ(run("COMMAND", "DOCS").items.size(), 2 * commands);
}

TEST_P(CommandFamily, ListFilters) {
  EXPECT_EQ(texts("COMMAND", "LIST").size(), CommandTable::instance().all().size());
  EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", "PATTERN", "COMMAND|GET*"),
              ElementsAre("command|getkeys", "command|getkeysandflags"));
  EXPECT_THAT(texts("COMMAND", "LIST", "filterby", "aclcat", "SET"), Contains("sadd"));
  EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", "ACLCAT", "@set"), IsEmpty());
  EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", "MODULE", "any"), IsEmpty());
  for (const char* filter : {"PATTERN", "NOTHING"}) {
    EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", filter), ElementsAre("ERR syntax error"));
  }
  EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", "NOTHING", "x"), ElementsAre("ERR syntax error"));
  EXPECT_THAT(texts("COMMAND", "LIST", "FILTERBY", "PATTERN", "x", "y"), ElementsAre("ERR syntax error"));
  EXPECT_THAT(texts("COMMAND", "LIST", "x"), ElementsAre("ERR syntax error"));
}

TEST_P(CommandFamily, GetKeys) {
  EXPECT_THAT(texts("COMMAND", "GETKEYS", "get", "a"), ElementsAre("a"));
  EXPECT_THAT(texts("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"), ElementsAre("a", "b"));
  EXPECT_THAT(texts("COMMAND", "GETKEYS", "smove", "a", "b", "m"), ElementsAre("a", "b"));
  EXPECT_THAT(texts("COMMAND", "GETKEYS", "sintercard", "2", "a", "b", "LIMIT", "1"), ElementsAre("a", "b"));
  EXPECT_THAT(texts("COMMAND", "GETKEYS", "object", "encoding", "a"), ElementsAre("a"));
}

TEST_P(CommandFamily, GetKeysRefuses) {
  const auto error = [&](const auto&... words) { return run("COMMAND", "GETKEYS", words...).text; };
  EXPECT_EQ(error("nothing", "a"), "ERR Invalid command specified");
  EXPECT_EQ(error("object", "nothing"), "ERR Invalid command specified");
  EXPECT_EQ(error("ping"), "ERR The command has no key arguments");
  EXPECT_EQ(error("ssubscribe", "channel"), "ERR The command has no key arguments");
  EXPECT_EQ(error("get", "a", "b"), "ERR Invalid number of arguments specified for command");
  EXPECT_EQ(error("sintercard", "3", "a", "b"), "ERR Invalid arguments specified for command");
  EXPECT_EQ(error("sintercard", "x", "a"), "ERR Invalid arguments specified for command");
}

TEST_P(CommandFamily, GetKeysAndFlagsLooksAtTheArguments) {
  EXPECT_THAT(uses("set", "a", "1"), ElementsAre("a:OW update"));
  EXPECT_THAT(uses("set", "a", "get"), ElementsAre("a:OW update"));
  EXPECT_THAT(uses("SET", "a", "1", "EX", "5", "get"), ElementsAre("a:RW access update"));
  EXPECT_THAT(uses("copy", "a", "b"), ElementsAre("a:RO access", "b:OW update"));
  EXPECT_THAT(uses("del", "a", "b"), ElementsAre("a:RM delete", "b:RM delete"));
}

TEST_P(CommandFamily, HelpListsTheSubcommands) {
  const auto lines = texts("COMMAND", "HELP");
  EXPECT_EQ(lines.front(), "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  EXPECT_EQ(lines.at(lines.size() - 2), "HELP");
  EXPECT_EQ(lines.back(), "    Print this help.");
  EXPECT_THAT(lines, Contains("DOCS [<command-name> [<command-name> ...]]"));
  EXPECT_THAT(lines, Contains("LIST [FILTERBY MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>]"));
  EXPECT_THAT(texts("object", "help"), Contains("ENCODING <key>"));
}

TEST_P(CommandFamily, ClusterIsRefusedAsByAStandaloneRedis) {
  const std::string refusal = "ERR This instance has cluster support disabled";
  for (const char* name : {"READONLY", "READWRITE", "ASKING"}) EXPECT_EQ(run(name).text, refusal);
  for (const char* name : {"INFO", "slots", "NODES", "HELP"}) EXPECT_EQ(run("CLUSTER", name).text, refusal);
  EXPECT_EQ(run("CLUSTER", "SETSLOT", "1", "STABLE").text, refusal);
  EXPECT_EQ(run("CLUSTER", "BOGUS").text, "ERR unknown subcommand 'BOGUS'. Try CLUSTER HELP.");
}

INSTANTIATE_TEST_SUITE_P(Protocols, CommandFamily, ::testing::Values(2, 3),
                         [](const auto& info) { return "Resp" + std::to_string(info.param); });

}  // namespace
}  // namespace larder::server
