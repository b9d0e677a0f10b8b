// Starting and stopping: the server as a library again and again, and the binary as launchers and service managers see
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/server/server_fixture.h"
#include "tests/support/process.h"

namespace larder::server {
namespace {

using std::chrono::seconds;
using test::Endpoint;
using test::ExitStatus;
using test::Process;
using test::Received;
using test::RespClient;
using testing::HasSubstr;

constexpr seconds kPatience{20};

// -- As a library --

Server::Options quiet_options() {
  Server::Options options;
  options.settings.port = kPortAuto;
  options.settings.bind = {"127.0.0.1"};
  options.settings.io_threads = 2;
  options.log = [](std::string_view) {};
  return options;
}

TEST(Lifecycle, ServersStartAndStopAgainAndAgain) {
  for (int i = 0; i < 20; ++i) {
    Server server(quiet_options());
    ASSERT_TRUE(server.start());
    RespClient client(Endpoint::tcp(static_cast<uint16_t>(server.port())));
    ASSERT_EQ(ask(client, "PING"), "PONG");
    if (i % 2 == 0) server.stop();  // else the destructor does
  }
}

TEST(Lifecycle, AServerMayStopAtOnceOrNeverStart) {
  for (int i = 0; i < 10; ++i) {
    Server server(quiet_options());
    ASSERT_TRUE(server.start());
  }
  Server never(quiet_options());
  EXPECT_EQ(never.port(), 0);
  never.stop();
}

TEST(Lifecycle, StoppingEndsConnectionsInTheMiddleOfWork) {
  auto server = std::make_unique<RunningServer>();
  std::vector<RespClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(server->client());
    ask(clients.back(), i % 2 == 0 ? "PING" : "MULTI");
    for (int request = 0; request < 200; ++request) clients.back().send({"INCR", "counter"});
  }
  (*server)->stop();
  for (RespClient& client : clients) EXPECT_EQ(client.receive_until_closed().status, Received::Status::closed);
}

TEST(Lifecycle, TheUnixSocketIsGoneAfterwardsAndAStaleOneIsReplaced) {
  const test::TempDir directory;
  const std::string path = directory.file("s");
  {  // what a server that was killed leaves behind
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }
  auto options = quiet_options();
  options.settings.port = 0;
  options.settings.unixsocket = path;
  options.settings.unixsocket_mode = 0700;
  Server server(std::move(options));
  ASSERT_TRUE(server.start());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  RespClient client(Endpoint::unix_socket(path));
  EXPECT_EQ(ask(client, "PING"), "PONG");
  server.stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Lifecycle, APortInUseIsAnErrorAndNothingRuns) {
  Server first(quiet_options());
  ASSERT_TRUE(first.start());
  auto options = quiet_options();
  options.settings.port = first.port();
  Server second(std::move(options));
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), "Failed listening on port " + std::to_string(first.port()) + " (tcp), aborting.");
}

TEST(Lifecycle, ShutdownTellsTheOwner) {
  std::atomic<int> asked = 0;
  auto options = quiet_options();
  options.on_shutdown = [&asked] { ++asked; };
  Server server(std::move(options));
  ASSERT_TRUE(server.start());
  RespClient client(Endpoint::tcp(static_cast<uint16_t>(server.port())));
  client.send({"SHUTDOWN", "NOSAVE"});
  EXPECT_TRUE(eventually([&] { return asked > 0; }));
}

// -- As a program --

