// See watches.h.
#include "server/dispatch/watches.h"

#include "server/clients/client.h"
#include "server/core.h"
#include "server/net/io_thread.h"

namespace larder::server {

void forget_watches(Core& core, IoThread& thread, Client& client, const store::ShardLocks& held) {
  for (const auto& [database, key] : client.watched) {
    const uint64_t hash = core.store.hash(key);
    if (held.holds(core.store.shard_index(hash))) {
      store::Keyspace(core.store, thread.store_thread(), held, database).unwatch(key, client.watch_flag.get());
    } else {
      store::ShardLocks one(core.store);
      one.lock_one(hash);
      store::Keyspace(core.store, thread.store_thread(), one, database).unwatch(key, client.watch_flag.get());
    }
  }
  client.watched.clear();
  client.watched_bytes = 0;
  if (client.watch_flag != nullptr) client.watch_flag->lower();
}

}  // namespace larder::server
