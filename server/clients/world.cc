// See world.h.
#include "server/clients/world.h"

namespace larder::server {

World::World(const store::Store::Options& options) : store(options) {
  for (unsigned i = 0; i < options.threads; ++i) store_threads_.push_back(&store.add_thread());
}

void World::apply(const Settings& settings) {
  store.set_maxmemory(static_cast<int64_t>(settings.maxmemory_bytes));
  store.set_policy(settings.maxmemory_policy);
  store.set_samples(static_cast<unsigned>(settings.maxmemory_samples));
  store.set_lfu(static_cast<unsigned>(settings.lfu_log_factor), static_cast<unsigned>(settings.lfu_decay_time_min));
  store.set_expire_effort(settings.active_expire_effort);
  store.set_lazy_free((settings.lazyfree_lazy_eviction ? store::kLazyEviction : 0u) |
                      (settings.lazyfree_lazy_expire ? store::kLazyExpire : 0u) |
                      (settings.lazyfree_lazy_server_del ? store::kLazyServerDel : 0u) |
                      (settings.lazyfree_lazy_user_del ? store::kLazyUserDel : 0u));
  store.set_max_string_bytes(settings.proto_max_bulk_len_bytes);
  store.set_encoding_limits({.set_max_intset_entries = static_cast<size_t>(settings.set_max_intset_entries),
                             .set_max_listpack_entries = static_cast<size_t>(settings.set_max_listpack_entries),
                             .set_max_listpack_value = static_cast<size_t>(settings.set_max_listpack_value_bytes)});
  pubsub.set_hard_limit(settings.client_output_buffer_limits.pubsub.hard_bytes);
}

}  // namespace larder::server
