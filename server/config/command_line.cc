// The command line. redis-server's rules (asked of the program; launchers depend on each):
//   * the first argument, unless it begins with '-', is a conf file; an empty one counts as none
//   * a lone '-' as the first or the last argument reads more of the conf from standard input
//   * `--name value...` is a conf line. What follows a name is its value even when it begins with "--", as a password
//     may; `--name value` in one element needs no further value
//   * `--save` before another name or at the end means `save ""`: in many launchers that is what an empty list becomes
//   * the lines of the arguments follow those of the file and of standard input, so that the last one wins
#include "server/config/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "base/ascii.h"
#include "protocol/quoting.h"
#include "server/config/conf_reader.h"
#include "server/config/text_file.h"

namespace larder::server {

namespace {

using Arguments = std::span<const char* const>;

StartupMessage answer(std::string text) {
  return {.text = std::move(text), .stream = StartupMessage::Stream::standard_output, .exit_code = 0};
}

// The options that are answered instead of serving. As in Redis only the first argument can be one.
std::optional<StartupMessage> answered_option(std::string_view argument) {
  if (argument == "-v" || argument == "--version") return answer(version_line() + '\n');
  if (argument == "-h" || argument == "--help") return answer(help_text());
  if (argument == "--print-conf") return answer(print_default_conf());
  return std::nullopt;
}

bool is_option(std::string_view argument) { return argument.starts_with("--"); }

bool is_save(std::string_view argument) { return base::equals_ignoring_case(argument, "--save"); }

bool asks_for_sentinel(Arguments argv) {
  const auto program = std::filesystem::path(argv.empty() ? "" : argv.front()).filename().string();
  if (program.ends_with("redis-sentinel") || program.ends_with("valkey-sentinel")) return true;
  return std::any_of(argv.begin() + !argv.empty(), argv.end(),
                     [](std::string_view argument) { return argument == "--sentinel"; });
}

// What the arguments behind the conf file say.
struct ArgumentLines {
  std::string text;  // conf lines
  bool standard_input = false;
};

// `--name` or `--name value` without the dashes. Whether it brings its value along is a matter of words, not of spaces:
// "--port " does not.
bool brings_value(std::string_view argument) {
  std::string text(argument);
  std::vector<std::string_view> words;
  return !protocol::split_words(text, words) || words.size() > 1;
}

ArgumentLines lines_of(Arguments arguments, bool after_conf_file) {
  ArgumentLines lines;
  bool name_may_follow = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool first = i == 0 && !after_conf_file;
    const bool last = i + 1 == arguments.size();
    if (argument == "-" && (first || last)) {
      lines.standard_input = true;
      continue;
    }
    if (!name_may_follow || !is_option(argument)) {
      protocol::append_quoted(lines.text, argument);
      lines.text += ' ';
      name_may_follow = true;
      continue;
    }
    if (!lines.text.empty()) lines.text += '\n';
    lines.text += argument.substr(2);
    lines.text += ' ';
    name_may_follow = brings_value(argument);
    if (is_save(argument) && (last || is_option(arguments[i + 1]))) {
      lines.text += "\"\"";
      name_may_follow = true;
    }
  }
  return lines;
}

}  // namespace

tl::expected<StartOptions, StartupMessage> parse_command_line(Arguments argv, int standard_input) {
  if (asks_for_sentinel(argv)) {
    return tl::unexpected(
        fatal_config_error("Larder is no Sentinel: start it without --sentinel, or use redis-sentinel for this."));
  }
  auto arguments = argv.empty() ? argv : argv.subspan(1);
  if (!arguments.empty()) {
    if (auto message = answered_option(arguments.front())) return tl::unexpected(std::move(*message));
  }

  StartOptions options;
  options.configured = !arguments.empty();
  std::string text;
  bool conf_file_given = false;
  if (!arguments.empty() && arguments.front()[0] != '-') {
    const std::string file = arguments.front();
    arguments = arguments.subspan(1);
    conf_file_given = true;
    if (!file.empty()) {
      std::error_code error;
      options.config_file = std::filesystem::absolute(file, error).lexically_normal().string();
      auto read = read_text_file(options.config_file);
      if (!read) return tl::unexpected(unreadable_config_file(options.config_file, read.error()));
      text = std::move(*read);
    }
  }

  const auto lines = lines_of(arguments, conf_file_given);
  if (lines.standard_input) {
    const auto read = read_to_end(standard_input);
    if (!read) return tl::unexpected(unreadable_config_file("standard input", read.error()));
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += *read;
    options.config_from_stdin = true;
  }
  text += '\n';
  text += lines.text;

  ConfReader reader(options);
  if (auto failure = reader.read(text)) return tl::unexpected(std::move(*failure));
  if (auto failure = reader.finish()) return tl::unexpected(std::move(*failure));
  return options;
}

tl::expected<StartOptions, StartupMessage> parse_command_line(int argc, char** argv) {
  return parse_command_line(Arguments(argv, static_cast<std::size_t>(argc)));
}

tl::expected<StartOptions, StartupMessage> parse_config_text(std::string_view text) {
  StartOptions options;
  options.configured = true;
  ConfReader reader(options);
  if (auto failure = reader.read(text)) return tl::unexpected(std::move(*failure));
  if (auto failure = reader.finish()) return tl::unexpected(std::move(*failure));
  return options;
}

}  // namespace larder::server
