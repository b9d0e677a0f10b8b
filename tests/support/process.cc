// See process.h. Linux: pidfd_open lets a wait have an end without polling, PR_SET_PDEATHSIG keeps a crashed test from
// leaving servers behind.
#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <regex>
#include <system_error>
#include <thread>

#include "tests/support/socket.h"

extern char** environ;

namespace larder::test {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

struct Pipe {
  Descriptor read;
  Descriptor write;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno, "pipe2");
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
};

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.emplace_back(*entry);
  for (const auto& [name, value] : options.environment) {
    const std::string prefix = name + "=";
    std::erase_if(result, [&](const std::string& entry) { return entry.starts_with(prefix); });
    result.push_back(prefix + value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return {.code = -1, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

// What the program has printed, filled by a thread of its own until the pipe ends or close() is called.
struct Process::Output {
  std::mutex mutex;
  std::condition_variable changed;
  std::string text;
  bool ended = false;
  Descriptor source;
  Pipe stop;
  std::thread reader;

  explicit Output(Descriptor pipe) : source(std::move(pipe)), reader([this] { drain(); }) {}
  ~Output() {
    stop.write.reset();
    reader.join();
  }

  void drain() {
    for (;;) {
      std::array<pollfd, 2> items{{{source.get(), POLLIN, 0}, {stop.read.get(), POLLIN, 0}}};
      if (::poll(items.data(), items.size(), -1) < 0 && errno == EINTR) continue;
      if (items[1].revents != 0) {
        const std::lock_guard lock(mutex);
        ended = true;
        return;
      }
      if (take_available()) return;
    }
  }

  // Takes what the pipe holds, without waiting. What a program wrote before it ended is in the pipe when its end is
  // seen, so that a caller who has waited for the end needs no luck to see all of it.
  bool take_available() {
    std::array<char, 16384> buffer;
    const std::lock_guard lock(mutex);
    while (!ended) {
      const ssize_t got = ::read(source.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) break;
      if (got > 0) text.append(buffer.data(), static_cast<size_t>(got));
      ended = got <= 0;
    }
    changed.notify_all();
    return ended;
  }
};

Process::Process(const ProcessOptions& options) {
  const std::string program = find_program(options.argv.at(0));
  if (program.empty()) fail(ENOENT, options.argv[0]);
  auto arguments = options.argv;
  auto variables = environment_of(options);
  const auto argv = pointers(arguments);
  const auto envp = pointers(variables);
  Pipe input;
  Pipe output;
  Pipe failure;  // closed by a successful exec, else carries errno
  if (!options.input.empty() &&
      ::write(input.write.get(), options.input.data(), options.input.size()) != std::ssize(options.input))
    fail(errno, "input of " + program);

  pid_ = ::fork();
  if (pid_ < 0) fail(errno, "fork");
  if (pid_ == 0) {  // only calls that are safe after fork() in a process with threads
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(input.read.get(), STDIN_FILENO);
    ::dup2(output.write.get(), STDOUT_FILENO);
    ::dup2(output.write.get(), STDERR_FILENO);
    if (options.directory.empty() || ::chdir(options.directory.c_str()) == 0)
      ::execve(program.c_str(), argv.data(), envp.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t ignored = ::write(failure.write.get(), &error, sizeof error);
    ::_exit(127);
  }
  failure.write.reset();
  output.write.reset();
  int error = 0;
  if (::read(failure.read.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(pid_, nullptr, 0);
    fail(error, program);
  }
  pid_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  ::fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  output_ = std::make_unique<Output>(std::move(output.read));
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (pid_descriptor_ >= 0) ::close(pid_descriptor_);
}

std::optional<std::string> Process::wait_for_output(const std::string& expression, std::chrono::milliseconds timeout) {
  const std::regex pattern(expression);
  const auto deadline = Clock::now() + timeout;
  std::unique_lock lock(output_->mutex);
  for (;;) {
    std::smatch match;
    if (std::regex_search(output_->text, match, pattern)) return match.str();
    if (output_->ended || output_->changed.wait_until(lock, deadline) == std::cv_status::timeout) return {};
  }
}

std::string Process::output() const {
  const std::lock_guard lock(output_->mutex);
  return output_->text;
}

bool Process::running() { return !wait(std::chrono::milliseconds(0)); }

void Process::signal(int number) {
  if (!status_) ::kill(pid_, number);
}

std::optional<ExitStatus> Process::wait(std::chrono::milliseconds timeout) {
  if (status_) return status_;
  if (wait_until(pid_descriptor_, POLLIN, Clock::now() + timeout) == 0) return {};
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) status_ = decode(status);
  output_->take_available();
  return status_;
}

ExitStatus Process::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (const auto status = wait(grace)) return *status;
  signal(SIGKILL);
  return wait(std::chrono::seconds(10)).value_or(ExitStatus{.code = -1, .signal = SIGKILL});
}

std::string find_program(std::string_view name) {
  const std::string wanted(name);
  if (wanted.find('/') != std::string::npos) return ::access(wanted.c_str(), X_OK) == 0 ? wanted : std::string();
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "";
  while (!path.empty()) {
    const size_t colon = path.find(':');
    const std::filesystem::path candidate = std::filesystem::path(path.substr(0, colon)) / wanted;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
    path = colon == std::string_view::npos ? std::string_view() : path.substr(colon + 1);
  }
  return {};
}

}  // namespace larder::test
