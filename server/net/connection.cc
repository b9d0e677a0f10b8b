// See connection.h.
#include "server/net/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "server/clients/client_line.h"
#include "server/dispatch/watches.h"
#include "server/net/connection_thread.h"
#include "server/state.h"

namespace larder::server {

namespace {

constexpr size_t kReadAhead = 64 * 1024;
constexpr size_t kSlices = 64;
constexpr size_t kLeastRoom = 1024;
constexpr size_t kIdleStorage = 16 * 1024;  // output storage that a connection may keep

}  // namespace

Connection::Connection(ConnectionThread& thread, Transport transport, uint64_t id, bool unix_socket)
    : client(id, thread, thread.state().world),
      thread_(thread),
      state_(thread.state()),
      transport_(std::move(transport)),
      session_(thread, client) {
  client.connection_bytes = sizeof *this;
  client.unix_socket = unix_socket;
  client.descriptor = transport_.descriptor();
  client.created_us = client.world.clock().now_us();
  client.last_active_us = client.created_us;
  client.authenticated = thread.settings().requirepass.empty();
  client.update_gates();
  Transport::Addresses addresses = transport_.addresses(unix_socket, thread.settings().unixsocket);
  client.address = std::move(addresses.peer);
  client.local_address = std::move(addresses.local);
  client.from_this_host = addresses.from_this_host;
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

Connection::~Connection() {
  if (closed_) return;
  thread_.note_client_memory(-static_cast<int64_t>(client.accounted_bytes));
}

void Connection::ready(bool readable, bool writable) {
  if (writable) flush();
  if (readable && !closed_) thread_.intake().add(*this);
}

// -- Reading --

/// Where the next bytes go.
std::span<char> Connection::input_room(std::span<char> buffer) {
  if (backlog_size_ == 0) return buffer;
  // Room for what is known to be missing, but never much more than has arrived: a length is only announced.
  const size_t wanted =
      std::clamp<size_t>(session_.bytes_missing(), kLeastRoom, std::max(kReadAhead * 4, backlog_size_));
  if (backlog_.size() - backlog_size_ < wanted) backlog_.resize(backlog_size_ + wanted);
  return std::span(backlog_).subspan(backlog_size_);
}

std::span<char> Connection::receive(std::span<char> buffer) {
  if (closed_) return {};  // by a command of another connection in this round
  const std::span<char> room = input_room(buffer);
  const auto [outcome, bytes] = transport_.receive(room);
  if (outcome == Transport::Outcome::later) return {};
  if (outcome == Transport::Outcome::ended) {
    log_end_of_input();
    close();
    return {};
  }
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
  if (!input_within_limit()) {
    close();
  } else {
    update_interest();
    account();
  }
  return {};
}

bool Connection::input_within_limit() {
  if (backlog_size_ <= thread_.settings().client_query_buffer_limit_bytes) return true;
  state_.figures.rare.query_limit_disconnections.fetch_add(1, std::memory_order_relaxed);
  state_.log.warning("Closing client that reached max query buffer length: id={} addr={}", client.id, client.address);
  return false;
}

void Connection::log_end_of_input() {
  const int error = errno;
  if (!state_.log.enabled(LogLevel::verbose)) return;
  if (error == 0) {
    state_.log.verbose("Client closed connection {}", log_name(client));
  } else {
    state_.log.verbose("Reading from client: {} {}", std::strerror(error), log_name(client));
  }
}

/// Tells the poller what this connection waits for, when that has changed. Input is read however much output waits, as
/// in Redis: many clients write a whole pipeline before they read, and what bounds the output is its limit. It is not
/// read while more than a buffer of requests waits for the end of a pause; behind a request that blocks it is, because
/// only reading tells that the client has gone.
void Connection::update_interest() {
  if (closed_) return;
  const bool write = !client.output.empty();
  const bool read =
      !client.close_after_reply && !(waiting() && client.blocked == nullptr && backlog_size_ > kReadAhead);
  if (read == wants_read_ && write == wants_write_) [[likely]]
    return;
  wants_read_ = read;
  wants_write_ = write;
  thread_.poller().want(client.descriptor, *this, read, write);
}

Parsed Connection::parse(std::span<char> input, Batch& batch) { return session_.parse(input, batch); }

void Connection::execute(Parsed parsed, Batch& batch) {
  // A command of another connection may have closed this one since it was read.
  if (closed_) return;
  consume(parsed, batch);
  flush();
}

/// Executes every complete request, in batches, and keeps the rest.
void Connection::consume(Parsed parsed, Batch& batch) {
  if (client.output.empty()) std::swap(client.output, thread_.scratch_output);
  apply_output_limit();
  keep_rest(session_.execute(parsed, batch));
  if (!input_within_limit()) client.close_now = true;
}

void Connection::resume() {
  client.must_resume = false;
  apply_output_limit();
  if (session_.resume() && backlog_size_ > 0) {
    Batch batch;
    consume(session_.parse({backlog_.data(), backlog_size_}, batch), batch);
  }
  flush();
}

/// Keeps what is not complete yet. The rest may lie in the backlog itself or in the thread's buffer.
void Connection::keep_rest(std::span<char> rest) {
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

void Connection::flush() {
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
void Connection::account() {
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
void Connection::return_storage() {
  if (thread_.scratch_output.capacity() == 0) {
    std::swap(client.output, thread_.scratch_output);
  } else {
    client.output.shrink();
  }
  apply_output_limit();  // messages may come at any time
}

void Connection::write() {
  std::array<protocol::OutputSlice, kSlices> slices;
  while (!client.output.empty()) {
    const auto offered = std::span(slices).first(client.output.gather(slices));
    const auto [outcome, sent] = transport_.send(offered);
    if (outcome == Transport::Outcome::ended) {
      state_.log.verbose("Error writing to client: {}", std::strerror(errno));
      close();
    }
    if (outcome != Transport::Outcome::done) return;
    thread_.statistics.output_bytes.add(static_cast<int64_t>(sent));
    thread_.statistics.writes.add();
    size_t bytes = 0;
    for (const protocol::OutputSlice& slice : offered) bytes += slice.size;
    client.output.consume(sent);
    if (sent < bytes) return;
  }
}

const OutputLimit& Connection::output_limit() const {
  const OutputLimits& limits = thread_.settings().client_output_buffer_limits;
  return client.client_class() == ClientClass::pubsub ? limits.pubsub : limits.normal;
}

/// The hard limit holds while a reply is being written; so does maxmemory-clients, which one connection alone may not
/// exceed either.
void Connection::apply_output_limit() {
  const size_t hard = output_limit().hard_bytes;
  const auto all = client.no_evict ? 0 : static_cast<size_t>(state_.clients.memory_limit());
  client.output.set_limit(hard == 0 || (all != 0 && all < hard) ? all : hard);
}

bool Connection::output_within_limits() {
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

void Connection::note_output_limit_exceeded() {
  state_.figures.rare.output_limit_disconnections.fetch_add(1, std::memory_order_relaxed);
  state_.log.warning("Client id={} addr={} closed for overcoming of output buffer limits.", client.id, client.address);
}

// -- Ending --

void Connection::check_limits(int64_t now_us, int idle_timeout_s) {
  if (!client.output.empty() && !output_within_limits()) return close();
  if (client.must_resume) return resume();  // there was no memory to do so at once
  const bool may_idle = client.subscriptions() > 0 || client.monitor || waiting();
  const int64_t idle_us = now_us - client.last_active_us;
  if (idle_timeout_s > 0 && !may_idle && idle_us > int64_t{idle_timeout_s} * 1'000'000) {
    state_.log.verbose("Closing idle client");
    close();
  }
}

void Connection::close_gently() {
  client.close_after_reply = true;
  flush();
}

void Connection::close_overrun() {
  if (closed_) return;
  note_output_limit_exceeded();
  close();
}

void Connection::out_of_memory() noexcept {
  try {
    state_.log.warning("Closing client for which there is no memory: id={} addr={}", client.id, client.address);
  } catch (const std::bad_alloc&) {  // then without a word
  }
  close();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  client.output = {};  // now, not when the round is over: others may need the memory
  thread_.note_client_memory(-static_cast<int64_t>(client.accounted_bytes));
  thread_.charge_client_memory();
  client.world.pubsub.forget(client);
  forget_watches(client, store::ShardLocks(client.world.store));
  thread_.dispatcher().blocking().forget(client);
  state_.monitors.remove(client);
  thread_.poller().remove(transport_.descriptor(), *this);
  transport_.close();
  thread_.remove(client.id);
}

}  // namespace larder::server
