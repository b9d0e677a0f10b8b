// The server behind the in-process ring; see command_fixture.h.
#include "tests/commands/command_fixture.h"

#include <ostream>
#include <utility>

#include "base/clock.h"
#include "server/server.h"

namespace larder::test {

class CommandTest::Running final : public TestClock {
 public:
  void advance(std::chrono::microseconds by) override { clock_.advance(by); }
  int64_t now_ms() const override { return clock_.now_ms(); }

  void start(unsigned io_threads) {
    server::Server::Options options;
    options.settings.port = server::kPortAuto;
    options.settings.bind = {"127.0.0.1"};
    options.settings.io_threads = static_cast<int>(io_threads);
    options.clock = &clock_;
    options.log = [](std::string_view) {};
    server_ = std::make_unique<server::Server>(std::move(options));
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
  }
  Endpoint endpoint() const { return Endpoint::tcp(static_cast<uint16_t>(server_->port())); }

 private:
  base::ManualClock clock_;
  std::unique_ptr<server::Server> server_;
};

CommandTest::CommandTest() : running_(std::make_unique<Running>()), clock(*running_) {}
CommandTest::~CommandTest() = default;

void CommandTest::SetUp() {
  running_->start(GetParam().io_threads);
  if (!HasFatalFailure()) client_ = connect();
}

std::unique_ptr<RespClient> CommandTest::connect() {
  auto client = std::make_unique<RespClient>(running_->endpoint());
  if (resp3()) call(*client, {"HELLO", "3"});
  return client;
}

Reply CommandTest::call(RespClient& client, const std::vector<std::string>& words) {
  const Received received = client.call(words);
  EXPECT_TRUE(received.ok()) << "no reply to " << words.front();
  return received.value;
}

Reply CommandTest::next(RespClient& client) {
  const Received received = client.receive();
  EXPECT_TRUE(received.ok()) << "no message";
  return received.value;
}

void PrintTo(const Reply& reply, std::ostream* out) { *out << reply.type << ' ' << describe(reply); }

std::string mode_name(const ::testing::TestParamInfo<Mode>& info) {
  return "Resp" + std::to_string(info.param.protocol) + "Threads" + std::to_string(info.param.io_threads);
}

}  // namespace larder::test
