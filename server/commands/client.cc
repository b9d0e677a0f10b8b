// CLIENT: showing and managing connections. Those of other threads are looked at and changed only while these threads
// stand still.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/clients/client_line.h"
#include "server/commands/container_help.h"
#include "server/commands/timeout.h"
#include "server/dispatch/blocking.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_groups.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// What TYPE may ask for. There are no replicas and no master, but they may be asked for.
enum class ClientType : uint8_t { normal, pubsub, replica, master };

std::optional<ClientType> parse_type(std::string_view word) {
  using base::equals_ignoring_case;
  if (base::equals_ignoring_case(word, "normal")) return ClientType::normal;
  if (base::equals_ignoring_case(word, "pubsub")) return ClientType::pubsub;
  if (base::equals_ignoring_case(word, "replica") || base::equals_ignoring_case(word, "slave"))
    return ClientType::replica;
  if (base::equals_ignoring_case(word, "master")) return ClientType::master;
  return std::nullopt;
}

bool is_of_type(const Client& client, ClientType type) {
  switch (client.client_class()) {
    case ClientClass::normal: return type == ClientType::normal;
    case ClientClass::pubsub: return type == ClientType::pubsub;
  }
  return false;
}

std::optional<ClientType> read_type(ArgReader& args) {
  const auto word = args.bytes();
  const auto type = parse_type(word);
  if (!type) args.fail(fmt::format("ERR Unknown client type '{}'", word));
  return type;
}

/// Every connection that is not about to be closed, oldest first. With all I/O threads stopped.
std::vector<Client*> living_clients(Clients& all) {
  std::vector<Client*> clients;
  all.for_each([&](Client& client) {
    if (!client.close_now) clients.push_back(&client);
  });
  std::sort(clients.begin(), clients.end(), [](const Client* a, const Client* b) { return a->id < b->id; });
  return clients;
}

/// The filters of CLIENT KILL; all that are given must fit.
struct KillFilter {
  std::optional<uint64_t> id = {};
  std::optional<ClientType> type = {};
  std::optional<std::string_view> address = {}, local_address = {}, user = {};
  bool skip_me = true;

  bool fits(const Client& client, const Client& me) const {
    if (skip_me && &client == &me) return false;
    if (id && client.id != *id) return false;
    if (type && !is_of_type(client, *type)) return false;
    if (address && client.address != *address) return false;
    if (local_address && client.local_address != *local_address) return false;
    return !user || client.user == *user;
  }
};

std::string_view read_user(ArgReader& args) {
  const auto name = args.bytes();
  if (name != "default") args.fail(fmt::format("ERR No such user '{}'", name));
  return name;
}

bool read_yes_or_no(ArgReader& args) {
  if (args.token("YES")) return true;
  if (!args.token("NO")) args.fail(protocol::kSyntaxError);
  return false;
}

