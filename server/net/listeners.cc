// Listening sockets; see listeners.h. They are made with the system's own calls, because bind addresses, their error
// texts and accept4 are about the system; Asio waits for them.
#include "server/net/listeners.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/generic/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "server/net/address.h"
#include "server/net/io_threads.h"
#include "server/state.h"

namespace larder::server {

namespace {

constexpr int kAcceptsPerTurn = 256;
constexpr std::chrono::milliseconds kPauseWithoutResources{100};
constexpr std::chrono::seconds kBetweenFailuresLogged{1};

constexpr std::string_view kTooManyClients = "-ERR max number of clients reached\r\n";
constexpr std::string_view kProtectedMode =
    "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the "
    "default "
    "user. In this mode connections are only accepted from the loopback interface. If you want to connect from "
    "external "
    "computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the "
    "command "
    "'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server "
    "is "
    "running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to "
    "make this "
    "change permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration "
    "file, and "
    "setting the protected mode option to 'no', and then restarting the server. 3) If you started the server manually "
    "just "
    "for testing, restart it with the '--protected-mode no' option. 4) Setup a an authentication password for the "
    "default "
    "user. NOTE: You only need to do one of the above things in order for the server to start accepting connections "
    "from the "
    "outside.\r\n";

/// A descriptor that is closed unless it is taken.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

void refuse(int fd, std::string_view text) {
  // Whoever does not read it in time does not get it: nothing waits for a connection that is refused.
  (void)!::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::close(fd);
}

void prepare_tcp(int fd, int keepalive_s) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (keepalive_s <= 0) return;
  const int interval = keepalive_s / 3 == 0 ? 1 : keepalive_s / 3, probes = 3;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive_s, sizeof keepalive_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

/// One listening socket.
class Listeners::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(ServerState& state, IoThreads& threads, int fd, bool unix_socket, Place place)
      : state_(state),
        threads_(threads),
        descriptor_(threads.first().context(), fd),
        retry_(threads.first().context()),
        unix_socket_(unix_socket),
        place_(std::move(place)) {
    threads.first().poller().watch(fd);
  }

  const Place& place() const { return place_; }

  void accept() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [self = shared_from_this()](std::error_code error) {
                             if (error) return;
                             if (self->accept_waiting()) return self->accept();
                             self->accept_later();
                           });
  }

  void close() {
    std::error_code ignored;
    descriptor_.close(ignored);
    retry_.cancel();
  }

 private:
  /// For the time being the system has no descriptor or memory for another connection: what waits to be accepted would
  /// wake the thread again at once.
  void accept_later() {
    retry_.expires_after(kPauseWithoutResources);
    retry_.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error && self->descriptor_.is_open()) self->accept();
    });
  }

  void log_failure(int error) {
    const auto now = std::chrono::steady_clock::now();
    if (now - logged_ < kBetweenFailuresLogged) return;
    logged_ = now;
    state_.log.warning("Accepting client connection: accept: {}", std::strerror(error));
  }

  /// False when accepting makes no sense for a while.
  bool accept_waiting() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      const int fd = ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        const int error = errno;
        if (error == EAGAIN || error == EWOULDBLOCK || error == ECONNABORTED || error == EINTR) return true;
        log_failure(error);
        return false;
      }
      welcome(fd, peer);
    }
    return true;
  }

  void welcome(int fd, const sockaddr_storage& peer) {
    const auto settings = state_.config.snapshot();
    if (static_cast<int64_t>(state_.clients.connected()) >= settings->maxclients) {
      state_.figures.rare.rejected_connections.fetch_add(1, std::memory_order_relaxed);
      return refuse(fd, kTooManyClients);
    }
    if (!unix_socket_ && settings->protected_mode && settings->requirepass.empty() && !is_loopback(peer)) {
      state_.figures.rare.rejected_connections.fetch_add(1, std::memory_order_relaxed);
      return refuse(fd, kProtectedMode);
    }
    if (!unix_socket_) prepare_tcp(fd, settings->tcp_keepalive_s);
    state_.figures.rare.connections_received.fetch_add(1, std::memory_order_relaxed);
    threads_.adopt(fd, unix_socket_);
  }

  ServerState& state_;
  IoThreads& threads_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer retry_;
  std::chrono::steady_clock::time_point logged_{};  // when a failure was logged last
  const bool unix_socket_;
  const Place place_;  // of TCP
};

Listeners::Listeners(ServerState& state, IoThreads& threads) : state_(state), threads_(threads) {}
Listeners::~Listeners() { close(); }

