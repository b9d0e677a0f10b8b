// Config: CONFIG GET and SET as commands see them, snapshots, hooks. Error texts were recorded from
// redis-server 7.0.15; the values of single directives are covered by config_facts_test.cc.
#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/config.h"
#include "server/config/directive.h"

namespace larder::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<Config::NameAndValue> get(const Config& config, std::vector<std::string_view> patterns) {
  return config.get(patterns);
}

std::string set(Config& config, std::vector<Config::Assignment> assignments, bool from_local = false) {
  const auto done = config.set(assignments, from_local);
  return done ? "OK" : done.error();
}

TEST(ConfigGet, AnswersNamesAndPatterns) {
  const Config config;
  EXPECT_THAT(get(config, {"maxmemory"}), ElementsAre(Pair("maxmemory", "0")));
  EXPECT_THAT(
      get(config, {"maxmem*"}),
      ElementsAre(Pair("maxmemory", "0"), Pair("maxmemory-clients", "0"), Pair("maxmemory-eviction-tenacity", "10"),
                  Pair("maxmemory-policy", "noeviction"), Pair("maxmemory-samples", "5")));
  EXPECT_THAT(get(config, {"nosuch"}), IsEmpty());
  EXPECT_THAT(get(config, {}), IsEmpty());
}

TEST(ConfigGet, AnswersEachNameOnceAndAsItWasWritten) {
  const Config config;
  EXPECT_THAT(get(config, {"MAXMEMORY"}), ElementsAre(Pair("MAXMEMORY", "0")));
  EXPECT_THAT(get(config, {"Max[m]emory"}), ElementsAre(Pair("maxmemory", "0")));
  EXPECT_THAT(get(config, {"hz", "HZ", "h[z]"}), ElementsAre(Pair("hz", "10")));
}

TEST(ConfigGet, ShowsAliasesAsDirectives) {
  Config config;
  EXPECT_THAT(get(config, {"slave-p*"}), ElementsAre(Pair("slave-priority", "100")));
  EXPECT_EQ(set(config, {{"hash-max-ziplist-value", "65"}}), "OK");
  EXPECT_THAT(get(config, {"hash-max-*-value"}),
              ElementsAre(Pair("hash-max-listpack-value", "65"), Pair("hash-max-ziplist-value", "65")));
}

TEST(ConfigGet, HidesSomeFromPatterns) {
  const Config config;
  EXPECT_THAT(get(config, {"watchdog-period"}), ElementsAre(Pair("watchdog-period", "0")));
  EXPECT_THAT(get(config, {"watchdog*"}), IsEmpty());
}