KillFilter read_kill_filter(ArgReader& args) {
  KillFilter filter;
  while (args.more()) {
    if (args.remaining() < 2) {
      args.fail(protocol::kSyntaxError);
    } else if (args.token("ID")) {
      constexpr auto kMost = std::numeric_limits<int64_t>::max();
      filter.id = static_cast<uint64_t>(args.integer_between(1, kMost, "ERR client-id should be greater than 0"));
    } else if (args.token("TYPE")) {
      filter.type = read_type(args);
    } else if (args.token("ADDR")) {
      filter.address = args.bytes();
    } else if (args.token("LADDR")) {
      filter.local_address = args.bytes();
    } else if (args.token("USER")) {
      filter.user = read_user(args);
    } else if (args.token("SKIPME")) {
      filter.skip_me = read_yes_or_no(args);
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  return filter;
}

/// Closes what fits; the own connection after the reply. Returns how many.
int64_t kill(CommandContext& context, const KillFilter& filter) {
  int64_t killed = 0;
  context.with_threads_stopped([&] {
    for (Client* client : living_clients(context.state().clients)) {
      if (!filter.fits(*client, context.client())) continue;
      ++killed;
      if (client == &context.client()) {
        client->close_after_reply = true;
      } else {
        context.state().clients.close(*client);
      }
    }
  });
  return killed;
}

/// What CLIENT LIST was asked for; without a filter all.
struct ListFilter {
  std::optional<ClientType> type;
  std::optional<std::vector<uint64_t>> ids;  // in the order of the reply
};

std::optional<ListFilter> read_list_filter(ArgReader& args, ReplyWriter& reply) {
  ListFilter filter;
  if (args.remaining() == 2 && args.token("TYPE")) {
    filter.type = read_type(args);
  } else if (args.remaining() >= 2 && args.token("ID")) {
    filter.ids.emplace();
    while (args.more()) filter.ids->push_back(static_cast<uint64_t>(args.integer("ERR Invalid client ID")));
  }
  args.expect_end();
  if (args.failed(reply)) return std::nullopt;
  return filter;
}

std::string list_lines(CommandContext& context, const ListFilter& filter) {
  const int64_t now_us = context.world().clock().now_us();
  const std::vector<Client*> clients = living_clients(context.state().clients);
  std::string lines;
  const auto show = [&](const Client& client) { append_client_line(lines, client, now_us, &context.client()); };
  if (!filter.ids) {
    for (const Client* client : clients) {
      if (!filter.type || is_of_type(*client, *filter.type)) show(*client);
    }
    return lines;
  }
  for (const uint64_t id : *filter.ids) {
    const auto found = std::lower_bound(clients.begin(), clients.end(), id,
                                        [](const Client* client, uint64_t wanted) { return client->id < wanted; });
    if (found != clients.end() && (*found)->id == id) show(**found);
  }
  return lines;
}

/// Reads the ON or OFF that is the only argument.
void set_switch(ArgReader& args, ReplyWriter& reply, bool& value) {
  if (args.token("ON")) {
    value = true;
  } else if (args.token("OFF")) {
    value = false;
  } else {
    return reply.error(protocol::kSyntaxError);
  }
  reply.ok();
}

}  // namespace

// -- Oneself --

static void client_id(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.integer(static_cast<int64_t>(context.client().id));
}

static void client_info(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  std::string line;
  append_client_line(line, context.client(), context.world().clock().now_us(), &context.client());
  reply.verbatim("txt", line);
}

static void client_setname(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto name = args.bytes();
  if (!is_client_name(name)) return reply.error(kInvalidClientName);
  context.client().name = std::string(name);
  reply.ok();
}

static void client_getname(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const std::string& name = context.client().name;
  name.empty() ? reply.null() : reply.bulk(name);
}

static void client_setinfo(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto attribute = args.bytes();
  const auto value = args.bytes();
  const bool is_name = base::equals_ignoring_case(attribute, "lib-name");
  if (!is_name && !base::equals_ignoring_case(attribute, "lib-ver")) {
    return reply.error(fmt::format("ERR Unrecognized option '{}'", attribute));
  }
  if (!is_client_name(value)) {
    return reply.error(fmt::format("ERR {} cannot contain spaces, newlines or special characters.", attribute));
  }
  (is_name ? context.client().library_name : context.client().library_version) = std::string(value);
  reply.ok();
}

/// OFF and SKIP are not answered; the session drops what the following commands write.
static void client_reply(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  ReplyMode& mode = context.client().reply_mode;
  if (args.token("ON")) {
    mode = ReplyMode::on;
    reply.ok();
  } else if (args.token("OFF")) {
    mode = ReplyMode::off;
  } else if (args.token("SKIP")) {
    // Where this command's own reply is being skipped, the next one's is after it.
    if (mode != ReplyMode::off) mode = mode == ReplyMode::skip_this ? ReplyMode::skip_next : ReplyMode::skip_this;
  } else {
    reply.error(protocol::kSyntaxError);
  }
}

static void client_no_evict(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  set_switch(args, reply, context.client().no_evict);
}

static void client_no_touch(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  set_switch(args, reply, context.client().no_touch);
}

static void client_getredir(ArgReader&, CommandContext&, ReplyWriter& reply) { reply.integer(-1); }  // tracking is off

static void client_trackinginfo(ArgReader&, CommandContext&, ReplyWriter& reply) {
  reply.map(3);
  reply.bulk("flags");
  reply.set(1);
  reply.bulk("off");
  reply.bulk("redirect");
  reply.integer(-1);
  reply.bulk("prefixes");
  reply.array(0);
}

// -- All --

static void client_list(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto filter = read_list_filter(args, reply);
  if (!filter) return;
  std::string lines;
  context.with_threads_stopped([&] { lines = list_lines(context, *filter); });
  reply.verbatim("txt", lines);
}

static void client_kill(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() == 1) {
    const KillFilter filter{.address = args.bytes(), .skip_me = false};
    kill(context, filter) > 0 ? reply.ok() : reply.error("ERR No such client");
    return;
  }
  const KillFilter filter = read_kill_filter(args);
  if (args.failed(reply)) return;
  reply.integer(kill(context, filter));
}

