// Work that a client need not wait for: destroying large values and flushed databases, giving memory back. The thread
// starts with the first job, so a server that never needs it does not have it.
//
// Any thread may submit; jobs run one after the other on the background thread, or on a thread that needs
// the memory that they free. The destructor runs what is left.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace larder::store {

class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() { stop(); }

  /// `objects`: how many values the job frees, for lazyfree_pending_objects; 0 for other work. Throws std::bad_alloc,
  /// nothing submitted. When no thread can be started the job runs at once.
  void submit(std::function<void()> job, size_t objects);
  /// Gets on with freeing: runs a job that frees values here, or waits for the one that is running. False when there is
  /// none. The caller holds no lock that a job may want.
  bool help();
  /// Waits until every job submitted so far has run.
  void drain();
  /// Runs what is left and ends the thread; submit() afterwards runs the job at once.
  void stop();

  size_t pending_objects() const { return pending_.load(std::memory_order_relaxed); }
  size_t freed_objects() const { return freed_.load(std::memory_order_relaxed); }
  void reset_freed() { freed_.store(0, std::memory_order_relaxed); }

 private:
  struct Job {
    std::function<void()> run;
    size_t objects;
  };

  void work();
  void run_unlocked(std::unique_lock<std::mutex>& lock, Job job);

  std::mutex mutex_;
  std::condition_variable wake_, finished_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  size_t running_ = 0, running_objects_ = 0;  // jobs, and the objects that they free
  uint64_t jobs_finished_ = 0;
  std::thread thread_;
  std::atomic<size_t> pending_{0}, freed_{0};
};

}  // namespace larder::store
