// Sums over all shards of what each database holds, for INFO and MEMORY STATS.
//
// Any thread; locks one shard at a time, but for those that the caller holds already.
#pragma once

#include <cstdint>
#include <vector>

#include "store/core/shard_locks.h"

namespace larder::server {

/// Of one database.
struct DatabaseFigures {
  size_t keys = 0;       // expired ones that have not been reclaimed included
  size_t deadlines = 0;  // keys with one
  size_t table_bytes = 0;
  int64_t average_ttl_ms = 0;  // of a sample of a few keys from each shard
};

/// locks    what the calling command has locked
/// returns  one element for each database, by index
std::vector<DatabaseFigures> keyspace_figures(store::Store& store, const store::ShardLocks& locks, int64_t now_ms);

}  // namespace larder::server
