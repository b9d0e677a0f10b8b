// The grammar of conf files. A line is blank, a comment that begins with '#', or words parted by white space with
// Redis' quoting; there are no comments behind a directive.
#include "server/config/conf_reader.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "protocol/quoting.h"
#include "server/config/text_file.h"

namespace larder::server {

namespace {

constexpr int kMaxIncludeDepth = 16;  // a file that includes itself ends here
constexpr std::string_view kBadDirective = "Bad directive or wrong number of arguments";

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const auto word : words) {
    if (word.data() != words.front().data()) text += ' ';
    text += word;
  }
  return text;
}

StartupMessage line_error(int number, std::string_view line, std::string_view reason) {
  return fatal_config_error(
      fmt::format("Reading the configuration file, at line {}\n>>> '{}'\n{}", number, line, reason));
}

bool is(std::string_view word, std::string_view name) { return base::equals_ignoring_case(word, name); }

// The files that an include line names. A name with glob characters may match none; a plain name stands for itself.
std::vector<std::string> included_files(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  std::vector<std::string> files;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return files;
}

constexpr std::string_view kUsersMissing =
    "user restricts who may do what, but Larder has no users yet: it would be open to everybody. A password for all is "
    "set with requirepass.";

// The user line that restricts nothing, which is what CONFIG REWRITE of a server without users writes.
bool lets_everybody_in(std::span<const std::string_view> words) {
  if (words.front() != "default") return false;
  bool on = false, nopass = false, keys = false, channels = false, commands = false;
  for (const auto rule : words.subspan(1)) {
    if (is(rule, "on")) on = true;
    else if (is(rule, "nopass")) nopass = true;
    else if (rule == "~*" || is(rule, "allkeys")) keys = true;
    else if (rule == "&*" || is(rule, "allchannels")) channels = true;
    else if (is(rule, "+@all") || is(rule, "allcommands")) commands = true;
    else if (!is(rule, "sanitize-payload")) return false;
  }
  return on && nopass && keys && channels && commands;
}

}  // namespace

std::optional<StartupMessage> ConfReader::read(std::string_view text) { return read(text, 0); }

std::optional<StartupMessage> ConfReader::read(std::string_view text, int depth) {
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;

    std::string rewritable(line);
    std::vector<std::string_view> words;
    if (!protocol::split_words(rewritable, words))
      return line_error(number, line, "Unbalanced quotes in configuration line");
    if (words.empty()) continue;
    if (words.size() == 2 && is(words[0], "include")) {
      if (depth == kMaxIncludeDepth) return line_error(number, line, "Too many files include one another");
      if (auto failure = include(words[1], depth + 1)) return failure;
      continue;
    }
    if (const auto reason = apply(words)) return line_error(number, line, *reason);
    note_protection(number, line, words.front());
  }
  return std::nullopt;
}

std::optional<StartupMessage> ConfReader::include(std::string_view pattern, int depth) {
  for (const auto& file : included_files(std::string(pattern))) {
    const auto text = read_text_file(file);
    if (!text) return unreadable_config_file(file, text.error());
    if (auto failure = read(*text, depth)) return failure;
  }
  return std::nullopt;
}

ConfReader::Outcome ConfReader::apply(Words words) {
  if (const auto* directive = find_directive(words.front())) return apply_directive(*directive, words.subspan(1));
  return apply_other(words.front(), words.subspan(1));
}

ConfReader::Outcome ConfReader::apply_directive(const Directive& directive, Words words) {
  if (!takes_words(directive) && words.size() != 1) return "wrong number of arguments";
  // The lines of a schedule add up, but not to the schedule that holds when there is none.
  if (directive.name == "save" && !seen_.contains(&directive)) options_.settings.save.clear();
  seen_.insert(&directive);
  const auto assigned = assign(directive, options_.settings, joined(words), Source::conf_file);
  if (!assigned) return assigned.error();
  return std::nullopt;
}

// Lines that are no directives: nothing that CONFIG GET could show.
ConfReader::Outcome ConfReader::apply_other(std::string_view name, Words words) {
  if (is(name, "rename-command") && words.size() == 2) {
    options_.settings.renamed_commands.push_back({std::string(words[0]), std::string(words[1])});
    return std::nullopt;
  }
  if (is(name, "user") && !words.empty()) {
    if (!lets_everybody_in(words)) return std::string(kUsersMissing);
    return std::nullopt;
  }
  if (is(name, "loadmodule") && !words.empty()) {
    others_without_effect_.emplace("loadmodule");
    return std::nullopt;
  }
  // Redis forgot their meaning long ago but takes them still.
  constexpr std::array<std::string_view, 3> kObsolete = {"list-max-ziplist-entries", "list-max-ziplist-value",
                                                         "lua-replicate-commands"};
  const bool obsolete = std::any_of(kObsolete.begin(), kObsolete.end(), [&](auto known) { return is(name, known); });
  if (obsolete && words.size() == 1) return std::nullopt;
  if (is(name, "sentinel")) return "sentinel directive while not in sentinel mode";
  return std::string(kBadDirective);
}

// The last line of a directive counts, so whether it locks something is known at the end only.
void ConfReader::note_protection(int number, std::string_view line, std::string_view name) {
  const auto* directive = find_directive(name);
  if (directive == nullptr || !directive->protects) return;
  protections_.erase(directive);
  if (would_be_missed(*directive, options_.settings))
    protections_.emplace(directive, line_error(number, line, directive->warning));
}

std::optional<StartupMessage> ConfReader::finish() {
  if (!protections_.empty()) return protections_.begin()->second;
  std::set<std::string, std::less<>> names = others_without_effect_;
  for (const auto* directive : seen_) {
    if (directive->effect != Effect::none || !would_be_missed(*directive, options_.settings)) continue;
    if (directive->warning.empty()) {
      names.emplace(directive->name);
    } else {
      options_.notices.emplace_back(directive->warning);
    }
  }
  if (names.empty()) return std::nullopt;
  std::string list;
  for (const auto& name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  options_.notices.push_back("Accepted, without effect: " + list);
  return std::nullopt;
}

}  // namespace larder::server
