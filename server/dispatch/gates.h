// The gates between a request and its execution, in order. Each looks at one reason for refusing a request and answers
// with the error, or nothing. tests/server/gates_test.cc keeps the order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/dispatch/command_spec.h"

namespace larder::server {

class Client;
class Core;
class IoThread;

/// What the gates look at.
struct GateRequest {
  Core& core;
  IoThread& thread;
  const Client& client;
  const CommandSpec* spec;  // null: unknown
  std::span<const std::string_view> args;
};

struct Gate {
  std::string_view name;
  /// The error text, or an empty string to let the request pass.
  std::string (*check)(const GateRequest& request);
};

/// known, arity, permitted by configuration, authenticated, allowed in MULTI, memory, subscriber mode.
std::span<const Gate> gates();

/// Room that must be there before a request of so many bytes is executed: one so large that it alone would break the
/// promise about maxmemory needs its own; others settle afterwards.
constexpr int64_t room_beforehand(size_t request_bytes) {
  constexpr size_t kCountedFrom = 512 * 1024;
  return request_bytes < kCountedFrom ? 0 : static_cast<int64_t>(request_bytes);
}

/// The first refusal, or an empty string.
std::string refusal(const GateRequest& request);

}  // namespace larder::server
