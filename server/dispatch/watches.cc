// See watches.h.
#include "server/dispatch/watches.h"

#include "server/clients/client.h"
#include "server/clients/client_thread.h"
#include "server/clients/world.h"

namespace larder::server {

void forget_watches(Client& client, const store::ShardLocks& held) {
  store::Store& store = client.world.store;
  store::ThreadState& thread = client.world.thread_state(client.thread.index());
  for (const auto& [database, key] : client.watched) {
    const uint64_t hash = store.hash(key);
    if (held.holds(store.shard_index(hash))) {
      store::Keyspace(store, thread, held, database).unwatch(key, client.watch_flag.get());
    } else {
      store::ShardLocks one(store);
      one.lock_one(hash);
      store::Keyspace(store, thread, one, database).unwatch(key, client.watch_flag.get());
    }
  }
  client.watched.clear();
  client.watched_bytes = 0;
  if (client.watch_flag != nullptr) client.watch_flag->lower();
}

}  // namespace larder::server
