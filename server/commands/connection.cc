// The handlers of the connection commands but for CLIENT's.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/database_index.h"
#include "server/config/start_options.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "server/dispatch/watches.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// Compares without telling by its time where the difference lies.
bool same_secret(std::string_view given, std::string_view wanted) {
  unsigned char difference = given.size() == wanted.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ wanted[wanted.empty() ? 0 : i % wanted.size()]);
  }
  return difference == 0;
}

/// There is one user, "default", whose password is requirepass; without one, any password is right.
bool log_in(CommandContext& context, std::string_view user, std::string_view password) {
  const std::string& wanted = context.thread().settings().requirepass;
  const bool right = user == "default" && (wanted.empty() || same_secret(password, wanted));
  if (right) {
    context.client().authenticated = true;
  } else {
    context.state().figures.rare.acl_denied_auth.fetch_add(1, std::memory_order_relaxed);
  }
  return right;
}

struct HelloOptions {
  std::optional<std::string_view> user, name;
  std::string_view password;
};

/// HELLO's options; nothing after an error, which has been replied.
std::optional<HelloOptions> read_hello_options(ArgReader& args, ReplyWriter& reply) {
  HelloOptions options;
  while (args.more()) {
    if (args.remaining() >= 3 && args.token("AUTH")) {
      options.user = args.bytes();
      options.password = args.bytes();
    } else if (args.remaining() >= 2 && args.token("SETNAME")) {
      options.name = args.bytes();
      if (!is_client_name(*options.name)) {
        reply.error(kInvalidClientName);
        return std::nullopt;
      }
    } else {
      reply.error(fmt::format("ERR Syntax error in HELLO option '{}'", as_text(args.bytes())));
      return std::nullopt;
    }
  }
  return options;
}

void write_greeting(CommandContext& context, ReplyWriter& reply) {
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");
  reply.bulk("version");
  reply.bulk(kRedisVersion);
  reply.bulk("proto");
  reply.integer(context.client().protocol);
  reply.bulk("id");
  reply.integer(static_cast<int64_t>(context.client().id));
  reply.bulk("mode");
  reply.bulk("standalone");
  reply.bulk("role");
  reply.bulk("master");
  reply.bulk("modules");
  reply.array(0);
}

}  // namespace

static void auth(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 2) return reply.error(protocol::kSyntaxError);
  const bool named = args.remaining() == 2;
  if (!named && context.thread().settings().requirepass.empty()) {
    return reply.error(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your "
        "configuration is correct?");
  }
  const std::string_view user = named ? args.bytes() : "default";
  if (!log_in(context, user, args.bytes())) return reply.error(protocol::kWrongPass);
  reply.ok();
}

static void hello(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  Client& client = context.client();
  int version = client.protocol;
  if (args.more()) {
    const auto asked = base::parse_int64(args.bytes());
    if (!asked) return reply.error("ERR Protocol version is not an integer or out of range");
    if (*asked != 2 && *asked != 3) return reply.error(protocol::kNoProto);
    version = static_cast<int>(*asked);
  }
  const auto options = read_hello_options(args, reply);
  if (!options) return;
  if (options->user && !log_in(context, *options->user, options->password)) return reply.error(protocol::kWrongPass);
  if (!client.authenticated) {
    return reply.error(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> "
        "<pass> option can be used to authenticate the client and select the RESP protocol version at the same time");
  }
  if (options->name) client.name = std::string(*options->name);
  context.world().pubsub.set_protocol(client, version);
  context.deliver_messages();  // published before, in the protocol of before
  reply.set_version(version);
  write_greeting(context, reply);
}

static void ping(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 1) return write_arity_error(reply, "ping");
  if (context.client().limited_to_pubsub()) {
    reply.array(2);
    reply.bulk("pong");
    reply.bulk(args.more() ? args.bytes() : std::string_view{});
  } else if (args.more()) {
    reply.bulk(args.bytes());
  } else {
    reply.simple("PONG");
  }
}

static void echo(ArgReader& args, CommandContext&, ReplyWriter& reply) { reply.bulk(args.bytes()); }

static void quit(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  // Who sees the reply may count on it that no message goes here any more.
  context.world().pubsub.forget(context.client());
  context.deliver_messages();  // those that were published before
  context.client().close_after_reply = true;
  reply.ok();
}

