// The in-process ring: a server in the test's process with a clock that stands still until the test moves it, and
// clients of it. A suite made of CommandTest runs in RESP2 and RESP3, with one and with four I/O threads
// (LARDER_COMMAND_TESTS). The server itself stays behind command_fixture.cc, so that test files compile quickly.
//
// Only on the test's thread; the server has its own threads.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/reply.h"
#include "tests/support/resp_client.h"

namespace larder::test {

struct Mode {
  int protocol;
  unsigned io_threads;
};

/// Moves the server's time: what is due then has happened for every command sent afterwards.
class TestClock {
 public:
  virtual ~TestClock() = default;
  virtual void advance(std::chrono::microseconds by) = 0;
  virtual int64_t now_ms() const = 0;
};

class CommandTest : public ::testing::TestWithParam<Mode> {
 protected:
  CommandTest();
  ~CommandTest() override;
  void SetUp() override;

  /// One more client, on the next I/O thread, in the suite's protocol.
  std::unique_ptr<RespClient> connect();

  template <class... Words>
  Reply run(const Words&... words) {
    return run_on(*client_, words...);
  }
  template <class... Words>
  static Reply run_on(RespClient& client, const Words&... words) {
    return call(client, {std::string(words)...});
  }
  /// The next message that the server sends unasked.
  static Reply next(RespClient& client);
  bool resp3() const { return GetParam().protocol == 3; }

 private:
  class Running;
  static Reply call(RespClient& client, const std::vector<std::string>& words);

  std::unique_ptr<Running> running_;

 protected:
  TestClock& clock;
  std::unique_ptr<RespClient> client_;
};

// -- What a reply should be --

MATCHER_P(is_error, prefix, "is an error that starts with " + ::testing::PrintToString(prefix)) {
  return arg.is_error() && arg.text.starts_with(std::string_view(prefix));
}
MATCHER(is_ok, "is +OK") { return arg.type == '+' && arg.text == "OK"; }
MATCHER(is_queued, "is +QUEUED") { return arg.type == '+' && arg.text == "QUEUED"; }
MATCHER(is_nil, "is null") { return arg.null || arg.type == '_'; }
MATCHER_P(is_int, value, "is the integer " + ::testing::PrintToString(value)) {
  return arg.type == ':' && arg.text == std::to_string(value);
}
MATCHER_P(is_bulk, bytes, "is the string " + ::testing::PrintToString(bytes)) {
  return arg.type == '$' && !arg.null && arg.text == std::string_view(bytes);
}
/// An aggregate that is not null, its items matched by what ::testing offers for containers.
MATCHER_P(items, matcher, "holds items that match") {
  return arg.is_aggregate() && !arg.null && ::testing::ExplainMatchResult(matcher, arg.items, result_listener);
}
/// The same for the texts of its items.
MATCHER_P(texts, matcher, "holds texts that match") {
  if (!arg.is_aggregate() || arg.null) return false;
  std::vector<std::string> found;
  for (const Reply& item : arg.items) found.push_back(item.text);
  return ::testing::ExplainMatchResult(matcher, found, result_listener);
}

/// How GoogleTest shows a reply.
void PrintTo(const Reply& reply, std::ostream* out);
std::string mode_name(const ::testing::TestParamInfo<Mode>& info);

#define LARDER_COMMAND_TESTS(suite)                                                                   \
  INSTANTIATE_TEST_SUITE_P(Ring, suite,                                                               \
                           ::testing::Values(::larder::test::Mode{2, 1}, ::larder::test::Mode{2, 4},  \
                                             ::larder::test::Mode{3, 1}, ::larder::test::Mode{3, 4}), \
                           ::larder::test::mode_name)

}  // namespace larder::test
