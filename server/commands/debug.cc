// DEBUG: help for testing clients and the server. Off unless enable-debug-command says otherwise (a gate sees to that).
// It locks the shard that it looks at unless the transaction that it is part of holds it already.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/digest.h"
#include "server/commands/value_facts.h"
#include "server/config/value_text.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/command_describe.h"
#include "server/dispatch/command_groups.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;

namespace {

/// Nobody is served meanwhile, as by a Redis that is busy. Real time, whatever clock the server has. The
/// time that commands see is read when the command, or its whole transaction, is over.
void debug_sleep(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const std::string text(args.bytes());
  const double seconds = std::strtod(text.c_str(), nullptr);
  if (seconds > 0 && std::isfinite(seconds)) {
    context.with_threads_stopped([&] { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); });
  }
  reply.ok();
}

/// Bytes of the length in front of a string in Redis' dump format.
size_t dumped_length_bytes(size_t length) { return length < 64 ? 1 : length < 16384 ? 2 : 5; }

/// How long the value would be in Redis' dump format, without compression; of collections about.
size_t dumped_bytes(const store::Entry& entry) {
  if (entry.type() != store::Type::string) return dumped_length_bytes(entry.value()->size()) + entry.value()->memory();
  const std::string_view text = entry.string();
  const auto number = base::parse_int64(text);
  if (number && *number >= INT8_MIN && *number <= INT8_MAX) return 2;
  if (number && *number >= INT16_MIN && *number <= INT16_MAX) return 3;
  if (number && *number >= INT32_MIN && *number <= INT32_MAX) return 5;
  return dumped_length_bytes(text.size()) + text.size();
}

void write_object(CommandContext& context, const store::ShardLocks& locks, std::string_view key, ReplyWriter& reply) {
  store::Store& store = context.world().store;
  store::Keyspace keys(store, context.thread_state(), locks, context.client().database);
  keys.set_writing(false);
  const store::Item item = keys.find(key, store::kPeek);
  if (!item) return reply.error(protocol::kNoSuchKey);
  const store::Entry& entry = *item.entry;
  const int64_t idle_s =
      store::is_lfu(keys.settings().policy) ? 0 : store.recency().idle_ms(entry.recency(), keys.now_ms()) / 1000;
  reply.simple(fmt::format("Value at:{} refcount:{} encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
                           fmt::ptr(&entry), reference_count(keys.settings(), entry), encoding_name(entry),
                           dumped_bytes(entry), entry.recency(), idle_s));
}

void debug_object(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t hash = context.world().store.hash(key);
  if (context.locks().holds(context.world().store.shard_index(hash)))
    return write_object(context, context.locks(), key, reply);
  store::ShardLocks locks(context.world().store);
  locks.lock_one(hash);
  write_object(context, locks, key, reply);
  context.thread_state().hand_over();  // the key may have expired
}

void debug_set_active_expire(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const std::string text(args.bytes());
  const bool on = std::strtol(text.c_str(), nullptr, 10) != 0;
  context.world().store.change_settings([&](store::Settings& settings) { settings.active_expire = on; });
  reply.ok();
}

void debug_error(ArgReader& args, CommandContext&, ReplyWriter& reply) { reply.error(args.bytes()); }

void debug_log(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  context.state().log.warning("DEBUG LOG: {}", args.bytes());
  reply.ok();
}

void debug_config_rewrite_force_all(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  const auto written = context.state().config.rewrite(Directives::all);
  written ? reply.ok() : reply.error(written.error());
}

void debug_digest(ArgReader&, CommandContext& context, ReplyWriter& reply) {
  reply.simple(digest_text(digest_of(context.world().store)));
}

void debug_digest_value(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  store::Keyspace keys = context.keys();
  reply.array(args.remaining());
  while (args.more()) {
    const store::Item item = keys.find(args.key(), store::kPeek);
    reply.simple(digest_text(item ? digest_of(*item.entry) : base::Sha1{}));
  }
}

