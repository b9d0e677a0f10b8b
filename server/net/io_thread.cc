// The event loop of one thread and its housekeeping; see io_thread.h.
#include "server/net/io_thread.h"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/at_exit.h"
#include "server/core.h"
#include "server/net/session.h"
#include "server/observe/stopwatch.h"

namespace larder::server {

namespace {

constexpr std::chrono::milliseconds kTick(100);
constexpr int64_t kSweepSliceUs = 500;             // clients are served between slices
constexpr int64_t kSweepBudgetUs = 25'000;         // in a tick: a quarter of it
constexpr int64_t kSweepBudgetByEffortUs = 2'000;  // more for each step of active-expire-effort, as in Redis

}  // namespace

// Only this thread touches its descriptors; the scheduler's lock stays, for posts from other threads.
IoThread::IoThread(Core& core, unsigned index)
    : statistics(CommandTable::instance().all().size()),
      core_(core),
      index_(index),
      context_(ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      store_thread_(core.store.add_thread()),
      dispatcher_(core, *this),
      intake_(dispatcher_),
      poller_([this](const std::function<void()>& work) { round(work); }),
      timer_(poller_, kTick) {
  store_thread_.set_event_sink([this](const auto& events) { dispatcher_.publish_events(events); },
                               core.pubsub.hears_events());
  if (!core.store.single_threaded()) words_reader_.emplace();
  refresh_settings();
}

IoThread::~IoThread() { join(); }

void IoThread::start() {
  poller_.wake();  // for what has been posted before
  thread_ = std::thread([this] { run(); });
}

void IoThread::run() {
  running_as_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const auto open = asio::make_work_guard(context_);
  bool more = false;  // handlers of Asio's loop are ready
  while (!context_.stopped()) {
    const bool woken = poller_.wait(more || sweep_left_us_ > 0 ? 0 : -1);
    const bool ticked = timer_.take();
    if (ticked) tick();
    // At each tick too: timers of Asio's loop do not wake the poller.
    if (more || woken || ticked) more = turn_asio();
    if (sweep_left_us_ > 0) sweep();  // in slices, so that clients are served in between
  }
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
  store_thread_.refresh_time();
  run_shows();
  work();
  intake_.run();
  flush_waiting();
  closed_.clear();
  statistics.loop_cycles.add();
  statistics.loop_ns.add(stopwatch_nanoseconds(stopwatch_ticks() - start));
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
      Session& session = *sessions_.at(id);
      session.close_gently();
      session.close();
    }
  });
  context_.stop();
}

void IoThread::post(std::function<void()> work) {
  asio::post(context_, [this, work = std::move(work)] { round(work); });
  poller_.wake();
}

void IoThread::refresh_settings() {
  const uint64_t generation = core_.config.generation();
  if (generation == settings_generation_) [[likely]]
    return;
  settings_generation_ = generation;
  settings_ = core_.config.snapshot();
  const uint32_t events = settings_->notify_keyspace_events;
  const bool published = (events & (notify::kKeyspace | notify::kKeyevent)) != 0;
  store_thread_.set_event_mask(published ? events : 0);
}

// -- Connections --

void IoThread::adopt(int descriptor, bool unix_socket) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  post([this, descriptor, unix_socket] {
    const uint64_t id = core_.next_client_id();
    auto session = std::make_unique<Session>(*this, descriptor, id, unix_socket);
    if (poller_.add(descriptor, *session)) {
      sessions_.emplace(id, std::move(session));
      return;
    }
    core_.log.warning("Can't wait for a new connection: {}", std::strerror(errno));
    connections_.fetch_sub(1, std::memory_order_relaxed);
    core_.connected().fetch_sub(1, std::memory_order_relaxed);
  });
}

Session* IoThread::find(uint64_t client_id) {
  const auto found = sessions_.find(client_id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void IoThread::remove(Session& session) {
  auto node = sessions_.extract(session.client.id);
  if (node.empty()) return;
  closed_.push_back(std::move(node.mapped()));
  connections_.fetch_sub(1, std::memory_order_relaxed);
  core_.connected().fetch_sub(1, std::memory_order_relaxed);
}

/// For loops whose steps may close connections.
std::vector<uint64_t> IoThread::client_ids() const {
  std::vector<uint64_t> ids;
  ids.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  return ids;
}

void IoThread::flush_later(Session& session) { to_flush_.push_back(session.client.id); }

void IoThread::show_in_order(std::function<void()> show) {
  bool first = false;
  {
    const std::lock_guard guard(shows_mutex_);
    first = shows_.empty();
    shows_.push_back(std::move(show));
    has_shows_.store(true, std::memory_order_release);
  }
  // A round of one's own ends with them anyway.
  if (first && std::this_thread::get_id() != running_as_.load(std::memory_order_relaxed)) post([] {});
}

void IoThread::run_shows_now() {
  std::vector<std::function<void()>> shows;
  {
    const std::lock_guard guard(shows_mutex_);
    shows.swap(shows_);
    has_shows_.store(false, std::memory_order_relaxed);
  }
  for (const auto& show : shows) show();
}

void IoThread::flush_waiting() {
  run_shows();
  while (!to_flush_.empty()) {
    for (const uint64_t id : std::exchange(to_flush_, {})) {
      if (Session* session = find(id)) session->flush();
    }
  }
}

void IoThread::resume_paused() {
  holding_ = false;  // set again by those that must go on waiting
  for (const uint64_t id : client_ids()) {
    Session* session = find(id);
    if (session != nullptr && session->waiting()) session->resume();
  }
}

// -- Housekeeping --

void IoThread::tick() {
  round([this] {
    stopwatch_calibrate();
    if (uncharged_client_memory() != 0) charge_client_memory();
    if (index_ == 0) {
      core_.note_rates();
      core_.note_end_of_pause(store_thread_.now_ms());
      core_.evict_clients(*this);  // the limit may have changed
    }
    if (++ticks_ % 10 == 0) close_idle();
    if (holding_ && core_.paused(store_thread_.now_ms()) == PauseMode::none) resume_paused();
  });
  if (sweep_left_us_ <= 0) {
    sweep_left_us_ = kSweepBudgetUs + kSweepBudgetByEffortUs * (settings_->active_expire_effort - 1);
  }
}

/// Reclaims expired keys for one slice of the budget.
void IoThread::sweep() {
  round([this] {
    const bool more = core_.store.sweep(store_thread_, kSweepSliceUs);
    sweep_left_us_ = more && !stopping_ ? sweep_left_us_ - kSweepSliceUs : 0;
  });
}

void IoThread::note_client_memory(int64_t change) {
  constexpr int64_t kLarge = 64 * 1024;
  client_memory.add(change);
  if (change > kLarge || change < -kLarge) charge_client_memory();
}

void IoThread::charge_client_memory() {
  core_.store.add_overhead(uncharged_client_memory());
  charged_client_memory_.set(client_memory.get());
}

void IoThread::close_idle() {
  for (const uint64_t id : client_ids()) {
    if (Session* session = find(id)) session->check_limits(store_thread_.now_us(), settings_->timeout_s);
  }
}

}  // namespace larder::server
