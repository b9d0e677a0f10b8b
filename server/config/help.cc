// The text of --help. CLI11 lays it out; it does not parse, because redis-server's command line is not getopt's.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "server/config/command_line.h"
#include "server/config/directive.h"

namespace larder::server {

namespace {

// no|yes|local, or NAME when there are too many to show.
std::string choice_names(const Directive& directive) {
  constexpr std::size_t kMost = 4;
  if (directive.choices.size() > kMost) return "NAME";
  std::string names;
  for (const auto& choice : directive.choices) {
    if (!names.empty()) names += '|';
    names += choice.label;
  }
  return names;
}

std::string value_name(const Directive& directive) {
  switch (directive.type) {
    case ValueType::flag: return "yes|no";
    case ValueType::integer: return directive.unit == Unit::mode ? "OCTAL" : "N";
    case ValueType::memory: return "BYTES";
    case ValueType::memory_or_percent: return "BYTES|N%";
    case ValueType::choice: return choice_names(directive);
    case ValueType::choices: return "NAME...";
    case ValueType::text: return "TEXT";
    case ValueType::words: return "TEXT...";
  }
  return {};
}

// `text` with line ends at most `width` columns apart; CLI11 indents what follows them.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (column != 0) {
      const bool fits = column + 1 + end <= width;
      result += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    result += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string explanation(const Directive& directive) {
  constexpr std::size_t kWidth = 72;
  if (directive.initial.empty()) return wrapped(directive.doc, kWidth);
  return wrapped(fmt::format("{} Default: {}.", directive.doc, readable_initial(directive)), kWidth);
}

void add_directives(CLI::App& app, std::string& no_value) {
  for (const auto& group : directive_groups()) {
    for (const auto& directive : group.directives) {
      if (directive.hidden || directive.effect == Effect::none) continue;
      app.add_option(fmt::format("--{}", directive.name), no_value, explanation(directive))
          ->group(std::string(group.title))
          ->type_name(value_name(directive));
    }
  }
}

std::string names_without_effect() {
  std::string names;
  std::size_t column = 0;
  for (const auto& [name, directive] : directive_names()) {
    if (name != directive->name || directive->hidden || directive->effect == Effect::full) continue;
    if (column + name.size() > 100) {
      names += '\n';
      column = 0;
    }
    names += fmt::format("{}{}", column == 0 ? "  " : " ", name);
    column += name.size() + 2;
  }
  return names;
}

constexpr std::string_view kUsage =
    "Usage: larder [CONF-FILE] [--DIRECTIVE VALUE...]... [-]\n"
    "       larder -                  read the configuration from standard input\n"
    "       larder --version | --help | --print-conf\n"
    "\n"
    "Each --DIRECTIVE VALUE counts as a line behind those of the conf file; the last one wins.\n"
    "For example: larder --port 6380 --maxmemory 100mb --maxmemory-policy allkeys-lru\n";

// CLI11's layout with a usage of our own.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override { return std::string(kUsage); }
};

}  // namespace

std::string help_text() {
  CLI::App app("A cache server that Redis clients can use.");
  app.set_help_flag();
  const auto add_answered = [&](const char* name, const std::string& description) {
    app.add_flag(name, description)->group("Answered at once, as the first argument");
  };
  add_answered("-h,--help", "Show this text and exit.");
  add_answered("-v,--version", "Show the version and exit.");
  add_answered("--print-conf", "Show a conf file with every directive and exit.");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(40);
  app.formatter(formatter);
  std::string no_value;
  add_directives(app, no_value);
  app.footer("Accepted for files and launchers written for Redis, without effect:\n" + names_without_effect());
  return app.help();
}

}  // namespace larder::server
