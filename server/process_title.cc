// See process_title.h.
#include "server/process_title.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace larder::server {

namespace {

std::string listen_address(const Settings& settings) {
  if (settings.port == 0) return "unixsocket:" + settings.unixsocket;
  return fmt::format("{}:{}", settings.bind.empty() ? "*" : settings.bind.front(), settings.port);
}

std::string value_of(std::string_view variable, const Settings& settings, std::string_view program,
                     std::string_view config_file) {
  if (variable == "title") return std::string(program);
  if (variable == "listen-addr") return listen_address(settings);
  if (variable == "port") return std::to_string(settings.port);
  if (variable == "tls-port") return "0";
  if (variable == "unixsocket") return settings.unixsocket;
  if (variable == "config-file") return std::string(config_file.empty() ? "-" : config_file);
  return {};  // server-mode: neither a cluster nor a Sentinel
}

}  // namespace

std::string process_title(const Settings& settings, std::string_view program, std::string_view config_file) {
  std::string title;
  std::string_view rest = settings.proc_title_template;
  while (!rest.empty()) {
    const size_t open = rest.find('{');
    title += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    rest.remove_prefix(open + 1);
    if (rest.starts_with('{')) {  // "{{" stands for a brace
      title += '{';
      rest.remove_prefix(1);
      continue;
    }
    const size_t close = rest.find('}');
    title += value_of(rest.substr(0, close), settings, program, config_file);
    rest.remove_prefix(close == std::string_view::npos ? rest.size() : close + 1);
  }
  const size_t first = title.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : title.substr(first, title.find_last_not_of(' ') + 1 - first);
}

ProcessTitle::ProcessTitle(int argc, char** argv) : program_(argc > 0 ? argv[0] : "larder") {
  if (argc <= 0) return;
  begin_ = end_ = argv[0];
  const auto belongs = [&](const char* text) { return text == end_; };
  for (int i = 0; i < argc && belongs(argv[i]); ++i) end_ += std::strlen(argv[i]) + 1;
  arguments_end_ = end_;
  // Variables that were set since the start lie elsewhere and stay where they are.
  for (char** variable = environ; variable != nullptr && *variable != nullptr && belongs(*variable); ++variable) {
    end_ += std::strlen(*variable) + 1;
    *variable = ::strdup(*variable);  // for ever, as the environment is
  }
  program_invocation_name = ::strdup(program_.c_str());
  program_invocation_short_name = program_invocation_name;
}

void ProcessTitle::show(const Settings& settings, std::string_view config_file) {
  if (!settings.set_proc_title || begin_ == end_) return;
  const std::string title = process_title(settings, program_, config_file);
  const size_t room = static_cast<size_t>(end_ - begin_) - 1;
  const size_t size = std::min(title.size(), room);
  std::memset(begin_, 0, room + 1);
  std::memcpy(begin_, title.data(), size);
  // Linux takes the area for a title, to be read up to its first zero, if the arguments do not end with one.
  if (begin_ + size < arguments_end_ - 1) arguments_end_[-1] = '.';
}

}  // namespace larder::server
