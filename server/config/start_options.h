// The command line and the conf file: what a launcher passes becomes StartOptions, or a message to print and an exit
// code. Nothing here exits, prints or changes the process (no chdir): main.cc does, and tests and embedders call the
// same functions. The rules are redis-server's: see README.md in this folder. Thread rule: pure functions, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

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

/// argv[0] is the program's name, as main() gets it. Reads the conf file and, if asked for with `-`, what comes from
/// `standard_input` (a descriptor) up to its end.
tl::expected<StartOptions, StartupMessage> parse_command_line(std::span<const char* const> argv,
                                                              int standard_input = 0);
tl::expected<StartOptions, StartupMessage> parse_command_line(int argc, char** argv);

/// Settings from the text of a conf file, without a command line.
tl::expected<StartOptions, StartupMessage> parse_config_text(std::string_view text);

/// The message of a server that cannot start as configured, in the form of Redis: a headline, then `text`.
StartupMessage fatal_config_error(std::string_view text);

/// The message of a server whose conf file cannot be read: a line of the log, on standard output, as Redis has it.
StartupMessage unreadable_config_file(std::string_view file, std::string_view reason);

/// The release of Redis whose behaviour Larder has, and Larder's own.
inline constexpr std::string_view kRedisVersion = "7.2.4";
std::string_view larder_version();

/// The line that --version prints, without the line end.
std::string version_line();

/// The text of --help: usage, then every directive by group.
std::string help_text();

/// The text of conf/larder.conf: every directive with unit, default and a line of explanation.
std::string print_default_conf();

}  // namespace larder::server
