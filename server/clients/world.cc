// See world.h.
#include "server/clients/world.h"

namespace larder::server {

World::World(const store::Store::Options& options) : store(options) {
  for (unsigned i = 0; i < options.threads; ++i) thread_states_.push_back(&store.add_thread());
}

void World::apply(const Settings& settings) {
  store.change_settings([&](store::Settings& of_store) {
    of_store.maxmemory = static_cast<int64_t>(settings.maxmemory_bytes);
    of_store.policy = settings.maxmemory_policy;
    of_store.samples = static_cast<unsigned>(settings.maxmemory_samples);
    of_store.lfu_log_factor = static_cast<unsigned>(settings.lfu_log_factor);
    of_store.lfu_decay_minutes = static_cast<unsigned>(settings.lfu_decay_time_min);
    of_store.expire_effort = settings.active_expire_effort;
    of_store.lazy_free = (settings.lazyfree_lazy_eviction ? store::kLazyEviction : 0u) |
                         (settings.lazyfree_lazy_expire ? store::kLazyExpire : 0u) |
                         (settings.lazyfree_lazy_server_del ? store::kLazyServerDel : 0u) |
                         (settings.lazyfree_lazy_user_del ? store::kLazyUserDel : 0u);
    of_store.max_string_bytes = settings.proto_max_bulk_len_bytes;
    of_store.encoding = {.hash_max_listpack_entries = static_cast<size_t>(settings.hash_max_listpack_entries),
                         .hash_max_listpack_value = static_cast<size_t>(settings.hash_max_listpack_value_bytes),
                         .hll_sparse_max_bytes = static_cast<size_t>(settings.hll_sparse_max_bytes),
                         .list_max_listpack_size = settings.list_max_listpack_size,
                         .set_max_intset_entries = static_cast<size_t>(settings.set_max_intset_entries),
                         .set_max_listpack_entries = static_cast<size_t>(settings.set_max_listpack_entries),
                         .set_max_listpack_value = static_cast<size_t>(settings.set_max_listpack_value_bytes),
                         .zset_max_listpack_entries = static_cast<size_t>(settings.zset_max_listpack_entries),
                         .zset_max_listpack_value = static_cast<size_t>(settings.zset_max_listpack_value_bytes)};
  });
  pubsub.set_hard_limit(settings.client_output_buffer_limits.pubsub.hard_bytes);
}

}  // namespace larder::server