/// Strings "key:0" and so on, as far as there are none of these names. With a size the values are cut or filled up
/// with zeros.
void debug_populate(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  store::Keyspace keys = context.keys();
  keys.set_writing(true);  // DEBUG's row is no write, because most of it is none
  const auto not_negative = [&](int64_t most) {
    const auto number = base::parse_int64(args.bytes());
    if (!number || *number < 0 || *number > most) args.fail("ERR value is out of range, must be positive");
    return number.value_or(0);
  };
  const int64_t count = not_negative(INT64_MAX);
  const std::string prefix(args.more() ? args.bytes() : "key");
  const auto size = args.more() ? std::optional(not_negative(keys.settings().max_string_bytes)) : std::nullopt;
  if (args.failed(reply)) return;
  for (int64_t i = 0; i < count; ++i) {
    const std::string key = fmt::format("{}:{}", prefix, i);
    if (keys.exists(key)) continue;
    std::string value = fmt::format("value:{}", i);
    if (size) value.resize(static_cast<size_t>(*size));
    keys.put_string(key, value);
    if (keys.wants_effects()) keys.effect({"SET", key, value});
  }
  reply.ok();
}

void debug_change_repl_id(ArgReader&, CommandContext&, ReplyWriter& reply) { reply.ok(); }  // nobody replicates

void write_three_numbers(ReplyWriter& reply) {
  for (int64_t number = 0; number < 3; ++number) reply.integer(number);
}

/// For test suites of Redis: lists here have no nodes of their own for large elements.
void debug_quicklist_packed_threshold(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  constexpr uint64_t kMost = uint64_t{1} << 32;
  const auto size = read_memory(args.bytes());
  if (size && *size <= kMost) return reply.ok();
  reply.error("ERR argument must be a memory value bigger than 1 and smaller than 4gb");
}

/// One reply of each type of the protocol. Test suites of clients expect these values, which are Redis' own.
struct SampleReply {
  std::string_view type;
  void (*write)(ReplyWriter& reply);
};

constexpr SampleReply kSampleReplies[] = {
    {"string", [](ReplyWriter& reply) { reply.bulk("Hello World"); }},
    {"integer", [](ReplyWriter& reply) { reply.integer(12345); }},
    {"double", [](ReplyWriter& reply) { reply.real(3.141); }},
    {"bignum", [](ReplyWriter& reply) { reply.big_number("1234567999999999999999999999999999999"); }},
    {"null", [](ReplyWriter& reply) { reply.null(); }},
    {"array",
     [](ReplyWriter& reply) {
       reply.array(3);
       write_three_numbers(reply);
     }},
    {"set",
     [](ReplyWriter& reply) {
       reply.set(3);
       write_three_numbers(reply);
     }},
    {"map",
     [](ReplyWriter& reply) {
       reply.map(3);
       for (int64_t number = 0; number < 3; ++number) {
         reply.integer(number);
         reply.boolean(number == 1);
       }
     }},
    {"attrib",  // stands before a reply, of which it is no part
     [](ReplyWriter& reply) {
       if (reply.version() == 3) reply.raw("|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n");
       reply.bulk("Some real reply following the attribute");
     }},
    {"push",
     [](ReplyWriter& reply) {
       if (reply.version() < 3) return reply.error("ERR RESP2 is not supported by this command");
       reply.bulk("Some real reply following the push reply");  // which since 7.2 it does not: pushes wait for replies
       reply.push(2);
       reply.bulk("server-cpu-usage");
       reply.integer(42);
     }},
    {"verbatim", [](ReplyWriter& reply) { reply.verbatim("txt", "This is a verbatim\nstring"); }},
    {"true", [](ReplyWriter& reply) { reply.boolean(true); }},
    {"false", [](ReplyWriter& reply) { reply.boolean(false); }},
};

void debug_protocol(ArgReader& args, CommandContext&, ReplyWriter& reply) {
  const auto type = args.bytes();
  std::string names;
  for (const SampleReply& sample : kSampleReplies) {
    if (base::equals_ignoring_case(type, sample.type)) return sample.write(reply);
    names += names.empty() ? "" : "|";
    names += sample.type;
  }
  reply.error("ERR Wrong protocol type name. Please use one of the following: " + names);
}

void debug_help(ArgReader&, CommandContext&, ReplyWriter& reply);

constexpr size_t kAnyNumber = SIZE_MAX;

