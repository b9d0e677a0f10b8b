// Sums over the shards; see keyspace_figures.h.
#include "server/observe/keyspace_figures.h"

#include <algorithm>
#include <mutex>

namespace larder::server {

namespace {

struct TtlSample {
  int64_t sum_ms = 0, count = 0;
};

/// Reads the deadlines of the first few keys that have one.
void sample_deadlines(const store::Table& table, int64_t now_ms, TtlSample& sample) {
  constexpr int kKeys = 4;
  constexpr store::Table::Slot kSlots = 512;  // words only: cheap to look at
  const store::Table::Slot end = std::min(table.slots(), kSlots);
  int seen = 0;
  for (store::Table::Slot slot = 0; slot < end && seen < kKeys; ++slot) {
    if (!table.has_deadline(slot)) continue;
    ++seen;
    ++sample.count;
    sample.sum_ms += std::max<int64_t>(table.at(slot)->deadline() - now_ms, 0);
  }
}

}  // namespace

std::vector<DatabaseFigures> keyspace_figures(store::Store& store, const store::ShardLocks& locks, int64_t now_ms) {
  std::vector<DatabaseFigures> figures(store.databases());
  std::vector<TtlSample> samples(figures.size());
  const auto add = [&](store::Shard& shard) {
    shard.for_each_table([&](uint32_t database, const store::Table& table) {
      figures[database].keys += table.size();
      figures[database].deadlines += table.deadlines();
      figures[database].table_bytes += table.memory();
      if (table.deadlines() > 0) sample_deadlines(table, now_ms, samples[database]);
    });
  };
  for (size_t i = 0; i < store.shards(); ++i) {
    store::Shard& shard = store.shard(i);
    if (locks.holds(i)) {
      add(shard);
    } else {
      const std::lock_guard guard(shard.lock);
      add(shard);
    }
  }
  for (size_t i = 0; i < figures.size(); ++i) {
    if (samples[i].count > 0) figures[i].average_ttl_ms = samples[i].sum_ms / samples[i].count;
  }
  return figures;
}

}  // namespace larder::server