std::vector<std::string> command(std::vector<std::string> arguments) {
  std::vector<std::string> argv = {LARDER_BINARY, "--save", "", "--bind", "127.0.0.1"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

/// The port in the ready line of a server started with `--port auto`.
uint16_t port_of(Process& process) {
  const auto line = process.wait_for_output("Ready to accept connections tcp port=[0-9]+\\n", kPatience);
  if (!line) throw std::runtime_error("no ready line in: " + process.output());
  return static_cast<uint16_t>(std::stoi(line->substr(line->rfind('=') + 1)));
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Program, TermAndIntAreAnOrderlyEnd) {
  for (const auto& [signal, name] : {std::pair{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}}) {
    Process process({.argv = command({"--port", "auto"})});
    RespClient client(Endpoint::tcp(port_of(process)));
    EXPECT_EQ(ask(client, "SET", "a", "1"), "OK");
    process.signal(signal);
    EXPECT_EQ(process.wait(kPatience), (ExitStatus{.code = 0, .signal = 0}));
    EXPECT_THAT(process.output(), HasSubstr(std::string("Received ") + name + " scheduling shutdown..."));
    EXPECT_THAT(process.output(), HasSubstr("bye bye..."));
    EXPECT_EQ(client.receive().status, Received::Status::closed);
  }
}

// Whether the second signal still finds the process is a matter of microseconds; what must not happen is that the
// process stays, or dies of the signal.
TEST(Program, ASecondSignalEndsItAtOnce) {
  Process process({.argv = command({"--port", "auto"})});
  port_of(process);
  process.signal(SIGTERM);
  process.signal(SIGINT);
  process.signal(SIGTERM);
  const auto status = process.wait(kPatience);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, 0);
  EXPECT_LE(status->code, 1);
}

TEST(Program, IgnoresHangUpsAndAlarms) {
  Process process({.argv = command({"--port", "auto"})});
  RespClient client(Endpoint::tcp(port_of(process)));
  for (const int signal : {SIGHUP, SIGPIPE, SIGALRM}) process.signal(signal);
  EXPECT_EQ(ask(client, "PING"), "PONG");
  EXPECT_EQ(process.stop(), (ExitStatus{.code = 0, .signal = 0}));
}

TEST(Program, ListsOfProcessesShowItsTitle) {
  Process process({.argv = command({"--port", "auto"})});
  const uint16_t port = port_of(process);
  const auto title = [&] {
    const std::string text = content("/proc/" + std::to_string(process.pid()) + "/cmdline");
    return text.substr(0, text.find('\0'));
  };
  const std::string address = "127.0.0.1:" + std::to_string(port);
  EXPECT_TRUE(eventually([&] { return title() == LARDER_BINARY + (" " + address); })) << title();
  RespClient client(Endpoint::tcp(port));
  const std::string longer(200, 'x');
  EXPECT_EQ(ask(client, "CONFIG", "SET", "proc-title-template", longer + " {port}"), "OK");
  EXPECT_EQ(title(), longer + " " + std::to_string(port));
  EXPECT_EQ(ask(client, "CONFIG", "SET", "proc-title-template", "short"), "OK");
  EXPECT_EQ(title(), "short");
  EXPECT_THAT(ask(client, "CONFIG", "SET", "proc-title-template", "{none}"), HasSubstr("template format is invalid"));
  EXPECT_EQ(title(), "short");
  Process as_started({.argv = command({"--port", "auto", "--set-proc-title", "no"})});
  port_of(as_started);
  EXPECT_THAT(content("/proc/" + std::to_string(as_started.pid()) + "/cmdline"), HasSubstr("--set-proc-title"));
}

TEST(Program, ShutdownEndsIt) {
  Process process({.argv = command({"--port", "auto"})});
  RespClient client(Endpoint::tcp(port_of(process)));
  client.send({"SHUTDOWN", "NOSAVE"});
  EXPECT_EQ(process.wait(kPatience), (ExitStatus{.code = 0, .signal = 0}));
  EXPECT_EQ(client.receive().status, Received::Status::closed);
}

TEST(Program, APortInUseIsRedisErrorAndExitOne) {
  Process first({.argv = command({"--port", "auto"})});
  const std::string port = std::to_string(port_of(first));
  Process second({.argv = command({"--port", port})});
  EXPECT_EQ(second.wait(kPatience), (ExitStatus{.code = 1, .signal = 0}));
  EXPECT_THAT(second.output(), HasSubstr("Warning: Could not create server TCP listening socket 127.0.0.1:" + port +
                                         ": bind: Address already in use"));
  EXPECT_THAT(second.output(), HasSubstr("Failed listening on port " + port + " (tcp), aborting."));
  EXPECT_TRUE(first.running());
}

size_t occurrences(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

void limit_descriptors(const Process& process, rlim_t most) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(process.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = most;
  ASSERT_EQ(::prlimit(process.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
}

TEST(Program, OutOfDescriptorsItServesItsClientsAndLogsLittle) {
  Process process({.argv = command({"--port", "auto"})});
  const Endpoint endpoint = Endpoint::tcp(port_of(process));
  RespClient served(endpoint);
  ASSERT_EQ(ask(served, "PING"), "PONG");
  limit_descriptors(process, 4);
  RespClient waiting(endpoint);
  waiting.send({"PING"});
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(ask(served, "PING"), "PONG");
  ASSERT_TRUE(process.wait_for_output("Accepting client connection: accept: Too many open files", kPatience));
  EXPECT_LT(occurrences(process.output(), "Too many open files"), 20u);
  limit_descriptors(process, 256);
  EXPECT_EQ(text_of(waiting.receive()), "PONG");
}

/// The program under `ulimit -n`, hard limit included, without the privilege to raise it.
std::vector<std::string> command_with_descriptors(int most) {
  std::vector<std::string> argv = {"sh",
                                   "-c",
                                   "ulimit -n " + std::to_string(most) + "; exec \"$0\" \"$@\"",
                                   LARDER_BINARY,
                                   "--port",
                                   "auto",
                                   "--bind",
                                   "127.0.0.1",
                                   "--io-threads",
                                   "2"};
  if (::geteuid() == 0) argv.insert(argv.begin(), {"setpriv", "--bounding-set", "-sys_resource"});
  return argv;
}

TEST(Program, LowersMaxclientsToWhatTheDescriptorsAllow) {
  Process process({.argv = command_with_descriptors(44)});
  const Endpoint endpoint = Endpoint::tcp(port_of(process));
  EXPECT_THAT(process.output(),
              HasSubstr("You requested maxclients of 10000 requiring at least 10040 max file descriptors."));
  EXPECT_THAT(
      process.output(),
      HasSubstr("Current maximum open files is 44. maxclients has been reduced to 4 to compensate for low ulimit."));
  std::vector<RespClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(endpoint);
    ASSERT_EQ(ask(clients.back(), "PING"), "PONG");
  }
  EXPECT_EQ(clients.front().call({"CONFIG", "GET", "maxclients"}).value.items.at(1).text, "4");
  RespClient refused(endpoint);
  EXPECT_EQ(refused.receive_until_closed().bytes, "-ERR max number of clients reached\r\n");
}

TEST(Program, WithTooFewDescriptorsToStartItSaysSo) {
  for (const int most : {6, 8, 12, 20, 40}) {
    Process process({.argv = command_with_descriptors(most)});
    EXPECT_EQ(process.wait(kPatience), (ExitStatus{.code = 1, .signal = 0})) << most;
    EXPECT_THAT(process.output(),
                HasSubstr("is not enough for the server to start. Please increase your open file limit to at least"))
        << most;
  }
}

TEST(Program, ListeningNowhereIsRedisErrorAndExitOne) {
  for (const auto& arguments : {std::vector<std::string>{"--port", "0"}, {"--port", "auto", "--bind", ""}}) {
    std::vector<std::string> argv = {LARDER_BINARY};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Process process({.argv = argv});
    EXPECT_EQ(process.wait(kPatience), (ExitStatus{.code = 1, .signal = 0}));
    EXPECT_THAT(process.output(), HasSubstr("Configured to not listen anywhere, exiting."));
    EXPECT_THAT(process.output(), testing::Not(HasSubstr("Server initialized")));
  }
}

TEST(Program, AnOrderlyLifeLeavesOnlyTheGoodbyeAtWarning) {
  const test::TempDir directory;
  const std::string conf = directory.file("c");
  std::ofstream(conf) << "loglevel warning\n";
  std::vector<std::string> argv = {LARDER_BINARY, conf,   "--bind",       "127.0.0.1",
                                   "--port",      "auto", "--ready-file", directory.file("ready")};
  Process process({.argv = argv});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(directory.file("ready")); }));
  process.signal(SIGTERM);
  ASSERT_TRUE(process.wait(kPatience));
  EXPECT_THAT(process.output(), testing::MatchesRegex("[0-9]+:M [^\n]* # Redis is now ready to exit, bye bye...\n"));
}