TEST(ConfigGet, EverythingInOrder) {
  const Config config;
  const auto all = config.get("*");
  EXPECT_GT(all.size(), 190U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST(ConfigSet, ChangesSeveralAtOnce) {
  Config config;
  EXPECT_EQ(set(config, {{"MaxMemory", "2mb"}, {"maxmemory-policy", "ALLKEYS-LRU"}}), "OK");
  EXPECT_EQ(config.snapshot()->maxmemory_bytes, 2U << 20);
  EXPECT_EQ(config.snapshot()->maxmemory_policy, EvictionPolicy::allkeys_lru);
  EXPECT_EQ(config.value("maxmemory-policy"), "allkeys-lru");
}

TEST(ConfigSet, ChangesNothingWhenOneIsWrong) {
  Config config;
  EXPECT_EQ(
      set(config, {{"maxmemory", "1"}, {"port", "70000"}}),
      "ERR CONFIG SET failed (possibly related to argument 'port') - argument must be between 0 and 65535 inclusive");
  EXPECT_EQ(set(config, {{"maxmemory", "1"}, {"nosuch", "1"}}),
            "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'");
  EXPECT_EQ(config.snapshot()->maxmemory_bytes, 0U);
}

TEST(ConfigSet, NamesTheFirstWrongOne) {
  Config config;
  EXPECT_THAT(set(config, {{"tls-port", "6380"}}), testing::HasSubstr("Larder has no TLS yet"));
  EXPECT_EQ(set(config, {{"aclfile", "x"}, {"nosuch", "1"}}),
            "ERR CONFIG SET failed (possibly related to argument 'aclfile') - can't set immutable config");
  EXPECT_EQ(set(config, {{"maxmemory-policy", "noeviction"}, {"maxmemory", "x"}, {"hz", "y"}}),
            "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value");
}

TEST(ConfigSet, RefusesDuplicatesByName) {
  Config config;
  EXPECT_EQ(set(config, {{"maxmemory", "1"}, {"MAXMEMORY", "2"}}),
            "ERR CONFIG SET failed (possibly related to argument 'MAXMEMORY') - duplicate parameter");
  EXPECT_EQ(set(config, {{"slave-priority", "1"}, {"replica-priority", "2"}}), "OK");
  EXPECT_EQ(config.value("slave-priority"), "2");
}

TEST(ConfigSet, GuardsDirAndDbfilename) {
  Config config;
  EXPECT_EQ(set(config, {{"dbfilename", "x"}}, true),
            "ERR CONFIG SET failed (possibly related to argument 'dbfilename') - can't set protected config");
  Settings settings;
  settings.enable_protected_configs = Permission::local;
  Config local(settings);
  EXPECT_EQ(set(local, {{"dir", "/"}}, false),
            "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config");
  EXPECT_EQ(set(local, {{"dir", "/"}}, true), "OK");
  EXPECT_EQ(local.value("dir"), "/");
}

TEST(ConfigSet, KnowsPortAutoOnlyAtTheStart) {
  Settings settings;
  settings.port = kPortAuto;
  Config config(settings);
  EXPECT_EQ(config.value("port"), "auto");
  config.amend([](Settings& running) { running.port = 40123; });
  EXPECT_EQ(config.value("port"), "40123");
  EXPECT_EQ(
      set(config, {{"port", "auto"}}),
      "ERR CONFIG SET failed (possibly related to argument 'port') - argument couldn't be parsed into an integer");
}

TEST(ConfigSet, ReadsEventsBackAsSet) {
  Config config;
  // A server of Redis' shows AKE for this and loses the n.
  EXPECT_EQ(set(config, {{"notify-keyspace-events", "KEAmn"}}), "OK");
  EXPECT_EQ(config.value("notify-keyspace-events"), "AnKEm");
  EXPECT_EQ(config.snapshot()->notify_keyspace_events,
            notify::kAll | notify::kNewKey | notify::kKeyspace | notify::kKeyevent | notify::kKeyMiss);
}

TEST(ConfigSet, TakesBinaryAndLongTexts) {
  Config config;
  const std::string binary("a\0b\r\n", 5);
  const std::string longer(600, 'x');
  EXPECT_EQ(set(config, {{"requirepass", binary}}), "OK");
  EXPECT_EQ(config.snapshot()->requirepass, binary);
  EXPECT_EQ(set(config, {{"requirepass", longer}}), "OK");
  EXPECT_EQ(config.value("requirepass"), longer);
}

TEST(ConfigSnapshot, StaysAsItWasAndIsNumbered) {
  Config config;
  const auto before = config.snapshot();
  const auto generation = config.generation();
  EXPECT_EQ(set(config, {{"timeout", "5"}}), "OK");
  EXPECT_EQ(before->timeout_s, 0);
  EXPECT_EQ(config.snapshot()->timeout_s, 5);
  EXPECT_EQ(config.generation(), generation + 1);
  EXPECT_EQ(set(config, {{"timeout", "5"}}), "OK");
  EXPECT_EQ(config.generation(), generation + 1) << "nothing changed";
}

TEST(ConfigHooks, SeeBothSettingsBeforeTheyHold) {
  Config config;
  int called = 0;
  config.on_change("timeout", [&](const Settings& before, const Settings& after) -> tl::expected<void, std::string> {
    ++called;
    EXPECT_EQ(before.timeout_s, 0);
    EXPECT_EQ(after.timeout_s, 7);
    EXPECT_EQ(config.snapshot()->timeout_s, 0);
    return {};
  });
  EXPECT_EQ(set(config, {{"hz", "20"}}), "OK");
  EXPECT_EQ(called, 0);
  EXPECT_EQ(set(config, {{"timeout", "7"}}), "OK");
  EXPECT_EQ(called, 1);
}

TEST(ConfigHooks, RefuseAndUndo) {
  Config config;
  std::vector<std::pair<int, int>> timeouts;
  config.on_change("timeout", [&](const Settings& before, const Settings& after) -> tl::expected<void, std::string> {
    timeouts.emplace_back(before.timeout_s, after.timeout_s);
    return {};
  });
  config.on_change("port", [](const Settings&, const Settings&) -> tl::expected<void, std::string> {
    return tl::unexpected(std::string("Unable to listen on this port. Check server logs."));
  });
  EXPECT_EQ(set(config, {{"timeout", "7"}, {"PORT", "1"}}),
            "ERR CONFIG SET failed (possibly related to argument 'PORT') - Unable to listen on this port. Check server "
            "logs.");
  EXPECT_THAT(timeouts, ElementsAre(Pair(0, 7), Pair(7, 0)));
  EXPECT_EQ(config.snapshot()->timeout_s, 0);
  EXPECT_EQ(config.snapshot()->port, 6379);
}

TEST(ConfigHooks, OneForAllRunsOnceAChange) {
  Config config;
  int called = 0;
  config.on_change("", [&](const Settings&, const Settings&) -> tl::expected<void, std::string> {
    ++called;
    return {};
  });
  EXPECT_EQ(set(config, {{"timeout", "7"}, {"maxmemory", "1mb"}, {"rdbcompression", "no"}}), "OK");
  EXPECT_EQ(called, 1);
  EXPECT_EQ(set(config, {{"timeout", "7"}}), "OK");
  EXPECT_EQ(called, 1);
}

TEST(ConfigReset, RestoresTheFirstSettings) {
  Settings settings;
  settings.timeout_s = 3;
  Config config(settings);
  int called = 0;
  config.on_change("timeout", [&](const Settings&, const Settings& after) -> tl::expected<void, std::string> {
    called += after.timeout_s == 3 ? 1 : 0;
    return {};
  });
  EXPECT_EQ(set(config, {{"timeout", "7"}, {"rdbcompression", "no"}}), "OK");
  ASSERT_TRUE(config.reset());
  EXPECT_EQ(called, 1);
  EXPECT_EQ(*config.snapshot(), settings);
}

TEST(ConfigThreads, ReadersSeeWholeChanges) {
  Config config;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i <= 500; ++i) {
      const auto text = std::to_string(i);
      EXPECT_EQ(set(config, {{"timeout", text}, {"tcp-keepalive", text}}), "OK");
    }
    done = true;
  });
  std::uint64_t generation = 0;
  while (!done) {
    const auto settings = config.snapshot();
    if (settings->timeout_s != 0) {
      EXPECT_EQ(settings->timeout_s, settings->tcp_keepalive_s);
    }
    EXPECT_GE(config.generation(), generation);
    generation = config.generation();
  }
  writer.join();
  EXPECT_EQ(config.snapshot()->timeout_s, 500);
}

