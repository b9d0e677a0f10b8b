// The gates between a request and its execution, in order. Each looks at one reason for not executing a request now and
// returns a verdict. Only those are asked whose bits (clients/gate_mask.h) the request's row shares with its client or
// the server: for most requests none. tests/server/gates_test.cc keeps the order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/clients/client.h"
#include "server/dispatch/command_spec.h"

namespace larder::server {

class ClientThread;
class CommandNames;
class ServerState;

/// What the gates look at.
struct GateRequest {
  ServerState& state;
  ClientThread& thread;
  const CommandNames& names;
  const Client& client;
  const CommandSpec* spec;  // null: unknown
  std::span<const std::string_view> args;
  size_t bytes;  // on the wire
};

/// What a gate decides about a request.
struct Verdict {
  enum class Kind : uint8_t {
    pass,
    refuse,     // `text` is the error
    hold_back,  // to be tried again later
    drop,       // the connection is closed; `text` goes to the log
  };
  Kind kind = Kind::pass;
  std::string text;

  static Verdict refuse(std::string error) { return {Kind::refuse, std::move(error)}; }
};

struct Gate {
  std::string_view name;
  GateMask when;  // asked when one of these bits is closed for the request
  Verdict (*check)(const GateRequest& request);
};

/// known, arity, permitted by configuration, authenticated, allowed in MULTI, memory, replicas, subscriber mode, pause.
std::span<const Gate> gates();

/// Room that must be there before a command is executed that may add so many bytes: one so large that it alone would
/// break the promise about maxmemory needs its own; others settle afterwards.
constexpr int64_t room_beforehand(uint64_t bytes, int64_t maxmemory) {
  constexpr int64_t kCountedFrom = 512 * 1024;
  constexpr uint64_t kMost = uint64_t{1} << 62;
  const int64_t wanted = static_cast<int64_t>(std::min(bytes, kMost));
  return wanted < std::min(kCountedFrom, maxmemory / 8) ? 0 : wanted;
}

/// Bytes of the account that end with the execution of a request: of the buffer that it was read into, and for EXEC of
/// the queue.
inline int64_t given_back(const Client& client, const CommandSpec& spec) {
  return static_cast<int64_t>(client.accounted_input + (spec.is(kRunsQueue) ? client.accounted_queue : 0));
}

/// The gates that a request has to pass; 0 for nearly all. `closed` are those that the server's state closes.
inline GateMask gates_ahead(const CommandSpec* spec, size_t argument_count, const Client& client, GateMask closed) {
  if (spec == nullptr) return kGateUnknown;
  const GateMask mask = spec->gates & (client.gates | closed);
  return accepts(spec->arity, argument_count) ? mask : mask | kGateArity;
}

/// The first verdict that is not to pass, of the gates in `ahead`.
Verdict examine(const GateRequest& request, GateMask ahead);

}  // namespace larder::server
