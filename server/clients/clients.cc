// See clients.h.
#include "server/clients/clients.h"

#include <algorithm>
#include <string>
#include <vector>

#include "server/clients/client.h"
#include "server/clients/client_line.h"
#include "server/clients/client_thread.h"
#include "server/clients/world.h"

namespace larder::server {

namespace {

/// maxmemory-clients in bytes, 0 = none. Never so little that nobody could say anything to the server any more.
int64_t memory_limit_of(const Settings& settings) {
  constexpr uint64_t kLeast = 128 * 1024;  // as in Redis
  const MemoryOrPercent& limit = settings.maxmemory_clients;
  const auto percent = static_cast<uint64_t>(limit.percent);
  const uint64_t share = settings.maxmemory_bytes / 100 * percent + settings.maxmemory_bytes % 100 * percent / 100;
  const uint64_t bytes = limit.percent != 0 ? share : limit.bytes;
  return bytes == 0 ? 0 : static_cast<int64_t>(std::max(bytes, kLeast));
}

}  // namespace

void Clients::apply(const Settings& settings) {
  memory_limit_.store(memory_limit_of(settings), std::memory_order_relaxed);
}

void Clients::for_each(const std::function<void(Client&)>& visit) {
  for (ClientThread* thread : threads_.all()) thread->for_each_client(visit);
}

void Clients::close(Client& client) {
  client.close_now = true;
  // Now, not when its thread gets to it: who asked for it may count on it.
  client.world.pubsub.forget(client);
  if (client.blocked != nullptr) client.blocked->cancel();
  client.thread.post([&thread = client.thread, id = client.id] { thread.close(id); });
}

int64_t Clients::memory() const {
  int64_t bytes = 0;
  for (const ClientThread* thread : threads_.all()) bytes += thread->client_memory.get();
  return bytes;
}

int64_t Clients::uncharged_memory() const {
  int64_t bytes = 0;
  for (const ClientThread* thread : threads_.all()) bytes += thread->uncharged_client_memory();
  return bytes;
}

void Clients::evict(ClientThread& self) {
  if (memory_limit() == 0 || memory() <= memory_limit()) return;
  threads_.with_all_stopped(self, [&] {
    int64_t excess = memory() - memory_limit();
    bool evicted = false;
    std::vector<Client*> candidates;
    for_each([&](Client& client) {
      if (client.close_now) {
        excess -= static_cast<int64_t>(client.accounted_bytes);  // as good as gone
      } else if (!client.no_evict) {
        candidates.push_back(&client);
      }
    });
    std::sort(candidates.begin(), candidates.end(),
              [](const Client* a, const Client* b) { return a->accounted_bytes > b->accounted_bytes; });
    for (Client* client : candidates) {
      if (excess <= 0) return;
      excess -= static_cast<int64_t>(client->accounted_bytes);
      evicted = true;
      note_evicted(*client);
      if (&client->thread == &self) {
        self.close(client->id);
      } else {
        close(*client);
      }
    }
    if (excess > 0 && evicted) log_.warning("Over client maxmemory after evicting all evictable clients");
  });
}

void Clients::note_evicted(const Client& client) {
  statistics_.evicted_clients.fetch_add(1, std::memory_order_relaxed);
  if (!log_.enabled(LogLevel::notice)) return;
  std::string line;
  append_client_line(line, client, client.world.clock().now_us(), nullptr);
  line.pop_back();
  log_.notice("Evicting client: {}", line);
}

}  // namespace larder::server
