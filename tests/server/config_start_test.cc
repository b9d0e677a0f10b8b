// Conf files and command lines: what launchers pass (the forms of redis-memory-server, embedded-redis, pytest-redis and
// testcontainers are here by name) and the messages of a start that fails. Recorded from redis-server 7.0.15.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/command_line.h"
#include "server/config/config.h"

namespace larder::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class Start : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "larder-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  static tl::expected<StartOptions, StartupMessage> start(std::vector<std::string> arguments,
                                                          const std::string& standard_input = "") {
    std::array<int, 2> pipe_ends{};
    EXPECT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::write(pipe_ends[1], standard_input.data(), standard_input.size()),
              static_cast<ssize_t>(standard_input.size()));
    ::close(pipe_ends[1]);
    std::vector<const char*> argv = {"larder"};
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    auto options = parse_command_line(argv, pipe_ends[0]);
    ::close(pipe_ends[0]);
    return options;
  }

  // The value of a directive after a start with these arguments, or the message.
  static std::string value(const std::string& name, std::vector<std::string> arguments,
                           const std::string& standard_input = "") {
    const auto options = start(std::move(arguments), standard_input);
    return options ? Config(options->settings).value(name) : options.error().text;
  }

  // The message without its headline.
  static std::string failure(std::vector<std::string> arguments, const std::string& standard_input = "") {
    const auto options = start(std::move(arguments), standard_input);
    if (options) return "started";
    EXPECT_EQ(options.error().exit_code, 1);
    EXPECT_EQ(options.error().stream, StartupMessage::Stream::standard_error);
    const std::string headline = "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\n";
    EXPECT_TRUE(options.error().text.starts_with(headline)) << options.error().text;
    return options.error().text.substr(headline.size());
  }

  std::filesystem::path folder_;
};

