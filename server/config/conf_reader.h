// Lines of a conf file, one after the other, into StartOptions. Arguments of the command line arrive here as such lines
// too. Thread rule: one thread; it opens the files that `include` names.
#pragma once

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

  /// To be called behind the last line: notes what was set without effect.
  void finish();

 private:
  using Words = std::span<const std::string_view>;
  using Outcome = std::optional<std::string>;  // the reason of a refusal

  std::optional<StartupMessage> read(std::string_view text, int depth);
  std::optional<StartupMessage> include(std::string_view pattern, int depth);
  Outcome apply(Words words);
  Outcome apply_directive(const Directive& directive, Words words);
  Outcome apply_other(std::string_view name, Words words);

  StartOptions& options_;
  std::set<const Directive*> seen_;
  std::set<std::string, std::less<>> others_without_effect_;
};

}  // namespace larder::server
