// See start_options.h.
#include "server/config/start_options.h"

#include <fmt/format.h>

#include "server/config/log_line.h"

namespace larder::server {

StartupMessage fatal_config_error(std::string_view text) {
  return {.text = fmt::format("\n*** FATAL CONFIG FILE ERROR (Redis {}) ***\n{}\n", kRedisVersion, text)};
}

StartupMessage unreadable_config_file(std::string_view file, std::string_view reason) {
  const auto line = fmt::format("Fatal error, can't open config file '{}': {}", file, reason);
  return {.text = log_line(LogLevel::warning, 'C', line), .stream = StartupMessage::Stream::standard_output};
}

std::string_view larder_version() { return LARDER_VERSION; }

std::string version_line() {
  return fmt::format("Redis server v={} sha=00000000:0 malloc=libc bits=64 build=0 larder={}", kRedisVersion,
                     larder_version());
}

}  // namespace larder::server
