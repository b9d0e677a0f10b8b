// Reading, executing and writing of one connection; see session.h.
#include "server/net/session.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "server/clients/client_line.h"
#include "server/dispatch/watches.h"
#include "server/net/address.h"
#include "server/net/connection_thread.h"
#include "server/state.h"

namespace larder::server {

namespace {

constexpr size_t kReadAhead = 64 * 1024;
constexpr size_t kSlices = 64;
constexpr size_t kLeastRoom = 1024;
constexpr size_t kIdleStorage = 16 * 1024;  // output storage that a connection may keep

/// The text of an address of either family; a Unix socket's path is the server's.
std::string address_text(const sockaddr_storage& address, std::string_view unix_path) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
  }
  return fmt::format("{}:0", unix_path);
}

}  // namespace

Session::Session(ConnectionThread& thread, int descriptor, uint64_t id, bool unix_socket)
    : client(id, thread, thread.state().world), thread_(thread), state_(thread.state()) {
  client.connection_bytes = sizeof *this;
  client.unix_socket = unix_socket;
  client.descriptor = descriptor;
  client.created_us = client.world.clock().now_us();
  client.last_active_us = client.created_us;
  client.authenticated = thread.settings().requirepass.empty();
  client.update_gates();
  describe_addresses();
  account();
  thread_.charge_client_memory();
  if (state_.log.enabled(LogLevel::verbose)) {
    if (unix_socket) {
      state_.log.verbose("Accepted connection to {}", thread.settings().unixsocket);
    } else {
      state_.log.verbose("Accepted {}", client.address);
    }
  }
}

/// How the log names the client: its line of CLIENT LIST.
std::string Session::log_name() const {
  std::string line;
  append_client_line(line, client, client.world.clock().now_us(), nullptr);
  line.pop_back();
  return line;
}

Session::~Session() {
  if (closed_) return;
  thread_.note_client_memory(-static_cast<int64_t>(client.accounted_bytes));
  ::close(client.descriptor);
}

void Session::describe_addresses() {
  sockaddr_storage peer{}, local{};
  socklen_t peer_size = sizeof peer, local_size = sizeof local;
  ::getpeername(client.descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_size);
  ::getsockname(client.descriptor, reinterpret_cast<sockaddr*>(&local), &local_size);
  const std::string& path = thread_.settings().unixsocket;
  client.address = address_text(client.unix_socket ? sockaddr_storage{} : peer, path);
  client.local_address = address_text(client.unix_socket ? sockaddr_storage{} : local, path);
  client.from_this_host = client.unix_socket || is_loopback(peer);
}

void Session::ready(bool readable, bool writable) {
  if (writable) flush();
  if (readable && !closed_) thread_.intake().add(*this);
}

// -- Reading --

/// Where the next bytes go.
std::span<char> Session::input_room(std::span<char> buffer) {
  if (backlog_size_ == 0) return buffer;
  // Room for what is known to be missing, but never much more than has arrived: a length is only announced.
  const size_t wanted =
      std::clamp<size_t>(parser_.bytes_missing(), kLeastRoom, std::max(kReadAhead * 4, backlog_size_));
  if (backlog_.size() - backlog_size_ < wanted) backlog_.resize(backlog_size_ + wanted);
  return std::span(backlog_).subspan(backlog_size_);
}

