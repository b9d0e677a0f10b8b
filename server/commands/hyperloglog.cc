// The handlers of the HyperLogLog commands, whose values are strings.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/key_sizes.h"
#include "store/core/keyspace.h"
#include "store/values/hyperloglog.h"

namespace larder::server::commands {

namespace hll = store::hll;

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Errc;
using store::kEventString;
using store::Keyspace;

namespace {

/// The HyperLogLog at a key, which may be absent; false where the key holds something else, which is replied.
store::FoundString find_hyperloglog(Keyspace& keys, std::string_view key, ReplyWriter& reply, unsigned how) {
  const auto text = keys.read_string(key, reply, how);
  if (!text || text.absent() || hll::is_hyperloglog(text.bytes())) return text;
  write_error(reply, Errc::not_a_hyperloglog);
  return {};
}

/// The same for a command that may change it, which makes the string raw even where nothing is changed in the end.
store::FoundString find_to_change(Keyspace& keys, std::string_view key, ReplyWriter& reply, unsigned how) {
  const auto text = find_hyperloglog(keys, key, reply, how);
  if (text && !text.absent()) keys.make_raw(key);
  return text;
}

/// Stores one that was changed outside the key. What is dense never grows: it gets exactly its size.
void put(Keyspace& keys, std::string_view key, std::string_view bytes) {
  keys.put_string(key, bytes, {.keep_deadline = true, .form = store::StringForm::raw});
}

std::vector<hll::Hit> hits_of(ArgReader& args) {
  std::vector<hll::Hit> hits;
  hits.reserve(args.remaining());
  while (args.more()) hits.push_back(hll::hit_of(args.bytes()));
  return hits;
}

/// PFADD to a key that holds a dense one, in place. True where a register was raised.
bool add_to_dense(Keyspace& keys, std::string_view key, std::string_view bytes, std::span<const hll::Hit> hits) {
  if (!hll::would_raise(bytes, hits)) return false;
  return keys.rewrite_string(key, bytes.size(), [&](std::span<char> dense) {
    hll::raise(dense, hits);
    hll::invalidate_count(dense);
    return true;
  });
}

}  // namespace

static void pfadd(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto key = args.key();
  const auto text = find_to_change(keys, key, reply, store::kWrite);
  if (!text) return;
  const auto hits = hits_of(args);
  bool raised = false;
  if (!text.absent() && hll::is_dense(text.bytes())) {
    raised = add_to_dense(keys, key, text.bytes(), hits);
  } else {
    std::string bytes = text.absent() ? hll::make_empty() : std::string(text.bytes());
    const auto result = hll::raise(bytes, hits, keys.limits().hll_sparse_max_bytes);
    if (!result) return write_error(reply, result.error());
    raised = *result || text.absent();
    if (text.absent()) hll::invalidate_count(bytes);  // Redis does, though it is known to be 0
    if (raised) put(keys, key, bytes);
  }
  if (raised) keys.notify(kEventString, "pfadd", key);
  reply.integer(raised ? 1 : 0);
}

/// Of one key, which remembers its count.
static void count_one(Keyspace& keys, std::string_view key, ReplyWriter& reply) {
  const auto text = find_to_change(keys, key, reply, store::kRead);
  if (!text) return;
  if (text.absent()) return reply.integer(0);
  if (const auto known = hll::known_count(text.bytes())) return reply.integer(static_cast<int64_t>(*known));
  const auto count = hll::count(text.bytes());
  if (!count) return write_error(reply, count.error());
  const auto field = hll::count_field(*count);
  keys.resize_string(key, text.size(), hll::kCountAt, {field.data(), field.size()});
  reply.integer(static_cast<int64_t>(*count));
}

namespace {

/// The registers of several HyperLogLogs together.
struct Merged {
  hll::Registers registers{};
  bool dense = false;  // one of them is

