// The directives whose values have a form of their own. Wordings of refusals and the borders of what is accepted were
// recorded from a real server (tests/server/config_set_test.cc).
#include "server/config/custom_fields.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/number.h"
#include "server/config/value_text.h"

namespace larder::server {

namespace {

constexpr std::size_t kMaxAddresses = 16;

Assigned refused(std::string reason) { return tl::unexpected(std::move(reason)); }

std::string joined(std::span<const std::string> parts) {
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

OutputLimit* limits_of_class(OutputLimits& limits, std::string_view name) {
  if (base::equals_ignoring_case(name, "normal")) return &limits.normal;
  if (base::equals_ignoring_case(name, "slave") || base::equals_ignoring_case(name, "replica")) return &limits.replica;
  if (base::equals_ignoring_case(name, "pubsub")) return &limits.pubsub;
  return nullptr;
}

std::string limit_text(std::string_view name, const OutputLimit& limit) {
  return fmt::format("{} {} {} {}", name, limit.hard_bytes, limit.soft_bytes, limit.soft_seconds);
}

// In the order in which CONFIG GET shows them.
constexpr std::array<std::pair<char, std::uint32_t>, 12> kEventClasses = {{
    {'g', notify::kGeneric},
    {'$', notify::kString},
    {'l', notify::kList},
    {'s', notify::kSet},
    {'h', notify::kHash},
    {'z', notify::kSortedSet},
    {'x', notify::kExpired},
    {'e', notify::kEvicted},
    {'t', notify::kStream},
    {'d', notify::kModule},
    {'n', notify::kNewKey},
    {'A', notify::kAll},
}};
constexpr std::array<std::pair<char, std::uint32_t>, 3> kEventChannels = {{
    {'K', notify::kKeyspace},
    {'E', notify::kKeyevent},
    {'m', notify::kKeyMiss},
}};

std::uint32_t event_bits(char letter) {
  for (const auto& [name, bits] : kEventClasses) {
    if (name == letter) return bits;
  }
  for (const auto& [name, bits] : kEventChannels) {
    if (name == letter) return bits;
  }
  return 0;
}

}  // namespace

Assigned assign_bind(Settings& settings, std::string_view value, Source) {
  std::vector<std::string> addresses;
  for (const auto part : split_at_spaces(value)) {
    if (!part.empty()) addresses.emplace_back(part);
  }
  if (addresses.size() > kMaxAddresses) return refused("Too many bind addresses specified.");
  settings.bind = std::move(addresses);
  return {};
}

std::string format_bind(const Settings& settings) { return joined(settings.bind); }

Assigned assign_port(Settings& settings, std::string_view value, Source source) {
  if (source == Source::conf_file && base::equals_ignoring_case(value, "auto")) {
    settings.port = kPortAuto;
    return {};
  }
  const auto port = read_integer(value, 0, 65535);
  if (!port) return tl::unexpected(port.error());
  settings.port = static_cast<int>(*port);
  return {};
}

std::string format_port(const Settings& settings) {
  return settings.port == kPortAuto ? "auto" : fmt::format("{}", settings.port);
}

Assigned assign_unixsocketperm(Settings& settings, std::string_view value, Source) {
  constexpr std::size_t kMostDigits = 10;
  std::uint64_t mode = 0;
  for (const char digit : value) {
    if (digit < '0' || digit > '7' || value.size() > kMostDigits)
      return refused("argument couldn't be parsed as an octal number");
    mode = mode * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  if (mode > 0777) return refused("argument must be between 0 and 777 inclusive");
  settings.unixsocket_mode = static_cast<std::uint32_t>(mode);
  return {};
}

std::string format_unixsocketperm(const Settings& settings) { return fmt::format("{:o}", settings.unixsocket_mode); }

Assigned assign_output_limits(Settings& settings, std::string_view value, Source) {
  const auto parts = split_at_spaces(value);
  if (parts.size() % 4 != 0) return refused("Wrong number of arguments in buffer limit configuration.");
  auto limits = settings.client_output_buffer_limits;
  for (std::size_t i = 0; i < parts.size(); i += 4) {
    auto* limit = limits_of_class(limits, parts[i]);
    if (limit == nullptr) return refused("Invalid client class specified in buffer limit configuration.");
    const auto hard = read_memory(parts[i + 1]);
    const auto soft = read_memory(parts[i + 2]);
    const auto seconds = base::parse_int64(parts[i + 3]);
    if (!hard || !soft || !seconds || *seconds < 0) {
      return refused("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }
    *limit = {.hard_bytes = *hard, .soft_bytes = *soft, .soft_seconds = *seconds};
  }
  settings.client_output_buffer_limits = limits;
  return {};
}

std::string format_output_limits(const Settings& settings) {
  const auto& limits = settings.client_output_buffer_limits;
  return limit_text("normal", limits.normal) + ' ' + limit_text("slave", limits.replica) + ' ' +
         limit_text("pubsub", limits.pubsub);
}

Assigned assign_dir(Settings& settings, std::string_view value, Source) {
  std::error_code error;
  const std::filesystem::path path(value);
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return refused(std::strerror(error ? error.value() : ENOENT));
  if (!std::filesystem::is_directory(status)) return refused(std::strerror(ENOTDIR));
  if (::access(path.c_str(), X_OK) != 0) return refused(std::strerror(errno));
  const auto absolute = std::filesystem::canonical(path, error);
  if (error) return refused(std::strerror(error.value()));
  settings.dir = absolute.string();
  return {};
}

std::string format_dir(const Settings& settings) {
  if (!settings.dir.empty()) return settings.dir;
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

Assigned assign_hz(Settings& settings, std::string_view value, Source) {
  const auto hz = read_integer(value, 0, kMaxInt);
  if (!hz) return tl::unexpected(hz.error());
  settings.hz = static_cast<int>(std::clamp<std::int64_t>(*hz, 1, 500));
  return {};
}

std::string format_hz(const Settings& settings) { return fmt::format("{}", settings.hz); }

Assigned assign_events(Settings& settings, std::string_view value, Source) {
  std::uint32_t events = 0;
  for (const char letter : value) {
    const auto bits = event_bits(letter);
    if (bits == 0) return refused("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    events |= bits;
  }
  settings.notify_keyspace_events = events;
  return {};
}

std::string format_events(const Settings& settings) {
  const auto events = settings.notify_keyspace_events;
  const bool all = (events & notify::kAll) == notify::kAll;
  std::string text = all ? "A" : "";
  for (const auto& [letter, bits] : kEventClasses) {
    // Redis forgets to show n beside A; users who read the value back in order to add to it would lose it.
    const bool shown = all ? bits == notify::kNewKey : bits != notify::kAll;
    if (shown && (events & bits) != 0) text += letter;
  }
  for (const auto& [letter, bits] : kEventChannels) {
    if ((events & bits) != 0) text += letter;
  }
  return text;
}

Assigned assign_percentiles(Settings& settings, std::string_view value, Source) {
  std::vector<double> percentiles;
  for (const auto part : split_at_spaces(value)) {
    const auto number = base::parse_double(part);
    if (!number) return refused("Invalid latency-tracking-info-percentiles parameters");
    if (*number < 0 || *number > 100) {
      return refused("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
    }
    percentiles.push_back(*number);
  }
  settings.latency_tracking_info_percentiles = std::move(percentiles);
  return {};
}

std::string format_percentiles(const Settings& settings) {
  std::vector<std::string> parts;
  for (const double percentile : settings.latency_tracking_info_percentiles)
    parts.push_back(base::format_double(percentile));
  return joined(parts);
}

Assigned assign_save(Settings& settings, std::string_view value, Source source) {
  const auto parts = split_at_spaces(value);
  if (parts.size() % 2 != 0) return refused("Invalid save parameters");
  std::vector<SavePoint> points;
  if (source == Source::conf_file && !parts.empty()) points = settings.save;
  for (std::size_t i = 0; i < parts.size(); i += 2) {
    const auto seconds = base::parse_int64(parts[i]);
    const auto changes = base::parse_int64(parts[i + 1]);
    if (!seconds || !changes || *seconds < 1 || *changes < 0) return refused("Invalid save parameters");
    points.push_back({.seconds = *seconds, .changes = *changes});
  }
  settings.save = std::move(points);
  return {};
}

std::string format_save(const Settings& settings) {
  std::vector<std::string> parts;
  for (const auto& point : settings.save) parts.push_back(fmt::format("{} {}", point.seconds, point.changes));
  return joined(parts);
}

namespace {

Refusal refuse_path(std::string_view name, std::string_view value) {
  if (value.find('/') == std::string_view::npos) return std::nullopt;
  return fmt::format("{} can't be a path, just a filename", name);
}

}  // namespace

Refusal refuse_dbfilename(std::string_view value) { return refuse_path("dbfilename", value); }

Refusal refuse_appendfilename(std::string_view value) {
  if (value.empty()) return "appendfilename can't be empty";
  return refuse_path("appendfilename", value);
}

Refusal refuse_appenddirname(std::string_view value) {
  if (value.empty()) return "appenddirname can't be empty";
  if (value.find('/') == std::string_view::npos) return std::nullopt;
  return "appenddirname can't be a path, just a dirname";
}

Refusal refuse_hostname(std::string_view value) {
  constexpr std::size_t kMostChars = 255;
  if (value.size() > kMostChars) return "Hostnames must be less than 256 characters";
  for (const char c : value) {
    const char lower = base::to_lower(c);
    if ((lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '-' || c == '.') continue;
    return "Hostnames may only contain alphanumeric characters, hyphens or dots";
  }
  return std::nullopt;
}

Refusal refuse_nodename(std::string_view value) {
  for (const char c : value) {
    if (c <= ' ' || c > '~') return "Announced human node name contained invalid character";
  }
  return std::nullopt;
}

Refusal refuse_oom_values(std::string_view value) {
  const auto parts = split_at_spaces(value);
  if (parts.size() != 3) return "wrong number of arguments";
  for (const auto part : parts) {
    const auto number = base::parse_int64(part);
    if (!number || *number < -2000 || *number > 2000) {
      return "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
    }
  }
  return std::nullopt;
}

Refusal refuse_replicaof(std::string_view value) {
  const auto parts = split_at_spaces(value);
  if (parts.empty()) return std::nullopt;
  if (parts.size() != 2) return "wrong number of arguments";
  if (base::equals_ignoring_case(parts[0], "no") && base::equals_ignoring_case(parts[1], "one")) return std::nullopt;
  const auto port = base::parse_int64(parts[1]);
  return port && *port >= 0 && *port <= 65535 ? std::nullopt : Refusal("Invalid master port");
}

Refusal refuse_shutdown_flags(std::string_view value) {
  bool save = false;
  bool nosave = false;
  for (const auto part : split_at_spaces(value)) {
    save = save || base::equals_ignoring_case(part, "save");
    nosave = nosave || base::equals_ignoring_case(part, "nosave");
  }
  return save && nosave ? Refusal("shutdown options SAVE and NOSAVE can't be used simultaneously") : std::nullopt;
}

Refusal refuse_title(std::string_view value) {
  constexpr std::array<std::string_view, 7> kVariables = {"title",    "listen-addr", "server-mode", "port",
                                                          "tls-port", "unixsocket",  "config-file"};
  const Refusal invalid = "template format is invalid or contains unknown variables";
  if (value.empty()) return invalid;
  while (true) {
    const auto open = value.find('{');
    if (open == std::string_view::npos) return std::nullopt;
    const auto close = value.find('}', open);
    if (close == std::string_view::npos) return invalid;
    const auto name = value.substr(open + 1, close - open - 1);
    if (std::find(kVariables.begin(), kVariables.end(), name) == kVariables.end()) return invalid;
    value.remove_prefix(close + 1);
  }
}

}  // namespace larder::server
