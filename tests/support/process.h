// Starting a program in a test, reading what it prints, and stopping it for certain. Its output is always drained, so
// it can never block on a full pipe; it is killed when the object dies, and by the kernel when the test's thread dies.
// One thread per Process; the reader thread inside is an implementation matter.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::test {

struct ProcessOptions {
  std::vector<std::string> argv;  ///< argv[0] is looked for on PATH when it has no slash
  std::string directory = {};     ///< working directory; empty: the test's
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to the test's own
  std::string input = {};  ///< what its stdin holds (at most 64 KiB); then end of file
};

/// How a program ended.
struct ExitStatus {
  int code = 0;    ///< exit code, -1 when a signal ended it
  int signal = 0;  ///< the signal that ended it, or 0
  bool operator==(const ExitStatus&) const = default;
};

class Process {
 public:
  /// Starts the program; stdout and stderr are read together, in the order written.
  /// errors  std::system_error when it cannot be started (an executable that is missing included)
  explicit Process(const ProcessOptions& options);
  /// Sends SIGKILL if it still runs, and waits for it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  /// Waits until the output holds a match of the ECMAScript regular expression.
  /// returns  the text matched; nothing when the time is over or the program ended without printing it
  std::optional<std::string> wait_for_output(const std::string& expression, std::chrono::milliseconds timeout);

  std::string output() const;
  bool running();

  void signal(int number);

  /// Waits for the end. Returns nothing when the time is over; the program then still runs.
  std::optional<ExitStatus> wait(std::chrono::milliseconds timeout);

  /// SIGTERM, then SIGKILL when the grace is over.
  ExitStatus stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  struct Output;
  pid_t pid_ = -1;
  int pid_descriptor_ = -1;
  std::optional<ExitStatus> status_;
  std::unique_ptr<Output> output_;
};

/// The full path of an executable on PATH (or of a path with a slash that is executable); empty when there is none.
std::string find_program(std::string_view name);

}  // namespace larder::test