std::span<char> Session::receive(std::span<char> buffer) {
  if (closed_) return {};  // by a command of another connection in this round
  const std::span<char> room = input_room(buffer);
  const ssize_t got = ::recv(client.descriptor, room.data(), room.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {};
  if (got <= 0) {
    if (state_.log.enabled(LogLevel::verbose)) {
      const int error = errno;
      if (got == 0) {
        state_.log.verbose("Client closed connection {}", log_name());
      } else {
        state_.log.verbose("Reading from client: {} {}", std::strerror(error), log_name());
      }
    }
    close();
    return {};
  }
  const auto bytes = static_cast<size_t>(got);
  thread_.statistics.input_bytes.add(static_cast<int64_t>(bytes));
  thread_.statistics.reads.add();
  client.last_active_us = thread_.thread_state().now_us();
  std::span<char> input = room.first(bytes);
  if (backlog_size_ > 0) {
    backlog_size_ += bytes;
    input = {backlog_.data(), backlog_size_};
  }
  client.query_buffer_bytes = input.size();
  client.query_buffer_free = room.size() - bytes;
  if (!waiting()) return input;
  if (backlog_size_ == 0) keep_rest(input);
  update_interest();
  return {};
}

/// Tells the poller what this connection waits for, when that has changed. Input is read however much output waits, as
/// in Redis: many clients write a whole pipeline before they read, and what bounds the output is its limit. It is not
/// read while more than a buffer of requests waits for the end of a pause.
void Session::update_interest() {
  if (closed_) return;
  const bool write = !client.output.empty();
  const bool read = !client.close_after_reply && !(waiting() && backlog_size_ > kReadAhead);
  if (read == wants_read_ && write == wants_write_) [[likely]]
    return;
  wants_read_ = read;
  wants_write_ = write;
  thread_.poller().want(client.descriptor, *this, read, write);
}

Parsed Session::parse(std::span<char> input, Batch& batch) {
  const Settings& settings = thread_.settings();
  const bool authenticated = client.authenticated || settings.requirepass.empty();
  const protocol::ParserLimits limits{.max_bulk_length = settings.proto_max_bulk_len_bytes,
                                      .max_multibulk_length = INT32_MAX,
                                      .max_inline_length = 64 * 1024,
                                      .authenticated = authenticated};
  Parsed parsed{.input = input, .first = batch.requests.size()};
  // What may change the limits or the protocol is not read past.
  const size_t most = authenticated ? std::max(batch.requests.size() + 1, Batch::kMost) : parsed.first + 1;
  Dispatcher& dispatcher = thread_.dispatcher();
  while (!parsed.input.empty()) {
    if (batch.requests.size() == most) {
      parsed.cut_short = true;
      break;
    }
    const size_t first_word = batch.words.size();
    const auto status = parser_.parse(parsed.input, batch.words, limits);
    if (status == protocol::RequestParser::Status::incomplete) break;
    if (status == protocol::RequestParser::Status::error) {
      failure_ = std::string(parser_.error());
      parsed.failed = true;
      break;
    }
    const size_t size = parser_.consumed();
    parsed.input = parsed.input.subspan(size);
    Request& request = batch.requests.emplace_back(
        Request{.first_arg = first_word, .arg_count = batch.words.size() - first_word, .bytes = size});
    if (request.arg_count > 0) dispatcher.prepare(request, batch.arguments_of(request), client);
  }
  parsed.count = batch.requests.size() - parsed.first;
  return parsed;
}

void Session::execute(Parsed parsed, Batch& batch) {
  // A command of another connection may have closed this one since it was read.
  if (closed_) return;
  consume(parsed, batch);
  flush();
}

/// Executes every complete request, in batches, and keeps the rest.
void Session::consume(Parsed parsed, Batch& batch) {
  if (client.output.empty()) std::swap(client.output, thread_.scratch_output);
  apply_output_limit();
  while (execute_requests(parsed, batch) && parsed.cut_short) {
    batch.clear();
    parsed = parse(parsed.input, batch);
    thread_.dispatcher().prefetch_first(batch);
  }
  if (parsed.failed && !client.close_after_reply && !waiting()) {
    if (state_.log.enabled(LogLevel::verbose)) {
      constexpr std::string_view kPrefix = "ERR Protocol error: ";
      const std::string_view reason = failure_;
      state_.log.verbose("Protocol error ({}) from client: {}",
                         reason.starts_with(kPrefix) ? reason.substr(kPrefix.size()) : reason, log_name());
    }
    protocol::ReplyWriter(client.output, client.protocol).error(failure_);
    client.close_after_reply = true;
  }
  keep_rest(client.close_after_reply ? std::span<char>{} : parsed.input);
  if (backlog_size_ > thread_.settings().client_query_buffer_limit_bytes) {
    state_.figures.rare.query_limit_disconnections.fetch_add(1, std::memory_order_relaxed);
    state_.log.warning("Closing client that reached max query buffer length: id={} addr={}", client.id, client.address);
    client.close_now = true;
  }
}

/// False when the connection is to end or has to wait.
bool Session::execute_requests(const Parsed& parsed, const Batch& batch) {
  thread_.dispatcher().begin_batch(client);
  const auto requests = std::span(batch.requests).subspan(parsed.first, parsed.count);
  if (!requests.empty()) thread_.dispatcher().make_room(client);
  for (size_t i = 0; i < requests.size(); ++i) {
    const Request& request = requests[i];
    if (request.arg_count == 0) continue;
    if (client.close_after_reply || client.close_now || client.output.overflowed()) return false;
    thread_.dispatcher().prefetch_ahead(batch, parsed.first + i);
    if (run(request, batch.arguments_of(request)) == Dispatcher::Outcome::wait) {
      hold_back(requests.subspan(i), batch);
      return false;
    }
  }
  return !client.close_after_reply && !client.close_now && !client.output.overflowed();
}

/// Executes one request and drops its reply if CLIENT REPLY says so.
Dispatcher::Outcome Session::run(const Request& request, std::span<const std::string_view> args) {
  client.argument_bytes = request.bytes;
  if (client.reply_mode == ReplyMode::on) [[likely]]
    return thread_.dispatcher().execute(client, request, args);
  const ReplyMode before = client.reply_mode;
  const auto outcome = thread_.dispatcher().execute(client, request, args);
  // CLIENT REPLY ON and RESET are answered.
  protocol::OutputBuffer& dropped = thread_.dispatcher().dropped_replies();
  if (client.reply_mode == ReplyMode::on) client.output.append(dropped.to_string());
  dropped.clear();
  if (dropped.capacity() > kIdleStorage) dropped.shrink();
  if (outcome == Dispatcher::Outcome::wait) return outcome;
  if (client.reply_mode == ReplyMode::skip_next) {
    client.reply_mode = ReplyMode::skip_this;
  } else if (before == ReplyMode::skip_this && client.reply_mode == ReplyMode::skip_this) {
    client.reply_mode = ReplyMode::on;
  }
  return outcome;
}

void Session::hold_back(std::span<const Request> requests, const Batch& batch) {
  for (const Request& request : requests) {
    if (request.arg_count == 0) continue;
    held_back_.emplace_back(batch.arguments_of(request));
    client.held_back_bytes += held_back_.back().memory();
  }
  thread_.note_waiting();
}

void Session::resume() {
  thread_.dispatcher().begin_batch(client);
  apply_output_limit();
  while (!held_back_.empty() && !client.close_after_reply && !client.close_now && !client.output.overflowed()) {
    const StoredRequest stored = std::move(held_back_.front());
    held_back_.pop_front();
    client.held_back_bytes -= stored.memory();
    Request request{.arg_count = stored.args().size(), .bytes = stored.bytes()};
    thread_.dispatcher().prepare(request, stored.args(), client);
    if (run(request, stored.args()) == Dispatcher::Outcome::wait) {
      held_back_.emplace_front(stored.args());
      client.held_back_bytes += held_back_.front().memory();
      thread_.note_waiting();
      break;
    }
  }
  if (!waiting() && backlog_size_ > 0) {
    Batch batch;
    consume(parse({backlog_.data(), backlog_size_}, batch), batch);
  }
  flush();
}

/// Keeps what is not complete yet. The rest may lie in the backlog itself or in the thread's buffer.
void Session::keep_rest(std::span<char> rest) {
  if (rest.empty()) {
    backlog_size_ = 0;
    if (backlog_.capacity() > kIdleStorage) std::vector<char>().swap(backlog_);
  } else if (!backlog_.empty() && rest.data() >= backlog_.data() && rest.data() < backlog_.data() + backlog_.size()) {
    if (rest.data() != backlog_.data()) std::memmove(backlog_.data(), rest.data(), rest.size());
    backlog_size_ = rest.size();
  } else {
    if (backlog_.size() < rest.size()) backlog_.resize(rest.size());
    std::memcpy(backlog_.data(), rest.data(), rest.size());
    backlog_size_ = rest.size();
  }
  client.query_buffer_bytes = backlog_size_;
  client.query_buffer_free = backlog_.capacity() - backlog_size_;
}

// -- Writing --

void Session::flush() {
  if (closed_) return;
  if (client.close_now || (client.output.overflowed() && !output_within_limits())) return close();
  write();
  if (closed_) return;
  if (client.output.empty()) {
    if (client.close_after_reply) return close();
    if (client.output.capacity() > 0) return_storage();
  } else if (!output_within_limits()) {
    return close();
  }
  account();
  update_interest();
}

/// Passes on what the connection holds, where that has changed since the last time; closes connections, this one
/// perhaps, when all together hold more than they may.
void Session::account() {
  const size_t held = client.memory();
  if (held == client.accounted_bytes) [[likely]]
    return;
  const auto change = static_cast<int64_t>(held) - static_cast<int64_t>(client.accounted_bytes);
  const size_t capacity = client.output.capacity();
  if (capacity > client.accounted_output) thread_.statistics.reply_buffer_expands.add();
  if (capacity < client.accounted_output) thread_.statistics.reply_buffer_shrinks.add();
  client.accounted_bytes = held;
  client.accounted_input = client.query_buffer_bytes + client.query_buffer_free;
  client.accounted_queue = client.transaction.memory();
  client.accounted_output = capacity;
  thread_.note_client_memory(change);
  if (change > 0 && state_.clients.memory_limit() != 0) state_.clients.evict(thread_);
}

/// Output storage goes back to the thread, which lends it to whoever is served next.
void Session::return_storage() {
  if (thread_.scratch_output.capacity() == 0) {
    std::swap(client.output, thread_.scratch_output);
  } else {
    client.output.shrink();
  }
  apply_output_limit();  // messages may come at any time
}

void Session::write() {
  static_assert(sizeof(protocol::OutputSlice) == sizeof(iovec));
  std::array<protocol::OutputSlice, kSlices> slices;
  while (!client.output.empty()) {
    const size_t count = client.output.gather(slices);
    msghdr message{};
    message.msg_iov = reinterpret_cast<iovec*>(slices.data());
    message.msg_iovlen = count;
    const ssize_t sent = count == 1
                             ? ::send(client.descriptor, slices[0].data, slices[0].size, MSG_DONTWAIT | MSG_NOSIGNAL)
                             : ::sendmsg(client.descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        state_.log.verbose("Error writing to client: {}", std::strerror(errno));
        close();
      }
      return;
    }
    thread_.statistics.output_bytes.add(sent);
    thread_.statistics.writes.add();
    size_t offered = 0;
    for (size_t i = 0; i < count; ++i) offered += slices[i].size;
    client.output.consume(static_cast<size_t>(sent));
    if (static_cast<size_t>(sent) < offered) return;
  }
}

