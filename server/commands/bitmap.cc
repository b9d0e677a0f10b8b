// The handlers of the bitmap commands, whose values are strings.
#include <algorithm>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/number.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/bits.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::BitField;
using store::BitOperation;
using store::kEventGeneric;
using store::kEventString;
using store::Keyspace;

namespace {

constexpr std::string_view kBadOffset = "ERR bit offset is not an integer or out of range";

/// Reads the offset of a bit, which must lie within the longest string. `#n` stands for the n-th field of `width` bits,
/// where that is not 0.
uint64_t read_offset(ArgReader& args, int64_t max_string_bytes, unsigned width = 0) {
  std::string_view word = args.bytes();
  const bool counts_fields = width > 0 && word.starts_with('#');
  if (counts_fields) word.remove_prefix(1);
  const auto number = base::parse_int64(word);
  int64_t offset = 0;
  const bool fits = number && !__builtin_mul_overflow(*number, counts_fields ? int64_t{width} : 1, &offset);
  if (!fits || offset < 0 || offset / 8 >= max_string_bytes) {
    args.fail(kBadOffset);
    return 0;
  }
  return static_cast<uint64_t>(offset);
}

size_t bytes_up_to(uint64_t bit) { return static_cast<size_t>(bit / 8 + 1); }

}  // namespace

// -- Single bits --

static void setbit(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t offset = read_offset(args, keys.settings().max_string_bytes);
  const bool bit = args.integer_between(0, 1, "ERR bit is not an integer or out of range") == 1;
  if (args.failed(reply)) return;
  const auto text = keys.read_string(key, reply, store::kWrite);
  if (!text) return;
  const bool before = store::bit_at(text.bytes(), offset);
  const size_t size = std::max(text.size(), bytes_up_to(offset));
  if (size == text.size() && before == bit) {
    keys.make_raw(key);
  } else {
    const size_t at = offset / 8;
    const unsigned mask = 0x80u >> offset % 8;
    const unsigned old = at < text.size() ? static_cast<uint8_t>(text.bytes()[at]) : 0u;
    const auto byte = static_cast<char>(bit ? old | mask : old & ~mask);
    keys.resize_string(key, size, at, {&byte, 1});
    keys.notify(kEventString, "setbit", key);
  }
  reply.integer(before ? 1 : 0);
}

static void getbit(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const uint64_t offset = read_offset(args, keys.settings().max_string_bytes);
  if (args.failed(reply)) return;
  if (const auto text = keys.read_string(key, reply)) reply.integer(store::bit_at(text.bytes(), offset) ? 1 : 0);
}

// -- Ranges --

namespace {

/// A range as BITCOUNT and BITPOS take it: in bytes or bits, negative from the end.
struct RangeArguments {
  int64_t start = 0;
  std::optional<int64_t> end;
  bool in_bits = false;

  void read_unit(ArgReader& args) {
    if (!args.more()) return;
    in_bits = args.token("BIT");
    if (!in_bits && !args.token("BYTE")) args.fail(protocol::kSyntaxError);
    args.expect_end();
  }
};

struct BitRange {
  uint64_t first, last;  // both included
};

/// The bits of a string of `size` bytes that a range names; nothing where it is empty.
std::optional<BitRange> bits_within(const RangeArguments& range, size_t size) {
  const auto total = static_cast<int64_t>(size) * (range.in_bits ? 8 : 1);
  const auto from_start = [&](int64_t place) { return place < 0 ? std::max<int64_t>(place + total, 0) : place; };
  const int64_t start = from_start(range.start);
  const int64_t end = std::min(range.end ? from_start(*range.end) : total, total - 1);
  if (start > end) return std::nullopt;
  const auto first = static_cast<uint64_t>(start), last = static_cast<uint64_t>(end);
  if (range.in_bits) return BitRange{first, last};
  return BitRange{first * 8, last * 8 + 7};
}

}  // namespace

static void bitcount(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  RangeArguments range;
  if (args.remaining() == 1) args.fail(protocol::kSyntaxError);
  if (args.more()) {
    const bool too_many = args.remaining() > 3;
    if (too_many) args.fail(protocol::kSyntaxError);
    range.start = args.integer();
    range.end = args.integer();
    range.read_unit(args);
  }
  if (args.failed(reply)) return;
  const auto text = keys.read_string(key, reply);
  if (!text) return;
  // Two places before the first bit would both become the first.
  const bool backwards = range.start < 0 && range.end && *range.end < 0 && range.start > *range.end;
  const auto bits = backwards ? std::nullopt : bits_within(range, text.size());
  const uint64_t count = bits ? store::count_bits(text.bytes(), bits->first, bits->last) : 0;
  reply.integer(static_cast<int64_t>(count));
}

