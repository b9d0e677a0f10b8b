// An I/O thread as clients, dispatch and commands know it: its settings, its figures, what others hand over to it. The
// event loop and the sockets are net/'s IoThread, which is one.
//
// Members belong to the thread, except where they say "any thread". `execution` is held while commands
// run, so that a command elsewhere can stop this thread and look at its clients (Threads::with_all_stopped).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/counter.h"
#include "server/config/config.h"
#include "server/observe/statistics.h"
#include "store/core/store.h"

namespace larder::server {

class Client;

class ClientThread {
 public:
  /// index         0, 1 and so on, among the server's threads
  /// thread_state  its place in the store of the world that connections begin in
  /// commands      how many rows the table of commands has
  ClientThread(unsigned index, store::ThreadState& thread_state, const Config& config, size_t commands);
  ClientThread(const ClientThread&) = delete;
  ClientThread& operator=(const ClientThread&) = delete;

  unsigned index() const { return index_; }
  store::ThreadState& thread_state() { return thread_state_; }
  const Settings& settings() const { return *settings_; }
  /// Keyspace events that the settings ask for, as ThreadState::set_event_mask() takes them.
  uint32_t event_mask() const { return event_mask_; }
  /// Takes the newest settings over if they have changed.
  void refresh_settings() {
    if (config_.generation() != settings_generation_) [[unlikely]]
      take_settings();
  }

  /// Moves with each change of the settings that this thread has taken over.
  uint64_t settings_generation() const { return settings_generation_; }

  // -- What net/ does --
  /// Any thread: runs `work` on this thread between commands, under `execution`.
  virtual void post(std::function<void()> work) = 0;
  /// A client of this thread; null when it has gone.
  virtual Client* find(uint64_t client_id) = 0;
  /// On another thread only while this one is stopped.
  virtual void for_each_client(const std::function<void(Client&)>& visit) = 0;
  /// Ends the connection of a client, if there still is one; replies that wait are lost.
  virtual void close(uint64_t client_id) = 0;
  /// The same, because more messages wait for this thread than the client's output may hold.
  virtual void close_overrun(uint64_t client_id) = 0;
  /// Lets connections go on whose requests wait for the end of a pause.
  virtual void resume_paused() = 0;

  // -- Messages --
  /// Any thread: has `deliver`, which writes messages to clients of this thread, run once the command being executed
  /// here has written its reply. All are run in the order in which they were handed over, whichever thread did: who has
  /// seen the reply to one publisher knows that what is published from then on arrives behind that publisher's message.
  void deliver_in_order(std::function<void()> deliver);
  void run_deliveries() {
    if (has_deliveries_.load(std::memory_order_acquire)) [[unlikely]]
      run_deliveries_now();
  }
  bool has_deliveries() const { return has_deliveries_.load(std::memory_order_acquire); }
  /// The client's output has grown outside of a batch of its own: sent before the thread goes back to its loop.
  void flush_later(uint64_t client_id) { to_flush_.push_back(client_id); }

  // -- Memory --
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

 protected:
  ~ClientThread() = default;

  /// The calling thread is this one from now on.
  void note_running() { running_as_.store(std::this_thread::get_id(), std::memory_order_relaxed); }
  /// Clients whose output has grown, in order.
  std::vector<uint64_t> take_unflushed() { return std::exchange(to_flush_, {}); }
  bool has_unflushed() const { return !to_flush_.empty(); }

 private:
  void take_settings();
  void run_deliveries_now();

  const unsigned index_;
  store::ThreadState& thread_state_;
  const Config& config_;
  std::shared_ptr<const Settings> settings_;
  uint64_t settings_generation_ = 0;
  uint32_t event_mask_ = 0;
  base::Counter charged_client_memory_;
  std::mutex deliveries_mutex_;
  std::vector<std::function<void()>> deliveries_;
  std::atomic<bool> has_deliveries_{false};
  std::vector<uint64_t> to_flush_;
  std::atomic<std::thread::id> running_as_{};
};

}  // namespace larder::server
