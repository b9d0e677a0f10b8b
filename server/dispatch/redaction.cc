// Hiding passwords; see redaction.h.
#include "server/dispatch/redaction.h"

#include <algorithm>

#include "base/ascii.h"

namespace larder::server {

namespace {

constexpr std::string_view kHidden = "(redacted)";

bool is_secret_directive(std::string_view name) {
  constexpr std::string_view kSecret[] = {"requirepass", "masterauth", "masteruser", "tls-key-file-pass",
                                          "tls-client-key-file-pass"};
  return std::any_of(std::begin(kSecret), std::end(kSecret),
                     [&](std::string_view secret) { return base::equals_ignoring_case(secret, name); });
}

/// Calls hide(index) for each word that is a secret.
template <class Hide>
void for_each_secret(const CommandSpec& spec, std::span<const std::string_view> args, Hide&& hide) {
  if (spec.name == "auth") {
    for (size_t i = 1; i < args.size(); ++i) hide(i);
  } else if (spec.name == "hello") {
    for (size_t i = 2; i + 2 < args.size(); ++i) {
      if (!base::equals_ignoring_case(args[i], "AUTH")) continue;
      hide(i + 1);
      hide(i + 2);
      i += 2;
    }
  } else if (spec.name == "config|set") {
    for (size_t i = 2; i + 1 < args.size(); i += 2) {
      if (is_secret_directive(args[i])) hide(i + 1);
    }
  }
}

}  // namespace

std::span<const std::string_view> redacted(const CommandSpec& spec, std::span<const std::string_view> args,
                                           std::vector<std::string_view>& storage) {
  storage.clear();
  for_each_secret(spec, args, [&](size_t index) {
    if (storage.empty()) storage.assign(args.begin(), args.end());
    storage[index] = kHidden;
  });
  return storage.empty() ? args : std::span<const std::string_view>(storage);
}

}  // namespace larder::server