static void reset(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  Client& client = context.client();
  client.transaction.reset();
  forget_watches(client, context.locks());
  context.world().pubsub.forget(client);
  context.world().pubsub.set_protocol(client, 2);
  context.deliver_messages();  // those that were published before
  context.state().monitors.remove(client);
  client.name.clear();
  client.database = 0;
  client.reply_mode = ReplyMode::on;
  client.no_evict = client.no_touch = false;
  client.authenticated = context.thread().settings().requirepass.empty();
  reply.set_version(2);
  reply.simple("RESET");
}

static void select(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const uint32_t index = read_database_index(args, context.world().store.databases());
  if (args.failed(reply)) return;
  context.client().database = index;
  reply.ok();
}

namespace {

void hide_password(std::span<std::string_view> args) { std::fill(args.begin() + 1, args.end(), kRedacted); }

void hide_hello_password(std::span<std::string_view> args) {
  for (size_t i = 2; i + 2 < args.size(); ++i) {
    if (!base::equals_ignoring_case(args[i], "AUTH")) continue;
    args[i + 1] = args[i + 2] = kRedacted;
    i += 2;
  }
}

}  // namespace

// clang-format off
constexpr HistoryEntry kAuthHistory[] = {{"6.0.0", "Took the name of a user."}};
constexpr ArgSpec kAuthArgs[] = {{.name = "username", .since = "6.0.0", .optional = true}, {.name = "password"}};
constexpr HistoryEntry kHelloHistory[] = {
    {"6.2.0", "The version may be left out to ask about the connection as it is."}};
constexpr ArgSpec kHelloAuth[] = {{.name = "username"}, {.name = "password"}};
constexpr ArgSpec kHelloArguments[] = {
    {.name = "protover", .type = ArgType::integer},
    {.name = "auth", .type = ArgType::block, .token = "AUTH", .optional = true, .args = kHelloAuth},
    {.name = "clientname", .token = "SETNAME", .optional = true}};
constexpr ArgSpec kHelloArgs[] = {
    {.name = "arguments", .type = ArgType::block, .optional = true, .args = kHelloArguments}};
constexpr std::string_view kAllShardsSucceed[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
constexpr ArgSpec kPingArgs[] = {{.name = "message", .optional = true}};
constexpr ArgSpec kMessage[] = {{.name = "message"}};
constexpr ArgSpec kSelectArgs[] = {{.name = "index", .type = ArgType::integer}};

constexpr CommandSpec kConnectionCommands[] = {
    {.name = "auth", .group = Group::connection, .since = "1.0.0", .arity = at_least(2),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy,
     .complexity = "O(N) in the passwords of the user",
     .summary = "Proves with a password that the client may use the server.", .history = kAuthHistory,
     .args = kAuthArgs, .hide_secrets = hide_password, .handler = auth},
    {.name = "hello", .group = Group::connection, .since = "6.0.0", .arity = at_least(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy, .complexity = "O(1)",
     .summary = "Agrees on the protocol version; can authenticate and name the connection as well.",
     .history = kHelloHistory, .args = kHelloArgs, .hide_secrets = hide_hello_password, .handler = hello},
    {.name = "ping", .group = Group::connection, .since = "1.0.0", .arity = at_least(1),
     .flags = kFast | kInSubscriberMode,
     .complexity = "O(1)", .summary = "Answers, with the message if one is given, to show that the server is there.",
     .tips = kAllShardsSucceed, .args = kPingArgs, .handler = ping},
    {.name = "echo", .group = Group::connection, .since = "1.0.0", .arity = exactly(2),
     .flags = kLoading | kStale | kFast, .complexity = "O(1)", .summary = "Returns the message.", .args = kMessage,
     .handler = echo},
    {.name = "quit", .group = Group::connection, .since = "1.0.0", .arity = at_least(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy | kRunsInMulti | kInSubscriberMode,
     .complexity = "O(1)",
     .summary = "Closes the connection once pending replies are sent.", .deprecated_since = "7.2.0",
     .replaced_by = "closing the connection", .handler = quit},
    {.name = "reset", .group = Group::connection, .since = "6.2.0", .arity = exactly(1),
     .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy | kRunsInMulti | kInSubscriberMode,
     .complexity = "O(1)",
     .summary = "Puts the connection back into the state of a new one.", .handler = reset},
    {.name = "select", .group = Group::connection, .since = "1.0.0", .arity = exactly(2),
     .flags = kLoading | kStale | kFast, .complexity = "O(1)",
     .summary = "Chooses the database that the connection works on.", .args = kSelectArgs, .handler = select},
};
// clang-format on
static_assert(well_formed(kConnectionCommands));

std::span<const CommandSpec> connection_commands() { return kConnectionCommands; }

}  // namespace larder::server::commands
