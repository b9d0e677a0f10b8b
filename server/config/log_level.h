// The log's levels, apart from the log itself so that settings can name one without pulling in fmt.
#pragma once

#include <cstdint>

namespace larder::server {

/// From the chattiest to silence. A line is written when its level is at or above the configured one.
enum class LogLevel : std::uint8_t { debug, verbose, notice, warning, nothing };

}  // namespace larder::server
