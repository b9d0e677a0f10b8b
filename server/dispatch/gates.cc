// The gates; see gates.h. Texts are Redis'.
#include "server/dispatch/gates.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/wire_text.h"
#include "server/clients/client.h"
#include "server/core.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/errors.h"
#include "server/net/io_thread.h"

namespace larder::server {

namespace {

constexpr size_t kMostTextInError = 128;

std::string unknown_subcommand(const CommandSpec& container, std::string_view word) {
  std::string name(container.name);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", as_text(word.substr(0, kMostTextInError)), name);
}

std::string known(const GateRequest& request) {
  if (request.spec != nullptr) return {};
  const CommandSpec* container = find_command(request.args[0]);
  if (container != nullptr && container->container && request.args.size() > 1) {
    return unknown_subcommand(*container, request.args[1]);
  }
  std::string listed;
  for (const std::string_view arg : request.args.subspan(1)) {
    if (listed.size() >= kMostTextInError) break;
    listed += fmt::format("'{}' ", as_text(arg.substr(0, kMostTextInError - listed.size())));
  }
  return fmt::format("ERR unknown command '{}', with args beginning with: {}",
                     as_text(request.args[0].substr(0, kMostTextInError)), listed);
}

std::string arity(const GateRequest& request) {
  const CommandSpec& spec = *request.spec;
  // A container without a subcommand lacks an argument, whatever its own arity says.
  if (accepts(spec.arity, request.args.size()) && (spec.handler || !spec.container)) return {};
  return fmt::format("ERR wrong number of arguments for '{}' command", spec.name);
}

std::string permitted(const GateRequest& request) {
  if (!request.spec->is(kProtected)) return {};
  const Permission permission = request.thread.settings().enable_debug_command;
  if (permission == Permission::yes || (permission == Permission::local && request.client.from_this_host)) return {};
  return "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a "
         "local connection, otherwise you need to set this option in the configuration file, and then restart the "
         "server.";
}

std::string authenticated(const GateRequest& request) {
  if (request.client.authenticated || request.spec->is(kNoAuth)) return {};
  if (request.thread.settings().requirepass.empty()) return {};  // there is none any more
  return std::string(protocol::kNoAuth);
}

std::string allowed_in_multi(const GateRequest& request) {
  if (!request.client.transaction.active || !request.spec->is(kNoMulti)) return {};
  return "ERR Command not allowed inside a transaction";
}

/// Commands that act on the transaction itself and are never queued.
bool is_transaction_control(const CommandSpec& spec) {
  return spec.name == "exec" || spec.name == "discard" || spec.name == "multi" || spec.name == "watch" ||
         spec.name == "quit" || spec.name == "reset";
}

bool grows_memory(const GateRequest& request) {
  if (request.spec->is(kDenyOom)) return true;
  const Transaction& transaction = request.client.transaction;
  if (!transaction.active) return false;
  if (request.spec->name == "exec") {
    return std::any_of(transaction.queue.begin(), transaction.queue.end(),
                       [](const Transaction::Queued& queued) { return queued.spec->is(kDenyOom); });
  }
  return !is_transaction_control(*request.spec);
}

std::string memory(const GateRequest& request) {
  store::Store& store = request.core.store;
  if (store.maxmemory() == 0 || !grows_memory(request)) return {};
  size_t bytes = 0;
  for (const std::string_view arg : request.args) bytes += arg.size();
  if (store.make_room(request.thread.store_thread(), room_beforehand(bytes))) return {};
  return std::string(protocol::kOutOfMemory);
}

std::string subscriber_mode(const GateRequest& request) {
  if (!request.client.limited_to_pubsub()) return {};
  constexpr std::string_view kAllowed[] = {"ping",       "subscribe",    "unsubscribe", "psubscribe", "punsubscribe",
                                           "ssubscribe", "sunsubscribe", "quit",        "reset"};
  if (std::find(std::begin(kAllowed), std::end(kAllowed), request.spec->name) != std::end(kAllowed)) return {};
  return fmt::format(
      "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
      "this context",
      request.spec->name);
}

constexpr Gate kGates[] = {
    {"known", known},
    {"arity", arity},
    {"permitted", permitted},
    {"authenticated", authenticated},
    {"multi", allowed_in_multi},
    {"memory", memory},
    {"subscriber mode", subscriber_mode},
};

}  // namespace

std::span<const Gate> gates() { return kGates; }

std::string refusal(const GateRequest& request) {
  for (const Gate& gate : kGates) {
    if (std::string error = gate.check(request); !error.empty()) return error;
  }
  return {};
}

}  // namespace larder::server
