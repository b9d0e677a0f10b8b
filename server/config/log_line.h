// A line in the form of the log, apart from the log itself: a start that fails says so in this form before there is
// one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/config/log_level.h"

namespace larder::server {

/// `PID:M DD Mon YYYY HH:MM:SS.mmm * text` with its line end. Longer texts than kMaxLogText bytes are cut, control
/// characters become spaces, so that one event is one line.
/// role  the letter after the process id: M a server, S a replica, C a child, X a sentinel
std::string log_line(LogLevel level, char role, std::string_view text);
inline constexpr std::size_t kMaxLogText = 4000;

}  // namespace larder::server
