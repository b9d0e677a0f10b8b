// The array that names every group of commands, the table built from it, and what is derived from rows alone.
// Invariant: a container's subcommands stand directly behind it in rows_. Threads: immutable once built.

#include "server/dispatch/command_table.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "server/dispatch/command_groups.h"

namespace larder::server {
namespace {

// Every span of rows. One that is not named here does not exist for clients.
std::vector<std::span<const CommandSpec>> all_groups() {
  using namespace commands;
  return {
      bitmap_commands(),       hyperloglog_commands(), client_commands(),     cluster_commands(),
      command_commands(),      config_commands(),      connection_commands(), debug_commands(),
      expire_commands(),       generic_commands(),     hash_commands(),       info_commands(),
      lcs_commands(),          list_commands(),        memory_commands(),     object_commands(),
      pubsub_commands(),       server_commands(),      set_commands(),        slowness_commands(),
      sort_commands(),         standalone_commands(),  string_commands(),     transactions_commands(),
      zset_combine_commands(), zset_commands(),        zset_pop_commands(),   zset_range_commands(),
  };
}

constexpr std::array<std::string_view, 16> kGroupNames = {
    "string", "set",     "hash",   "list",         "sorted-set", "stream",     "bitmap", "hyperloglog",
    "geo",    "generic", "pubsub", "transactions", "scripting",  "connection", "server", "cluster"};

AclCategories category_of(Group group) {
  switch (group) {
    case Group::string: return kAclString;
    case Group::set: return kAclSet;
    case Group::hash: return kAclHash;
    case Group::list: return kAclList;
    case Group::sorted_set: return kAclSortedSet;
    case Group::stream: return kAclStream;
    case Group::bitmap: return kAclBitmap;
    case Group::hyperloglog: return kAclHyperLogLog;
    case Group::geo: return kAclGeo;
    case Group::generic: return kAclKeyspace;
    case Group::transactions: return kAclTransaction;
    case Group::scripting: return kAclScripting;
    case Group::connection: return kAclConnection;
    case Group::pubsub:  // follows from the flag
    case Group::server:
    case Group::cluster: return 0;
  }
  return 0;
}

}  // namespace

std::string_view group_name(Group group) { return kGroupNames.at(static_cast<size_t>(group)); }

AclCategories acl_categories(const CommandSpec& spec) {
  // A container that only holds subcommands does nothing itself, whatever it is about.
  AclCategories all = spec.extra_acl | (spec.handler ? category_of(spec.group) : 0);
  // WAIT and its like are generic, but not about keys; SORT is about some types.
  if ((all & (kAclConnection | kAclSet)) != 0) all &= ~kAclKeyspace;
  if (spec.is(kWrite)) all |= kAclWrite;
  if (spec.is(kReadOnly) && (all & kAclScripting) == 0) all |= kAclRead;
  if (spec.is(kAdmin)) all |= kAclAdmin | kAclDangerous;
  if (spec.is(kPubsub)) all |= kAclPubsub;
  if (spec.is(kBlocking)) all |= kAclBlocking;
  return all | (spec.is(kFast) ? kAclFast : kAclSlow);
}

bool has_movable_keys(const CommandSpec& spec) {
  bool gap = false;
  int expected = 0;
  for (const KeySpec& key : spec.keys) {
    if (key.begin != KeySpec::Begin::index || key.find != KeySpec::Find::range) return true;
    gap = gap || (expected != 0 && key.position != expected);
    expected = key.position + key.last + 1;
  }
  return gap;
}

const CommandTable& CommandTable::instance() {
  static const CommandTable table(all_groups());
  return table;
}

CommandTable::CommandTable(std::span<const std::span<const CommandSpec>> groups) {
  size_t count = 0;
  for (const auto& group : groups) count += group.size();
  rows_.reserve(count);
  for (const auto& group : groups) {
    for (const CommandSpec& row : group) {
      if (row.is_subcommand()) continue;
      ++top_level_count_;
      rows_.push_back(row);
      for (const CommandSpec& other : group) {
        if (other.is_subcommand() && other.container_name() == row.name) rows_.push_back(other);
      }
    }
  }
  slots_.resize(std::bit_ceil(std::max<size_t>(count, 4) * 2));
  mask_ = slots_.size() - 1;
  uint16_t container = kNoContainer;
  for (uint32_t id = 0; id < rows_.size(); ++id) {
    if (!rows_[id].is_subcommand()) container = static_cast<uint16_t>(id);
    insert(id, rows_[id].is_subcommand() ? container : kNoContainer);
  }
}

void CommandTable::insert(uint32_t row, uint16_t container) {
  const std::string_view name = rows_[row].own_name();
  if (find(name, container) != nullptr) throw std::logic_error("two commands named " + std::string(rows_[row].name));
  const detail::FoldedName folded = detail::fold_name(name);
  size_t at = hash(folded, container) & mask_;
  while (slots_[at].row != 0) at = (at + 1) & mask_;
  slots_[at] = {.name = folded, .container = container, .size = static_cast<uint16_t>(name.size()), .row = row + 1};
}

const CommandSpec* CommandTable::find_full_name(std::string_view name) const {
  const size_t bar = name.find('|');
  const CommandSpec* spec = find(name.substr(0, bar));
  if (spec == nullptr || bar == std::string_view::npos) return spec;
  return spec->container ? find_subcommand(*spec, name.substr(bar + 1)) : nullptr;
}

std::span<const CommandSpec> CommandTable::subcommands_of(const CommandSpec& container) const {
  const size_t first = id_of(container) + 1;
  size_t end = first;
  while (container.container && end < rows_.size() && rows_[end].is_subcommand()) ++end;
  return std::span(rows_).subspan(first, end - first);
}

bool extract_keys(const CommandSpec& spec, std::span<const std::string_view> args, std::vector<KeyPosition>& out) {
  const size_t before = out.size();
  for (const KeySpec& key : spec.keys) {
    if (has(key.use, KeyUse::not_key)) continue;
    const auto range = resolve_keys(key, args);
    if (!range) {
      out.resize(before);
      return false;
    }
    const KeyUse use = spec.key_use != nullptr && has(key.use, KeyUse::variable) ? spec.key_use(args) : key.use;
    for (size_t n = 0, at = range->first; n < range->count(); ++n, at += range->step) out.push_back({at, use});
  }
  return true;
}

std::string commands_markdown() {
  constexpr std::string_view kHead = "| Command | Since | Summary | Cost |\n| --- | --- | --- | --- |\n";
  const auto rows = all_commands();
  std::string out;
  for (size_t g = 0; g < kGroupNames.size(); ++g) {
    bool empty = true;
    for (const CommandSpec& row : rows) {
      if (row.group != static_cast<Group>(g) || !row.handler) continue;
      if (empty) out.append(out.empty() ? "" : "\n").append("### ").append(kGroupNames[g]).append("\n\n").append(kHead);
      empty = false;
      std::string name(row.name);
      std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c == '|' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      out.append("| `").append(name).append("` | ").append(row.since).append(" | ");
      out.append(row.summary).append(" | ").append(row.complexity).append(" |\n");
    }
  }
  return out;
}

}  // namespace larder::server
