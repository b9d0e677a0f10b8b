// The gates; see gates.h. Texts are Redis'.
#include "server/dispatch/gates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "protocol/wire_text.h"
#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/dispatch/command_names.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/errors.h"
#include "server/state.h"
#include "store/core/key_sizes.h"

namespace larder::server {

namespace {

constexpr size_t kMostTextInError = 128;

std::string unknown_subcommand(const CommandSpec& container, std::string_view word) {
  std::string name(container.name);
  std::transform(name.begin(), name.end(), name.begin(), base::to_upper);
  return fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", as_text(word.substr(0, kMostTextInError)), name);
}

/// Whether a browser was made to send this: its request must not be taken for commands line by line.
bool is_http(std::string_view word) {
  return base::equals_ignoring_case(word, "POST") || base::equals_ignoring_case(word, "Host:");
}

Verdict known(const GateRequest& request) {
  if (request.spec != nullptr) return {};
  if (is_http(request.args[0])) {
    return {Verdict::Kind::drop,
            fmt::format("Possible SECURITY ATTACK: the client at {} sends an HTTP request. Connection closed.",
                        request.client.address)};
  }
  const CommandSpec* container = request.names.find(request.args[0]);
  if (container != nullptr && container->container && request.args.size() > 1) {
    return Verdict::refuse(unknown_subcommand(*container, request.args[1]));
  }
  std::string listed;
  for (const std::string_view arg : request.args.subspan(1)) {
    if (listed.size() >= kMostTextInError) break;
    listed += fmt::format("'{}' ", as_text(arg.substr(0, kMostTextInError - listed.size())));
  }
  return Verdict::refuse(fmt::format("ERR unknown command '{}', with args beginning with: {}",
                                     as_text(request.args[0].substr(0, kMostTextInError)), listed));
}

Verdict arity(const GateRequest& request) {
  const CommandSpec& spec = *request.spec;
  // A container without a subcommand lacks an argument, whatever its own arity says.
  if (accepts(spec.arity, request.args.size()) && spec.handler) return {};
  return Verdict::refuse(fmt::format("ERR wrong number of arguments for '{}' command", spec.name));
}

Verdict permitted(const GateRequest& request) {
  if (!request.spec->is(kProtected)) return {};
  const Permission permission = request.thread.settings().enable_debug_command;
  if (permission == Permission::yes || (permission == Permission::local && request.client.from_this_host)) return {};
  return Verdict::refuse(
      "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a "
      "local connection, otherwise you need to set this option in the configuration file, and then restart the "
      "server.");
}

Verdict authenticated(const GateRequest& request) {
  if (request.client.authenticated || request.spec->is(kNoAuth)) return {};
  if (request.thread.settings().requirepass.empty()) return {};  // there is none any more
  return Verdict::refuse(std::string(protocol::kNoAuth));
}

Verdict allowed_in_multi(const GateRequest& request) {
  if (!request.client.transaction.active || !request.spec->is(kNoMulti)) return {};
  return Verdict::refuse("ERR Command not allowed inside a transaction");
}

/// Whether the command, or one that EXEC would run, has one of these flags.
bool does(const GateRequest& request, CommandFlags flags) {
  if (request.spec->is(flags)) return true;
  if (!request.spec->is(kRunsQueue)) return false;
  const auto& queue = request.client.transaction.queue;
  return std::any_of(queue.begin(), queue.end(), [&](const auto& queued) { return queued.spec->is(flags); });
}

bool grows_memory(const GateRequest& request) {
  if (does(request, kDenyOom)) return true;
  return request.client.transaction.active && !request.spec->is(kRunsInMulti);  // it is queued
}

/// What a command may add to the data.
uint64_t growth(const CommandSpec& spec, size_t bytes, std::span<const std::string_view> args,
                const store::KeySizes& sizes) {
  if (!spec.is(kDenyOom)) return 0;
  return std::max<uint64_t>(bytes, spec.grows_by == nullptr ? 0 : spec.grows_by(args, sizes));
}

/// The same for a request; one that is being queued takes only what it consists of.
uint64_t growth(const GateRequest& request) {
  World& world = request.client.world;
  const store::KeySizes sizes(world.store, world.thread_state(request.thread.index()).settings(),
                              request.client.database);
  const Transaction& transaction = request.client.transaction;
  if (!transaction.active) return growth(*request.spec, request.bytes, request.args, sizes);
  if (!request.spec->is(kRunsQueue)) return request.bytes;
  uint64_t bytes = 0;
  for (const auto& [spec, queued] : transaction.queue) bytes += growth(*spec, queued.bytes(), queued.args(), sizes);
  return bytes;
}

Verdict memory(const GateRequest& request) {
  World& world = request.client.world;
  store::Store& store = world.store;
  store::ThreadState& thread = world.thread_state(request.thread.index());
  const int64_t limit = thread.settings().maxmemory;
  if (limit == 0 || !grows_memory(request)) return {};
  const int64_t given = given_back(request.client, *request.spec);
  if (store.make_room(thread, room_beforehand(growth(request), limit), given)) return {};
  return Verdict::refuse(std::string(protocol::kOutOfMemory));
}

/// There are no replicas, so where any are demanded nothing may be written.
Verdict enough_replicas(const GateRequest& request) {
  if (!does(request, kWrite)) return {};
  return Verdict::refuse("NOREPLICAS Not enough good replicas to write.");
}

Verdict subscriber_mode(const GateRequest& request) {
  if (!request.client.limited_to_pubsub() || request.spec->is(kInSubscriberMode)) return {};
  return Verdict::refuse(
      fmt::format("ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
                  "this context",
                  request.spec->name));
}

Verdict not_paused(const GateRequest& request) {
  const int64_t now_ms = request.client.world.thread_state(request.thread.index()).now_ms();
  const PauseMode paused = request.state.pause.mode(now_ms);
  const bool waits = paused == PauseMode::all || (paused == PauseMode::writes && does(request, kWrite | kMayReplicate));
  return {waits ? Verdict::Kind::hold_back : Verdict::Kind::pass, {}};
}

constexpr Gate kGates[] = {
    {"known", kGateUnknown, known},
    {"arity", kGateArity, arity},
    {"permitted", kGatePermission, permitted},
    {"authenticated", kGatePassword, authenticated},
    {"multi", kGateTransaction, allowed_in_multi},
    {"memory", kGateMemory | kGateTransaction, memory},
    {"replicas", kGateReplicas, enough_replicas},
    {"subscriber mode", kGateSubscriber, subscriber_mode},
    {"pause", kGatePause, not_paused},
};

}  // namespace

std::span<const Gate> gates() { return kGates; }

Verdict examine(const GateRequest& request, GateMask ahead) {
  for (const Gate& gate : kGates) {
    if ((gate.when & ahead) == 0) continue;
    if (Verdict verdict = gate.check(request); verdict.kind != Verdict::Kind::pass) return verdict;
  }
  return {};
}

}  // namespace larder::server