/// More arguments than a subcommand takes.
static void refuse_usage(const ArgReader& args, ReplyWriter& reply) {
  reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try CLIENT HELP.",
                          args.all()[1].substr(0, 128)));
}

static void client_unblock(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 2) return refuse_usage(args, reply);
  const auto id = args.bytes();
  const bool with_error = args.more() && args.token("ERROR");
  if (args.more() && !args.token("TIMEOUT")) args.fail("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  const int64_t number = args.integer_of(id);
  if (args.failed(reply)) return;
  bool unblocked = false;
  context.with_threads_stopped([&] {
    for (Client* client : living_clients(context.state().clients)) {
      if (client->id == static_cast<uint64_t>(number)) unblocked = Blocking::unblock(*client, with_error);
    }
  });
  reply.integer(unblocked ? 1 : 0);
}

static void client_pause(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  if (args.remaining() > 2) return refuse_usage(args, reply);
  PauseMode mode = PauseMode::all;
  const auto timeout = args.bytes();
  if (args.token("WRITE")) {
    mode = PauseMode::writes;
  } else if (!args.token("ALL") && args.more()) {
    return reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");
  }
  const int64_t until_ms = timeout_end(args, timeout, context.world().clock().now_ms());
  if (args.failed(reply)) return;
  // Nothing that passed the gate before is still being executed when this is answered.
  context.with_threads_stopped([&] { context.state().pause.begin(mode, until_ms); });
  reply.ok();
}

static void client_unpause(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  context.state().pause.end();
  reply.ok();
}

// clang-format off
constexpr std::string_view kNondeterministic[] = {"nondeterministic_output"};
constexpr HistoryEntry kClientListHistory[] = {
    {"2.8.12", "Showed `id`."}, {"5.0.0", "Took `TYPE`."}, {"6.0.0", "Showed `user`."},
    {"6.2.0", "Took `ID`; showed `argv-mem`, `tot-mem`, `laddr` and `redir`."},
    {"7.0.0", "Showed `resp`, `multi-mem`, `rbs` and `rbp`."}, {"7.0.3", "Showed `ssub`."},
    {"7.2.0", "Showed `lib-name` and `lib-ver`."}};
constexpr ArgSpec kClientListClientType[] = {
    {.name = "normal", .type = ArgType::pure_token, .token = "NORMAL"},
    {.name = "master", .type = ArgType::pure_token, .token = "MASTER"},
    {.name = "replica", .type = ArgType::pure_token, .token = "REPLICA"},
    {.name = "pubsub", .type = ArgType::pure_token, .token = "PUBSUB"}};
constexpr ArgSpec kClientListArgs[] = {
    {.name = "client-type", .type = ArgType::oneof, .token = "TYPE", .since = "5.0.0", .optional = true,
     .args = kClientListClientType},
    {.name = "client-id", .type = ArgType::integer, .token = "ID", .since = "6.2.0", .optional = true,
     .multiple = true}};
constexpr HistoryEntry kClientKillHistory[] = {
    {"2.8.12", "Took filters."}, {"2.8.12", "Took `ID`."}, {"3.2.0", "Took `TYPE master`."},
    {"5.0.0", "Took `TYPE replica` beside `slave`."}, {"6.2.0", "Took `LADDR`."}};
