// See process.h.
#include "server/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace larder::server {

namespace {

constexpr rlim_t kOwnDescriptors = 32;       // apart from connections, as Redis reserves
constexpr rlim_t kDescriptorsPerThread = 4;  // two epoll sets, a timer, an event
constexpr const char* kDefaultPidFile = "/var/run/redis.pid";

tl::expected<void, std::string> go_to_background() {
  const pid_t child = ::fork();
  if (child < 0) return tl::unexpected(fmt::format("Can't go to the background: {}", std::strerror(errno)));
  if (child > 0) ::_exit(EXIT_SUCCESS);
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR);
  if (null >= 0) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
    if (null > STDERR_FILENO) ::close(null);
  }
  return {};
}

// Launchers search the log for the mode, the port and " PID: N"; Redis' own test suite waits for the last one.
std::string banner(const std::string& port) {
  return fmt::format(R"(
      .-.      .-.      .-.
    .-| |------| |------| |-.      Larder {} (Redis {}) 64 bit
    | '-'      '-'      '-' |
    |-----------------------|      Running in standalone mode
    |  .-.  .---.  .-. .-.  |      Port: {}
    |  | |  |   |  | | | |  |      PID: {}
    '-----------------------'

)",
                     larder_version(), kRedisVersion, port, ::getpid());
}

}  // namespace

bool raise_file_limit(int64_t maxclients) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  const rlim_t wanted = static_cast<rlim_t>(maxclients) + kOwnDescriptors;
  if (limit.rlim_cur >= wanted) return true;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

tl::expected<void, std::string> fit_maxclients(StartOptions& options) {
  Settings& settings = options.settings;
  const rlim_t reserved = kOwnDescriptors + kDescriptorsPerThread * static_cast<rlim_t>(settings.io_threads);
  const rlim_t wanted = static_cast<rlim_t>(settings.maxclients) + reserved;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return {};
  const rlim_t before = limit.rlim_cur;
  // A privileged process may raise the hard limit too; any other gets as far as that.
  limit = {.rlim_cur = wanted, .rlim_max = std::max(wanted, limit.rlim_max)};
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  const int error = errno;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max > limit.rlim_cur) {
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return {};
  if (limit.rlim_cur <= reserved) {
    return tl::unexpected(
        fmt::format("Your current 'ulimit -n' of {} is not enough for the server to start. Please increase your open "
                    "file limit to at least {}. Exiting.",
                    before, wanted));
  }
  const auto asked = settings.maxclients;
  settings.maxclients = static_cast<int64_t>(limit.rlim_cur - reserved);
  options.notices.push_back(
      fmt::format("You requested maxclients of {} requiring at least {} max file descriptors.", asked, wanted));
  options.notices.push_back(
      fmt::format("Server can't set maximum open files to {} because of OS error: {}.", wanted, std::strerror(error)));
  options.notices.push_back(
      fmt::format("Current maximum open files is {}. maxclients has been reduced to {} to compensate for low ulimit. "
                  "If you need higher maxclients increase 'ulimit -n'.",
                  limit.rlim_cur, settings.maxclients));
  return {};
}

tl::expected<void, std::string> prepare_process(const Settings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGALRM, SIG_IGN);
  if (!settings.dir.empty() && ::chdir(settings.dir.c_str()) != 0) {
    return tl::unexpected(fmt::format("Can't chdir to '{}': {}", settings.dir, std::strerror(errno)));
  }
  if (settings.daemonize && settings.supervised == Supervision::none) return go_to_background();
  return {};
}

tl::expected<void, std::string> apply_to_process(const Settings& before, const Settings& after) {
  if (before.dir != after.dir && ::chdir(after.dir.c_str()) != 0) {
    return tl::unexpected(std::string(std::strerror(errno)));
  }
  if (after.maxclients > before.maxclients && !raise_file_limit(after.maxclients)) {
    return tl::unexpected(std::string("The operating system is not able to handle the specified number of clients"));
  }
  return {};
}

void log_start(Log& log, const StartOptions& options) {
  log.notice("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
  log.notice("{}, pid={}, just started", version_line(), ::getpid());
  if (options.configured) {
    log.notice("Configuration loaded");
  } else {
    log.warning(
        "Warning: no config file specified, using the default config. In order to specify a config file use "
        "larder /path/to/larder.conf");
  }
  for (const std::string& notice : options.notices) log.warning("{}", notice);
  const auto port = options.settings.port == kPortAuto ? std::string("auto") : std::to_string(options.settings.port);
  if (options.settings.always_show_logo) {
    log.raw(LogLevel::notice, banner(port));
  } else {
    log.notice("Running mode=standalone, port={}.", port);
  }
}

void notify_supervisor(const Settings& settings) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || settings.supervised == Supervision::none || settings.supervised == Supervision::upstart)
    return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  constexpr char kReady[] = "READY=1\nSTATUS=Ready to accept connections\n";
  (void)!::sendto(fd, kReady, sizeof kReady - 1, MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  ::close(fd);
}

PidFile::PidFile(const Settings& settings, Log& log) {
  if (settings.pidfile.empty() && !settings.daemonize) return;
  const std::string path = settings.pidfile.empty() ? kDefaultPidFile : settings.pidfile;
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    log.warning("Failed to write PID file: {}", std::strerror(errno));
    return;
  }
  std::fprintf(file, "%d\n", ::getpid());
  std::fclose(file);
  path_ = path;
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace larder::server
