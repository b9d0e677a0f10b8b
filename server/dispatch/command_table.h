// All commands, and the way from the words of a request to a row.
//
// The table is built once, on first use, from the groups' constexpr rows (command_table.cc names them in one array: no
// self-registration, so no start-up order and nothing for a linker to drop). Rows are kept in one contiguous array, a
// container directly before its subcommands; a row's position is its id and never changes while the process runs, so
// statistics per command are a plain array. Lookups allocate nothing and take no lock.
// Threads: immutable after construction, usable from any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/dispatch/command_spec.h"

namespace larder::server {

namespace detail {

static_assert(std::endian::native == std::endian::little, "load_partial joins words in little-endian order");

/// A name of up to 24 bytes in lower case, zero padded: compared as three words (and a length, see Slot).
struct FoldedName {
  uint64_t words[3] = {0, 0, 0};
  friend constexpr bool operator==(const FoldedName& a, const FoldedName& b) {
    return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2])) == 0;
  }
};

/// Lower-cases the ASCII letters among eight bytes at once (SWAR: the high bit of each byte marks 'A'..'Z').
constexpr uint64_t fold_case(uint64_t bytes) {
  constexpr uint64_t kEach = 0x0101010101010101u;
  const uint64_t low7 = bytes & (0x7f * kEach);
  const uint64_t from_a = low7 + (0x80 - 'A') * kEach;
  const uint64_t above_z = low7 + (0x80 - 'Z' - 1) * kEach;
  const uint64_t upper = (from_a & ~above_z & ~bytes) & (0x80 * kEach);
  return bytes | (upper >> 2);
}

/// Up to eight bytes as one word, zero padded, without reading past `size`.
inline uint64_t load_partial(const char* data, size_t size) {
  if (size >= 4) {
    uint32_t head = 0;
    uint32_t tail = 0;
    std::memcpy(&head, data, 4);
    std::memcpy(&tail, data + size - 4, 4);
    // The overlap of head and tail is written twice with the same bytes, which is what | does.
    return head | (static_cast<uint64_t>(tail) << (8 * (size - 4)));
  }
  if (size == 0) return 0;
  uint64_t word = static_cast<unsigned char>(data[0]);
  word |= static_cast<uint64_t>(static_cast<unsigned char>(data[size / 2])) << (8 * (size / 2));
  word |= static_cast<uint64_t>(static_cast<unsigned char>(data[size - 1])) << (8 * (size - 1));
  return word;
}

inline uint64_t load_word(const char* data) {
  uint64_t word = 0;
  std::memcpy(&word, data, 8);
  return word;
}

/// Only for names of at most kMaxCommandName bytes.
inline FoldedName fold_name(std::string_view name) {
  const char* data = name.data();
  const size_t size = name.size();
  if (size <= 8) [[likely]]
    return {{fold_case(load_partial(data, size)), 0, 0}};
  if (size <= 16) return {{fold_case(load_word(data)), fold_case(load_partial(data + 8, size - 8)), 0}};
  return {{fold_case(load_word(data)), fold_case(load_word(data + 8)), fold_case(load_partial(data + 16, size - 16))}};
}

}  // namespace detail

class CommandTable {
 public:
  /// The one table of the process, built on first use (tens of microseconds).
  static const CommandTable& instance();

  /// A table of given rows instead of all (for tests).
  explicit CommandTable(std::span<const std::span<const CommandSpec>> groups);
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;

  /// The command of that name in any case of letters, or nullptr. Not for subcommands ("config|get" is not found).
  /// cost  a hash and one probe as a rule, a few nanoseconds
  const CommandSpec* find(std::string_view name) const { return find(name, kNoContainer); }

  /// The subcommand of `container` (a row of this table), or nullptr.
  const CommandSpec* find_subcommand(const CommandSpec& container, std::string_view name) const {
    return find(name, static_cast<uint16_t>(id_of(container)));
  }

  /// The row that executes a request: the subcommand's for a container followed by one, the command's otherwise.
  /// Nothing for an unknown command and for a container followed by an unknown word; args may be empty.
  const CommandSpec* resolve(std::span<const std::string_view> args) const {
    if (args.empty()) return nullptr;
    const CommandSpec* spec = find(args[0]);
    if (spec == nullptr || !spec->container || args.size() == 1) return spec;
    return find_subcommand(*spec, args[1]);
  }

