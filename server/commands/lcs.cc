// LCS.
#include "store/values/lcs.h"
#include "server/dispatch/command_groups.h"

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "store/core/keyspace.h"

namespace larder::server::commands {

namespace {

struct LcsOptions {
  bool length_only = false, indexes = false, with_lengths = false;
  size_t least_length = 0;
};

LcsOptions read_options(protocol::ArgReader& args) {
  LcsOptions options;
  while (args.more() && !args.failed()) {
    if (args.token("LEN")) {
      options.length_only = true;
    } else if (args.token("IDX")) {
      options.indexes = true;
    } else if (args.token("WITHMATCHLEN")) {
      options.with_lengths = true;
    } else if (args.remaining() >= 2 && args.token("MINMATCHLEN")) {
      const int64_t least = args.integer();
      options.least_length = least < 0 ? 0 : static_cast<size_t>(least);
    } else {
      args.fail(protocol::kSyntaxError);
    }
  }
  return options;
}

void write_ranges(protocol::ReplyWriter& reply, const store::CommonSubsequence& common, const LcsOptions& options) {
  reply.map(2);
  reply.bulk("matches");
  const auto begun = reply.begin_array();
  size_t shown = 0;
  for (const store::CommonRange& range : common.ranges) {
    if (range.length() < options.least_length) continue;
    ++shown;
    reply.array(options.with_lengths ? 3 : 2);
    reply.array(2);
    reply.integer(static_cast<int64_t>(range.first_start));
    reply.integer(static_cast<int64_t>(range.first_end));
    reply.array(2);
    reply.integer(static_cast<int64_t>(range.second_start));
    reply.integer(static_cast<int64_t>(range.second_end));
    if (options.with_lengths) reply.integer(static_cast<int64_t>(range.length()));
  }
  reply.end_array(begun, shown);
  reply.bulk("len");
  reply.integer(static_cast<int64_t>(common.length));
}

}  // namespace

static void lcs(protocol::ArgReader& args, store::Keyspace& keys, protocol::ReplyWriter& reply) {
  const auto first = keys.find_string(args.key(), store::kRead);
  const auto second = keys.find_string(args.key(), store::kRead);
  if (!first || !second) return reply.error("ERR The specified keys must contain string values");
  const LcsOptions options = read_options(args);
  if (args.failed(reply)) return;
  if (options.indexes && options.length_only) {
    return reply.error("ERR If you want both the length and indexes, please just use IDX.");
  }
  const std::string_view a = first->value_or(std::string_view{}), b = second->value_or(std::string_view{});
  // The scratch table is bounded as a request is.
  if ((a.size() + 1) > static_cast<size_t>(keys.settings().max_string_bytes) / sizeof(uint32_t) / (b.size() + 1)) {
    return reply.error("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  const store::CommonSubsequence common = store::longest_common_subsequence(a, b);
  if (options.indexes) return write_ranges(reply, common, options);
  if (options.length_only) return reply.integer(static_cast<int64_t>(common.length));
  reply.bulk(common.text);
}

// clang-format off
constexpr ArgSpec kLcsArgs[] = {
    {.name = "key1", .type = ArgType::key}, {.name = "key2", .type = ArgType::key},
    {.name = "len", .type = ArgType::pure_token, .token = "LEN", .optional = true},
    {.name = "idx", .type = ArgType::pure_token, .token = "IDX", .optional = true},
    {.name = "min-match-len", .type = ArgType::integer, .token = "MINMATCHLEN", .optional = true},
    {.name = "withmatchlen", .type = ArgType::pure_token, .token = "WITHMATCHLEN", .optional = true}};

constexpr CommandSpec kLcsCommands[] = {
    {.name = "lcs", .group = Group::string, .since = "7.0.0", .arity = at_least(3), .flags = kReadOnly,
     .keys = keys_from(1, KeyUse::read, 1), .complexity = "O(N*M) in the two lengths",
     .summary = "Finds the longest common subsequence of two strings, its length or where it matches.",
     .args = kLcsArgs, .handler = lcs},
};
// clang-format on
static_assert(well_formed(kLcsCommands));

std::span<const CommandSpec> lcs_commands() { return kLcsCommands; }

}  // namespace larder::server::commands
