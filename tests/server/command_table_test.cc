// The table of commands: lookup and keys. What COMMAND says of each row is compared with real servers by
// tests/oracle/command_oracle_test.cc.

#include "server/dispatch/command_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "server/dispatch/command_describe.h"

namespace larder::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string_view>;

// --- Form of rows
// -----------------------------------------------------------------------------------------------------

void no_handler(protocol::ArgReader&, CommandContext&, protocol::ReplyWriter&) {}

constexpr CommandSpec row(std::string_view name) {
  return {.name = name,
          .since = "1.0.0",
          .arity = at_least(2),
          .complexity = "O(1)",
          .summary = "Does nothing.",
          .handler = SessionHandler{no_handler}};
}

constexpr CommandSpec with_keys(CommandSpec spec, KeySpecs keys, CommandFlags flags = 0) {
  spec.keys = keys;
  spec.flags = flags;
  return spec;
}

static_assert(well_formed(row("get")));
static_assert(!well_formed(row("Get")));
static_assert(!well_formed(row("")));
static_assert(!well_formed(row("config|")));
static_assert(!well_formed(row("a-name-that-is-longer-than-any")));
static_assert(!well_formed(with_keys(row("get"), key_at(2, KeyUse::read))), "the key lies behind the least arity");
static_assert(well_formed(with_keys(row("get"), key_at(2, KeyUse::read), kNoMandatoryKeys)));
static_assert(!well_formed(with_keys(row("get"), key_at(1, KeyUse::modify), kReadOnly)), "a reader that writes");
static_assert(!well_formed(with_keys(row("get"), key_at(1, KeyUse::read), kReadOnly | kWrite)));
static_assert(!well_formed(with_keys(row("get"), key_at(1, KeyUse::read | KeyUse::variable))), "nothing resolves it");

// What is locked may depend on the arguments.
constexpr Locking all_with_by(std::span<const std::string_view> args) {
  return args.size() > 2 && args[2] == "BY" ? Locking::all_shards : Locking::keys;
}
constexpr CommandSpec with_locking(Locking locking, Locking (*locking_for)(std::span<const std::string_view>)) {
  CommandSpec spec = with_keys(row("sort"), key_at(1, KeyUse::read));
  spec.locking = locking;
  spec.locking_for = locking_for;
  return spec;
}
static_assert(well_formed(with_locking(Locking::by_arguments, all_with_by)));
static_assert(!well_formed(with_locking(Locking::by_arguments, nullptr)), "nothing says what is locked");
static_assert(!well_formed(with_locking(Locking::keys, all_with_by)), "says it although the row does");

TEST(Rows, SayWhatIsLockedByTheArguments) {
  constexpr CommandSpec kSort = with_locking(Locking::by_arguments, all_with_by);
  EXPECT_EQ(kSort.locking_of(Words{"SORT", "k"}), Locking::keys);
  EXPECT_EQ(kSort.locking_of(Words{"SORT", "k", "BY", "w_*"}), Locking::all_shards);
  EXPECT_EQ(with_keys(row("get"), key_at(1, KeyUse::read)).locking_of(Words{"GET", "k"}), Locking::keys);
}

constexpr CommandSpec kTwice[] = {row("get"), row("get")};
static_assert(!well_formed(kTwice));
constexpr CommandSpec kOrphan[] = {row("config|get")};
static_assert(!well_formed(kOrphan));

static_assert(accepts(exactly(2), 2) && !accepts(exactly(2), 3));
static_assert(accepts(at_least(2), 3) && !accepts(at_least(2), 1));

// --- Lookup
// -----------------------------------------------------------------------------------------------------------

TEST(CommandTable, FindsEveryRowInAnyCase) {
  const auto& table = CommandTable::instance();
  for (const CommandSpec& spec : table.all()) {
    std::string upper(spec.name);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_EQ(table.find_full_name(spec.name), &spec) << spec.name;
    EXPECT_EQ(table.find_full_name(upper), &spec) << spec.name;
    EXPECT_EQ(table.find(spec.name) == &spec, !spec.is_subcommand()) << spec.name;
  }
}

TEST(CommandTable, IdsAreDense) {
  const auto& table = CommandTable::instance();
  for (size_t id = 0; id < table.all().size(); ++id) EXPECT_EQ(table.id_of(table.all()[id]), id);
}

TEST(CommandTable, SubcommandsFollowTheirContainer) {
  const auto& table = CommandTable::instance();
  size_t rows = table.top_level_count();
  for (const CommandSpec& spec : table.all()) {
    const auto subcommands = table.subcommands_of(spec);
    EXPECT_EQ(subcommands.empty(), !spec.container) << spec.name;
    for (const CommandSpec& subcommand : subcommands) {
      EXPECT_EQ(subcommand.container_name(), spec.name);
      EXPECT_EQ(table.find_subcommand(spec, subcommand.own_name()), &subcommand);
    }
    rows += subcommands.size();
  }
  EXPECT_EQ(rows, table.all().size());
}

