// The event loop of one thread and its housekeeping; see io_thread.h.
#include "server/net/io_thread.h"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

#include "base/at_exit.h"
#include "server/net/connection.h"
#include "server/observe/stopwatch.h"

namespace larder::server {

namespace {

constexpr std::chrono::milliseconds kTick(100);
constexpr int64_t kSweepSliceUs = 500;             // clients are served between slices
constexpr int64_t kSweepBudgetUs = 25'000;         // in a tick: a quarter of it
constexpr int64_t kSweepBudgetByEffortUs = 2'000;  // more for each step of active-expire-effort, as in Redis

}  // namespace

// Only this thread touches its descriptors; the scheduler's lock stays, for posts from other threads.
IoThread::IoThread(ServerState& state, unsigned index)
    : ConnectionThread(state, index, [this](const std::function<void()>& work) { round(work); }),
      context_(ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      timer_(poller_, kTick) {
  World& world = state.world;
  thread_state().set_event_sink([this, &world](const auto& events) { dispatcher_.publish_events(world, events); },
                                world.pubsub.hears_events());
  if (!world.store.single_threaded()) words_reader_.emplace();
}

IoThread::~IoThread() { join(); }

void IoThread::start() {
  poller_.wake();  // for what has been posted before
  thread_ = std::thread([this] { run(); });
}

void IoThread::run() {
  note_running();
  const auto open = asio::make_work_guard(context_);
  bool more = false;  // handlers of Asio's loop are ready
  while (!context_.stopped()) {
    const bool woken = poller_.wait(more || sweep_left_us_ > 0 ? 0 : wait_ms());
    const bool ticked = timer_.take();
    if (ticked) tick();
    // At each tick too: timers of Asio's loop do not wake the poller.
    if (more || woken || ticked) more = turn_asio();
    if (wait_ms() == 0) round([] {});  // a blocked client's time is up
    if (sweep_left_us_ > 0) sweep();   // in slices, so that clients are served in between
  }
}

/// Milliseconds until a blocked client's time is up, -1 for ever.
int IoThread::wait_ms() {
  constexpr int64_t kMost = 1000;
  const auto due = dispatcher_.blocking().next_due_ms();
  if (!due) return -1;
  return static_cast<int>(std::clamp<int64_t>(*due - state_.world.clock().now_ms(), 0, kMost));
}

/// Runs what is ready in Asio's loop, but not for ever; returns whether there may be more.
bool IoThread::turn_asio() {
  constexpr int kHandlers = 64;
  for (int i = 0; i < kHandlers; ++i) {
    if (context_.poll_one() == 0) return false;
  }
  return true;
}

/// Everything that touches connections or data happens in a round: others are kept out, the time and the settings are
/// fresh, and what it left to be sent is sent.
void IoThread::round(const std::function<void()>& work) {
  const std::lock_guard guard(execution);
  const uint64_t start = stopwatch_ticks();
  if (words_reader_) words_reader_->enter();
  const base::AtExit leave([this] {
    if (words_reader_) words_reader_->leave();
  });
  refresh_settings();
  thread_state().refresh_time();
  apply_output_limits();
  run_deliveries();
  dispatcher_.blocking().end_overdue(thread_state().now_ms());
  try {
    work();
  } catch (const std::bad_alloc&) {  // of housekeeping; it is tried again at the next tick
  }
  intake_.run();
  apply_output_limits();  // a command may have changed them
  flush_waiting();
  closed_.clear();
  statistics.loop_cycles.add();
  statistics.loop_ns.add(stopwatch_nanoseconds(stopwatch_ticks() - start));
}

/// Connections know their limits before anything is delivered to them.
void IoThread::apply_output_limits() {
  if (limits_generation_ == settings_generation()) [[likely]]
    return;
  limits_generation_ = settings_generation();
  for (auto& [id, connection] : connections_) connection->apply_output_limit();
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::request_stop() {
  asio::post(context_, [this] { stop_now(); });
  poller_.wake();
}

void IoThread::stop_now() {
  round([this] {
    stopping_ = true;
    for (const uint64_t id : client_ids()) {
      Connection* connection = find_connection(id);  // another may have taken it with it
      if (connection == nullptr) continue;
      connection->close_gently();
      connection->close();
    }
  });
  context_.stop();
}

void IoThread::post(std::function<void()> work) {
  asio::post(context_, [this, work = std::move(work)] { round(work); });
  poller_.wake();
}

// -- Connections --

void IoThread::adopt(int descriptor, bool unix_socket) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  post([this, descriptor, unix_socket] {
    if (begin_connection(descriptor, unix_socket)) return;
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    state_.clients.note_gone();
  });
}

/// False when the system or the memory refuses; the descriptor is then closed.
bool IoThread::begin_connection(int descriptor, bool unix_socket) {
  Transport transport(descriptor);  // closes it
  try {
    const uint64_t id = state_.clients.next_id();
    auto connection = std::make_unique<Connection>(*this, std::move(transport), id, unix_socket);
    Pollable& target = *connection;
    const auto at = connections_.emplace(id, std::move(connection)).first;
    if (poller_.add(descriptor, target)) return true;
    state_.log.warning("Can't wait for a new connection: {}", std::strerror(errno));
    connections_.erase(at);
  } catch (const std::bad_alloc&) {  // nobody has been promised anything yet
  }
  return false;
}

Connection* IoThread::find_connection(uint64_t client_id) {
  const auto found = connections_.find(client_id);
  return found == connections_.end() ? nullptr : found->second.get();
}

Client* IoThread::find(uint64_t client_id) {
  Connection* connection = find_connection(client_id);
  return connection == nullptr ? nullptr : &connection->client;
}

void IoThread::for_each_client(const std::function<void(Client&)>& visit) {
  for (auto& [id, connection] : connections_) visit(connection->client);
}

void IoThread::close(uint64_t client_id) {
  if (Connection* connection = find_connection(client_id)) connection->close();
}

void IoThread::close_overrun(uint64_t client_id) {
  if (Connection* connection = find_connection(client_id)) connection->close_overrun();
}

void IoThread::remove(uint64_t client_id) {
  auto node = connections_.extract(client_id);
  if (node.empty()) return;
  closed_.push_back(std::move(node.mapped()));
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
  state_.clients.note_gone();
}

/// For loops whose steps may close connections.
std::vector<uint64_t> IoThread::client_ids() const {
  std::vector<uint64_t> ids;
  ids.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) ids.push_back(id);
  return ids;
}

void IoThread::flush_waiting() {
  // What is delivered may end a wait, and a client that goes on may write to what others wait for.
  while (has_deliveries() || dispatcher_.blocking().must_retry() || has_unflushed()) {
    run_deliveries();
    dispatcher_.blocking().retry();
    for (const uint64_t id : take_unflushed()) {
      Connection* connection = find_connection(id);
      if (connection == nullptr) continue;
      try {
        connection->client.must_resume ? connection->resume() : connection->flush();
      } catch (const std::bad_alloc&) {
        connection->out_of_memory();
      }
    }
  }
}

void IoThread::resume_paused() {
  holding_ = false;  // set again by those that must go on waiting
  for (const uint64_t id : client_ids()) {
    Connection* connection = find_connection(id);
    if (connection == nullptr || !connection->waiting()) continue;
    try {
      connection->resume();
    } catch (const std::bad_alloc&) {
      connection->out_of_memory();
    }
  }
}

// -- Housekeeping --

void IoThread::tick() {
  round([this] {
    stopwatch_calibrate();
    if (uncharged_client_memory() != 0) charge_client_memory();
    if (index() == 0) {
      state_.figures.note_rates();
      state_.pause.note_time(thread_state().now_ms());
      state_.clients.evict(*this);  // the limit may have changed
    }
    if (++ticks_ % 10 == 0) close_idle();
    if (holding_ && state_.pause.mode(thread_state().now_ms()) == PauseMode::none) resume_paused();
  });
  if (sweep_left_us_ <= 0) {
    sweep_left_us_ = kSweepBudgetUs + kSweepBudgetByEffortUs * (settings().active_expire_effort - 1);
  }
}

/// Reclaims expired keys for one slice of the budget.
void IoThread::sweep() {
  round([this] {
    const bool more = state_.world.store.sweep(thread_state(), kSweepSliceUs);
    sweep_left_us_ = more && !stopping_ ? sweep_left_us_ - kSweepSliceUs : 0;
  });
}

void IoThread::close_idle() {
  for (const uint64_t id : client_ids()) {
    if (Connection* connection = find_connection(id))
      connection->check_limits(thread_state().now_us(), settings().timeout_s);
  }
}

}  // namespace larder::server
