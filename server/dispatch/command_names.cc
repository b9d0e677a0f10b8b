// See command_names.h.
#include "server/dispatch/command_names.h"

#include <algorithm>

#include "base/ascii.h"

namespace larder::server {

namespace {

std::string lower_case(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), base::to_lower);
  return text;
}

}  // namespace

tl::expected<void, std::string> CommandNames::rename(const RenamedCommand& renamed) {
  const CommandSpec* spec = find(renamed.from);
  if (spec == nullptr) return tl::unexpected("No such command in rename-command: '" + renamed.from + "'");
  const std::string from = lower_case(renamed.from), to = lower_case(renamed.to);
  if (!to.empty() && to != from && find(to) != nullptr)
    return tl::unexpected("Target command name already exists: '" + renamed.to + "'");
  changed_[from] = nullptr;
  if (to.empty()) {
    gone_.insert(spec->name);
  } else {
    changed_[to] = spec;
  }
  return {};
}

tl::expected<void, std::string> CommandNames::rename(std::span<const RenamedCommand> all) {
  for (const RenamedCommand& one : all) {
    if (auto done = rename(one); !done) return done;
  }
  return {};
}

const CommandSpec* CommandNames::find_changed(std::string_view name) const {
  const auto found = changed_.find(lower_case(name));
  return found != changed_.end() ? found->second : CommandTable::instance().find(name);
}

const CommandSpec* CommandNames::resolve(std::span<const std::string_view> args) const {
  if (args.empty()) return nullptr;
  const CommandSpec* spec = find(args[0]);
  if (spec == nullptr || !spec->container || args.size() == 1) return spec;
  return CommandTable::instance().find_subcommand(*spec, args[1]);
}

const CommandSpec* CommandNames::find_full_name(std::string_view name) const {
  const size_t bar = name.find('|');
  const CommandSpec* spec = find(name.substr(0, bar));
  if (spec == nullptr || bar == std::string_view::npos) return spec;
  return spec->container ? CommandTable::instance().find_subcommand(*spec, name.substr(bar + 1)) : nullptr;
}

}  // namespace larder::server
