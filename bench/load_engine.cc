// Threads: one for each engine.

#include "bench/load_engine.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/process.h"

namespace larder::bench {
namespace {

constexpr size_t kInputSize = 256 * 1024;
constexpr uint64_t kSlice = 100'000'000;  // ns of one entry of worst_by_slice
constexpr size_t kGreetEvery = 100;       // connections begun before they are greeted: below any server's backlog
constexpr int kGreetTimeoutSeconds = 10;
constexpr int kEvents = 64;

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

int connect_to(const LoadOptions& options) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw_errno("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("host must be an IPv4 address");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("connect");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval limit{kGreetTimeoutSeconds, 0};  // counts only while the socket still blocks, in the greeting
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return socket;
}

bool is_counted(const StreamOptions& stream) { return stream.count > 0; }

/// The number that a stream's series keeps of a reply: the reply itself, or the field `name:` of an INFO.
int64_t series_value(std::string_view reply, const std::string& name) {
  if (name != "integer") {
    const size_t field = reply.find(name + ":");
    if (field == std::string_view::npos) return -1;
    reply.remove_prefix(field + name.size() + 1);
  }
  return std::atoll(std::string(reply.substr(0, 24)).c_str());
}

}  // namespace

struct LoadEngine::Stream {
  Stream(const StreamOptions& asked, Dialect dialect) : options(asked), encoder(asked, dialect) {
    result.name = asked.name;
  }

  bool is_open_loop() const { return options.rate > 0 && options.idle == 0; }
  bool is_closed_loop() const { return options.rate == 0 && options.idle == 0; }
  bool may_send() const { return !is_counted(options) || result.sent < options.count; }
  bool all_replied() const { return result.replies >= options.count; }

  StreamOptions options;
  RequestEncoder encoder;
  StreamResult result;
  std::vector<Connection*> connections;
  size_t next_connection = 0;  // open loop: they take turns
  uint64_t next_due = 0;       // ns, open loop
  double interval = 0;         // ns, open loop
  uint64_t scheduled = 0;      // requests whose due time was computed
  uint64_t origin = 0;
};

struct LoadEngine::Connection {
  Connection(int fd, Stream& owner, Dialect dialect)
      : socket(fd), stream(owner), scanner(dialect, owner.options.value_size, !owner.options.series.empty()) {}
  ~Connection() { ::close(socket); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket;
  Stream& stream;
  ReplyScanner scanner;
  size_t outstanding = 0;    // requests without their reply
  uint64_t batch_sent = 0;   // ns, closed loop
  std::deque<uint64_t> due;  // ns of each outstanding request, open loop
  uint64_t discarded = 0;    // bytes of the current reply already thrown away
  std::string unsent;        // what the socket did not take
  size_t unsent_from = 0;
};

void StreamResult::merge(StreamResult other) {
  sent += other.sent;
  replies += other.replies;
  counts.hits += other.counts.hits;
  counts.misses += other.counts.misses;
  counts.errors += other.counts.errors;
  if (counts.first_error.empty()) counts.first_error = std::move(other.counts.first_error);
  first_send = first_send == 0 ? other.first_send : std::min(first_send, other.first_send);
  last_reply = std::max(last_reply, other.last_reply);
  latency.merge(other.latency);
  lateness.merge(other.lateness);
  worst_by_slice.resize(std::max(worst_by_slice.size(), other.worst_by_slice.size()));
  for (size_t i = 0; i < other.worst_by_slice.size(); ++i) {
    worst_by_slice[i] = std::max(worst_by_slice[i], other.worst_by_slice[i]);
  }
  series.insert(series.end(), other.series.begin(), other.series.end());
}

LoadEngine::LoadEngine(const LoadOptions& options, const std::vector<StreamOptions>& streams)
    : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)), input_(kInputSize) {
  if (epoll_ < 0) throw_errno("epoll_create1");
  size_t room = 0;
  for (const StreamOptions& asked : streams) {
    if (asked.connections == 0) continue;  // fewer connections than threads
    streams_.push_back(std::make_unique<Stream>(asked, options.dialect));
    Stream& stream = *streams_.back();
    open_loop_ |= stream.is_open_loop();
    room = std::max(room, stream.encoder.max_size() * (stream.is_open_loop() ? 1 : asked.pipeline));
    connect_all(stream);
  }
  output_.resize(room);
}

