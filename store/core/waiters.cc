#include "store/core/waiters.h"

#include <algorithm>

namespace larder::store {

void WaiterTable::add(uint32_t database, std::string_view key, std::shared_ptr<Waiter> waiter) {
  std::list<std::shared_ptr<Waiter>> one;
  one.push_back(std::move(waiter));
  auto found = queues_.find(KeyView(database, key));
  if (found == queues_.end()) {
    found = queues_.try_emplace(Key(database, key)).first;
    found->second.database = database;
    found->second.key = found->first.second;
  }
  Queue& queue = found->second;
  // A request may name a key many times; nobody else is added in between.
  if (!queue.waiters.empty() && queue.waiters.back() == one.front()) return;
  queue.types |= static_cast<uint8_t>(1u << static_cast<unsigned>(one.front()->type));
  queue.waiters.splice(queue.waiters.end(), one);
}

void WaiterTable::remove(uint32_t database, std::string_view key, const Waiter* waiter) noexcept {
  Queue* queue = find(database, key);
  if (queue == nullptr) return;
  auto& waiters = queue->waiters;
  const auto at = std::find_if(waiters.begin(), waiters.end(), [&](const auto& each) { return each.get() == waiter; });
  if (at != waiters.end()) waiters.erase(at);
  drop_if_empty(*queue);
}

WaiterTable::Queue* WaiterTable::find(uint32_t database, std::string_view key) noexcept {
  const auto found = queues_.find(KeyView(database, key));
  return found == queues_.end() ? nullptr : &found->second;
}

void WaiterTable::drop_if_empty(Queue& queue) noexcept {
  if (queue.ready || !queue.waiters.empty()) return;
  queues_.erase(queues_.find(KeyView(queue.database, queue.key)));
}

}  // namespace larder::store