TEST(DirectiveTable, IsWellFormed) {
  const Settings initial;
  for (const auto& group : directive_groups()) {
    for (const auto& directive : group.directives) {
      SCOPED_TRACE(directive.name);
      EXPECT_FALSE(directive.doc.empty());
      EXPECT_TRUE(directive.doc.ends_with('.'));
      EXPECT_EQ(directive.type == ValueType::choice || directive.type == ValueType::choices,
                !directive.choices.empty());
      if (std::holds_alternative<std::monostate>(directive.field)) {
        EXPECT_EQ(directive.effect, Effect::none);
      }
      const bool depends_on_host = directive.name == "io-threads" || directive.name == "dir";
      if (!depends_on_host) {
        EXPECT_EQ(format_value(directive, initial), directive.initial);
      }
      EXPECT_EQ(find_directive(directive.name), &directive);
    }
  }
}

TEST(DirectiveTable, EveryDefaultCanBeSet) {
  for (const auto& group : directive_groups()) {
    for (const auto& directive : group.directives) {
      SCOPED_TRACE(directive.name);
      Settings settings;
      const auto value = format_value(directive, settings);
      if (directive.name == "save") settings.save.clear();
      EXPECT_TRUE(assign(directive, settings, value, Source::conf_file));
      EXPECT_EQ(format_value(directive, settings), value);
    }
  }
}

}  // namespace
}  // namespace larder::server
