// A server in this process, with a clock that stands still, and connections to it: the base of the tests of commands.
// Each test runs in RESP2 and RESP3. One thread uses it; the server has its own.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "server/server.h"
#include "tests/support/reply.h"
#include "tests/support/resp_client.h"

namespace larder::test {

class ServerFixture : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { start({}); }

  /// Starts a server, in place of the one that runs if any.
  void start(server::Settings settings) {
    client_.reset();
    server_.reset();
    server::Server::Options options;
    options.settings = std::move(settings);
    options.settings.port = server::kPortAuto;
    options.clock = &clock_;
    options.log = [](std::string_view) {};
    server_ = std::make_unique<server::Server>(std::move(options));
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
    client_ = connect();
  }

  std::unique_ptr<RespClient> connect() {
    auto client = std::make_unique<RespClient>(Endpoint::tcp(static_cast<uint16_t>(server_->port())));
    EXPECT_TRUE(client->call({"HELLO", std::to_string(GetParam())}).ok());
    return client;
  }

  template <class... Words>
  Reply run(const Words&... words) {
    return run_on(*client_, words...);
  }
  template <class... Words>
  static Reply run_on(RespClient& client, const Words&... words) {
    const Received received = client.call({std::string(words)...});
    EXPECT_TRUE(received.ok());
    return received.value;
  }

  /// The text of a reply; of a verbatim string without its format.
  template <class... Words>
  std::string text(const Words&... words) {
    const Reply reply = run(words...);
    return reply.type == '=' ? reply.text.substr(4) : reply.text;
  }

  /// The value of a field of INFO; empty when it is not there.
  std::string info(const std::string& section, const std::string& field) {
    const std::string all = "\n" + text("INFO", section);
    const size_t at = all.find("\n" + field + ":");
    if (at == std::string::npos) return {};
    const size_t start = at + field.size() + 2;
    return all.substr(start, all.find("\r\n", start) - start);
  }

  base::ManualClock clock_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<RespClient> client_;
};

inline std::string protocol_name(const ::testing::TestParamInfo<int>& info) {
  return "Resp" + std::to_string(info.param);
}

}  // namespace larder::test