TEST(CommandTable, KnowsNoOtherNames) {
  const auto& table = CommandTable::instance();
  using namespace std::string_view_literals;
  for (const auto name : {""sv, "command|count"sv, "command "sv, "commanc"sv, "command\0"sv, "\0"sv, "count"sv,
                          "c\x0fmmand"sv, "c\xcfmmand"sv, "commandcommandcommandcomma"sv}) {
    EXPECT_EQ(table.find(name), nullptr) << name;
  }
  EXPECT_EQ(table.find(std::string(1 << 20, 'g')), nullptr);
}

TEST(CommandTable, FoldsOnlyLetters) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    EXPECT_EQ(detail::fold_case(static_cast<uint64_t>(byte) << 24), static_cast<uint64_t>(upper ? byte + 32 : byte)
                                                                        << 24);
  }
}

TEST(CommandTable, ResolvesRequests) {
  const auto& table = CommandTable::instance();
  const auto name_of = [&](const Words& words) {
    const CommandSpec* spec = table.resolve(words);
    return spec == nullptr ? std::string_view("none") : spec->name;
  };
  EXPECT_EQ(name_of({}), "none");
  EXPECT_EQ(name_of({"COMMAND"}), "command");
  EXPECT_EQ(name_of({"command", "Count"}), "command|count");
  EXPECT_EQ(name_of({"command", "nothing"}), "none");
  EXPECT_EQ(name_of({"READONLY", "x"}), "readonly");
}

TEST(CommandTable, RefusesTheSameNameTwice) {
  const std::span<const CommandSpec> groups[] = {kTwice};
  EXPECT_THROW(CommandTable{groups}, std::logic_error);
}

// What dispatch locks must cover what a command writes; commands without declared keys lock everything or walk, and
// those with keys that no specification can tell (SORT) look at their arguments.
TEST(CommandTable, WritersLockWhatTheyWrite) {
  for (const CommandSpec& spec : CommandTable::instance().all()) {
    if (!spec.keys.empty()) {
      const bool told = std::none_of(spec.keys.begin(), spec.keys.end(),
                                     [](const KeySpec& key) { return key.begin == KeySpec::Begin::unknown; });
      EXPECT_EQ(spec.locking, told ? Locking::keys : Locking::by_arguments) << spec.name;
    } else if (spec.is(kWrite)) {
      EXPECT_EQ(spec.locking, Locking::all_shards) << spec.name;
    } else if (spec.is(kReadOnly) && spec.handler.kind() == Handler::Kind::data) {
      EXPECT_EQ(spec.locking, Locking::walk) << spec.name;
    }
  }
}

TEST(CommandTable, MarkdownHasEveryCommandThatCanBeCalled) {
  const std::string text = commands_markdown();
  EXPECT_THAT(text, HasSubstr("| `COMMAND COUNT` | 2.8.13 | "));
  EXPECT_THAT(text, HasSubstr("### server\n"));
}

// --- Keys
// -------------------------------------------------------------------------------------------------------------

std::vector<size_t> keys_in(const KeySpecs& keys, const Words& words) {
  const CommandSpec spec{.name = "test", .keys = keys};
  std::vector<size_t> visited;
  const size_t count = for_each_key(spec, words, [&](size_t index, KeyUse) { visited.push_back(index); });
  EXPECT_EQ(count, visited.size());
  std::vector<KeyPosition> extracted;
  extract_keys(spec, words, extracted);
  EXPECT_EQ(extracted.size(), visited.size());
  for (size_t i = 0; i < std::min(extracted.size(), visited.size()); ++i) EXPECT_EQ(extracted[i].index, visited[i]);
  return visited;
}

constexpr auto kRead = KeyUse::read;

TEST(Keys, AtOnePlace) {
  EXPECT_THAT(keys_in(key_at(1, kRead), {"get", "a"}), ElementsAre(1));
  EXPECT_THAT(keys_in(key_at(1, kRead), {"get"}), IsEmpty());
  EXPECT_THAT(keys_in(key_at(2, kRead), {"object", "encoding", "a", "b"}), ElementsAre(2));
  EXPECT_THAT(keys_in({}, {"ping", "a"}), IsEmpty());
}

