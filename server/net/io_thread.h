// One I/O thread: an event loop of its own, its connections, and the execution of their commands. A connection lives
// and dies on one thread.
//
// Members belong to the thread, except where they say "any thread".
#pragma once

#include <asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/net/connection_thread.h"
#include "server/net/tick_timer.h"
#include "store/core/words.h"

namespace larder::server {

class Connection;

class IoThread final : public ConnectionThread {
 public:
  IoThread(ServerState& state, unsigned index);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  ~IoThread();

  void start();
  /// Any thread: closes what is open after sending what waits, and ends the loop.
  void request_stop();
  void join();

  /// Any thread: takes over a connected descriptor.
  void adopt(int descriptor, bool unix_socket);

  void post(std::function<void()> work) override;
  Client* find(uint64_t client_id) override;
  void for_each_client(const std::function<void(Client&)>& visit) override;
  void close(uint64_t client_id) override;
  void close_overrun(uint64_t client_id) override;
  void resume_paused() override;
  void remove(uint64_t client_id) override;

  asio::io_context& context() { return context_; }
  /// How many connections it serves. Any thread.
  size_t connections() const { return connection_count_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool turn_asio();
  int wait_ms();
  void round(const std::function<void()>& work);
  bool begin_connection(int descriptor, bool unix_socket);
  void apply_output_limits();
  Connection* find_connection(uint64_t client_id);
  std::vector<uint64_t> client_ids() const;
  /// Sends what has been written to clients outside of batches of their own.
  void flush_waiting();
  void tick();
  void sweep();
  void close_idle();
  void stop_now();

  asio::io_context context_;
  std::optional<store::WordsReader> words_reader_;  // where other threads may replace what this one prefetches
  TickTimer timer_;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  uint64_t limits_generation_ = 0;                   // of the settings whose output limits the connections have
  std::vector<std::unique_ptr<Connection>> closed_;  // until the current round is over
  std::atomic<size_t> connection_count_{0};
  uint64_t ticks_ = 0;
  int64_t sweep_left_us_ = 0;  // of this tick's budget, while more is due
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace larder::server
