// Larder inside another program: two servers on ports that the system chooses, each with data, databases and settings
// of its own; both used at once, stopped in either order, started anew. Exits 0 when everything was as it should be,
// else says what was not and exits 1.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/server.h"
#include "tests/support/resp_client.h"

namespace {

using larder::server::kPortAuto;
using larder::server::Server;
using larder::test::Endpoint;
using larder::test::Reply;
using larder::test::RespClient;

void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

std::unique_ptr<Server> started(uint64_t maxmemory_bytes) {
  Server::Options options;
  options.settings.port = kPortAuto;
  options.settings.bind = {"127.0.0.1"};
  options.settings.io_threads = 2;
  options.settings.maxmemory_bytes = maxmemory_bytes;
  options.settings.enable_protected_configs = larder::server::Permission::yes;
  options.settings.maxmemory_policy = larder::server::EvictionPolicy::allkeys_lru;
  options.log = [](std::string_view) {};
  auto server = std::make_unique<Server>(std::move(options));
  const auto result = server->start();
  expect(result.has_value(), "a server starts");
  expect(server->port() > 0, "a started server has a port");
  return server;
}

RespClient client_of(const Server& server) { return RespClient(Endpoint::tcp(static_cast<uint16_t>(server.port()))); }

std::string ask(RespClient& client, const std::vector<std::string>& words) {
  const auto received = client.call(words);
  expect(received.ok(), "a command is answered");
  return received.value.null ? "(nil)" : received.value.text;
}

/// Both servers serve at the same time, and neither sees what the other holds.
void use(const Server& first, const Server& second) {
  std::vector<std::thread> users;
  for (const Server* server : {&first, &second}) {
    for (int user = 0; user < 2; ++user) {
      users.emplace_back([server] {
        RespClient client = client_of(*server);
        for (int i = 0; i < 300; ++i) {
          ask(client, {"INCR", "counter"});
          ask(client, {"SET", "key:" + std::to_string(i), std::string(500, 'v'), "PX", "60000"});
        }
      });
    }
  }
  for (std::thread& user : users) user.join();
  for (const Server* server : {&first, &second}) {
    RespClient client = client_of(*server);
    expect(ask(client, {"GET", "counter"}) == "600", "each server counted its own commands");
  }
}

void settings_are_apart(const Server& first, const Server& second) {
  RespClient left = client_of(first), right = client_of(second);
  ask(left, {"SET", "only", "here"});
  expect(ask(right, {"GET", "only"}) == "(nil)", "data are apart");
  expect(ask(left, {"CONFIG", "SET", "maxclients", "77"}) == "OK", "CONFIG SET works");
  expect(right.call({"CONFIG", "GET", "maxclients"}).value.items.at(1).text == "10000", "settings are apart");
  left.send({"SUBSCRIBE", "news"});
  left.receive();
  expect(ask(right, {"PUBLISH", "news", "x"}) == "0", "channels are apart");
}

/// CONFIG SET changes the server, never the program that it runs in.
void host_stays_as_it_is(const Server& server) {
  const auto limit_of_files = [] {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
  };
  rlimit low{};
  ::getrlimit(RLIMIT_NOFILE, &low);
  low.rlim_cur = std::min<rlim_t>(low.rlim_cur, 512);
  ::setrlimit(RLIMIT_NOFILE, &low);
  const auto directory = std::filesystem::current_path();
  RespClient client = client_of(server);
  expect(ask(client, {"CONFIG", "SET", "dir", "/"}) == "OK", "dir can be set");
  expect(ask(client, {"CONFIG", "SET", "maxclients", "20000"}) == "OK", "maxclients can be raised");
  expect(client.call({"CONFIG", "GET", "dir"}).value.items.at(1).text == "/", "dir is what was set");
  expect(std::filesystem::current_path() == directory, "the program's directory stays");
  expect(limit_of_files() == low.rlim_cur, "the program's limit of open files stays");
  struct sigaction action {};
  for (const int signal : {SIGPIPE, SIGHUP, SIGTERM, SIGINT}) {
    ::sigaction(signal, nullptr, &action);
    expect(action.sa_handler == SIG_DFL, "the program's signal handlers stay");
  }
}

}  // namespace

int main() {
  auto first = started(0), second = started(1 << 20);
  expect(first->port() != second->port(), "the ports differ");
  use(*first, *second);
  settings_are_apart(*first, *second);
  host_stays_as_it_is(*first);

  // A client that is connected while its server stops sees the end of the connection, and the other server goes on.
  RespClient stays = client_of(*second), goes = client_of(*first);
  ask(goes, {"PING"});
  ask(stays, {"SET", "still", "there"});
  first->stop();
  first->stop();
  expect(goes.receive().status == larder::test::Received::Status::closed, "stopping closes connections");
  expect(ask(stays, {"GET", "still"}) == "there", "the other server goes on");

  // A third one, in the place of the first; then all end by destruction alone.
  first = started(0);
  RespClient fresh = client_of(*first);
  expect(ask(fresh, {"DBSIZE"}) == "0", "a new server is empty");
  second.reset();
  expect(ask(fresh, {"PING"}) == "PONG", "the newest server outlives the others");
  return 0;
}