TEST(Keys, InRanges) {
  EXPECT_THAT(keys_in(keys_from(1, kRead), {"mget", "a", "b", "a"}), ElementsAre(1, 2, 3));
  EXPECT_THAT(keys_in(keys_from(1, kRead), {"mget"}), IsEmpty());
  EXPECT_THAT(keys_in(keys_from(1, kRead, -1, 2), {"mset", "a", "1", "b", "2"}), ElementsAre(1, 3));
  EXPECT_THAT(keys_in(keys_from(1, kRead, -1, 2), {"mset", "a", "1", "b"}), ElementsAre(1, 3));
  EXPECT_THAT(keys_in(keys_from(1, kRead, 1), {"lcs", "a", "b", "LEN"}), ElementsAre(1, 2));
  EXPECT_THAT(keys_in(keys_from(1, kRead, -2), {"blpop", "a", "b", "0"}), ElementsAre(1, 2));
  EXPECT_THAT(keys_in(keys_from(1, kRead, -5), {"blpop", "a", "b"}), IsEmpty());
}

TEST(Keys, InHalfOfWhatIsLeft) {
  KeySpec xread = keys_from(1, kRead);
  xread.begin = KeySpec::Begin::keyword;
  xread.keyword = "STREAMS";
  xread.limit = 2;
  EXPECT_THAT(keys_in(xread, {"xread", "COUNT", "2", "streams", "a", "b", "0", "0"}), ElementsAre(4, 5));
  EXPECT_THAT(keys_in(xread, {"xread", "COUNT", "2", "a", "b", "0", "0"}), IsEmpty());
  EXPECT_THAT(keys_in(xread, {"xread", "STREAMS"}), IsEmpty());
}

TEST(Keys, BehindAKeywordSearchedBackwards) {
  KeySpec migrate = keys_from(-2, kRead);
  migrate.begin = KeySpec::Begin::keyword;
  migrate.keyword = "KEYS";
  EXPECT_THAT(keys_in(migrate, {"migrate", "h", "1", "", "0", "9", "KEYS", "a", "b"}), ElementsAre(7, 8));
  EXPECT_THAT(keys_in(migrate, {"migrate"}), IsEmpty());
}

TEST(Keys, Counted) {
  const KeySpec counted = counted_keys(1, kRead);
  EXPECT_THAT(keys_in(counted, {"sintercard", "2", "a", "b", "LIMIT", "3"}), ElementsAre(2, 3));
  for (const std::string_view count :
       {"3", "0", "-1", "x", "", "1x", "01", "+1", "18446744073709551617", "9223372036854775807"}) {
    EXPECT_THAT(keys_in(counted, {"sintercard", count, "a", "b"}), IsEmpty()) << count;
  }
}

TEST(Keys, SeveralSpecifications) {
  const KeySpecs store = {key_at(1, KeyUse::replace), keys_from(2, kRead)};
  EXPECT_THAT(keys_in(store, {"sunionstore", "d", "a", "b"}), ElementsAre(1, 2, 3));
  EXPECT_THAT(keys_in(store, {"sunionstore"}), IsEmpty());
  EXPECT_THAT(keys_in({key_at(1, KeyUse::not_key), key_at(2, kRead)}, {"x", "channel", "a"}), ElementsAre(2));
}

// PFMERGE may have no sources: what is locked is its target, but COMMAND GETKEYS refuses that as Redis does.
TEST(Keys, BehindOthersMayBeNone) {
  const CommandSpec spec{.name = "test", .keys = {key_at(1, KeyUse::replace), keys_from(2, kRead)}};
  const Words words{"pfmerge", "d"};
  std::vector<size_t> visited;
  EXPECT_EQ(for_each_key(spec, words, [&](size_t index, KeyUse) { visited.push_back(index); }), 1U);
  EXPECT_THAT(visited, ElementsAre(1));
  std::vector<KeyPosition> extracted;
  EXPECT_FALSE(extract_keys(spec, words, extracted));
}

TEST(Keys, NeverLieOutsideTheArguments) {
  std::mt19937 random(7);
  const auto pick = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  const std::string_view words[] = {"KEYS", "0", "1", "2", "7", "-1", "99999999999999999999", "", "keys", "x"};
  for (int round = 0; round < 20000; ++round) {
    KeySpec key;
    key.use = kRead;
    key.begin = static_cast<KeySpec::Begin>(pick(0, 2));
    key.find = static_cast<KeySpec::Find>(pick(0, 2));
    key.position = static_cast<int16_t>(pick(-4, 4));
    key.last = static_cast<int16_t>(pick(-4, 4));
    key.step = static_cast<int16_t>(pick(1, 3));
    key.limit = static_cast<int16_t>(pick(0, 3));
    key.count_at = static_cast<int16_t>(pick(0, 3));
    key.first_at = static_cast<int16_t>(pick(0, 3));
    key.keyword = "KEYS";
    Words args(static_cast<size_t>(pick(0, 8)));
    for (auto& arg : args) arg = words[pick(0, 9)];
    for (const size_t index : keys_in(key, args)) ASSERT_LT(index, args.size());
  }
}

}  // namespace
}  // namespace larder::server
