// What CLIENT PAUSE keeps from happening besides commands: the data does not change by itself.
#include <chrono>
#include <string>

#include "tests/commands/command_fixture.h"

namespace larder::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

using PauseCommands = CommandTest;
LARDER_COMMAND_TESTS(PauseCommands);

TEST_P(PauseCommands, KeysDoNotExpireAndAreNotSeenAllTheSame) {
  run("SET", "k", "v", "PX", "10");
  ASSERT_THAT(run("CLIENT", "PAUSE", "100000", "WRITE"), is_ok());
  clock.advance(50ms);
  EXPECT_THAT(run("GET", "k"), is_nil());
  EXPECT_THAT(run("EXISTS", "k"), is_int(0));
  EXPECT_THAT(run("TTL", "k"), is_int(-2));
  EXPECT_THAT(run("SCAN", "0").items.at(1), items(IsEmpty()));
  EXPECT_THAT(run("KEYS", "*"), items(IsEmpty()));
  EXPECT_THAT(run("DBSIZE"), is_int(1)) << "it is still there";

  ASSERT_THAT(run("CLIENT", "UNPAUSE"), is_ok());
  EXPECT_THAT(run("GET", "k"), is_nil());
  EXPECT_THAT(run("DBSIZE"), is_int(0));
}

TEST_P(PauseCommands, KeysExpireAgainWhenThePauseIsOver) {
  run("SET", "k", "v", "PX", "10");
  run("CLIENT", "PAUSE", "1000", "WRITE");
  clock.advance(1001ms);
  EXPECT_THAT(run("GET", "k"), is_nil());
  EXPECT_THAT(run("DBSIZE"), is_int(0));
}

TEST_P(PauseCommands, NothingIsEvicted) {
  run("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
  for (int i = 0; i < 20; ++i) run("SET", "k" + std::to_string(i), std::string(10'000, 'v'));
  run("CLIENT", "PAUSE", "100000", "WRITE");
  ASSERT_THAT(run("CONFIG", "SET", "maxmemory", "100kb"), is_ok());
  EXPECT_THAT(run("DBSIZE"), is_int(20));
  run("CLIENT", "UNPAUSE");
  EXPECT_THAT(run("SET", "x", "v"), is_ok());
  EXPECT_LT(std::stoi(run("DBSIZE").text), 20);
}

}  // namespace
}  // namespace larder::test
