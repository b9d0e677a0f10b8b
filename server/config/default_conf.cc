// The text of conf/larder.conf, from the directive table. A test compares the file with it.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "server/config/command_line.h"
#include "server/config/directive.h"

namespace larder::server {

namespace {

constexpr std::size_t kWidth = 100;

constexpr std::string_view kHeader =
    "# Larder's configuration: every directive with its unit, its default and what it does. Those that matter most for "
    "a\n"
    "# cache are set; the others stand behind '# ' with their defaults. Files written for Redis can be used as they "
    "are.\n"
    "#\n"
    "# A line is a name and a value. Words with spaces or quotes go in \"double quotes\" (\\n, \\x41 and the like are "
    "replaced)\n"
    "# or 'single quotes'; an empty value is \"\". Memory: 1k is 1000 bytes, 1kb is 1024, likewise m and mb, g and gb. "
    "The last\n"
    "# line for a directive wins, and arguments (larder larder.conf --port 6380) come after the file. `include "
    "other.conf`\n"
    "# reads another file at that place.\n"
    "#\n"
    "# [at start]  cannot be changed by CONFIG SET           [guarded]  only if enable-protected-configs allows\n"
    "# [no effect] accepted and remembered, for files and launchers that set it; Larder does not act on it\n";

// What this file sets: a cache of a fixed size for clients on this host.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSet = {{
    {"bind", "127.0.0.1 -::1"},
    {"port", "6379"},
    {"maxmemory", "256mb"},
    {"maxmemory-policy", "allkeys-lru"},
}};

std::string_view value_set_here(std::string_view name) {
  for (const auto& [directive, value] : kSet) {
    if (directive == name) return value;
  }
  return {};
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::none: return "";
    case Unit::bytes: return "bytes";
    case Unit::seconds: return "seconds";
    case Unit::milliseconds: return "milliseconds";
    case Unit::microseconds: return "microseconds";
    case Unit::minutes: return "minutes";
    case Unit::percent: return "percent";
    case Unit::keys: return "keys";
    case Unit::entries: return "entries";
    case Unit::threads: return "threads";
    case Unit::mode: return "octal";
  }
  return "";
}

std::string remarks(const Directive& directive) {
  std::string text;
  const auto add = [&](std::string_view remark) {
    if (!remark.empty()) text += fmt::format(" [{}]", remark);
  };
  add(unit_name(directive.unit));
  if (directive.access == Access::at_start) add("at start");
  if (directive.access == Access::guarded) add("guarded");
  if (directive.effect == Effect::none) add("no effect");
  if (directive.larders_own) add("Larder's own");
  return text;
}

// `text` in comment lines of at most kWidth columns.
void append_comment(std::string& to, std::string_view text) {
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const bool fits = column != 0 && column + 1 + end <= kWidth;
    if (!fits) to.append(column == 0 ? "#" : "\n#");
    column = (fits ? column : 1) + 1 + end;
    to.append(1, ' ').append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  to.append(1, '\n');
}

void append_default(std::string& to, const Directive& directive) {
  if (directive.initial.empty() && directive.type != ValueType::text && directive.type != ValueType::words) {
    to += fmt::format("# {} (depends on the host)\n", directive.name);
  } else if (directive.name == "save") {
    for (const auto& point : Settings().save) to += fmt::format("# save {} {}\n", point.seconds, point.changes);
  } else if (directive.initial.empty()) {
    to += fmt::format("# {} \"\"\n", directive.name);
  } else if (directive.type == ValueType::text && directive.initial.find(' ') != std::string_view::npos) {
    to += fmt::format("# {} \"{}\"\n", directive.name, directive.initial);
  } else {
    to += fmt::format("# {} {}\n", directive.name, readable_initial(directive));
  }
}

void append_directive(std::string& to, const Directive& directive) {
  to += '\n';
  append_comment(to, fmt::format("{}{}", directive.doc, remarks(directive)));
  const auto value = value_set_here(directive.name);
  if (value.empty()) return append_default(to, directive);
  if (value != directive.initial) append_default(to, directive);
  to += fmt::format("{} {}\n", directive.name, value);
}

}  // namespace

std::string print_default_conf() {
  std::string text(kHeader);
  for (const auto& group : directive_groups()) {
    text += fmt::format("\n# {:-<{}}\n", fmt::format("{} ", group.title), kWidth - 2);
    for (const auto& directive : group.directives) {
      if (!directive.hidden) append_directive(text, directive);
    }
  }
  return text;
}

}  // namespace larder::server