TEST(Program, TheBannerHoldsModePortAndProcess) {
  Process process({.argv = command({"--port", "auto", "--always-show-logo", "yes"})});
  port_of(process);
  EXPECT_THAT(process.output(), HasSubstr("Running in standalone mode\n"));
  EXPECT_THAT(process.output(), HasSubstr("Port: auto\n"));
  EXPECT_THAT(process.output(), HasSubstr(" PID: " + std::to_string(process.pid()) + "\n"));
  Process silent({.argv = command({"--port", "auto", "--always-show-logo", "yes", "--loglevel", "warning",
                                   "--ready-file", "/nonexistent/ready"})});
  ASSERT_TRUE(silent.wait_for_output("Can't write the ready file", kPatience));
  EXPECT_THAT(silent.output(), testing::Not(HasSubstr(" PID: ")));
}

TEST(Program, TheReadyFileTellsTheWay) {
  const test::TempDir directory;
  const std::string ready = directory.file("ready"), socket = directory.file("s");
  Process process({.argv = command({"--port", "auto", "--unixsocket", socket, "--ready-file", ready})});
  const uint16_t port = port_of(process);
  EXPECT_EQ(content(ready), "port " + std::to_string(port) + "\nunixsocket " + socket + "\npid " +
                                std::to_string(process.pid()) + "\n");
  RespClient client(Endpoint::unix_socket(socket));
  EXPECT_EQ(client.call({"CONFIG", "GET", "port"}).value.items.at(1).text, std::to_string(port));
  EXPECT_EQ(process.stop(), (ExitStatus{.code = 0, .signal = 0}));
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST(Program, APortOfZeroIsNoTcp) {
  const test::TempDir directory;
  const std::string socket = directory.file("s");
  Process process({.argv = command({"--port", "0", "--unixsocket", socket, "--unixsocketperm", "750"})});
  ASSERT_TRUE(process.wait_for_output("Ready to accept connections unix", kPatience)) << process.output();
  struct stat status {};
  ASSERT_EQ(::stat(socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0750u);
  RespClient client(Endpoint::unix_socket(socket));
  EXPECT_EQ(client.call({"CONFIG", "GET", "port"}).value.items.at(1).text, "0");
  EXPECT_THAT(process.output(), testing::Not(HasSubstr("connections tcp")));
}

TEST(Program, ThePidFileIsThereWhileItRuns) {
  const test::TempDir directory;
  const std::string path = directory.file("larder.pid");
  Process process({.argv = command({"--port", "auto", "--pidfile", path})});
  port_of(process);
  EXPECT_TRUE(eventually([&] { return content(path) == std::to_string(process.pid()) + "\n"; }));
  EXPECT_EQ(process.stop(), (ExitStatus{.code = 0, .signal = 0}));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace larder::server
