// Where log lines go. A sink takes a whole line at once or not at all, and never waits until it can.
// Callers take turns (Log's mutex).
#pragma once

#include <sys/types.h>

#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace larder::server {

class LogSink {
 public:
  virtual ~LogSink() = default;

  /// line  with its line end, at most PIPE_BUF (4096) bytes. False when it was not written.
  virtual bool put(std::string_view line) = 0;
};

/// Lines to a descriptor of this process, by default standard output, which stays open.
std::unique_ptr<LogSink> make_descriptor_sink(int fd = 1);

/// Lines to a pipe or terminal that cannot be opened anew; make_descriptor_sink chooses it when it must.
std::unique_ptr<LogSink> make_polling_sink(int fd);

/// Lines to the end of a file. The error is the system's reason.
tl::expected<std::unique_ptr<LogSink>, std::string> make_file_sink(const std::string& path);

/// Lines to a function.
std::unique_ptr<LogSink> make_function_sink(std::function<void(std::string_view)> take);

}  // namespace larder::server
