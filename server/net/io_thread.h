// One I/O thread: an event loop of its own, its connections, and the execution of their commands. A connection lives
// and dies on one thread.
//
// Thread rule: members belong to the thread, except where they say "any thread". `execution` is held while commands
// run, so that a command elsewhere can stop this thread and look at its clients (Core::with_threads_stopped).
#pragma once

#include <asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "protocol/output_buffer.h"
#include "server/config/settings.h"
#include "server/dispatch/dispatch.h"
#include "server/net/intake.h"
#include "server/net/poller.h"
#include "server/net/tick_timer.h"
#include "server/observe/statistics.h"
#include "store/core/store.h"
#include "store/core/words.h"

namespace larder::server {

class Core;
class Session;

class IoThread {
 public:
  IoThread(Core& core, unsigned index);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  ~IoThread();

  void start();
  /// Any thread: closes what is open after sending what waits, and ends the loop.
  void request_stop();
  void join();

  /// Any thread: takes over a connected descriptor.
  void adopt(int descriptor, bool unix_socket);
  /// Any thread: runs `work` on this thread between commands, under `execution`.
  void post(std::function<void()> work);

  Core& core() { return core_; }
  unsigned index() const { return index_; }
  asio::io_context& context() { return context_; }
  store::StoreThread& store_thread() { return store_thread_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Poller& poller() { return poller_; }
  Intake& intake() { return intake_; }
  /// How many connections it serves. Any thread.
  size_t connections() const { return connections_.load(std::memory_order_relaxed); }
  const Settings& settings() const { return *settings_; }
  /// Takes the newest settings over if they have changed.
  void refresh_settings();

  Session* find(uint64_t client_id);
  template <class Visitor>
  void for_each_session(Visitor&& visit) {
    for (auto& [id, session] : sessions_) visit(*session);
  }
  /// Gives a closed session up; it lives until the thread is done with what it does now.
  void remove(Session& session);

  /// Any thread: has `show`, which writes messages to clients of this thread, run once the command being executed here
  /// has written its reply. All are run in the order in which they were handed over, whichever thread did: who has seen
  /// the reply to one publisher knows that what is published from then on arrives behind that publisher's message.
  void show_in_order(std::function<void()> show);
  void run_shows() {
    if (has_shows_.load(std::memory_order_acquire)) [[unlikely]]
      run_shows_now();
  }

  /// The session's output has grown outside of a batch of its own: sent before the thread goes back to its loop.
  void flush_later(Session& session);
  void flush_waiting();
  /// A connection has requests that wait for the end of a pause.
  void note_waiting() { holding_ = true; }
  /// Lets such connections go on.
  void resume_paused();

  /// Accounts for what a connection of this thread holds more or less than before. What is large goes to the store's
  /// account at once, the rest with the next tick.
  void note_client_memory(int64_t change);
  /// Brings the store's account up to date.
  void charge_client_memory();
  /// What the store's account does not hold yet. Any thread.
  int64_t uncharged_client_memory() const { return client_memory.get() - charged_client_memory_.get(); }
  base::Counter client_memory;  // bytes that its connections hold

  std::mutex execution;
  ThreadStatistics statistics;
  protocol::OutputBuffer dropped_replies;  // of the command being executed, while CLIENT REPLY has them dropped
  protocol::OutputBuffer scratch_output;   // storage lent to the connection being served

 private:
  void run();
  bool turn_asio();
  void round(const std::function<void()>& work);
  std::vector<uint64_t> client_ids() const;
  void run_shows_now();
  void tick();
  void sweep();
  void close_idle();
  void stop_now();

  Core& core_;
  const unsigned index_;
  asio::io_context context_;
  store::StoreThread& store_thread_;
  std::optional<store::WordsReader> words_reader_;  // where other threads may replace what this one prefetches
  Dispatcher dispatcher_;
  Intake intake_;
  Poller poller_;
  TickTimer timer_;
  std::shared_ptr<const Settings> settings_;
  uint64_t settings_generation_ = 0;
  base::Counter charged_client_memory_;
  std::unordered_map<uint64_t, std::unique_ptr<Session>> sessions_;
  std::mutex shows_mutex_;
  std::vector<std::function<void()>> shows_;
  std::atomic<bool> has_shows_{false};
  std::vector<uint64_t> to_flush_;                // client ids
  std::vector<std::unique_ptr<Session>> closed_;  // until the current round is over
  std::atomic<size_t> connections_{0};
  uint64_t ticks_ = 0;
  int64_t sweep_left_us_ = 0;  // of this tick's budget, while more is due
  bool stopping_ = false, holding_ = false;
  std::atomic<std::thread::id> running_as_{};
  std::thread thread_;
};

}  // namespace larder::server