LoadEngine::~LoadEngine() {
  if (epoll_ >= 0) ::close(epoll_);
}

void LoadEngine::connect_all(Stream& stream) {
  size_t greeted = connections_.size();
  for (uint64_t i = 0; i < stream.options.connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(connect_to(options_), stream, options_.dialect));
    stream.connections.push_back(connections_.back().get());
    if (connections_.size() - greeted < kGreetEvery && i + 1 < stream.options.connections) continue;
    for (; greeted < connections_.size(); ++greeted) greet(*connections_[greeted]);
  }
}

/// One request answered: the server has accepted the connection and set it up, so the run does not pay for that.
void LoadEngine::greet(Connection& connection) {
  const std::string_view hello = options_.dialect == Dialect::resp ? "*1\r\n$4\r\nPING\r\n" : "version\r\n";
  if (::send(connection.socket, hello.data(), hello.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(hello.size())) {
    throw_errno("send of the greeting");
  }
  char reply[256];
  const ssize_t size = ::recv(connection.socket, reply, sizeof reply, 0);
  if (size < 0) throw_errno("reply to the greeting");
  const std::string_view text(reply, static_cast<size_t>(size));
  if (!text.ends_with('\n') || text.starts_with('-'))
    throw std::runtime_error(fmt::format("greeting refused: '{}'", text));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) != 0) throw_errno("epoll_ctl");
}

void LoadEngine::run() {
  const uint64_t start = now_nanoseconds();
  const auto time_is_up = start + static_cast<uint64_t>(options_.timeout * 1e9);
  for (auto& stream : streams_) {
    stream->origin = start;
    stream->next_due = start;
    if (stream->is_open_loop()) stream->interval = 1e9 / stream->options.rate;
  }
  for (auto& connection : connections_) {
    if (connection->stream.is_closed_loop()) send_batch(*connection, start);
  }
  epoll_event events[kEvents];
  while (!finished()) {
    if (open_loop_) send_due(now_nanoseconds());
    const int ready = epoll_wait(epoll_, events, kEvents, open_loop_ ? 0 : 1000);
    if (ready < 0 && errno != EINTR) throw_errno("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if ((events[i].events & EPOLLOUT) != 0) flush(connection);
      if ((events[i].events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) receive(connection);
      if (open_loop_) send_due(now_nanoseconds());
    }
    if (now_nanoseconds() > time_is_up) give_up();
  }
}

void LoadEngine::send_batch(Connection& connection, uint64_t now) {
  Stream& stream = connection.stream;
  if (stopping_ || !stream.may_send()) return;
  uint64_t batch = stream.options.pipeline;
  if (is_counted(stream.options)) batch = std::min(batch, stream.options.count - stream.result.sent);
  char* end = output_.data();
  for (uint64_t i = 0; i < batch; ++i) end = stream.encoder.encode(end);
  connection.outstanding += batch;
  connection.batch_sent = now;
  stream.result.sent += batch;
  if (stream.result.first_send == 0) stream.result.first_send = now;
  transmit(connection, output_.data(), static_cast<size_t>(end - output_.data()));
}

void LoadEngine::send_due(uint64_t now) {
  if (stopping_) return;
  for (auto& stream : streams_) {
    if (!stream->is_open_loop()) continue;
    while (stream->next_due <= now && stream->may_send()) {
      send_one(*stream, stream->next_due, now);
      ++stream->scheduled;
      stream->next_due =
          stream->origin + static_cast<uint64_t>(static_cast<double>(stream->scheduled) * stream->interval);
    }
  }
}

void LoadEngine::send_one(Stream& stream, uint64_t due, uint64_t now) {
  Connection& connection = *stream.connections[stream.next_connection];
  if (++stream.next_connection == stream.connections.size()) stream.next_connection = 0;
  const char* end = stream.encoder.encode(output_.data());
  connection.due.push_back(due);
  ++connection.outstanding;
  ++stream.result.sent;
  if (stream.result.first_send == 0) stream.result.first_send = due;
  stream.result.lateness.record(now - due);
  transmit(connection, output_.data(), static_cast<size_t>(end - output_.data()));
}

void LoadEngine::transmit(Connection& connection, const char* data, size_t size) {
  if (!connection.unsent.empty()) {
    connection.unsent.append(data, size);
    return;
  }
  const ssize_t taken = ::send(connection.socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN) throw_errno("send");
  const size_t sent = taken < 0 ? 0 : static_cast<size_t>(taken);
  if (sent == size) return;
  connection.unsent.assign(data + sent, size - sent);
  connection.unsent_from = 0;
  watch(connection, true);
}

void LoadEngine::flush(Connection& connection) {
  const size_t left = connection.unsent.size() - connection.unsent_from;
  const ssize_t taken =
      ::send(connection.socket, connection.unsent.data() + connection.unsent_from, left, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN) throw_errno("send");
  if (taken > 0) connection.unsent_from += static_cast<size_t>(taken);
  if (connection.unsent_from < connection.unsent.size()) return;
  connection.unsent.clear();
  connection.unsent_from = 0;
  watch(connection, false);
}

void LoadEngine::watch(Connection& connection, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (writable) event.events |= EPOLLOUT;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event) != 0) throw_errno("epoll_ctl");
}

