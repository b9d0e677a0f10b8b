// Lines of a conf file, one after the other, into StartOptions. Arguments of the command line arrive here as such lines
// too. One thread; it opens the files that `include` names.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/config/directive.h"
#include "server/config/start_options.h"

namespace larder::server {

class ConfReader {
 public:
  explicit ConfReader(StartOptions& options) : options_(options) {}

  /// Applies each line, the first being number 1 in messages. Stops at the first error.
  std::optional<StartupMessage> read(std::string_view text);

  /// To be called after the last line: notes what was set without effect. The message is that of a directive which
  /// would lock something and cannot.
  std::optional<StartupMessage> finish();

 private:
  using Words = std::span<const std::string_view>;
  using Outcome = std::optional<std::string>;  // the reason of a refusal

  std::optional<StartupMessage> read(std::string_view text, int depth);
  std::optional<StartupMessage> include(std::string_view pattern, int depth);
  Outcome apply(Words words);
  Outcome apply_directive(const Directive& directive, Words words);
  Outcome apply_other(std::string_view name, Words words);
  void note_protection(int number, std::string_view line, std::string_view name);

  StartOptions& options_;
  std::set<const Directive*> seen_;
  std::set<std::string, std::less<>> others_without_effect_;
  std::map<const Directive*, StartupMessage> protections_;  // that have no effect
};

}  // namespace larder::server