static void bitpos(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const int64_t wanted = args.integer();
  if (wanted != 0 && wanted != 1) args.fail("ERR The bit argument must be 1 or 0.");
  RangeArguments range;
  if (args.remaining() > 3) args.fail(protocol::kSyntaxError);
  if (args.more()) range.start = args.integer();
  // The unit is looked at before the end.
  const auto end = args.more() ? std::optional(args.bytes()) : std::nullopt;
  range.read_unit(args);
  if (end && !args.failed()) range.end = args.integer_of(*end);
  if (args.failed(reply)) return;
  const auto text = keys.read_string(key, reply);
  if (!text) return;
  const bool bit = wanted == 1;
  if (text.absent()) return reply.integer(bit ? -1 : 0);
  const auto bits = bits_within(range, text.size());
  if (!bits) return reply.integer(-1);
  if (const auto found = store::find_bit(text.bytes(), bit, bits->first, bits->last)) {
    return reply.integer(static_cast<int64_t>(*found));
  }
  // Without an end the string goes on in zeros.
  reply.integer(bit || range.end ? -1 : static_cast<int64_t>(bits->last + 1));
}

// -- BITOP --

namespace {

struct NamedOperation {
  const char* name;
  BitOperation operation;
  size_t fewest = 1;  // source keys
};

constexpr NamedOperation kOperations[] = {{"AND", BitOperation::all},
                                          {"OR", BitOperation::any},
                                          {"XOR", BitOperation::odd},
                                          {"NOT", BitOperation::complement},
                                          {"DIFF", BitOperation::first_only, 2},
                                          {"DIFF1", BitOperation::others_only, 2},
                                          {"ANDOR", BitOperation::first_and_any, 2},
                                          {"ONE", BitOperation::in_exactly_one}};

/// Reads the operation and sees to it that the keys behind it are enough.
BitOperation read_operation(ArgReader& args) {
  for (const NamedOperation& each : kOperations) {
    if (!args.token(each.name)) continue;
    const size_t sources = args.remaining() - 1;
    if (each.operation == BitOperation::complement && sources != 1) {
      args.fail("ERR BITOP NOT must be called with a single source key.");
    } else if (sources < each.fewest) {
      args.fail(std::string("ERR BITOP ") + each.name + " must be called with at least two source keys.");
    }
    return each.operation;
  }
  args.fail(protocol::kSyntaxError);
  return BitOperation::all;
}

}  // namespace

static void bitop(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const BitOperation operation = read_operation(args);
  if (args.failed(reply)) return;
  const auto target = args.key();
  std::vector<std::string_view> sources;
  sources.reserve(args.remaining());
  while (args.more()) {
    const auto text = keys.read_string(args.key(), reply);
    if (!text) return;
    sources.push_back(text.bytes());
  }
  // A string of its own: the target may be one of the sources.
  const std::string result = store::combine_bits(operation, sources);
  if (result.empty()) {
    keys.del(target);
  } else {
    keys.put_string(target, result, {.form = store::StringForm::raw});
    keys.notify(kEventString, "set", target);
    // In words that every server knows.
    if (operation > BitOperation::complement && keys.wants_effects()) keys.effect({"SET", target, result});
  }
  reply.integer(static_cast<int64_t>(result.size()));
}

// -- BITFIELD --

namespace {

struct FieldCommand {
  enum class Kind : uint8_t { get, set, add };
  Kind kind;
  store::Overflow overflow;
  BitField field;
  uint64_t offset;
  int64_t number;  // of set and add

