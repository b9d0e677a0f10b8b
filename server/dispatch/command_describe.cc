// Encodes rows as Redis 7.2 shows them. The order of words and fields is part of the form: clients compare them.
// Threads: pure functions.

#include "server/dispatch/command_describe.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/ascii.h"
#include "server/dispatch/command_table.h"

namespace larder::server {
namespace {

using protocol::ReplyWriter;

struct NamedBit {
  uint32_t bit;
  std::string_view name;
};

constexpr NamedBit kFlagNames[] = {
    {kWrite, "write"},
    {kReadOnly, "readonly"},
    {kDenyOom, "denyoom"},
    {kAdmin, "admin"},
    {kPubsub, "pubsub"},
    {kNoScript, "noscript"},
    {kBlocking, "blocking"},
    {kLoading, "loading"},
    {kStale, "stale"},
    {kSkipMonitor, "skip_monitor"},
    {kSkipSlowlog, "skip_slowlog"},
    {kAsking, "asking"},
    {kFast, "fast"},
    {kNoAuth, "no_auth"},
    {kNoMandatoryKeys, "no_mandatory_keys"},
    {kNoAsyncLoading, "no_async_loading"},
    {kNoMulti, "no_multi"},
    {kAllowBusy, "allow_busy"},
};

constexpr NamedBit kAclNames[] = {
    {kAclKeyspace, "@keyspace"},
    {kAclRead, "@read"},
    {kAclWrite, "@write"},
    {kAclSet, "@set"},
    {kAclSortedSet, "@sortedset"},
    {kAclList, "@list"},
    {kAclHash, "@hash"},
    {kAclString, "@string"},
    {kAclBitmap, "@bitmap"},
    {kAclHyperLogLog, "@hyperloglog"},
    {kAclGeo, "@geo"},
    {kAclStream, "@stream"},
    {kAclPubsub, "@pubsub"},
    {kAclAdmin, "@admin"},
    {kAclFast, "@fast"},
    {kAclSlow, "@slow"},
    {kAclBlocking, "@blocking"},
    {kAclDangerous, "@dangerous"},
    {kAclConnection, "@connection"},
    {kAclTransaction, "@transaction"},
    {kAclScripting, "@scripting"},
};

constexpr NamedBit kKeyUseNames[] = {
    {static_cast<uint32_t>(KeyUse::ro), "RO"},
    {static_cast<uint32_t>(KeyUse::rw), "RW"},
    {static_cast<uint32_t>(KeyUse::ow), "OW"},
    {static_cast<uint32_t>(KeyUse::rm), "RM"},
    {static_cast<uint32_t>(KeyUse::access), "access"},
    {static_cast<uint32_t>(KeyUse::update), "update"},
    {static_cast<uint32_t>(KeyUse::insert), "insert"},
    {static_cast<uint32_t>(KeyUse::erase), "delete"},
    {static_cast<uint32_t>(KeyUse::not_key), "not_key"},
    {static_cast<uint32_t>(KeyUse::incomplete), "incomplete"},
    {static_cast<uint32_t>(KeyUse::variable), "variable_flags"},
};

constexpr std::array<std::string_view, 9> kArgTypeNames = {"string",    "integer",    "double", "key",  "pattern",
                                                           "unix-time", "pure-token", "oneof",  "block"};

// A set of status lines for the bits that are set and have a name, and `extra` behind them unless it is empty.
template <size_t N>
void write_names(ReplyWriter& reply, const NamedBit (&names)[N], uint32_t bits, std::string_view extra = {}) {
  uint32_t known = 0;
  for (const NamedBit& named : names) known |= named.bit;
  reply.set(static_cast<size_t>(std::popcount(bits & known)) + (extra.empty() ? 0 : 1));
  for (const NamedBit& named : names) {
    if ((bits & named.bit) != 0) reply.simple(named.name);
  }
  if (!extra.empty()) reply.simple(extra);
}

void write_field(ReplyWriter& reply, std::string_view name, std::string_view value) {
  reply.bulk(name);
  reply.bulk(value);
}

void write_field(ReplyWriter& reply, std::string_view name, int value) {
  reply.bulk(name);
  reply.integer(value);
}

// One half of a key specification: its type and a map of `count` fields, which the caller writes.
void begin_half(ReplyWriter& reply, std::string_view half, std::string_view type, size_t count) {
  reply.bulk(half);
  reply.map(2);
  write_field(reply, "type", type);
  reply.bulk("spec");
  reply.map(count);
}

void write_begin_search(ReplyWriter& reply, const KeySpec& key) {
  if (key.begin == KeySpec::Begin::index) {
    begin_half(reply, "begin_search", "index", 1);
    write_field(reply, "index", key.position);
  } else if (key.begin == KeySpec::Begin::keyword) {
    begin_half(reply, "begin_search", "keyword", 2);
    write_field(reply, "keyword", key.keyword);
    write_field(reply, "startfrom", key.position);
  } else {
    begin_half(reply, "begin_search", "unknown", 0);
  }
}

void write_find_keys(ReplyWriter& reply, const KeySpec& key) {
  if (key.find == KeySpec::Find::range) {
    begin_half(reply, "find_keys", "range", 3);
    write_field(reply, "lastkey", key.last);
    write_field(reply, "keystep", key.step);
    write_field(reply, "limit", key.limit);
  } else if (key.find == KeySpec::Find::keynum) {
    begin_half(reply, "find_keys", "keynum", 3);
    write_field(reply, "keynumidx", key.count_at);
    write_field(reply, "firstkey", key.first_at);
    write_field(reply, "keystep", key.step);
  } else {
    begin_half(reply, "find_keys", "unknown", 0);
  }
}

void write_key_spec(ReplyWriter& reply, const KeySpec& key) {
  reply.map(key.notes.empty() ? 3 : 4);
  if (!key.notes.empty()) write_field(reply, "notes", key.notes);
  reply.bulk("flags");
  write_key_use(reply, key.use);
  write_begin_search(reply, key);
  write_find_keys(reply, key);
}

void write_arguments(ReplyWriter& reply, std::span<const ArgSpec> args);

void write_argument(ReplyWriter& reply, const ArgSpec& arg) {
  const bool nested = !arg.args.empty();
  const bool is_key = arg.type == ArgType::key;
  const int flags = arg.optional + arg.multiple + arg.multiple_token;
  // Two fields always, and one that is either "display_text" or "arguments".
  reply.map(3u + is_key + !arg.token.empty() + !arg.since.empty() + !arg.deprecated_since.empty() + (flags != 0));
  write_field(reply, "name", arg.name);
  write_field(reply, "type", kArgTypeNames.at(static_cast<size_t>(arg.type)));
  if (!nested) write_field(reply, "display_text", arg.name);
  if (is_key) write_field(reply, "key_spec_index", arg.key_spec);
  if (!arg.token.empty()) write_field(reply, "token", arg.token);
  if (!arg.since.empty()) write_field(reply, "since", arg.since);
  if (!arg.deprecated_since.empty()) write_field(reply, "deprecated_since", arg.deprecated_since);
  if (flags != 0) {
    reply.bulk("flags");
    reply.set(static_cast<size_t>(flags));
    if (arg.optional) reply.simple("optional");
    if (arg.multiple) reply.simple("multiple");
    if (arg.multiple_token) reply.simple("multiple_token");
  }
  if (nested) {
    reply.bulk("arguments");
    write_arguments(reply, arg.args);
  }
}

void write_arguments(ReplyWriter& reply, std::span<const ArgSpec> args) {
  reply.array(args.size());
  for (const ArgSpec& arg : args) write_argument(reply, arg);
}

void write_history(ReplyWriter& reply, std::span<const HistoryEntry> history) {
  reply.bulk("history");
  reply.set(history.size());
  for (const HistoryEntry& entry : history) {
    reply.array(2);
    reply.bulk(entry.version);
    reply.bulk(entry.change);
  }
}

void write_doc_flags(ReplyWriter& reply, const CommandSpec& spec) {
  reply.bulk("doc_flags");
  reply.set((spec.deprecated_since.empty() ? 0u : 1u) + (spec.system ? 1u : 0u));
  if (!spec.deprecated_since.empty()) reply.simple("deprecated");
  if (spec.system) reply.simple("syscmd");
}

void append_upper(std::string& out, std::string_view text) {
  std::transform(text.begin(), text.end(), std::back_inserter(out), base::to_upper);
}

void append_usage(std::string& out, const ArgSpec& arg);

void append_usages(std::string& out, std::span<const ArgSpec> args, std::string_view between) {
  bool first = true;
  for (const ArgSpec& arg : args) {
    if (!first) out += between;
    first = false;
    append_usage(out, arg);
  }
}

// What stands for the value of an argument; a pure token has none.
std::string value_usage(const ArgSpec& arg) {
  std::string value;
  if (arg.type == ArgType::pure_token) return value;
  if (arg.type == ArgType::oneof) {
    append_usages(value, arg.args, "|");
  } else if (arg.type == ArgType::block) {
    append_usages(value, arg.args, " ");
  } else {
    value.append("<").append(arg.name).append(">");
  }
  return value;
}

void append_usage(std::string& out, const ArgSpec& arg) {
  const std::string value = value_usage(arg);
  const bool spaced = !arg.token.empty() && !value.empty();
  const std::string once = std::string(arg.token) + (spaced ? " " : "") + value;
  if (arg.optional) out += "[";
  out += once;
  if (arg.multiple) out.append(" [").append(arg.multiple_token ? once : value).append(" ...]");
  if (arg.optional) out += "]";
}

}  // namespace

void write_key_use(ReplyWriter& reply, KeyUse use) { write_names(reply, kKeyUseNames, static_cast<uint32_t>(use)); }

void write_command_info(ReplyWriter& reply, const CommandSpec& spec) {
  const LegacyKeyRange range = legacy_range(spec.keys);
  reply.array(10);
  reply.bulk(spec.name);
  reply.integer(spec.arity);
  write_names(reply, kFlagNames, spec.flags, has_movable_keys(spec) ? "movablekeys" : "");
  reply.integer(range.first);
  reply.integer(range.last);
  reply.integer(range.step);
  write_names(reply, kAclNames, acl_categories(spec));
  reply.set(spec.tips.size());
  for (const std::string_view tip : spec.tips) reply.bulk(tip);
  reply.set(spec.keys.size());
  for (const KeySpec& key : spec.keys) write_key_spec(reply, key);
  if (!spec.container) return reply.set(0);  // Redis shows the absence of subcommands as a set, them as an array
  const auto subcommands = CommandTable::instance().subcommands_of(spec);
  reply.array(subcommands.size());
  for (const CommandSpec& subcommand : subcommands) write_command_info(reply, subcommand);
}

void write_command_docs(ReplyWriter& reply, const CommandSpec& spec) {
  const bool flagged = !spec.deprecated_since.empty() || spec.system;
  reply.map(4u + flagged + !spec.deprecated_since.empty() + !spec.replaced_by.empty() + !spec.history.empty() +
            !spec.args.empty() + spec.container);
  write_field(reply, "summary", spec.summary);
  write_field(reply, "since", spec.since);
  write_field(reply, "group", group_name(spec.group));
  write_field(reply, "complexity", spec.complexity);
  if (flagged) write_doc_flags(reply, spec);
  if (!spec.deprecated_since.empty()) write_field(reply, "deprecated_since", spec.deprecated_since);
  if (!spec.replaced_by.empty()) write_field(reply, "replaced_by", spec.replaced_by);
  if (!spec.history.empty()) write_history(reply, spec.history);
  if (!spec.args.empty()) {
    reply.bulk("arguments");
    write_arguments(reply, spec.args);
  }
  if (!spec.container) return;
  const auto subcommands = CommandTable::instance().subcommands_of(spec);
  reply.bulk("subcommands");
  reply.map(subcommands.size());
  for (const CommandSpec& subcommand : subcommands) {
    reply.bulk(subcommand.name);
    write_command_docs(reply, subcommand);
  }
}

std::string usage(const CommandSpec& spec) {
  std::string out;
  append_upper(out, spec.own_name());
  if (!spec.args.empty()) out += " ";
  append_usages(out, spec.args, " ");
  return out;
}

HelpReply::HelpReply(ReplyWriter& reply, std::string_view container) : reply_(reply), array_(reply.begin_array()) {
  std::string head;
  append_upper(head, container);
  reply_.simple(head + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
}

void HelpReply::entry(std::string_view usage, std::string_view explanation) {
  reply_.simple(usage);
  reply_.simple("    " + std::string(explanation));
  lines_ += 2;
}

HelpReply::~HelpReply() {
  entry("HELP", "Print this help.");
  reply_.end_array(array_, lines_);
}

void write_help(ReplyWriter& reply, const CommandSpec& container, const CommandSpec* asked) {
  HelpReply help(reply, container.name);
  if (container.handler) help.entry("(no subcommand)", container.summary);
  for (const CommandSpec& subcommand : CommandTable::instance().subcommands_of(container)) {
    if (&subcommand != asked) help.entry(usage(subcommand), subcommand.summary);
  }
}

AclCategories acl_category(std::string_view name) {
  for (const NamedBit& category : kAclNames) {
    if (base::equals_ignoring_case(category.name.substr(1), name)) return category.bit;
  }
  return 0;
}

}  // namespace larder::server
