// Reading and changing the configuration of a running server.
#include "server/config/config.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/glob.h"
#include "server/config/directive.h"
#include "server/config/rewrite.h"

namespace larder::server {

namespace {

using Changed = std::vector<const Directive*>;

std::string set_failed(std::string_view name, std::string_view reason) {
  return fmt::format("ERR CONFIG SET failed (possibly related to argument '{}') - {}", name, reason);
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

struct LessIgnoringCase {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return base::to_lower(x) < base::to_lower(y); });
  }
};

bool allowed(Permission permission, bool from_local) {
  return permission == Permission::yes || (permission == Permission::local && from_local);
}

// The reason why CONFIG SET may not touch this directive, if there is one.
std::optional<std::string> access_refusal(const Directive& directive, const Settings& settings, bool from_local) {
  if (directive.access == Access::at_start) return "can't set immutable config";
  if (directive.access == Access::guarded && !allowed(settings.enable_protected_configs, from_local)) {
    return "can't set protected config";
  }
  return std::nullopt;
}

bool named_before(std::span<const Config::Assignment> assignments, std::size_t index) {
  return std::any_of(
      assignments.begin(), assignments.begin() + static_cast<std::ptrdiff_t>(index),
      [&](const auto& earlier) { return base::equals_ignoring_case(earlier.first, assignments[index].first); });
}

Changed differences(const Settings& before, const Settings& after) {
  Changed changed;
  for (const auto& group : directive_groups()) {
    for (const auto& directive : group.directives) {
      if (format_value(directive, before) != format_value(directive, after)) changed.push_back(&directive);
    }
  }
  return changed;
}

}  // namespace

Config::Config(Settings settings, std::string file)
    : file_(std::move(file)), initial_(std::make_shared<const Settings>(std::move(settings))), current_(initial_) {}

std::shared_ptr<const Settings> Config::snapshot() const {
  const std::lock_guard lock(reading_);
  return current_;
}

std::vector<Config::NameAndValue> Config::get(std::span<const std::string_view> patterns) const {
  const auto settings = snapshot();
  std::map<std::string, const Directive*, LessIgnoringCase> matches;
  for (const auto pattern : patterns) {
    if (!is_pattern(pattern)) {
      if (const auto* directive = find_directive(pattern)) matches.emplace(pattern, directive);
      continue;
    }
    for (const auto& [name, directive] : directive_names()) {
      if (directive->hidden || directive->unlisted) continue;
      if (base::glob_match(pattern, name, true)) matches.emplace(name, directive);
    }
  }
  std::vector<NameAndValue> found;
  found.reserve(matches.size());
  for (const auto& [name, directive] : matches) found.emplace_back(name, format_value(*directive, *settings));
  return found;
}

std::vector<Config::NameAndValue> Config::get(std::string_view pattern) const { return get(std::span(&pattern, 1)); }

std::string Config::value(std::string_view name) const {
  const auto* directive = find_directive(name);
  return directive == nullptr ? std::string() : format_value(*directive, *snapshot());
}

tl::expected<void, std::string> Config::set(std::span<const Assignment> assignments, bool from_local) {
  const std::lock_guard lock(changing_);
  const auto before = snapshot();
  std::vector<const Directive*> directives;
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    const auto name = assignments[i].first;
    const auto* directive = find_directive(name);
    if (directive == nullptr) {
      return tl::unexpected(fmt::format("ERR Unknown option or number of arguments for CONFIG SET - '{}'", name));
    }
    if (const auto reason = access_refusal(*directive, *before, from_local))
      return tl::unexpected(set_failed(name, *reason));
    if (named_before(assignments, i)) return tl::unexpected(set_failed(name, "duplicate parameter"));
    directives.push_back(directive);
  }

  auto after = std::make_shared<Settings>(*before);
  std::vector<Change> changes;
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    const auto [name, value] = assignments[i];
    const auto old_value = format_value(*directives[i], *after);
    const auto assigned = assign(*directives[i], *after, value, Source::config_set);
    if (!assigned) return tl::unexpected(set_failed(name, assigned.error()));
    if (directives[i]->protects && would_be_missed(*directives[i], *after))
      return tl::unexpected(set_failed(name, directives[i]->warning));
    if (format_value(*directives[i], *after) != old_value) changes.push_back({directives[i]->name, name});
  }
  return publish(std::move(after), changes);
}

tl::expected<void, std::string> Config::set(std::string_view name, std::string_view value, bool from_local) {
  const Assignment assignment{name, value};
  return set(std::span(&assignment, 1), from_local);
}

void Config::on_change(std::string_view name, Hook hook) {
  const std::lock_guard lock(changing_);
  hooks_.push_back({std::string(name), std::move(hook)});
}

void Config::amend(const std::function<void(Settings&)>& change) {
  const std::lock_guard lock(changing_);
  auto next = std::make_shared<Settings>(*snapshot());
  change(*next);
  replace(std::move(next));
}

tl::expected<void, std::string> Config::reset() {
  const std::lock_guard lock(changing_);
  std::vector<Change> changes;
  for (const auto* directive : differences(*snapshot(), *initial_))
    changes.push_back({directive->name, directive->name});
  return publish(initial_, changes);
}

tl::expected<void, std::string> Config::rewrite(Directives added) {
  const std::lock_guard lock(changing_);
  if (file_.empty()) return tl::unexpected(std::string("ERR The server is running without a config file"));
  const auto written = rewrite_file(file_, *snapshot(), added);
  if (!written) return tl::unexpected("ERR Rewriting config file: " + written.error());
  return {};
}

// Runs the hooks of each change in order, then those for any change; a hook runs once however many changes concern it.
tl::expected<void, std::string> Config::publish(std::shared_ptr<const Settings> next, std::span<const Change> changes) {
  if (changes.empty()) return {};
  const auto before = snapshot();
  std::vector<const NamedHook*> done;
  for (const auto& hook : hooks_) {
    const auto concerned = std::find_if(changes.begin(), changes.end(), [&](const Change& change) {
      return hook.name.empty() || base::equals_ignoring_case(hook.name, change.directive);
    });
    if (concerned == changes.end()) continue;
    const auto prepared = hook.hook(*before, *next);
    if (!prepared) {
      for (auto undo = done.rbegin(); undo != done.rend(); ++undo) static_cast<void>((*undo)->hook(*next, *before));
      return tl::unexpected(set_failed(concerned->name_given, prepared.error()));
    }
    done.push_back(&hook);
  }
  replace(std::move(next));
  return {};
}

void Config::replace(std::shared_ptr<const Settings> next) {
  {
    const std::lock_guard lock(reading_);
    current_.swap(next);  // the old one, if this was its last owner, is freed behind the lock
  }
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace larder::server
