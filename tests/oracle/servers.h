// A reference server and a Larder running side by side, each on a Unix socket in a directory of its own, and the link:
// one connection to each, over which the same commands go. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/rules.h"
#include "tests/support/process.h"
#include "tests/support/resp_client.h"
#include "tests/support/temp_dir.h"

namespace larder::test {

using Args = std::vector<std::string>;

/// Where a test stands, for the message of a failure.
struct Location {
  const char* file = "";
  int line = 0;
  static Location here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
};

/// Why there is nothing to compare with (no reference server); empty when there is.
/// The environment variable LARDER_REQUIRE_ORACLE=1 makes tests fail rather than skip then.
std::string oracle_missing();
bool oracle_required();

/// Whether two replies to the command agree, under the rule and the reference's table of intended differences.
bool same_reply(const RuleUse& rule, const std::string& command, const Reply& theirs, const Reply& ours,
                bool self_check);
bool same_received(const RuleUse& rule, const std::string& command, const Received& theirs, const Received& ours,
                   bool self_check);

/// One server process, ready for connections. Stopped by pid, killed if it does not end.
class TestServer {
 public:
  /// program     path of redis-server or Larder
  /// arguments   added to those that every test server gets (Unix socket only, nothing saved); `{port}` in one stands
  ///             for a TCP port of the server's own
  /// errors      std::runtime_error with the server's output when it is not ready within 10 s
  TestServer(const std::string& program, const Args& arguments);

  Endpoint endpoint() const { return Endpoint::unix_socket(directory_.file("s")); }
  Endpoint tcp_endpoint() const { return Endpoint::tcp(port_); }
  bool alive() { return process_->running(); }
  std::string output() const { return process_->output(); }
  /// How it ended; nothing when it still runs after that time.
  std::optional<ExitStatus> wait(std::chrono::milliseconds timeout) { return process_->wait(timeout); }

 private:
  TempDir directory_;
  uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

class ServerPair {
 public:
  explicit ServerPair(const Args& arguments = {});
  TestServer& theirs() { return theirs_; }
  TestServer& ours() { return ours_; }
  bool alive() { return theirs_.alive() && ours_.alive(); }
  /// Whether "Larder" is a redis-server too, which is how the tests themselves are checked (LARDER_BIN).
  bool self_check() const { return self_check_; }

 private:
  TestServer theirs_;
  TestServer ours_;
  bool self_check_ = false;
};

/// One connection to each server. same*() record a test failure where the two differ.
class Link {
 public:
  /// version  of the protocol, 2 or 3, negotiated with HELLO; 0: no HELLO is sent
  enum class Over { unix_socket, tcp };
  Link(ServerPair& servers, int version, Over over = Over::unix_socket);

  void same(const RuleUse& rule, const Args& command, Location at, int replies = 1) {
    same(rule, command, command, at, replies);
  }
  /// The two commands differ where they name things that differ, such as connection ids.
  void same(const RuleUse& rule, const Args& for_theirs, const Args& for_ours, Location at, int replies = 1);
  void same_raw(std::string_view bytes, int replies, Location at);
  /// The next message that comes without being asked for, or the reply to what was sent by send().
  void same_next(const RuleUse& rule, Location at);
  /// Both servers close the connection, after the same bytes (usually none).
  void same_end(Location at);
  /// Nothing has come that no test looked at; leaves subscriptions, MULTI and the like. At the end of a test.
  void finish(Location at);

  void send(const Args& command) { send(command, command); }
  void send(const Args& for_theirs, const Args& for_ours);
  void send_raw(std::string_view bytes);

  struct Both {
    Received theirs;
    Received ours;
  };
  Both receive();
  Both call(const Args& command);
  void compare(const RuleUse& rule, const Both& replies, Location at);

  RespClient& theirs() { return theirs_; }
  RespClient& ours() { return ours_; }
  int version() const { return version_; }
  bool broken() const { return broken_; }

 private:
  void remember(std::string line);
  std::string history() const;

  RespClient theirs_;
  RespClient ours_;
  int version_;
  bool self_check_;
  bool broken_ = false;  // a reply was missing: whatever follows would only fail too
  std::vector<std::string> history_;
  std::string last_;  // of the history: what the table of intended differences is asked for
};

/// Splits a line as redis-cli does: words, "double quotes" with \n \r \t \" \\ \xHH, 'single quotes'.
/// errors  std::invalid_argument when quotes are not balanced
Args split_words(std::string_view line);

/// A command for a person, quoted so that split_words() reads it back.
std::string quoted(const Args& command);

}  // namespace larder::test
