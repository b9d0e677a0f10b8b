// The gates between a request and its execution, in order. Each looks at one reason for refusing a request and answers
// with the error, or nothing. tests/server/gates_test.cc keeps the order.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/command_spec.h"

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

/// The first refusal, or an empty string. `fast` requests skip what cannot concern them.
std::string refusal(const GateRequest& request);

}  // namespace larder::server
