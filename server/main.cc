// The daemon: arguments and conf file in, a Server running, signals until the end. Everything here is what any program
// that embeds a Server could do as well.
#include <fmt/format.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <system_error>

#include "server/config/command_line.h"
#include "server/dispatch/command_table.h"
#include "server/process.h"
#include "server/process_title.h"
#include "server/server.h"
#include "server/state.h"

namespace larder::server {
namespace {

constexpr int kExitBySecondSignal = 1;

int print(const StartupMessage& message) {
  std::FILE* stream = message.stream == StartupMessage::Stream::standard_output ? stdout : stderr;
  std::fwrite(message.text.data(), 1, message.text.size(), stream);
  return message.exit_code;
}

/// Waits for the first reason to stop: SIGTERM, SIGINT or SHUTDOWN. A second signal ends the process at once.
class StopSignal {
 public:
  StopSignal() : signals_(context_, SIGTERM, SIGINT) {}

  void request() {
    asio::post(context_, [this] { context_.stop(); });
  }

  void wait(Log& log) {
    signals_.async_wait([&](std::error_code error, int signal) {
      if (error) return;
      log.notice("Received {} scheduling shutdown...", signal == SIGINT ? "SIGINT" : "SIGTERM");
      context_.stop();
    });
    context_.run();
  }

  /// From now on a signal is not waited for by anybody: it exits.
  void exit_on_next() {
    signals_.clear();
    for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int) { ::_exit(kExitBySecondSignal); });
  }

 private:
  asio::io_context context_;
  asio::signal_set signals_;
};

int serve(StartOptions options, ProcessTitle& title) {
  if (auto fits = fit_maxclients(options); !fits) {
    std::fprintf(stderr, "%s\n", fits.error().c_str());
    return EXIT_FAILURE;
  }
  const Settings settings = options.settings;
  if (auto prepared = prepare_process(settings); !prepared) {
    std::fprintf(stderr, "%s\n", prepared.error().c_str());
    return EXIT_FAILURE;
  }
  StopSignal stop;
  Server server({.settings = settings,
                 .config_file = options.config_file,
                 .on_shutdown = [&stop] { stop.request(); },
                 .apply_to_process =
                     [&](const Settings& before, const Settings& after) {
                       auto applied = apply_to_process(before, after);
                       if (applied) title.show(after, options.config_file);
                       return applied;
                     },
                 .owns_process = true});
  Log& log = server.state().log;
  log_start(log, options);
  if (auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().c_str());
    return EXIT_FAILURE;
  }
  title.show(*server.state().config.snapshot(), options.config_file);
  const PidFile pid_file(settings, log);
  notify_supervisor(settings);
  stop.wait(log);
  stop.exit_on_next();
  log.notice("User requested shutdown...");
  server.stop();
  log.warning("{} is now ready to exit, bye bye...", "Redis");
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace larder::server

int main(int argc, char** argv) {
  using namespace larder::server;
  if (argc == 2 && std::string_view(argv[1]) == "--print-commands=markdown") {
    std::cout << commands_markdown();
    return EXIT_SUCCESS;
  }
  auto options = parse_command_line(argc, argv);
  if (!options) return print(options.error());
  try {
    ProcessTitle title(argc, argv);
    return serve(std::move(*options), title);
  } catch (const std::system_error& error) {  // descriptors or threads that the system does not grant
    std::fprintf(stderr, "Can't start: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
