// DEBUG POPULATE writes, though DEBUG's row is no write: during a pause of writes it replaces a key that has expired
// and is still there, instead of adding a second one of the same name.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

using test::RespClient;

TEST(Populate, ReplacesAnExpiredKeyDuringAPause) {
  base::ManualClock clock;
  RunningServer server([](Settings& settings) { settings.enable_debug_command = Permission::yes; }, clock);
  RespClient client = server.client();
  ask(client, "SET", "key:0", "old", "PX", "10");
  ask(client, "CLIENT", "PAUSE", "100000", "WRITE");
  clock.advance(std::chrono::milliseconds(20));
  EXPECT_EQ(ask(client, "DEBUG", "POPULATE", "1"), "OK");
  EXPECT_EQ(ask(client, "GET", "key:0"), "value:0");
  EXPECT_EQ(ask(client, "DBSIZE"), "1");
}

}  // namespace
}  // namespace larder::server
