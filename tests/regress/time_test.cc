// Which moment commands see as the present.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/clock.h"
#include "tests/server/server_fixture.h"

namespace larder::server {
namespace {

/// A clock that moves on by 20 ms with each reading.
class RestlessClock final : public base::Clock {
 public:
  int64_t now_us() const override { return us_.fetch_add(20'000, std::memory_order_relaxed); }

 private:
  mutable std::atomic<int64_t> us_{1'700'000'000'000'000};
};

TEST(Time, IsReadForEachBatchOfAPipeline) {
  const RestlessClock clock;
  const RunningServer server({}, clock);
  test::RespClient client = server.client();
  std::string pipeline = "SET k v PX 10\r\n";
  for (int i = 0; i < 200; ++i) pipeline += "PING\r\n";  // several batches, received with one read
  client.send_raw(pipeline + "GET k\r\n");
  for (int i = 0; i < 201; ++i) ASSERT_TRUE(client.receive().ok());
  EXPECT_EQ(text_of(client.receive()), "(nil)");
}

TEST(Time, StandsStillInsideATransaction) {
  const RunningServer server([](Settings& settings) { settings.enable_debug_command = Permission::yes; });
  test::RespClient client = server.client();
  ask(client, "MULTI");
  ask(client, "SET", "k", "v", "PX", "10");
  ask(client, "DEBUG", "SLEEP", "0.05");
  ask(client, "GET", "k");
  ask(client, "PTTL", "k");
  const test::Received replies = client.call({"EXEC"});
  ASSERT_TRUE(replies.ok());
  EXPECT_EQ(replies.value.items.at(2).text, "v");
  EXPECT_EQ(replies.value.items.at(3).text, "10");
  EXPECT_EQ(ask(client, "GET", "k"), "(nil)");
}

}  // namespace
}  // namespace larder::server
