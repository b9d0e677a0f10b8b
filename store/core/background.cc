// The background thread; see background.h.
#include "store/core/background.h"

#include <algorithm>
#include <exception>

namespace larder::store {

void Background::submit(std::function<void()> job, size_t objects) {
  std::unique_lock lock(mutex_);
  jobs_.push_back({std::move(job), objects});
  pending_.fetch_add(objects, std::memory_order_relaxed);
  if (!stopping_ && !thread_.joinable()) {
    try {
      thread_ = std::thread([this] { work(); });
    } catch (const std::exception&) {  // no more threads, or no memory for one: done here
    }
  }
  if (!stopping_ && thread_.joinable()) return wake_.notify_one();
  Job mine = std::move(jobs_.back());
  jobs_.pop_back();
  run_unlocked(lock, std::move(mine));
}

bool Background::help() {
  std::unique_lock lock(mutex_);
  const auto frees = [](const Job& job) { return job.objects > 0; };
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), frees);
  if (found != jobs_.end()) {
    Job job = std::move(*found);
    jobs_.erase(found);
    run_unlocked(lock, std::move(job));
    return true;
  }
  if (running_objects_ == 0) return false;
  finished_.wait(lock, [this, before = jobs_finished_] { return jobs_finished_ != before; });
  return true;
}

/// Runs a job that is no longer in the queue without the lock, which is held before and after.
void Background::run_unlocked(std::unique_lock<std::mutex>& lock, Job job) {
  ++running_;
  running_objects_ += job.objects;
  lock.unlock();
  job.run();
  job.run = nullptr;
  pending_.fetch_sub(job.objects, std::memory_order_relaxed);
  freed_.fetch_add(job.objects, std::memory_order_relaxed);
  lock.lock();
  --running_;
  running_objects_ -= job.objects;
  ++jobs_finished_;
  finished_.notify_all();
}

void Background::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    run_unlocked(lock, std::move(job));
  }
}

void Background::drain() {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return jobs_.empty() && running_ == 0; });
}

void Background::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace larder::store
