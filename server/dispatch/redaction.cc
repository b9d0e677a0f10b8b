// Hiding passwords; see redaction.h.
#include "server/dispatch/redaction.h"

namespace larder::server {

std::span<const std::string_view> redacted(const CommandSpec& spec, std::span<const std::string_view> args,
                                           std::vector<std::string_view>& storage) {
  if (spec.hide_secrets == nullptr) return args;
  storage.assign(args.begin(), args.end());
  spec.hide_secrets(storage);
  return storage;
}

}  // namespace larder::server
