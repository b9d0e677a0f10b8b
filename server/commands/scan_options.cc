// See scan_options.h.
#include "server/commands/scan_options.h"

#include <cerrno>
#include <cstdlib>

#include "base/ascii.h"
#include "base/glob.h"
#include "protocol/wire_text.h"

namespace larder::server::commands {

uint64_t read_cursor(protocol::ArgReader& args) {
  const std::string text(args.bytes());
  const bool leading_space = !text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'));
  char* end = nullptr;
  errno = 0;
  const uint64_t cursor = std::strtoull(text.c_str(), &end, 10);
  if (leading_space || errno == ERANGE || end != text.c_str() + text.size()) args.fail(protocol::kInvalidCursor);
  return cursor;
}

ScanOptions ScanOptions::read(protocol::ArgReader& args, Extra extra) {
  ScanOptions options;
  while (args.more()) {
    if (args.remaining() >= 2 && args.token("COUNT")) {
      const int64_t count = args.integer();
      if (count < 1) args.fail(protocol::kSyntaxError);
      options.count = static_cast<size_t>(count);
    } else if (args.remaining() >= 2 && args.token("MATCH")) {
      options.pattern = args.bytes();
    } else if (extra == Extra::type && args.remaining() >= 2 && args.token("TYPE")) {
      options.type = args.bytes();
    } else if (extra == Extra::no_values && args.token("NOVALUES")) {
      options.no_values = true;
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  if (options.pattern == "*") options.pattern.reset();
  return options;
}

bool ScanOptions::matches(std::string_view name) const { return !pattern || base::glob_match(*pattern, name); }

bool ScanOptions::matches_type(std::string_view type_name) const {
  return !type || base::equals_ignoring_case(*type, type_name);
}

void write_scan(protocol::ReplyWriter& reply, uint64_t next, std::span<const std::string> found) {
  reply.array(2);
  reply.bulk(std::to_string(next));
  reply.array(found.size());
  for (const std::string& name : found) reply.bulk(name);
}

}  // namespace larder::server::commands
