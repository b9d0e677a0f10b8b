// What is handed over to a thread, and its settings; see client_thread.h.
#include "server/clients/client_thread.h"

#include <new>

namespace larder::server {

ClientThread::ClientThread(unsigned index, store::ThreadState& thread_state, const Config& config, size_t commands)
    : statistics(commands), index_(index), thread_state_(thread_state), config_(config) {
  take_settings();
}

void ClientThread::take_settings() {
  settings_generation_ = config_.generation();
  settings_ = config_.snapshot();
  const uint32_t events = settings_->notify_keyspace_events;
  const bool published = (events & (notify::kKeyspace | notify::kKeyevent)) != 0;
  event_mask_ = published ? events : 0;
  thread_state_.set_event_mask(event_mask_);
}

void ClientThread::deliver_in_order(std::function<void()> deliver) {
  bool first = false;
  {
    const std::lock_guard guard(deliveries_mutex_);
    first = deliveries_.empty();
    deliveries_.push_back(std::move(deliver));
    has_deliveries_.store(true, std::memory_order_release);
  }
  // A round of one's own ends with them anyway.
  if (first && std::this_thread::get_id() != running_as_.load(std::memory_order_relaxed)) post([] {});
}

void ClientThread::run_deliveries_now() {
  std::vector<std::function<void()>> deliveries;
  {
    const std::lock_guard guard(deliveries_mutex_);
    deliveries.swap(deliveries_);
    has_deliveries_.store(false, std::memory_order_relaxed);
  }
  for (const auto& deliver : deliveries) {
    try {
      deliver();
    } catch (const std::bad_alloc&) {  // as with an output limit: who can't be reached misses the message
    }
  }
}

void ClientThread::note_client_memory(int64_t change) {
  constexpr int64_t kLarge = 64 * 1024;
  client_memory.add(change);
  if (change > kLarge || change < -kLarge) charge_client_memory();
}

void ClientThread::charge_client_memory() {
  thread_state_.store().add_overhead(uncharged_client_memory());
  charged_client_memory_.set(client_memory.get());
}

}  // namespace larder::server