namespace {

/// Binds one TCP address. The error is the system's word for it.
tl::expected<int, std::string> listen_tcp(const std::string& host, int port, int backlog) {
  addrinfo hints{};
  const bool v6 = host.find(':') != std::string::npos;
  hints.ai_family = v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const char* node = host == "*" || host == "::*" ? nullptr : host.c_str();
  if (const int error = ::getaddrinfo(node, std::to_string(port).c_str(), &hints, &found); error != 0) {
    return tl::unexpected(std::string(::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, ::freeaddrinfo);
  Descriptor fd(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return tl::unexpected(fmt::format("socket: {}", std::strerror(errno)));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (v6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    return tl::unexpected(fmt::format("bind: {}", std::strerror(errno)));
  }
  if (::listen(fd.get(), backlog) != 0) return tl::unexpected(fmt::format("listen: {}", std::strerror(errno)));
  return fd.take();
}

}  // namespace

/// Binds the addresses of the settings that are not listened on already. The error is what Redis logs.
tl::expected<std::vector<Listeners::Bound>, std::string> Listeners::bind_missing(const Settings& settings, int* port) {
  std::vector<Bound> bound;
  *port = settings.port == kPortAuto ? 0 : settings.port;
  if (settings.port == 0) return bound;
  bool any = false;
  for (const std::string& entry : settings.bind) {
    const bool optional = entry.starts_with('-');
    const std::string host = optional ? entry.substr(1) : entry;
    if (std::find(places_.begin(), places_.end(), Place{host, *port}) != places_.end()) {
      any = true;
      continue;
    }
    const auto fd = listen_tcp(host, *port, settings.tcp_backlog);
    if (fd) {
      if (*port == 0) *port = port_of(*fd);  // `port auto`: the first address chooses for all
      bound.push_back({.place = {host, *port}, .descriptor = *fd});
      any = true;
      continue;
    }
    state_.log.warning("Warning: Could not create server TCP listening socket {}:{}: {}", host, *port, fd.error());
    if (!optional) {
      for (const Bound& one : bound) ::close(one.descriptor);
      return tl::unexpected(fmt::format("Failed listening on port {} (tcp), aborting.", *port));
    }
  }
  if (!any && !settings.bind.empty()) {
    return tl::unexpected(fmt::format("Failed listening on port {} (tcp), aborting.", *port));
  }
  return bound;
}

void Listeners::take(std::vector<Bound> bound) {
  for (Bound& one : bound) {
    tcp_.push_back(std::make_shared<Listener>(state_, threads_, one.descriptor, false, std::move(one.place)));
  }
}

void Listeners::drop_all_but(const std::vector<Place>& places) {
  std::erase_if(tcp_, [&](const std::shared_ptr<Listener>& listener) {
    const bool stays = std::find(places.begin(), places.end(), listener->place()) != places.end();
    if (!stays) listener->close();
    return !stays;
  });
}

tl::expected<std::shared_ptr<Listeners::Listener>, std::string> Listeners::open_unix(const Settings& settings) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto failed = [&](std::string_view call, std::string_view why) {
    state_.log.warning("Failed opening Unix socket: {}: {}", call, why);
    return tl::unexpected(std::string("Failed listening on Unix socket, aborting."));
  };
  if (settings.unixsocket.size() >= sizeof address.sun_path) return failed("bind", "the path is too long");
  std::memcpy(address.sun_path, settings.unixsocket.data(), settings.unixsocket.size());
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed("socket", std::strerror(errno));
  ::unlink(settings.unixsocket.c_str());  // left by a server that was killed
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return failed("bind", std::strerror(errno));
  }
  if (settings.unixsocket_mode != 0)
    ::chmod(settings.unixsocket.c_str(), static_cast<mode_t>(settings.unixsocket_mode));
  if (::listen(fd.get(), settings.tcp_backlog) != 0) return failed("listen", std::strerror(errno));
  return std::make_shared<Listener>(state_, threads_, fd.take(), true, Place{});
}

tl::expected<void, std::string> Listeners::open(const Settings& settings) {
  int port = 0;
  auto bound = bind_missing(settings, &port);
  if (!bound) return tl::unexpected(bound.error());
  for (const Bound& one : *bound) places_.push_back(one.place);
  take(std::move(*bound));
  port_.store(port, std::memory_order_relaxed);
  if (tcp_.empty() && settings.unixsocket.empty()) {
    return tl::unexpected(std::string("Configured to not listen anywhere, exiting."));
  }
  if (settings.unixsocket.empty()) return {};
  auto unix_listener = open_unix(settings);
  if (!unix_listener) {
    tcp_.clear();
    return tl::unexpected(unix_listener.error());
  }
  unix_ = std::move(*unix_listener);
  unix_path_ = settings.unixsocket;
  return {};
}

tl::expected<void, std::string> Listeners::rebind(const Settings& settings) {
  int port = 0;
  auto bound = bind_missing(settings, &port);
  if (!bound) return tl::unexpected(std::string("Unable to listen on this port. Check server logs."));
  std::vector<Place> places;
  for (const std::string& entry : settings.bind) {
    const Place place{entry.starts_with('-') ? entry.substr(1) : entry, port};
    const auto is_new = [&](const Bound& one) { return one.place == place; };
    const bool listening = std::find(places_.begin(), places_.end(), place) != places_.end() ||
                           std::any_of(bound->begin(), bound->end(), is_new);
    if (port != 0 && listening) places.push_back(place);
  }
  places_ = places;
  port_.store(port, std::memory_order_relaxed);
  threads_.first().post([this, places, bound = std::move(*bound)]() mutable {
    drop_all_but(places);
    const size_t old = tcp_.size();
    take(std::move(bound));
    for (size_t i = old; i < tcp_.size(); ++i) tcp_[i]->accept();
  });
  return {};
}

std::vector<std::string> Listeners::kinds() const {
  std::vector<std::string> kinds;
  if (port() != 0) kinds.emplace_back("tcp");
  if (unix_ != nullptr) kinds.emplace_back("unix");
  return kinds;
}

void Listeners::accept() {
  for (const auto& listener : tcp_) listener->accept();
  if (unix_ != nullptr) unix_->accept();
}

void Listeners::close() {
  for (const auto& listener : tcp_) listener->close();
  tcp_.clear();
  if (unix_ != nullptr) {
    unix_->close();
    unix_.reset();
    ::unlink(unix_path_.c_str());
  }
}

}  // namespace larder::server
