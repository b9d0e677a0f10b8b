// What concerns whole databases: counting, flushing, scanning, a random key, exchanging two.
#include <algorithm>
#include <new>
#include <span>

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

/// Frees a part of what was taken out of the shards.
void free_some(Store& store, std::span<Detached> doomed) {
  for (Detached& part : doomed) store.free_table(*part.shard, std::move(part.table));
  store.give_back_memory();
}

/// Frees what was taken out of the shards, here or in the background: there in several jobs, because a thread that
/// needs memory at once takes some of them over.
void free_detached(Store& store, const std::shared_ptr<std::vector<Detached>>& doomed, bool lazy) {
  if (!lazy) return free_some(store, *doomed);
  constexpr size_t kKeysOfAJob = 4096;
  for (size_t first = 0, next = 0; first < doomed->size(); first = next) {
    size_t keys = 0;
    while (next < doomed->size() && keys < kKeysOfAJob) keys += (*doomed)[next++].table.size();
    const auto job = [&store, doomed, first, count = next - first] {
      free_some(store, std::span(*doomed).subspan(first, count));
    };
    try {
      store.background().submit(job, keys);
    } catch (const std::bad_alloc&) {
      job();
    }
  }
}

}  // namespace

/// Runs `visit(shard)` with the shard locked, which it then stays to the end of the command.
template <class Visit>
bool Keyspace::with_shard(size_t index, Visit&& visit) {
  locks_.walk_to(index);
  return visit(store_.shard(index));
}

size_t Keyspace::size() {
  size_t keys = 0;
  for (size_t i = 0; i < store_.shards(); ++i) {
    with_shard(i, [&](Shard& shard) {
      if (const Table* table = shard.table(database_)) keys += table->size();
      return true;
    });
  }
  return keys;
}

size_t Keyspace::flush(bool lazy) {
  return flush_where(
      lazy, [](Shard&) { return size_t{1}; }, [this](Shard&, auto&& detach) { detach(database_); });
}

size_t Keyspace::flush_all(bool lazy) {
  return flush_where(
      lazy, [](Shard& shard) { return shard.databases(); },
      [](Shard& shard, auto&& detach) {
        uint32_t database = 0;
        do {
          detach(database);
          database = shard.database_after(database);
        } while (database != 0);
      });
}

/// Takes the tables that `choose(shard, detach)` names, at most count(shard) of them, out of every shard. They are
/// freed once the shards are released. Throws std::bad_alloc, nothing changed.
template <class Count, class Choose>
size_t Keyspace::flush_where(bool lazy, Count&& count, Choose&& choose) {
  size_t tables = 0;
  for (size_t i = 0; i < store_.shards(); ++i) {
    with_shard(i, [&](Shard& shard) {
      tables += count(shard);
      return true;
    });
  }
  const auto doomed = std::make_shared<std::vector<Detached>>();
  doomed->reserve(tables);
  locks_.defer([&store = store_, doomed, lazy] { free_detached(store, doomed, lazy); });
  size_t keys = 0;
  for (size_t i = 0; i < store_.shards(); ++i) {
    with_shard(i, [&](Shard& shard) {
      choose(shard, [&](uint32_t database) {
        Table table = shard.detach(thread_, database);
        keys += table.size();
        if (table.size() > 0) doomed->push_back({.shard = &shard, .table = std::move(table)});
      });
      return true;
    });
  }
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
    for (size_t index = 0; index < store_.shards() && !key; ++index) {
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
  for (size_t i = 0; i < store_.shards(); ++i) {
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
  size_t index = cursor >> Table::kHashBits;
  auto from = static_cast<uint32_t>(cursor & Table::kHashEnd);
  size_t visited = 0;
  while (index < store_.shards()) {
    with_shard(index, [&](Shard& shard) {
      Table* table = shard.table(database_);
      if (table == nullptr || table->size() == 0) {
        from = Table::kHashEnd;
        return true;
      }
      std::vector<Entry*> expired;
      from = table->walk(from, count - visited, [&](Entry* entry) {
        ++visited;
        if (entry->expired_at(now_ms())) {
          expired.push_back(entry);
        } else {
          visit(entry->key(), *entry);
        }
      });
      if (!may_reclaim()) return true;
      for (Entry* entry : expired) {
        table = shard.table(database_);  // may go with its last key
        const Table::Slot slot = table->find(Table::prefix(store_.hash(entry->key())), entry);
        remove({.shard = &shard, .table = table, .slot = slot, .entry = entry}, Reason::expired,
               settings().frees_lazily(kLazyExpire));
      }
      return true;
    });
    if (from == Table::kHashEnd) {
      ++index;
      from = 0;
    }
    if (visited >= count) break;
  }
  return index >= store_.shards() ? 0 : static_cast<uint64_t>(index) << Table::kHashBits | from;
}

void Keyspace::swap_databases(uint32_t first, uint32_t second) {
  base::check(locks_.holds_all(), "SWAPDB without all shards");
  if (first == second) return;
  const base::AtExit drop_empty([&] {
    for (size_t i = 0; i < store_.shards(); ++i) store_.shard(i).drop_empty(thread_, first, second);
  });
  for (size_t i = 0; i < store_.shards(); ++i) store_.shard(i).prepare_swap(thread_, first, second);
  for (ChangeConsumer* consumer : store_.consumers()) consumer->before_swap(thread_, first, second);
  for (size_t i = 0; i < store_.shards(); ++i) store_.shard(i).swap_databases(thread_, first, second);
  thread_.changes.add();
}

}  // namespace larder::store