constexpr ArgSpec kClientKillClientType[] = {
    {.name = "normal", .type = ArgType::pure_token, .token = "NORMAL"},
    {.name = "master", .type = ArgType::pure_token, .token = "MASTER", .since = "3.2.0"},
    {.name = "slave", .type = ArgType::pure_token, .token = "SLAVE"},
    {.name = "replica", .type = ArgType::pure_token, .token = "REPLICA", .since = "5.0.0"},
    {.name = "pubsub", .type = ArgType::pure_token, .token = "PUBSUB"}};
constexpr ArgSpec kYesOrNo[] = {
    {.name = "yes", .type = ArgType::pure_token, .token = "YES"},
    {.name = "no", .type = ArgType::pure_token, .token = "NO"}};
constexpr ArgSpec kClientKillNewFormat[] = {
    {.name = "client-id", .type = ArgType::integer, .token = "ID", .since = "2.8.12", .optional = true},
    {.name = "client-type", .type = ArgType::oneof, .token = "TYPE", .since = "2.8.12", .optional = true,
     .args = kClientKillClientType}, {.name = "username", .token = "USER", .optional = true},
    {.name = "addr", .token = "ADDR", .optional = true},
    {.name = "laddr", .token = "LADDR", .since = "6.2.0", .optional = true},
    {.name = "skipme", .type = ArgType::oneof, .token = "SKIPME", .optional = true, .args = kYesOrNo}};
constexpr ArgSpec kClientKillFilter[] = {
    {.name = "ip:port", .deprecated_since = "2.8.12"},
    {.name = "new-format", .type = ArgType::oneof, .multiple = true, .args = kClientKillNewFormat}};
constexpr ArgSpec kClientKillArgs[] = {{.name = "filter", .type = ArgType::oneof, .args = kClientKillFilter}};
constexpr ArgSpec kClientSetnameArgs[] = {{.name = "connection-name"}};
constexpr ArgSpec kClientSetinfoAttr[] = {
    {.name = "libname", .token = "LIB-NAME"}, {.name = "libver", .token = "LIB-VER"}};
constexpr ArgSpec kClientSetinfoArgs[] = {{.name = "attr", .type = ArgType::oneof, .args = kClientSetinfoAttr}};
constexpr ArgSpec kClientReplyAction[] = {
    {.name = "on", .type = ArgType::pure_token, .token = "ON"},
    {.name = "off", .type = ArgType::pure_token, .token = "OFF"},
    {.name = "skip", .type = ArgType::pure_token, .token = "SKIP"}};
constexpr ArgSpec kClientReplyArgs[] = {{.name = "action", .type = ArgType::oneof, .args = kClientReplyAction}};
constexpr ArgSpec kOnOrOff[] = {
    {.name = "on", .type = ArgType::pure_token, .token = "ON"},
    {.name = "off", .type = ArgType::pure_token, .token = "OFF"}};
constexpr ArgSpec kClientNoEvictArgs[] = {{.name = "enabled", .type = ArgType::oneof, .args = kOnOrOff}};
constexpr HistoryEntry kClientPauseHistory[] = {{"6.2.0", "Took `WRITE` and `ALL`."}};
constexpr ArgSpec kClientPauseMode[] = {
    {.name = "write", .type = ArgType::pure_token, .token = "WRITE"},
    {.name = "all", .type = ArgType::pure_token, .token = "ALL"}};
constexpr ArgSpec kClientPauseArgs[] = {
    {.name = "timeout", .type = ArgType::integer},
    {.name = "mode", .type = ArgType::oneof, .since = "6.2.0", .optional = true, .args = kClientPauseMode}};
constexpr ArgSpec kUnblockTypes[] = {
    {.name = "timeout", .type = ArgType::pure_token, .token = "TIMEOUT"},
    {.name = "error", .type = ArgType::pure_token, .token = "ERROR"}};
constexpr ArgSpec kClientUnblockArgs[] = {
    {.name = "client-id", .type = ArgType::integer},
    {.name = "unblock-type", .type = ArgType::oneof, .optional = true, .args = kUnblockTypes}};

