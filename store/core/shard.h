// One shard: the part of every database whose keys hash to it, behind one lock.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "store/core/arena.h"
#include "store/core/shard_lock.h"
#include "store/core/table.h"
#include "store/core/watch.h"

namespace larder::store {

/// One cache line. Everything but `lock` and `arena` is reached only while `lock` is held.
struct alignas(64) Shard {
  ShardLock lock;
  uint32_t insertions_to_tick = 1;             // until the recency clock is moved on
  Arena* arena = nullptr;                      // shared with a few other shards
  Table first;                                 // database 0, close by because most programs use no other
  std::unique_ptr<std::vector<Table>> others;  // databases 1 and up, made when first written to
  std::unique_ptr<WatchTable> watches;         // made with the first WATCH

  /// The table of a database, or null when nothing has been written to it yet.
  Table* table(uint32_t database) {
    if (database == 0) return &first;
    if (others == nullptr || database > others->size()) return nullptr;
    return &(*others)[database - 1];
  }

  Table& table_for_writing(uint32_t database) {
    if (database == 0) return first;
    if (others == nullptr) others = std::make_unique<std::vector<Table>>();
    if (database > others->size()) others->resize(database);
    return (*others)[database - 1];
  }

  size_t databases() const { return 1 + (others == nullptr ? 0 : others->size()); }
};

}  // namespace larder::store
