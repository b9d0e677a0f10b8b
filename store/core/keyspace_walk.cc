// What concerns whole databases: counting, flushing, scanning, a random key, exchanging two.
#include <algorithm>
#include <exception>

#include "base/at_exit.h"
#include "base/check.h"
#include "store/core/keyspace.h"

namespace larder::store {

namespace {

/// A table taken out of a shard, to be freed at leisure. The arena outlives it: the background thread ends before the
/// store does.
struct Detached {
  Shard* shard;
  Table table;
};

}  // namespace

/// Runs `visit(shard)` with the shard locked, whether or not the command holds it already.
template <class Visit>
bool Keyspace::with_shard(size_t index, Visit&& visit) {
  Shard& shard = store_.shard(index);
  if (locks_.holds(index)) return visit(shard);
  const std::lock_guard guard(shard.lock);
  const bool result = visit(shard);
  thread_.hand_over_events();
  return result;
}

size_t Keyspace::size() {
  size_t keys = 0;
  for (size_t i = 0; i < Store::kShards; ++i) {
    with_shard(i, [&](Shard& shard) {
      if (const Table* table = shard.table(database_)) keys += table->size();
      return true;
    });
  }
  return keys;
}

size_t Keyspace::flush(bool lazy) {
  auto doomed = std::make_shared<std::vector<Detached>>();
  doomed->reserve(Store::kShards);  // nothing below can fail
  size_t keys = 0;
  for (size_t i = 0; i < Store::kShards; ++i) {
    with_shard(i, [&](Shard& shard) {
      Table table = shard.detach(thread_, database_);
      keys += table.size();
      if (table.size() > 0) doomed->push_back({&shard, std::move(table)});
      return true;
    });
  }
  if (keys == 0) return 0;
  auto free_all = [&store = store_, doomed](StoreThread& thread) {
    for (Detached& part : *doomed) {
      part.table.for_each([&](Entry* entry) { store.release(thread, *part.shard, entry, false); });
      part.table = Table();
    }
    store.purge();
  };
  if (lazy) {
    try {
      store_.background().submit([free_all, &store = store_] { free_all(store.background_thread()); }, keys);
      return keys;
    } catch (const std::exception&) {
      // What cannot be handed over is freed here.
    }
  }
  free_all(thread_);
  return keys;
}

std::optional<std::string> Keyspace::random_key() {
  // A shard by its share of the keys, then a slot; with few keys alive among expired ones a walk finds them all.
  constexpr int kTries = 100;
  const size_t total = size();
  if (total == 0) return std::nullopt;
  for (int i = 0; i < kTries; ++i) {
    size_t rank = thread_.random().below(total);
    std::optional<std::string> key;
    for (size_t index = 0; index < Store::kShards && !key; ++index) {
      const bool here = with_shard(index, [&](Shard& shard) {
        Table* table = shard.table(database_);
        const size_t keys = table == nullptr ? 0 : table->size();
        if (rank >= keys) {
          rank -= keys;
          return false;
        }
        Table::Slot slot = thread_.random().below(table->slots());
        while (table->at(slot) == nullptr) slot = slot + 1 == table->slots() ? 0 : slot + 1;
        if (!table->at(slot)->expired_at(now_ms())) key = std::string(table->at(slot)->key());
        return true;
      });
      if (here) break;
    }
    if (key) return key;
  }
  std::optional<std::string> any;
  for_each_key([&](std::string_view key, const Entry&) {
    if (!any) any = std::string(key);
  });
  return any;
}

void Keyspace::for_each_key(const std::function<void(std::string_view, const Entry&)>& visit) {
  for (size_t i = 0; i < Store::kShards; ++i) {
    with_shard(i, [&](Shard& shard) {
      if (const Table* table = shard.table(database_)) {
        table->for_each([&](const Entry* entry) {
          if (!entry->expired_at(now_ms())) visit(entry->key(), *entry);
        });
      }
      return true;
    });
  }
}

uint64_t Keyspace::scan(uint64_t cursor, size_t count,
                        const std::function<void(std::string_view, const Entry&)>& visit) {
  // cursor = shard << 18 | hash: where to go on, never 0 but at the start.
  constexpr size_t kMostUnderOneLock = 4096;
  size_t index = cursor >> Table::kHashBits;
  auto from = static_cast<uint32_t>(cursor & Table::kHashEnd);
  size_t visited = 0;
  while (index < Store::kShards) {
    with_shard(index, [&](Shard& shard) {
      Table* table = shard.table(database_);
      if (table == nullptr || table->size() == 0) {
        from = Table::kHashEnd;
        return true;
      }
      std::vector<Entry*> expired;
      from = table->walk(from, std::min(count - visited, kMostUnderOneLock), [&](Entry* entry) {
        ++visited;
        if (entry->expired_at(now_ms())) {
          expired.push_back(entry);
        } else {
          visit(entry->key(), *entry);
        }
      });
      for (Entry* entry : expired) {
        table = shard.table(database_);  // may go with its last key
        const Table::Slot slot = table->find(Table::order(store_.hash(entry->key())), entry);
        remove({.shard = &shard, .table = table, .slot = slot, .entry = entry}, Reason::expired, true);
      }
      return true;
    });
    if (from == Table::kHashEnd) {
      ++index;
      from = 0;
    }
    if (visited >= count) break;
  }
  return index >= Store::kShards ? 0 : static_cast<uint64_t>(index) << Table::kHashBits | from;
}

void Keyspace::swap_databases(uint32_t first, uint32_t second) {
  base::check(locks_.holds_all(), "SWAPDB without all shards");
  if (first == second) return;
  const base::AtExit drop_empty([&] {
    for (size_t i = 0; i < Store::kShards; ++i) store_.shard(i).drop_empty(thread_, first, second);
  });
  for (size_t i = 0; i < Store::kShards; ++i) store_.shard(i).prepare_swap(thread_, first, second);
  for (ChangeConsumer* consumer : store_.consumers()) consumer->before_swap(thread_, first, second);
  for (size_t i = 0; i < Store::kShards; ++i) store_.shard(i).swap_databases(thread_, first, second);
  thread_.changes.add();
}

}  // namespace larder::store