const OutputLimit& Session::output_limit() const {
  const OutputLimits& limits = thread_.settings().client_output_buffer_limits;
  return client.client_class() == ClientClass::pubsub ? limits.pubsub : limits.normal;
}

/// The hard limit holds while a reply is being written; so does maxmemory-clients, which one connection alone may not
/// exceed either.
void Session::apply_output_limit() {
  const size_t hard = output_limit().hard_bytes;
  const auto all = client.no_evict ? 0 : static_cast<size_t>(state_.clients.memory_limit());
  client.output.set_limit(hard == 0 || (all != 0 && all < hard) ? all : hard);
}

bool Session::output_within_limits() {
  const OutputLimit& limit = output_limit();
  const size_t size = client.output.size();
  const bool above_hard = limit.hard_bytes > 0 && size > limit.hard_bytes;
  bool above_soft_too_long = false;
  if (limit.soft_bytes > 0 && size > limit.soft_bytes) {
    const int64_t now = base::steady_us();
    if (!client.over_soft_limit_since_us) client.over_soft_limit_since_us = now;
    above_soft_too_long = now - *client.over_soft_limit_since_us > limit.soft_seconds * 1'000'000;
  } else {
    client.over_soft_limit_since_us.reset();
  }
  if (!above_hard && !above_soft_too_long && !client.output.overflowed()) return true;
  const bool by_hard_limit = client.output.limit() == limit.hard_bytes;
  if (client.output.overflowed() && !by_hard_limit && !above_hard) {
    state_.clients.note_evicted(client);
  } else {
    note_output_limit_exceeded();
  }
  return false;
}