constexpr CommandSpec kClientCommands[] = {
    {.name = "client", .group = Group::connection, .since = "2.4.0", .arity = at_least(2),
     .complexity = "Depends on the subcommand", .summary = "Shows and manages connections.", .container = true},
    {.name = "client|id", .group = Group::connection, .since = "5.0.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Returns the number of this connection.",
     .handler = client_id},
    {.name = "client|info", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Describes this connection in one line.",
     .tips = kNondeterministic, .handler = client_info},
    {.name = "client|list", .group = Group::connection, .since = "2.4.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale | kStopsThreads, .complexity = "O(N) in the connections",
     .summary = "Describes connections, one a line.", .tips = kNondeterministic, .history = kClientListHistory,
     .args = kClientListArgs, .handler = client_list},
    {.name = "client|kill", .group = Group::connection, .since = "2.4.0", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale | kStopsThreads, .complexity = "O(N) in the connections",
     .summary = "Closes the connections that match.", .history = kClientKillHistory, .args = kClientKillArgs,
     .handler = client_kill},
    {.name = "client|setname", .group = Group::connection, .since = "2.6.9", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Names this connection.",
     .tips = kAllNodesSucceed, .args = kClientSetnameArgs, .handler = client_setname},
    {.name = "client|getname", .group = Group::connection, .since = "2.6.9", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)", .summary = "Returns this connection's name.",
     .handler = client_getname},
    {.name = "client|setinfo", .group = Group::connection, .since = "7.2.0", .arity = exactly(4),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Notes the library that this connection is made with.", .tips = kAllNodesSucceed,
     .args = kClientSetinfoArgs, .handler = client_setinfo},
    {.name = "client|reply", .group = Group::connection, .since = "3.2.0", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Turns replies to this connection off or on, or drops the next one.", .args = kClientReplyArgs,
     .handler = client_reply},
    {.name = "client|no-evict", .group = Group::connection, .since = "7.0.0", .arity = exactly(3),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Spares this connection when connections are closed to save memory.", .args = kClientNoEvictArgs,
     .handler = client_no_evict},
    {.name = "client|no-touch", .group = Group::connection, .since = "7.2.0", .arity = exactly(3),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Keeps this connection's commands from marking keys as used.", .args = kClientNoEvictArgs,
     .handler = client_no_touch},
    {.name = "client|unblock", .group = Group::connection, .since = "5.0.0", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale | kStopsThreads, .complexity = "O(N) in the connections",
     .summary = "Ends the waiting of another connection's blocking command.", .args = kClientUnblockArgs,
     .handler = client_unblock},
    {.name = "client|pause", .group = Group::connection, .since = "3.0.0", .arity = at_least(3),
     .flags = kAdmin | kNoScript | kLoading | kStale | kStopsThreads, .complexity = "O(1)",
     .summary = "Holds back the commands of all connections for a while.", .history = kClientPauseHistory,
     .args = kClientPauseArgs, .handler = client_pause},
    {.name = "client|unpause", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kAdmin | kNoScript | kLoading | kStale, .complexity = "O(N) in the connections held back",
     .summary = "Ends a pause before its time.", .handler = client_unpause},
    {.name = "client|getredir", .group = Group::connection, .since = "6.0.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Returns the connection that this one's invalidation messages go to.", .handler = client_getredir},
    {.name = "client|trackinginfo", .group = Group::connection, .since = "6.2.0", .arity = exactly(2),
     .flags = kNoScript | kLoading | kStale, .complexity = "O(1)",
     .summary = "Tells how client-side caching is set up for this connection.", .handler = client_trackinginfo},
    {.name = "client|help", .group = Group::connection, .since = "5.0.0", .arity = exactly(2),
     .flags = kLoading | kStale, .complexity = "O(1)", .summary = "Explains the subcommands.",
     .handler = container_help},
};
// clang-format on
static_assert(well_formed(kClientCommands));

std::span<const CommandSpec> client_commands() { return kClientCommands; }

}  // namespace larder::server::commands