struct DebugCommand {
  const char* word;    // upper case
  size_t least, most;  // arguments behind it
  void (*run)(ArgReader& args, CommandContext& context, ReplyWriter& reply);
  std::string_view usage, explanation;
};

constexpr DebugCommand kDebugSubcommands[] = {
    {"CHANGE-REPL-ID", 0, 0, debug_change_repl_id, "CHANGE-REPL-ID", "Does nothing: there is no replication."},
    {"CONFIG-REWRITE-FORCE-ALL", 0, 0, debug_config_rewrite_force_all, "CONFIG-REWRITE-FORCE-ALL",
     "Like CONFIG REWRITE, but writes all directives, whatever their value."},
    {"DIGEST", 0, 0, debug_digest, "DIGEST", "Shows a hash over all keys of all databases with their values."},
    {"DIGEST-VALUE", 0, kAnyNumber, debug_digest_value, "DIGEST-VALUE <key> [<key> ...]",
     "Shows a hash over the value of each key."},
    {"ERROR", 1, 1, debug_error, "ERROR <text>", "Replies with an error of that text."},
    {"HELP", 0, 0, debug_help, "HELP", ""},
    {"LOG", 1, 1, debug_log, "LOG <text>", "Writes the text to the log."},
    {"OBJECT", 1, 1, debug_object, "OBJECT <key>", "Shows how the value of a key is kept."},
    {"POPULATE", 1, 3, debug_populate, "POPULATE <count> [<prefix>] [<size>]",
     "Makes keys named key:<number>, or with another prefix, whose values are value:<number> or have a size."},
    {"PROTOCOL", 1, 1, debug_protocol, "PROTOCOL <type>", "Replies with a sample of that type of the protocol."},
    {"QUICKLIST-PACKED-THRESHOLD", 1, 1, debug_quicklist_packed_threshold, "QUICKLIST-PACKED-THRESHOLD <size>",
     "Does nothing: lists have no nodes of their own for large elements."},
    {"SET-ACTIVE-EXPIRE", 1, 1, debug_set_active_expire, "SET-ACTIVE-EXPIRE <0|1>",
     "Turns the reclaiming of expired keys that nobody asks for off or on."},
    {"SLEEP", 1, 1, debug_sleep, "SLEEP <seconds>", "Serves nobody for a while. Takes fractions."},
};

void debug_help(ArgReader&, CommandContext&, ReplyWriter& reply) {
  HelpReply help(reply, "debug");
  for (const DebugCommand& command : kDebugSubcommands) {
    if (command.run != debug_help) help.entry(command.usage, command.explanation);
  }
}

/// What acts on many keys has every shard.
Locking locking_of_debug(std::span<const std::string_view> args) {
  const auto is = [&](std::string_view word) { return base::equals_ignoring_case(args[1], word); };
  return is("DIGEST") || is("DIGEST-VALUE") || is("POPULATE") ? Locking::all_shards : Locking::none;
}

}  // namespace

static void debug(ArgReader& args, CommandContext& context, ReplyWriter& reply) {
  const auto word = args.peek();
  for (const DebugCommand& command : kDebugSubcommands) {
    const size_t arguments = args.remaining() - 1;
    if (arguments >= command.least && arguments <= command.most && args.token(command.word))
      return command.run(args, context, reply);
  }
  reply.error(fmt::format("ERR unknown subcommand or wrong number of arguments for '{}'. Try DEBUG HELP.",
                          word.substr(0, 128)));
}

// clang-format off
constexpr ArgSpec kDebugArgs[] = {{.name = "subcommand"}, {.name = "argument", .optional = true, .multiple = true}};

constexpr CommandSpec kDebugCommands[] = {
    {.name = "debug", .group = Group::server, .since = "1.0.0", .arity = at_least(2),
     .flags = kAdmin | kNoScript | kLoading | kStale | kProtected | kStopsThreads,
     .complexity = "Depends on the subcommand",
     .summary = "Helps in testing and debugging the server.", .args = kDebugArgs, .system = true,
     .locking = Locking::by_arguments, .locking_for = locking_of_debug, .handler = debug},
};
// clang-format on
static_assert(well_formed(kDebugCommands));

std::span<const CommandSpec> debug_commands() { return kDebugCommands; }

}  // namespace larder::server::commands