  bool writes() const { return kind != Kind::get; }
  uint64_t last_bit() const { return offset + field.width - 1; }
};

BitField read_field(ArgReader& args) {
  const std::string_view word = as_text(args.bytes());
  const bool is_signed = word.starts_with('i');
  const auto width = word.empty() ? std::nullopt : base::parse_int64(word.substr(1));
  if ((is_signed || word.starts_with('u')) && width && *width >= 1 && *width <= (is_signed ? 64 : 63)) {
    return {.is_signed = is_signed, .width = static_cast<unsigned>(*width)};
  }
  args.fail("ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.");
  return {};
}

store::Overflow read_overflow(ArgReader& args) {
  if (args.token("WRAP")) return store::Overflow::wrap;
  if (args.token("SAT")) return store::Overflow::saturate;
  if (!args.token("FAIL")) args.fail("ERR Invalid OVERFLOW type specified");
  return store::Overflow::fail;
}

std::optional<FieldCommand::Kind> read_kind(ArgReader& args) {
  if (args.remaining() >= 3 && args.token("GET")) return FieldCommand::Kind::get;
  if (args.remaining() >= 4 && args.token("SET")) return FieldCommand::Kind::set;
  if (args.remaining() >= 4 && args.token("INCRBY")) return FieldCommand::Kind::add;
  return std::nullopt;
}

std::vector<FieldCommand> read_field_commands(ArgReader& args, int64_t max_string_bytes) {
  std::vector<FieldCommand> commands;
  commands.reserve(args.remaining() / 3);
  auto overflow = store::Overflow::wrap;
  while (args.more()) {
    if (args.remaining() >= 2 && args.token("OVERFLOW")) {
      overflow = read_overflow(args);
      continue;
    }
    const auto kind = read_kind(args);
    if (!kind) {
      args.fail(protocol::kSyntaxError);
      continue;
    }
    const BitField field = read_field(args);
    const uint64_t offset = read_offset(args, max_string_bytes, field.width);
    const int64_t number = *kind == FieldCommand::Kind::get ? 0 : args.integer();
    commands.push_back({.kind = *kind, .overflow = overflow, .field = field, .offset = offset, .number = number});
  }
  return commands;
}

/// The length that a string must have for all that is written; 0 where nothing is.
size_t size_for(const std::vector<FieldCommand>& commands) {
  size_t size = 0;
  for (const FieldCommand& each : commands) {
    if (each.writes()) size = std::max(size, bytes_up_to(each.last_bit()));
  }
  return size;
}

using FieldResults = std::vector<std::optional<int64_t>>;

void write_results(ReplyWriter& reply, const FieldResults& results) {
  reply.array(results.size());
  for (const auto& result : results) result ? reply.integer(*result) : reply.null();
}

/// Executes the commands one after the other. `grown`: the string has been made or lengthened for them, which makes
/// each write a change. True where something was changed.
bool execute(const std::vector<FieldCommand>& commands, std::span<char> bytes, bool grown, FieldResults& results) {
  bool changed = false;
  for (const FieldCommand& each : commands) {
    const int64_t before = store::field_at({bytes.data(), bytes.size()}, each.field, each.offset);
    std::optional<int64_t> after = before;
    if (each.kind == FieldCommand::Kind::set) after = store::fitted(each.field, each.number, each.overflow);
    if (each.kind == FieldCommand::Kind::add) {
      after = store::field_sum(each.field, before, each.number, each.overflow);
    }
    const bool shows_old = after && each.kind == FieldCommand::Kind::set;
    results.push_back(shows_old ? before : after);
    if (!each.writes() || !after) continue;
    store::put_field(bytes, each.field, each.offset, *after);
    changed = changed || grown || *after != before;
  }
  return changed;
}

/// BITFIELD and BITFIELD_RO.
void run_fields(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool may_write) {
  const auto key = args.key();
  const auto commands = read_field_commands(args, keys.settings().max_string_bytes);
  const size_t needed = size_for(commands);
  if (needed > 0 && !may_write) args.fail("ERR BITFIELD_RO only supports the GET subcommand");
  if (args.failed(reply)) return;
  const auto text = keys.read_string(key, reply, needed > 0 ? store::kWrite : store::kRead);
  if (!text) return;
  FieldResults results;
  results.reserve(commands.size());
  if (needed == 0) {
    for (const FieldCommand& each : commands) {
      results.emplace_back(store::field_at(text.bytes(), each.field, each.offset));
    }
    return write_results(reply, results);
  }
  const bool grown = needed > text.size();
  const bool changed = keys.rewrite_string(key, std::max(needed, text.size()), [&](std::span<char> bytes) {
    return execute(commands, bytes, grown, results);
  });
  if (changed) keys.notify(kEventString, "setbit", key);
  write_results(reply, results);
}

}  // namespace

