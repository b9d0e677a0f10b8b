// CONFIG SET inside MULTI: what EXEC executes behind it works with the new settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;

TEST(ExecSettings, HoldFromTheNextCommandOn) {
  RunningServer server([](Settings&) {});
  RespClient client = server.client();
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"MULTI"},
                                             {"CONFIG", "SET", "set-max-intset-entries", "0"},
                                             {"SADD", "s", "1"},
                                             {"OBJECT", "ENCODING", "s"}}) {
    ASSERT_TRUE(client.call(command).ok());
  }
  const auto replies = client.call({"EXEC"}).value.items;
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[2].text, "listpack");
}

}  // namespace
}  // namespace larder::server