  /// Of those at the keys that are left. Null after an error, which has been replied.
  static std::unique_ptr<Merged> read(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
    auto merged = std::make_unique<Merged>();
    while (args.more()) {
      const auto text = find_hyperloglog(keys, args.key(), reply, store::kRead);
      if (!text) return nullptr;
      if (text.absent()) continue;
      merged->dense = merged->dense || hll::is_dense(text.bytes());
      if (const auto done = hll::merge_into(merged->registers, text.bytes()); !done) {
        write_error(reply, done.error());
        return nullptr;
      }
    }
    return merged;
  }
};

}  // namespace

static void pfcount(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  if (args.remaining() == 1) return count_one(keys, args.key(), reply);
  const auto merged = Merged::read(args, keys, reply);
  if (merged != nullptr) reply.integer(static_cast<int64_t>(hll::count(merged->registers)));
}

static void pfmerge(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto target = args.peek();  // a source, too
  const auto merged = Merged::read(args, keys, reply);
  if (merged == nullptr) return;
  std::vector<hll::Hit> hits;
  hits.reserve(hll::kRegisters);
  for (size_t i = 0; i < hll::kRegisters; ++i) {
    const uint8_t rank = merged->registers[i];
    if (rank != 0) hits.push_back({.index = static_cast<uint16_t>(i), .rank = rank});
  }
  const auto old = find_to_change(keys, target, reply, store::kWrite);
  std::string bytes = old.absent() ? hll::make_empty() : std::string(old.bytes());
  if (merged->dense) {
    auto made = hll::made_dense(bytes);
    if (!made) return write_error(reply, made.error());
    bytes = std::move(*made);
  }
  const auto raised = hll::raise(bytes, hits, keys.limits().hll_sparse_max_bytes);
  if (!raised) return write_error(reply, raised.error());
  hll::invalidate_count(bytes);
  put(keys, target, bytes);
  keys.notify(kEventString, "pfadd", target);
  reply.ok();
}

// -- Looking inside --

namespace {

constexpr std::string_view kNotSparse = "ERR HLL encoding is not sparse";

/// Makes the one at a key dense. True where it was sparse, nothing where that failed, which is replied.
std::optional<bool> make_dense(Keyspace& keys, std::string_view key, std::string_view bytes, ReplyWriter& reply) {
  if (hll::is_dense(bytes)) return false;
  const auto dense = hll::made_dense(bytes);
  if (!dense) {
    write_error(reply, dense.error());
    return std::nullopt;
  }
  put(keys, key, *dense);
  return true;
}

void write_registers(Keyspace& keys, std::string_view key, std::string_view bytes, ReplyWriter& reply) {
  const auto registers = std::make_unique<hll::Registers>();
  if (const auto merged = hll::merge_into(*registers, bytes); !merged) return write_error(reply, merged.error());
  if (!make_dense(keys, key, bytes, reply)) return;
  reply.array(registers->size());
  for (const uint8_t value : *registers) reply.integer(value);
}

void write_runs(std::string_view bytes, ReplyWriter& reply) {
  if (hll::is_dense(bytes)) return reply.error(kNotSparse);
  const auto words = hll::runs_in_words(bytes);
  words ? reply.bulk(*words) : write_error(reply, words.error());
}

}  // namespace

static void pfdebug(ArgReader& args, Keyspace& keys, ReplyWriter& reply) {
  const auto all = args.all();
  ArgReader word(all.first(2));
  const auto key = all[2];
  const auto text = find_to_change(keys, key, reply, store::kWrite);
  if (!text) return;
  if (text.absent()) return reply.error("ERR The specified key does not exist");
  if (word.token("GETREG")) return write_registers(keys, key, text.bytes(), reply);
  if (word.token("DECODE")) return write_runs(text.bytes(), reply);
  if (word.token("ENCODING")) return reply.simple(hll::is_dense(text.bytes()) ? "dense" : "sparse");
  if (!word.token("TODENSE")) {
    return reply.error(fmt::format("ERR Unknown PFDEBUG subcommand '{}'", as_text(all[1])));
  }
  const auto made = make_dense(keys, key, text.bytes(), reply);
  if (made) reply.integer(*made ? 1 : 0);
}

static void pfselftest(ArgReader&, Keyspace&, ReplyWriter& reply) {
  const std::string wrong = hll::self_test();
  wrong.empty() ? reply.ok() : reply.error("TESTFAILED " + wrong);
}

namespace {

/// By how much a HyperLogLog of `length` bytes grows that needs up to `more` bytes more: where these are too many for
/// the sparse form, it becomes dense.
uint64_t growth_by(size_t length, uint64_t more, const store::KeySizes& sizes) {
  if (length >= hll::kDenseSize) return 0;
  const bool may_be_dense = length + more > sizes.limits().hll_sparse_max_bytes;
  return may_be_dense ? hll::kDenseSize - length : more;
}

uint64_t growth_of_pfadd(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  constexpr uint64_t kMostForOne = 3;  // a long run of zeros, of two bytes, becomes run, value, run: five
  return growth_by(sizes.string_length(args[1]), kMostForOne * (args.size() - 2), sizes);
}

uint64_t growth_of_pfmerge(std::span<const std::string_view> args, const store::KeySizes& sizes) {
  uint64_t all = 0;
  for (const std::string_view key : args.subspan(2)) all += sizes.string_length(key);
  return growth_by(sizes.string_length(args[1]), all, sizes);
}

}  // namespace

// clang-format off
constexpr ArgSpec kPfaddArgs[] = {
    {.name = "key", .type = ArgType::key}, {.name = "element", .optional = true, .multiple = true}};
constexpr ArgSpec kPfcountArgs[] = {{.name = "key", .type = ArgType::key, .multiple = true}};
constexpr ArgSpec kPfmergeArgs[] = {
    {.name = "destkey", .type = ArgType::key},
    {.name = "sourcekey", .type = ArgType::key, .optional = true, .multiple = true, .key_spec = 1}};
constexpr ArgSpec kPfdebugArgs[] = {{.name = "subcommand"}, {.name = "key", .type = ArgType::key}};

constexpr CommandSpec kHyperloglogCommands[] = {
    {.name = "pfadd", .group = Group::hyperloglog, .since = "2.8.9", .arity = at_least(2),
     .flags = kWrite | kDenyOom | kFast, .keys = key_at(1, KeyUse::add), .complexity = "O(1) for each element",
     .summary = "Adds elements to a HyperLogLog, creating it if need be.", .args = kPfaddArgs,
     .grows_by = growth_of_pfadd, .handler = pfadd},
    {.name = "pfcount", .group = Group::hyperloglog, .since = "2.8.9", .arity = at_least(2),
     .flags = kReadOnly | kMayReplicate,
     .keys = KeySpec{.use = KeyUse::rw | KeyUse::access, .position = 1, .last = -1, .notes = "one key keeps its count"},
     .complexity = "O(1) for each key",
     .summary = "Estimates how many different elements were added to one HyperLogLog, or to any of several.",
     .args = kPfcountArgs, .handler = pfcount},
    {.name = "pfmerge", .group = Group::hyperloglog, .since = "2.8.9", .arity = at_least(2), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::rw | KeyUse::access | KeyUse::insert), keys_from(2, KeyUse::read)},
     .complexity = "O(1) for each key", .summary = "Makes a HyperLogLog the union of itself and of others.",
     .args = kPfmergeArgs, .grows_by = growth_of_pfmerge, .handler = pfmerge},
    {.name = "pfdebug", .group = Group::hyperloglog, .since = "2.8.9", .arity = exactly(3),
     .flags = kWrite | kDenyOom | kAdmin, .keys = key_at(2, KeyUse::rw | KeyUse::access), .complexity = "O(1)",
     .summary = "Looks inside a HyperLogLog: GETREG, DECODE, ENCODING; or makes it dense: TODENSE.",
     .args = kPfdebugArgs, .system = true, .handler = pfdebug},
    {.name = "pfselftest", .group = Group::hyperloglog, .since = "2.8.9", .arity = exactly(1), .flags = kAdmin,
     .complexity = "O(1)", .summary = "Tests the implementation of HyperLogLogs.", .system = true,
     .locking = Locking::none, .handler = pfselftest},
};
// clang-format on
static_assert(well_formed(kHyperloglogCommands));

std::span<const CommandSpec> hyperloglog_commands() { return kHyperloglogCommands; }

}  // namespace larder::server::commands