static void bitfield(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { run_fields(args, keys, reply, true); }

static void bitfield_ro(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { run_fields(args, keys, reply, false); }

namespace {

uint64_t growth_of_setbit(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  ArgReader reader(args, 2);
  const uint64_t offset = read_offset(reader, sizes.max_string_bytes());
  return reader.failed() ? 0 : sizes.string_growth(args[1], bytes_up_to(offset));
}

uint64_t growth_of_bitfield(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  ArgReader reader(args, 2);
  const size_t needed = size_for(read_field_commands(reader, sizes.max_string_bytes()));
  // A field that begins within the longest string may end behind it.
  return reader.failed() ? 0 : sizes.string_growth(args[1], std::min<uint64_t>(needed, sizes.max_string_bytes()));
}

/// The result is as long as the longest source, less what the target holds now, which is replaced.
uint64_t growth_of_bitop(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  uint64_t longest = 0;
  for (const std::string_view key : args.subspan(3)) longest = std::max<uint64_t>(longest, sizes.string_length(key));
  return longest - std::min<uint64_t>(longest, sizes.memory(args[2]));
}

/// Reads only where every subcommand is a GET, told from the words alone.
KeyUse use_of_bitfield(std::span<const std::string_view> args) {
  for (size_t i = 2; i < args.size(); ++i) {
    const size_t left = args.size() - i - 1;
    if (base::equals_ignoring_case(args[i], "GET") && left >= 2) {
      i += 2;
    } else if (base::equals_ignoring_case(args[i], "OVERFLOW") && left >= 1) {
      i += 1;
    } else {
      return KeyUse::modify_and_read;
    }
  }
  return KeyUse::read;
}

}  // namespace

// clang-format off
constexpr ArgSpec kSetbitArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "offset", .type = ArgType::integer},
    {.name = "value", .type = ArgType::integer}};
constexpr ArgSpec kGetbitArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "offset", .type = ArgType::integer}};
constexpr ArgSpec kUnits[] = {
    {.name = "byte", .type = ArgType::pure_token, .token = "BYTE"},
    {.name = "bit", .type = ArgType::pure_token, .token = "BIT"}};
constexpr ArgSpec kBitcountRange[] = {
    {.name = "start", .type = ArgType::integer}, {.name = "end", .type = ArgType::integer},
    {.name = "unit", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kUnits}};
constexpr ArgSpec kBitcountArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "range", .type = ArgType::block, .optional = true, .args = kBitcountRange}};
constexpr HistoryEntry kUnitHistory[] = {{"7.0.0", "Took `BYTE` and `BIT`."}};
constexpr ArgSpec kBitposEnd[] = {
    {.name = "end", .type = ArgType::integer},
    {.name = "unit", .type = ArgType::oneof, .since = "7.0.0", .optional = true, .args = kUnits}};
constexpr ArgSpec kBitposRange[] = {
    {.name = "start", .type = ArgType::integer},
    {.name = "end-unit-block", .type = ArgType::block, .optional = true, .args = kBitposEnd}};
constexpr ArgSpec kBitposArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "bit", .type = ArgType::integer},
    {.name = "range", .type = ArgType::block, .optional = true, .args = kBitposRange}};
constexpr ArgSpec kBitOperations[] = {
    {.name = "and", .type = ArgType::pure_token, .token = "AND"},
    {.name = "or", .type = ArgType::pure_token, .token = "OR"},
    {.name = "xor", .type = ArgType::pure_token, .token = "XOR"},
    {.name = "not", .type = ArgType::pure_token, .token = "NOT"},
    {.name = "diff", .type = ArgType::pure_token, .token = "DIFF", .since = "8.2.0"},
    {.name = "diff1", .type = ArgType::pure_token, .token = "DIFF1", .since = "8.2.0"},
    {.name = "andor", .type = ArgType::pure_token, .token = "ANDOR", .since = "8.2.0"},
    {.name = "one", .type = ArgType::pure_token, .token = "ONE", .since = "8.2.0"}};
constexpr HistoryEntry kBitopHistory[] = {{"8.2.0", "Took `DIFF`, `DIFF1`, `ANDOR` and `ONE`."}};
constexpr ArgSpec kBitopArgs[] = {
    {.name = "operation", .type = ArgType::oneof, .args = kBitOperations}, {.name = "destkey", .type = ArgType::key},
    {.name = "key", .type = ArgType::key, .multiple = true, .key_spec = 1}};
constexpr ArgSpec kEncodingAndOffset[] = {{.name = "encoding"}, {.name = "offset", .type = ArgType::integer}};
constexpr ArgSpec kFieldSet[] = {
    {.name = "encoding"}, {.name = "offset", .type = ArgType::integer}, {.name = "value", .type = ArgType::integer}};
