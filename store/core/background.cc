// The background thread; see background.h.
#include "store/core/background.h"

namespace larder::store {

void Background::submit(std::function<void()> job, size_t objects) {
  pending_.fetch_add(objects, std::memory_order_relaxed);
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    return finish({std::move(job), objects});
  }
  jobs_.push_back({std::move(job), objects});
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  wake_.notify_one();
}

void Background::finish(const Job& job) {
  job.run();
  pending_.fetch_sub(job.objects, std::memory_order_relaxed);
  freed_.fetch_add(job.objects, std::memory_order_relaxed);
}

void Background::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    finish(job);
    job.run = nullptr;
    lock.lock();
    busy_ = false;
    if (jobs_.empty()) idle_.notify_all();
  }
}

void Background::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return jobs_.empty() && !busy_; });
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
