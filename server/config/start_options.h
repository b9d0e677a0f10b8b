// What a server is to start with, and the messages of one that cannot. command_line.h makes both of what a launcher
// passes. Pure functions: thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/config/settings.h"

namespace larder::server {

/// What the server is to start with.
struct StartOptions {
  Settings settings;
  std::string config_file;  // absolute path, empty = none (or standard input)
  bool config_from_stdin = false;
  bool configured = false;           // a conf file, standard input or arguments were given
  std::vector<std::string> notices;  // to be logged once, at level warning, when the log is open
};

/// Why the program is not to serve: text to print and the status to exit with. --help and --version are no errors.
struct StartupMessage {
  enum class Stream { standard_output, standard_error };
  std::string text;
  Stream stream = Stream::standard_error;
  int exit_code = 1;
};

/// The message of a server that cannot start as configured, in the form of Redis: a headline, then `text`.
StartupMessage fatal_config_error(std::string_view text);

/// The message of a server whose conf file cannot be read: a line of the log, on standard output, as Redis has it.
StartupMessage unreadable_config_file(std::string_view file, std::string_view reason);

/// The release of Redis whose behaviour Larder has, and Larder's own.
inline constexpr std::string_view kRedisVersion = "7.2.4";
std::string_view larder_version();

/// The line that --version prints, without the line end.
std::string version_line();

}  // namespace larder::server