  /// The row by its full name in any case, "get" or "config|get", or nullptr.
  const CommandSpec* find_full_name(std::string_view name) const;

  /// All rows, containers and subcommands included. The order is fixed.
  std::span<const CommandSpec> all() const { return rows_; }
  std::span<const CommandSpec> subcommands_of(const CommandSpec& container) const;
  /// How many commands there are without subcommands (COMMAND COUNT).
  size_t top_level_count() const { return top_level_count_; }

  /// A row's position in all(); only for rows of this table.
  size_t id_of(const CommandSpec& spec) const { return static_cast<size_t>(&spec - rows_.data()); }

 private:
  static constexpr uint16_t kNoContainer = UINT16_MAX;

  /// 32 bytes, so that two share a cache line and none straddles one.
  struct alignas(32) Slot {
    detail::FoldedName name;
    uint16_t container = kNoContainer;  // id of the container's row for a subcommand
    uint16_t size = 0;                  // of the name: tells a padded name from one that holds zero bytes
    uint32_t row = 0;                   // id + 1; 0 marks a free slot
  };

  static size_t hash(const detail::FoldedName& name, uint16_t container) {
    uint64_t mixed = (name.words[0] ^ container) * 0x9e3779b97f4a7c15u;
    mixed ^= (name.words[1] ^ (name.words[2] << 1)) * 0xc2b2ae3d27d4eb4fu;
    return static_cast<size_t>(mixed >> 40);
  }

  const CommandSpec* find(std::string_view name, uint16_t container) const {
    if (name.size() > kMaxCommandName) return nullptr;
    const detail::FoldedName folded = detail::fold_name(name);
    // The table is at most half full, so a free slot ends every probe.
    for (size_t at = hash(folded, container) & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.row == 0) return nullptr;
      if (slot.name == folded && slot.size == name.size() && slot.container == container) return &rows_[slot.row - 1];
    }
  }

  void insert(uint32_t row, uint16_t container);

  std::vector<CommandSpec> rows_;
  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t top_level_count_ = 0;
};

/// Shorthands for the process' table.
inline const CommandSpec* find_command(std::string_view name) { return CommandTable::instance().find(name); }
inline std::span<const CommandSpec> all_commands() { return CommandTable::instance().all(); }

/// Calls fn(index, use) for every key among the arguments, in the order of the specifications. args[0] is the command's
/// name. Nothing is called if the arguments contradict the specification (see resolve_keys) or there are no keys.
/// returns  the number of keys; 0 for none or contradiction
/// cost     O(keys); for the usual single key at a fixed position one comparison
template <class Fn>
size_t for_each_key(const CommandSpec& spec, std::span<const std::string_view> args, Fn&& fn) {
  if (spec.first_key != 0) {
    if (spec.first_key >= args.size()) return 0;
    fn(size_t{spec.first_key}, spec.keys[0].use);
    return 1;
  }
  if (spec.keys.empty()) return 0;
  KeyRange ranges[KeySpecs::kMax];
  size_t total = 0;
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    if (has(spec.keys[i].use, KeyUse::not_key)) continue;
    const auto range = resolve_keys(spec.keys[i], args);
    // Keys to the end behind others may be none (PFMERGE), which only COMMAND GETKEYS calls a contradiction.
    if (!range && (i == 0 || spec.keys[i].last >= 0)) return 0;
    ranges[i] = range.value_or(KeyRange{});
    total += ranges[i].count();
  }
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    for (size_t n = 0, at = ranges[i].first; n < ranges[i].count(); ++n, at += ranges[i].step) fn(at, spec.keys[i].use);
  }
  return total;
}

/// A key's place among the arguments and what is done with it.
struct KeyPosition {
  size_t index = 0;
  KeyUse use = KeyUse::none;
};

/// As for_each_key, but tells "no keys" from contradiction, resolves KeyUse::variable by the arguments given, and
/// appends to `out`. returns false, with `out` as it was, if the arguments contradict the specification.
bool extract_keys(const CommandSpec& spec, std::span<const std::string_view> args, std::vector<KeyPosition>& out);

/// The README's table of commands, one section per group (`larder --print-commands=markdown`).
std::string commands_markdown();

}  // namespace larder::server
