// The sinks, and how a line goes to standard output without ever waiting.
//
// Launchers read the ready line and then leave the pipe alone: a server that blocks on it hangs with its first 64 KB of
// log. O_NONBLOCK on descriptor 1 is no answer, because the flag belongs to the open file description, which is shared
// with the parent and its other children: their writes would start to fail. Instead, by what standard output is:
//   * a socket (Node's pipes are socket pairs): send() with MSG_DONTWAIT, which concerns this one call
//   * a pipe, FIFO or terminal: /proc/self/fd/1 is opened anew, which gives a description of our own, and that one is
//     non-blocking
//   * where that is refused (another user's pipe after setuid, no /proc): poll() first. A pipe that polls as writable
//   has
//     room for PIPE_BUF bytes and no line is longer, so the write does not wait unless another writer steals the room
//   * a file: a plain write
// No thread, no queue: a line is written when it is logged or it is dropped and counted (Log tells how many).
#include "server/observe/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace larder::server {

namespace {

// Tries again only when a signal came in between.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

bool write_line(int fd, std::string_view line) {
  return uninterrupted([&] { return ::write(fd, line.data(), line.size()); }) == static_cast<ssize_t>(line.size());
}

class SocketSink : public LogSink {
 public:
  explicit SocketSink(int fd) : fd_(fd) {}
  bool put(std::string_view line) override {
    const auto sent = uninterrupted([&] { return ::send(fd_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
    return sent == static_cast<ssize_t>(line.size());
  }

 private:
  int fd_;
};

class OwnDescriptorSink : public LogSink {
 public:
  explicit OwnDescriptorSink(int fd) : fd_(fd) {}
  ~OwnDescriptorSink() override { ::close(fd_); }
  OwnDescriptorSink(const OwnDescriptorSink&) = delete;
  OwnDescriptorSink& operator=(const OwnDescriptorSink&) = delete;
  bool put(std::string_view line) override { return write_line(fd_, line); }

 private:
  int fd_;
};

class PollingSink : public LogSink {
 public:
  explicit PollingSink(int fd) : fd_(fd) {}
  bool put(std::string_view line) override {
    pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
    return write_line(fd_, line);
  }

 private:
  int fd_;
};

class PlainSink : public LogSink {
 public:
  explicit PlainSink(int fd) : fd_(fd) {}
  bool put(std::string_view line) override { return write_line(fd_, line); }

 private:
  int fd_;
};

int open_log_file(const std::string& path) {
  // Non-blocking for the sake of FIFOs; files do not care.
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
}

// Keeps the file open and looks once a second whether the path still leads to it, so that rotation by renaming works
// and a server that is out of descriptors can still log that it is.
class FileSink : public LogSink {
 public:
  FileSink(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~FileSink() override { ::close(fd_); }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  bool put(std::string_view line) override {
    const auto now = std::time(nullptr);
    if (now != checked_) reopen_if_moved();
    checked_ = now;
    return write_line(fd_, line);
  }

 private:
  void reopen_if_moved() {
    struct stat ours {};
    struct stat theirs {};
    if (::fstat(fd_, &ours) != 0) return;
    if (::stat(path_.c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev) return;
    const int fd = open_log_file(path_);
    if (fd < 0) return;
    ::close(fd_);
    fd_ = fd;
  }

  std::string path_;
  int fd_;
  std::time_t checked_ = 0;
};

class FunctionSink : public LogSink {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}
  bool put(std::string_view line) override {
    take_(line);
    return true;
  }

 private:
  std::function<void(std::string_view)> take_;
};

}  // namespace

std::unique_ptr<LogSink> make_descriptor_sink(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || S_ISREG(status.st_mode)) return std::make_unique<PlainSink>(fd);
  if (S_ISSOCK(status.st_mode)) return std::make_unique<SocketSink>(fd);
  const auto path = fmt::format("/proc/self/fd/{}", fd);
  const int own = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return make_polling_sink(fd);
  return std::make_unique<OwnDescriptorSink>(own);
}

std::unique_ptr<LogSink> make_polling_sink(int fd) { return std::make_unique<PollingSink>(fd); }

tl::expected<std::unique_ptr<LogSink>, std::string> make_file_sink(const std::string& path) {
  const int fd = open_log_file(path);
  if (fd < 0) return tl::unexpected(std::string(std::strerror(errno)));
  return std::make_unique<FileSink>(path, fd);
}

std::unique_ptr<LogSink> make_function_sink(std::function<void(std::string_view)> take) {
  return std::make_unique<FunctionSink>(std::move(take));
}

}  // namespace larder::server
