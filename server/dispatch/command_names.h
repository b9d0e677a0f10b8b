// The names that commands answer to: their own, unless rename-command gave them others or took them away.
// Immutable once the server runs, and then thread-safe.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/config/settings.h"
#include "server/dispatch/command_table.h"

namespace larder::server {

class CommandNames {
 public:
  /// The error is one line for people, in Redis' words.
  tl::expected<void, std::string> rename(const RenamedCommand& renamed);
  /// The same for several, up to the first error.
  tl::expected<void, std::string> rename(std::span<const RenamedCommand> all);

  /// As the functions of CommandTable, by the names that hold here.
  const CommandSpec* find(std::string_view name) const {
    if (changed_.empty()) [[likely]]
      return CommandTable::instance().find(name);
    return find_changed(name);
  }
  const CommandSpec* resolve(std::span<const std::string_view> args) const;
  const CommandSpec* find_full_name(std::string_view name) const;
  /// Whether clients can call the command, or the container of the subcommand, by any name.
  bool offers(const CommandSpec& spec) const { return gone_.empty() || !gone_.contains(spec.container_name()); }
  /// How many commands there are without subcommands.
  size_t top_level_count() const { return CommandTable::instance().top_level_count() - gone_.size(); }

 private:
  const CommandSpec* find_changed(std::string_view name) const;

  std::map<std::string, const CommandSpec*, std::less<>> changed_;  // in lower case; null: no longer a command
  std::set<std::string_view> gone_;                                 // the rows' own names
};

}  // namespace larder::server
