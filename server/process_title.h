// What lists of processes show of a server: set-proc-title and proc-title-template.
//
// Only on the main thread at the start; later calls of show() one at a time.
#pragma once

#include <string>
#include <string_view>

#include "server/config/settings.h"

namespace larder::server {

/// The template with its variables filled in.
/// program      as it was started
/// config_file  empty = none
std::string process_title(const Settings& settings, std::string_view program, std::string_view config_file);

/// Writes the title over the arguments and the environment that the system gave to the process, after a copy was made
/// of the latter: there is no other place that ps and /proc read. Made before any other thread runs, once in a process.
class ProcessTitle {
 public:
  ProcessTitle(int argc, char** argv);
  ProcessTitle(const ProcessTitle&) = delete;
  ProcessTitle& operator=(const ProcessTitle&) = delete;

  /// Shows what the settings ask for; nothing with set-proc-title no. What is too long is cut.
  void show(const Settings& settings, std::string_view config_file);

 private:
  std::string program_;
  char* begin_ = nullptr;
  char* arguments_end_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace larder::server