constexpr ArgSpec kFieldIncrby[] = {
    {.name = "encoding"}, {.name = "offset", .type = ArgType::integer},
    {.name = "increment", .type = ArgType::integer}};
constexpr ArgSpec kOverflows[] = {
    {.name = "wrap", .type = ArgType::pure_token, .token = "WRAP"},
    {.name = "sat", .type = ArgType::pure_token, .token = "SAT"},
    {.name = "fail", .type = ArgType::pure_token, .token = "FAIL"}};
constexpr ArgSpec kFieldWriteOperations[] = {
    {.name = "set-block", .type = ArgType::block, .token = "SET", .args = kFieldSet},
    {.name = "incrby-block", .type = ArgType::block, .token = "INCRBY", .args = kFieldIncrby}};
constexpr ArgSpec kFieldWrite[] = {
    {.name = "overflow-block", .type = ArgType::oneof, .token = "OVERFLOW", .optional = true, .args = kOverflows},
    {.name = "write-operation", .type = ArgType::oneof, .args = kFieldWriteOperations}};
constexpr ArgSpec kFieldOperations[] = {
    {.name = "get-block", .type = ArgType::block, .token = "GET", .args = kEncodingAndOffset},
    {.name = "write", .type = ArgType::block, .args = kFieldWrite}};
constexpr ArgSpec kBitfieldArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "operation", .type = ArgType::oneof, .optional = true, .multiple = true, .args = kFieldOperations}};
constexpr ArgSpec kBitfieldRoArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "get-block", .type = ArgType::block, .token = "GET", .optional = true, .multiple = true,
     .multiple_token = true, .args = kEncodingAndOffset}};

constexpr CommandSpec kBitmapCommands[] = {
    {.name = "setbit", .group = Group::bitmap, .since = "2.2.0", .arity = exactly(4), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify_and_read), .complexity = "O(1), O(N) in the bytes padded",
     .summary = "Sets or clears a bit of a string, padding it with zero bytes up to there; returns what it was.",
     .args = kSetbitArgs, .grows_by = growth_of_setbit, .handler = setbit},
    {.name = "getbit", .group = Group::bitmap, .since = "2.2.0", .arity = exactly(3), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1)", .summary = "Returns a bit of a string.",
     .args = kGetbitArgs, .handler = getbit},
    {.name = "bitcount", .group = Group::bitmap, .since = "2.6.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the bytes counted",
     .summary = "Counts the bits that are set in a string or a part of it.", .history = kUnitHistory,
     .args = kBitcountArgs, .handler = bitcount},
    {.name = "bitpos", .group = Group::bitmap, .since = "2.8.7", .arity = at_least(3), .flags = kReadOnly,
     .keys = key_at(1, KeyUse::read), .complexity = "O(N) in the bytes looked at",
     .summary = "Finds the first bit of a string, or of a part of it, that is set or clear.",
     .history = kUnitHistory, .args = kBitposArgs, .handler = bitpos},
    {.name = "bitop", .group = Group::bitmap, .since = "2.6.0", .arity = at_least(4), .flags = kWrite | kDenyOom,
     .keys = {key_at(2, KeyUse::replace), keys_from(3, KeyUse::read)},
     .complexity = "O(N) in the lengths of all strings",
     .summary = "Combines strings bit by bit and stores the result in another.", .history = kBitopHistory,
     .args = kBitopArgs, .grows_by = growth_of_bitop, .handler = bitop},
    {.name = "bitfield", .group = Group::bitmap, .since = "3.2.0", .arity = at_least(2), .flags = kWrite | kDenyOom,
     .keys = key_at(1, KeyUse::modify_and_read | KeyUse::variable, "reads only where all it does is GET"),
     .key_use = use_of_bitfield, .complexity = "O(1) for each subcommand",
     .summary = "Reads and changes integers of any width anywhere in a string.", .args = kBitfieldArgs,
     .grows_by = growth_of_bitfield, .handler = bitfield},
    {.name = "bitfield_ro", .group = Group::bitmap, .since = "6.0.0", .arity = at_least(2), .flags = kReadOnly | kFast,
     .keys = key_at(1, KeyUse::read), .complexity = "O(1) for each subcommand",
     .summary = "Reads integers of any width anywhere in a string.", .args = kBitfieldRoArgs,
     .handler = bitfield_ro},
};
// clang-format on
static_assert(well_formed(kBitmapCommands));

std::span<const CommandSpec> bitmap_commands() { return kBitmapCommands; }

}  // namespace larder::server::commands
