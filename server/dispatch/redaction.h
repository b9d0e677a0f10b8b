// What MONITOR and the slow log show of a request: its arguments, without the passwords among them.
//
// Pure functions: thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/dispatch/command_spec.h"

namespace larder::server {

/// The arguments to show, each password replaced by "(redacted)".
/// storage  holds the arguments that are returned when any had to be replaced
std::span<const std::string_view> redacted(const CommandSpec& spec, std::span<const std::string_view> args,
                                           std::vector<std::string_view>& storage);

}  // namespace larder::server