TEST_F(Start, WithoutArgumentsHasRedisDefaults) {
  const auto options = start({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->settings, Settings());
  EXPECT_FALSE(options->configured);
  EXPECT_THAT(options->notices, IsEmpty());
}

TEST_F(Start, RedisMemoryServer) {
  const auto options = start({"--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", "40001"});
  ASSERT_TRUE(options);
  EXPECT_THAT(options->settings.save, IsEmpty());
  EXPECT_THAT(options->settings.bind, ElementsAre("127.0.0.1"));
  EXPECT_EQ(options->settings.port, 40001);
  EXPECT_THAT(options->notices, IsEmpty());
}

TEST_F(Start, EmbeddedRedis) {
  const auto conf = file("embedded.conf", "bind 127.0.0.1\nmaxmemory 128M\n");
  const auto options = start({conf, "--port", "40002", "--slaveof", "localhost", "40003"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->config_file, conf);
  EXPECT_EQ(options->settings.port, 40002);
  EXPECT_EQ(options->settings.maxmemory_bytes, 128000000U);
  EXPECT_EQ(Config(options->settings).value("replicaof"), "localhost 40003");
  EXPECT_THAT(options->notices, ElementsAre(HasSubstr("THIS SERVER IS NO REPLICA")));
}

TEST_F(Start, PytestRedis) {
  const auto folder = folder_.string();
  const auto options = start({"--daemonize",   "no",          "--rdbcompression", "yes",
                              "--rdbchecksum", "no",          "--appendonly",     "no",
                              "--databases",   "8",           "--timeout",        "15",
                              "--pidfile",     folder + "/p", "--unixsocket",     folder + "/redis.1.sock",
                              "--dbfilename",  "dump.1.rdb",  "--logfile",        folder + "/l",
                              "--loglevel",    "notice",      "--syslog-enabled", "no",
                              "--bind",        "127.0.0.1",   "--port",           "40004",
                              "--dir",         folder,        "--requirepass",    "x",
                              "--save 60 1"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->settings.databases, 8);
  EXPECT_EQ(options->settings.timeout_s, 15);
  EXPECT_EQ(options->settings.unixsocket, folder + "/redis.1.sock");
  EXPECT_EQ(options->settings.requirepass, "x");
  EXPECT_EQ(options->settings.dir, std::filesystem::canonical(folder).string());
  EXPECT_EQ(Config(options->settings).value("save"), "60 1");
  EXPECT_THAT(options->notices, ElementsAre("Accepted, without effect: dbfilename, save"));
}

TEST_F(Start, Testcontainers) {
  EXPECT_EQ(value("requirepass", {"--requirepass pw"}), "pw");
  EXPECT_EQ(value("requirepass", {"--requirepass \"p w\""}), "p w");
  EXPECT_EQ(value("save", {"--save 1 1 "}), "1 1");
  const auto options = start({"--appendonly yes", "--port", "0"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_THAT(options->notices, ElementsAre(HasSubstr("NOTHING IS WRITTEN TO DISK")));
}

// A file that locks a Redis must never start an open Larder.
TEST_F(Start, WhatProtectsIsRefusedWhileItHasNoEffect) {
  const auto line = [](std::string_view text) {
    return "Reading the configuration file, at line 2\n>>> '" + std::string(text) + "'\n";
  };
  EXPECT_THAT(failure({"--user \"u\" on >pw ~* +@all", "--port", "0"}),
              HasSubstr(line("user \"u\" on >pw ~* +@all") + "user restricts who may do what"));
  EXPECT_THAT(failure({"--aclfile /etc/users.acl"}), HasSubstr("Larder has no users yet"));
  EXPECT_THAT(failure({"--tls-port 6380"}), HasSubstr(line("tls-port 6380") + "tls-port asks for encrypted"));
}

TEST_F(Start, CommandsAreRenamedInTheOrderOfTheLines) {
  const auto options = start({file("a.conf", "rename-command FLUSHALL \"\"\nrename-command config b840fc\n")});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_THAT(options->settings.renamed_commands,
              ElementsAre(RenamedCommand{"FLUSHALL", ""}, RenamedCommand{"config", "b840fc"}));
  EXPECT_THAT(options->notices, IsEmpty());
}

TEST_F(Start, WhatProtectsNothingIsAccepted) {
  EXPECT_TRUE(start({"--tls-port", "0", "--aclfile", ""}));
  EXPECT_TRUE(start({file("a.conf", "tls-port 6380\n"), "--tls-port", "0"}));  // the last one counts
  EXPECT_TRUE(start({file("b.conf", "user default on nopass sanitize-payload ~* &* +@all\n")}));
  EXPECT_THAT(failure({file("c.conf", "user default on >pw ~* &* +@all\n")}), HasSubstr("Larder has no users yet"));
  EXPECT_THAT(failure({file("d.conf", "user default on nopass ~* &* +@all -config\n")}), HasSubstr("no users yet"));
}

TEST_F(Start, SaveStandsForNoScheduleWhenNothingFollows) {
  EXPECT_EQ(value("save", {"--save"}), "");
  EXPECT_EQ(value("save", {"--save", "--port", "0"}), "");
  EXPECT_EQ(value("port", {"--save", "--port", "0"}), "0");
  EXPECT_EQ(value("save", {"--save", "5", "6", "7", "8"}), "5 6 7 8");
}

TEST_F(Start, SchedulesAddUpButNotToTheDefault) {
  EXPECT_EQ(value("save", {file("a.conf", "save 60 1\nsave 3 4\n")}), "60 1 3 4");
  EXPECT_EQ(value("save", {file("a.conf", "save 60 1\n"), "--save", "5 6"}), "60 1 5 6");
  EXPECT_EQ(value("save", {file("a.conf", "save 60 1\nsave \"\"\n")}), "");
  EXPECT_EQ(value("save", {file("a.conf", "save \"\"\nsave 60 1\n")}), "60 1");
  EXPECT_EQ(value("save", {file("a.conf", "save 60 1\n"), "--save", ""}), "");
}

TEST_F(Start, TheLastWins) {
  const auto conf = file("a.conf", "hz 20\nhz 30\n");
  EXPECT_EQ(value("hz", {conf}), "30");
  EXPECT_EQ(value("hz", {conf, "--hz", "40"}), "40");
  EXPECT_EQ(value("hz", {conf, "--hz", "40", "--hz", "50"}), "50");
}

TEST_F(Start, AValueMayLookLikeAName) {
  EXPECT_EQ(value("requirepass", {"--requirepass", "--port", "--port", "0"}), "--port");
  EXPECT_EQ(value("requirepass", {"--requirepass", "a b\"c\n"}), "a b\"c\n");
}

TEST_F(Start, PortAuto) {
  EXPECT_EQ(start({"--port", "auto"})->settings.port, kPortAuto);
  EXPECT_EQ(start({file("a.conf", "port AUTO\nready-file /run/x\n")})->settings.ready_file, "/run/x");
}

TEST_F(Start, ReadsStandardInput) {
  EXPECT_EQ(value("hz", {"-"}, "hz 20"), "20");
  EXPECT_EQ(value("hz", {"--port", "0", "-"}, "hz 20\n"), "20");
  EXPECT_EQ(value("hz", {"--hz", "30", "-"}, "hz 20\n"), "30") << "arguments come last";
  EXPECT_EQ(value("port", {file("a.conf", "port 7"), "-"}, "hz 20\n"), "7");
  EXPECT_EQ(value("hz", {file("a.conf", "port 7"), "-"}, "hz 20\n"), "20");
  EXPECT_TRUE(start({"-"}, "hz 20")->config_from_stdin);
  EXPECT_EQ(failure({"--port", "0", "-", "--hz", "3"}),
            "Reading the configuration file, at line 2\n>>> 'port \"0\" \"-\"'\nwrong number of arguments\n");
}

TEST_F(Start, QuotesAndCasesInFiles) {
  EXPECT_EQ(value("hz", {file("a.conf", "\"HZ\" 20\r\n")}), "20");
  EXPECT_EQ(value("requirepass", {file("a.conf", "requirepass \"a\\x41\\n\\\"\"\n")}), "aA\n\"");
  EXPECT_EQ(value("requirepass", {file("a.conf", "requirepass 'a\\'b'\n")}), "a'b");
  EXPECT_EQ(value("requirepass", {file("a.conf", "requirepass \"\"\n")}), "");
  EXPECT_EQ(value("bind", {file("a.conf", "bind 127.0.0.1 \"-::1\"\n")}), "127.0.0.1 -::1");
  EXPECT_EQ(value("bind", {file("a.conf", "bind \"\"\n")}), "");
  EXPECT_EQ(value("unixsocketperm", {file("a.conf", "unixsocketperm 0770\n")}), "770");
  EXPECT_EQ(value("client-output-buffer-limit", {file("a.conf",
                                                      "client-output-buffer-limit normal 1 2 3\n"
                                                      "client-output-buffer-limit pubsub 1kb 2 3\n")}),
            "normal 1 2 3 slave 268435456 67108864 60 pubsub 1024 2 3");
}

TEST_F(Start, Includes) {
  file("b.conf", "hz 20\n");
  file("c.conf", "port 7\n");
  const auto pattern = (folder_ / "[bc].conf").string();
  const auto conf = file("a.conf", "include " + pattern + "\ninclude " + (folder_ / "no*.conf").string() + "\nhz 30\n");
  EXPECT_EQ(value("hz", {conf}), "30");
  EXPECT_EQ(value("port", {conf}), "7");
  const auto missing = start({file("a.conf", "include " + (folder_ / "none.conf").string() + "\n")});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text, HasSubstr("# Fatal error, can't open config file '" +
                                              (folder_ / "none.conf").string() + "': No such file or directory\n"));
  const auto self = (folder_ / "self.conf").string();
  EXPECT_THAT(failure({file("self.conf", "include " + self + "\n")}), HasSubstr("include one another"));
}

TEST_F(Start, LinesThatAreNoDirectives) {
  const auto options = start({file("a.conf", "list-max-ziplist-entries 3\nloadmodule /m\n")});
  ASSERT_TRUE(options);
  EXPECT_THAT(options->notices, ElementsAre("Accepted, without effect: loadmodule"));
}

TEST_F(Start, MessagesNameTheLine) {
  EXPECT_EQ(failure({file("a.conf", "port 0\nfoo bar\n")}),
            "Reading the configuration file, at line 2\n>>> 'foo bar'\nBad directive or wrong number of arguments\n");
  EXPECT_EQ(failure({file("a.conf", "port 0\n\n# c\n   maxmemory   x # y\n")}),
            "Reading the configuration file, at line 4\n>>> 'maxmemory   x # y'\nwrong number of arguments\n");
  EXPECT_EQ(failure({file("a.conf", "port\n")}),
            "Reading the configuration file, at line 1\n>>> 'port'\nwrong number of arguments\n");
  EXPECT_EQ(
      failure({file("a.conf", "save \"60 1\"x\n")}),
      "Reading the configuration file, at line 1\n>>> 'save \"60 1\"x'\nUnbalanced quotes in configuration line\n");
  EXPECT_EQ(
      failure({"--port", "x"}),
      "Reading the configuration file, at line 2\n>>> 'port \"x\"'\nargument couldn't be parsed into an integer\n");
  EXPECT_EQ(failure({file("a.conf", "hz 10\n"), "--port 0", "--foo"}),
            "Reading the configuration file, at line 4\n>>> 'foo'\nBad directive or wrong number of arguments\n");
  EXPECT_EQ(
      failure({"--hz", " 20"}),
      "Reading the configuration file, at line 2\n>>> 'hz \" 20\"'\nargument couldn't be parsed into an integer\n");
  EXPECT_EQ(failure({"--unixsocket", "s", ""}),
            "Reading the configuration file, at line 2\n>>> 'unixsocket \"s\" \"\"'\nwrong number of arguments\n");
  EXPECT_EQ(failure({"-x"}),
            "Reading the configuration file, at line 2\n>>> '\"-x\"'\nBad directive or wrong number of arguments\n");
  EXPECT_EQ(failure({file("a.conf", "sentinel monitor a 127.0.0.1 1 1\n")}),
            "Reading the configuration file, at line 1\n>>> 'sentinel monitor a 127.0.0.1 1 1'\nsentinel directive "
            "while not in sentinel mode\n");
  EXPECT_EQ(failure({"-"}, "foo 20\n"),
            "Reading the configuration file, at line 1\n>>> 'foo 20'\nBad directive or wrong number of arguments\n");
}

TEST_F(Start, ReasonsOfSingleDirectives) {
  const auto reason = [&](const std::string& line) {
    const auto text = failure({file("a.conf", line + "\n")});
    const auto end = text.rfind('\n', text.size() - 2);
    return text.substr(end + 1, text.size() - end - 2);
  };
  EXPECT_EQ(reason("dir /nosuch"), "No such file or directory");
  EXPECT_EQ(reason("dir \"\""), "No such file or directory");
  EXPECT_EQ(reason("unixsocketperm 789"), "argument couldn't be parsed as an octal number");
  EXPECT_EQ(reason("unixsocketperm 1777"), "argument must be between 0 and 777 inclusive");
  EXPECT_EQ(reason("client-output-buffer-limit normal 1 2"),
            "Wrong number of arguments in buffer limit configuration.");
  EXPECT_EQ(reason("notify-keyspace-events KEQ"), "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
  EXPECT_EQ(reason("replicaof a b"), "Invalid master port");
  EXPECT_EQ(reason("appendfilename a/b"), "appendfilename can't be a path, just a filename");
  EXPECT_EQ(reason("bind 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"), "Too many bind addresses specified.");
  EXPECT_EQ(reason("daemonize maybe"), "argument must be 'yes' or 'no'");
  EXPECT_EQ(reason("io-threads 200"), "argument must be between 1 and 128 inclusive");
  EXPECT_EQ(reason("supervised x"), "argument(s) must be one of the following: upstart, systemd, auto, no");
  EXPECT_EQ(reason("save 60"), "Invalid save parameters");
}

TEST_F(Start, RefusesToBeASentinel) {
  EXPECT_THAT(failure({file("a.conf", ""), "--sentinel"}), HasSubstr("no Sentinel"));
  const std::array<const char*, 1> argv = {"/usr/bin/redis-sentinel"};
  EXPECT_FALSE(parse_command_line(argv));
}

TEST_F(Start, AMissingFileIsALineOnStandardOutput) {
  const auto missing = start({(folder_ / "none.conf").string()});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().stream, StartupMessage::Stream::standard_output);
  EXPECT_EQ(missing.error().exit_code, 1);
  EXPECT_THAT(
      missing.error().text,
      MatchesRegex("[0-9]+:C .* # Fatal error, can't open config file '/.*none.conf': No such file or directory\n"));
  EXPECT_THAT(start({folder_.string()}).error().text, HasSubstr("Is a directory"));
}

TEST_F(Start, Version) {
  for (const auto* option : {"--version", "-v"}) {
    const auto answer = start({option, "whatever"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().exit_code, 0);
    EXPECT_EQ(answer.error().stream, StartupMessage::Stream::standard_output);
    EXPECT_THAT(answer.error().text,
                MatchesRegex("Redis server v=7\\.2\\.4 sha=00000000:0 malloc=libc bits=64 build=0 larder=[0-9.]+\n"));
  }
}

TEST_F(Start, HelpShowsDirectivesByGroup) {
  const auto answer = start({"--help"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().exit_code, 0);
  for (const auto* part :
       {"Usage: larder", "Memory and eviction:", "--maxmemory BYTES", "--ready-file TEXT", "rdbcompression"}) {
    EXPECT_THAT(answer.error().text, HasSubstr(part));
  }
}

TEST_F(Start, TheShippedConfFileIsTheTables) {
  std::ifstream shipped(std::string(LARDER_SOURCE_DIR) + "/conf/larder.conf");
  std::stringstream text;
  text << shipped.rdbuf();
  EXPECT_EQ(text.str(), print_default_conf()) << "regenerate it: larder --print-conf > conf/larder.conf";
  const auto options = parse_config_text(text.str());
  ASSERT_TRUE(options) << options.error().text;
  Settings expected;
  expected.bind = {"127.0.0.1", "-::1"};
  expected.maxmemory_bytes = 256U << 20;
  expected.maxmemory_policy = EvictionPolicy::allkeys_lru;
  EXPECT_EQ(options->settings, expected);
  EXPECT_THAT(options->notices, IsEmpty());
}

// Everything that the file shows behind '# ' is the default, and can be uncommented.
TEST_F(Start, TheShippedDefaultsAreDefaults) {
  std::istringstream lines(print_default_conf());
  std::string uncommented;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# ") || line.ends_with("(depends on the host)")) continue;
    const auto name = line.substr(2, line.find(' ', 2) - 2);
    const bool plain = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-_") == std::string::npos &&
                       !line.ends_with('.') && !line.ends_with(']');
    if (plain && !Config().get(name).empty() && name != "dir") uncommented += line.substr(2) + "\n";
  }
  const auto options = parse_config_text(uncommented);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->settings, Settings());
}

}  // namespace
}  // namespace larder::server