void LoadEngine::receive(Connection& connection) {
  const size_t replies =
      connection.stream.options.discard > 0 ? receive_discarding(connection) : receive_replies(connection);
  if (replies > 0) account(connection, replies, now_nanoseconds());
}

size_t LoadEngine::receive_discarding(Connection& connection) {
  const uint64_t reply_size = connection.stream.options.discard;
  const ssize_t size = ::recv(connection.socket, nullptr, kInputSize, MSG_TRUNC | MSG_DONTWAIT);
  if (size == 0) throw std::runtime_error("the server closed a connection");
  if (size < 0 && errno != EAGAIN) throw_errno("recv");
  if (size < 0) return 0;
  connection.discarded += static_cast<uint64_t>(size);
  const uint64_t replies = connection.discarded / reply_size;
  connection.discarded %= reply_size;
  return replies;
}

size_t LoadEngine::receive_replies(Connection& connection) {
  const ssize_t size = ::recv(connection.socket, input_.data(), input_.size(), MSG_DONTWAIT);
  if (size == 0) throw std::runtime_error("the server closed a connection");
  if (size < 0 && errno != EAGAIN) throw_errno("recv");
  if (size < 0) return 0;
  return connection.scanner.feed(input_.data(), static_cast<size_t>(size), connection.stream.result.counts);
}

void LoadEngine::account(Connection& connection, size_t replies, uint64_t now) {
  Stream& stream = connection.stream;
  StreamResult& result = stream.result;
  if (replies > connection.outstanding) throw std::runtime_error("more replies than requests");
  connection.outstanding -= replies;
  result.replies += replies;
  result.last_reply = now;
  const auto note = [&](uint64_t since) {
    const size_t slice = (now - stream.origin) / kSlice;
    if (slice >= result.worst_by_slice.size()) result.worst_by_slice.resize(slice + 1);
    result.worst_by_slice[slice] = std::max(result.worst_by_slice[slice], now - since);
    result.latency.record(now - since);
  };
  if (!stream.options.series.empty()) {
    result.series.emplace_back(now, series_value(connection.scanner.last_text(), stream.options.series));
  }
  if (stream.is_open_loop()) {
    for (; replies > 0; --replies) {
      note(connection.due.front());
      connection.due.pop_front();
    }
  } else if (connection.outstanding == 0) {
    note(connection.batch_sent);
    send_batch(connection, now);
  }
}

bool LoadEngine::counted_streams_done() const {
  return std::all_of(streams_.begin(), streams_.end(), [](const auto& stream) { return stream->all_replied(); });
}

bool LoadEngine::finished() {
  if (!stopping_ && counted_streams_done()) stopping_ = true;
  return stopping_ && std::all_of(connections_.begin(), connections_.end(),
                                  [](const auto& connection) { return connection->outstanding == 0; });
}

void LoadEngine::give_up() const {
  std::string state;
  for (const auto& stream : streams_) {
    state +=
        fmt::format(" {}: {} sent, {} replied.", stream->options.name, stream->result.sent, stream->result.replies);
  }
  throw std::runtime_error(fmt::format("not done after {} s.{}", options_.timeout, state));
}

std::vector<StreamResult> LoadEngine::take_results() {
  std::vector<StreamResult> results;
  for (auto& stream : streams_) results.push_back(std::move(stream->result));
  return results;
}

}  // namespace larder::bench