void Session::note_output_limit_exceeded() {
  state_.figures.rare.output_limit_disconnections.fetch_add(1, std::memory_order_relaxed);
  state_.log.warning("Client id={} addr={} closed for overcoming of output buffer limits.", client.id, client.address);
}

// -- Ending --

void Session::check_limits(int64_t now_us, int idle_timeout_s) {
  if (!client.output.empty() && !output_within_limits()) return close();
  const bool may_idle = client.subscriptions() > 0 || client.monitor || waiting();
  const int64_t idle_us = now_us - client.last_active_us;
  if (idle_timeout_s > 0 && !may_idle && idle_us > int64_t{idle_timeout_s} * 1'000'000) {
    state_.log.verbose("Closing idle client");
    close();
  }
}

void Session::close_gently() {
  client.close_after_reply = true;
  flush();
}

void Session::close_overrun() {
  if (closed_) return;
  note_output_limit_exceeded();
  close();
}

void Session::out_of_memory() noexcept {
  try {
    state_.log.warning("Closing client for which there is no memory: id={} addr={}", client.id, client.address);
  } catch (const std::bad_alloc&) {  // then without a word
  }
  close();
}

void Session::close() {
  if (closed_) return;
  closed_ = true;
  client.output = {};  // now, not when the round is over: others may need the memory
  thread_.note_client_memory(-static_cast<int64_t>(client.accounted_bytes));
  thread_.charge_client_memory();
  client.world.pubsub.forget(client);
  forget_watches(client, store::ShardLocks(client.world.store));
  state_.monitors.remove(client);
  thread_.poller().remove(client.descriptor, *this);
  ::close(client.descriptor);
  thread_.remove(client.id);
}

}  // namespace larder::server
