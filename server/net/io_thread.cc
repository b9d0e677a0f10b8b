// The event loop of one thread and its housekeeping; see io_thread.h.
#include "server/net/io_thread.h"

#include <unistd.h>

#include <asio/post.hpp>

#include <cerrno>
#include <cstring>

#include "server/core.h"
#include "server/net/session.h"
#include "server/observe/stopwatch.h"

namespace larder::server {

namespace {

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int64_t kSweepSliceUs = 500;      // clients are served between slices
constexpr int64_t kSweepBudgetUs = 25'000;  // in a tick: a quarter of it

}  // namespace

// Only this thread touches its descriptors; the scheduler's lock stays, for posts from other threads.
IoThread::IoThread(Core& core, unsigned index)
    : statistics(CommandTable::instance().all().size()),
      core_(core),
      index_(index),
      context_(ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      timer_(context_),
      store_thread_(core.store.add_thread()),
      dispatcher_(core, *this),
      intake_(dispatcher_),
      poller_(context_, [this](const std::function<void()>& work) { round(work); }) {
  store_thread_.set_event_sink([this](const auto& events) { dispatcher_.publish_events(events); },
                               core.pubsub.hears_events());
  refresh_settings();
}

IoThread::~IoThread() { join(); }

void IoThread::start() {
  schedule_tick();
  poller_.start();
  thread_ = std::thread([this] { run(); });
}

void IoThread::run() {
  running_as_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  context_.run();
}

/// Everything that touches connections or data happens in a round: others are kept out, the time and the settings are
/// fresh, and what it left to be sent is sent.
void IoThread::round(const std::function<void()>& work) {
  const std::lock_guard guard(execution);
  refresh_settings();
  store_thread_.refresh_time();
  run_shows();
  work();
  intake_.run();
  flush_waiting();
  closed_.clear();
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::request_stop() {
  asio::post(context_, [this] { stop_now(); });
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
  timer_.cancel();
  context_.stop();
}

void IoThread::post(std::function<void()> work) {
  asio::post(context_, [this, work = std::move(work)] { round(work); });
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

void IoThread::schedule_tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](std::error_code error) {
    if (!error) tick();
  });
}

void IoThread::tick() {
  round([this] {
    stopwatch_calibrate();
    if (index_ == 0) core_.note_rates();
    if (++ticks_ % 10 == 0) close_idle();
    if (holding_ && core_.paused(store_thread_.now_ms()) == PauseMode::none) resume_paused();
  });
  if (!sweeping_) sweep(kSweepBudgetUs);
  schedule_tick();
}

/// Reclaims expired keys in slices, with whatever else the loop has to do in between.
void IoThread::sweep(int64_t budget_us) {
  round([this, budget_us] {
    const bool more = core_.store.sweep(store_thread_, kSweepSliceUs);
    sweeping_ = more && budget_us > kSweepSliceUs && !stopping_;
  });
  if (sweeping_) asio::post(context_, [this, left = budget_us - kSweepSliceUs] { sweep(left); });
}

void IoThread::close_idle() {
  for (const uint64_t id : client_ids()) {
    if (Session* session = find(id)) session->check_limits(store_thread_.now_us(), settings_->timeout_s);
  }
}

}  // namespace larder::server
