// The command line and the conf file: what a launcher passes becomes StartOptions, or a message to print and an exit
// code. Nothing here exits, prints or changes the process (no chdir): main.cc does, and tests and embedders call the
// same functions. The rules are redis-server's: see README.md in this folder. Pure functions: thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/config/start_options.h"

namespace larder::server {

/// argv[0] is the program's name, as main() gets it. Reads the conf file and, if asked for with `-`, what comes from
/// `standard_input` (a descriptor) up to its end.
tl::expected<StartOptions, StartupMessage> parse_command_line(std::span<const char* const> argv,
                                                              int standard_input = 0);
tl::expected<StartOptions, StartupMessage> parse_command_line(int argc, char** argv);

/// Settings from the text of a conf file, without a command line.
tl::expected<StartOptions, StartupMessage> parse_config_text(std::string_view text);

/// The text of --help: usage, then every directive by group.
std::string help_text();

/// The text of conf/larder.conf: every directive with unit, default and a line of explanation.
std::string print_default_conf();

}  // namespace larder::server
