// What happens to keys in one shard; see shard.h.
#include "store/core/shard.h"

#include "store/core/store.h"

namespace larder::store {

namespace {

/// A key past its deadline that has not been reclaimed is `expired`.
enum class KeyState : uint8_t { absent, expired, alive };

KeyState state_of(ThreadState& thread, const Table& table, std::string_view key) {
  const Table::Slot slot = table.find(Table::prefix(thread.store().hash(key)), key);
  if (slot == Table::kNone) return KeyState::absent;
  return table.at(slot)->expired_at(thread.now_ms()) ? KeyState::expired : KeyState::alive;
}

/// SWAPDB: a watched key is replaced by what stands at its name in the other database. To a watcher that saw an expired
/// key, another expired one or none is no change, nor is an expired one to a watcher that saw none.
void note_exchange(WatchTable::Watch& watch, KeyState before, KeyState after) {
  if (before == KeyState::absent && after == KeyState::absent) return;
  const bool seen_absent = watch.was_expired || before == KeyState::absent;
  if (!seen_absent || after == KeyState::alive) return watch.flag->raise();
  watch.was_expired = after == KeyState::expired;
}

/// What no command asked for is an effect of its own.
void add_deletion(ThreadState& thread, uint32_t database, std::string_view key) {
  if (!thread.wants_effects()) return;
  const std::string_view arguments[] = {"DEL", key};
  thread.add_effect(database, arguments);
}

}  // namespace

// -- Telling --

void Shard::tell_before(const KeyChange& change, const Entry* entry) const noexcept {
  if (extras->consumers == nullptr) return;
  for (ChangeConsumer* consumer : *extras->consumers) consumer->before_change(change, entry);
}

void Shard::tell_after(const KeyChange& change, const Entry* entry, Reason reason) noexcept {
  if (!extras->watches.empty()) extras->watches.changed(change.database, change.key, entry != nullptr);
  if (!extras->waiters.empty() && entry != nullptr) {
    auto* queue = extras->waiters.find(change.database, change.key);
    if (queue != nullptr && queue->wants(entry->type())) change.thread.note_ready(*queue);
  }
  if (extras->consumers == nullptr) return;
  for (ChangeConsumer* consumer : *extras->consumers) consumer->after_change(change, entry, reason);
}

// -- Tables --

void Shard::link(ThreadState& thread, uint32_t database, uint32_t prefix, Entry* entry) {
  const auto databases_before = static_cast<int64_t>(databases_memory());
  Table& table = table_for_writing(database);
  const auto before = static_cast<int64_t>(table.memory()) + databases_before;
  try {
    table.insert(prefix, entry);
  } catch (...) {
    // The table may have grown or got its hints before memory ran out.
    table.shrink();
    const auto after = static_cast<int64_t>(table.memory());  // 0 if it holds no key and so may be dropped
    drop_if_empty(database);
    thread.charge(after + static_cast<int64_t>(databases_memory()) - before);
    throw;
  }
  thread.charge(bytes_of(table) - before);
}

void Shard::relink(ThreadState& thread, Table& table, Table::Slot slot, Entry* entry) {
  const auto before = static_cast<int64_t>(table.memory());
  table.replace(slot, entry);
  thread.charge(static_cast<int64_t>(table.memory()) - before);
}

Entry* Shard::unlink(ThreadState& thread, uint32_t database, Table& table, Table::Slot slot, Reason reason,
                     bool announced) noexcept {
  Entry* entry = table.at(slot);
  const std::string_view key = entry->key();
  if (!announced) before_change(thread, database, key, entry);
  switch (reason) {
    case Reason::expired:
      add_deletion(thread, database, key);
      thread.expired_keys.add();
      thread.raise(kEventExpired, "expired", database, key);
      break;
    case Reason::evicted:
      add_deletion(thread, database, key);
      thread.evicted_keys.add();
      thread.raise(kEventEvicted, "evicted", database, key);
      break;
    default: thread.changes.add();
  }
  const int64_t before = bytes_of(table);
  table.erase(slot);
  table.shrink();
  auto after = static_cast<int64_t>(table.memory());
  if (table.size() == 0) drop_if_empty(database);
  thread.charge(after + static_cast<int64_t>(databases_memory()) - before);
  after_change(thread, database, key, nullptr, reason);
  return entry;
}

Table Shard::detach(ThreadState& thread, uint32_t database) noexcept {
  Table* found = table(database);
  if (found == nullptr || found->size() == 0) return {};
  if (extras != nullptr) {
    extras->watches.for_each(database, [&](std::string_view key, auto& of_key) {
      if (state_of(thread, *found, key) == KeyState::absent) return;
      for (auto& watch : of_key) {
        if (!watch.was_expired) watch.flag->raise();
        watch.was_expired = false;
      }
    });
    if (extras->consumers != nullptr) {
      for (ChangeConsumer* consumer : *extras->consumers) consumer->before_clear(thread, database, *found);
    }
  }
  const auto before = static_cast<int64_t>(databases_memory());
  Table taken(std::move(*found));
  drop_if_empty(database);
  thread.charge(static_cast<int64_t>(databases_memory()) - before);
  thread.changes.add(static_cast<int64_t>(taken.size()));
  return taken;
}

void Shard::prepare_swap(ThreadState& thread, uint32_t first, uint32_t second) {
  const auto none = [&](uint32_t database) {
    const Table* found = table(database);
    return found == nullptr || found->size() == 0;
  };
  if (none(first) && none(second)) return;
  const auto before = static_cast<int64_t>(databases_memory());
  table_for_writing(first);
  try {
    table_for_writing(second);
  } catch (...) {
    drop_if_empty(first);
    throw;
  }
  thread.charge(static_cast<int64_t>(databases_memory()) - before);
}

void Shard::swap_databases(ThreadState& thread, uint32_t first, uint32_t second) noexcept {
  Table* left = table(first);
  Table* right = table(second);
  if (left == nullptr || right == nullptr) return;
  if (WatchTable* watched = watches()) {
    watched->for_each(first, [&](std::string_view key, auto& watches) {
      for (auto& watch : watches) note_exchange(watch, state_of(thread, *left, key), state_of(thread, *right, key));
    });
    watched->for_each(second, [&](std::string_view key, auto& watches) {
      for (auto& watch : watches) note_exchange(watch, state_of(thread, *right, key), state_of(thread, *left, key));
    });
  }
  left->swap(*right);
  if (WaiterTable* waited = waiters()) {
    waited->for_each([&](WaiterTable::Queue& queue) {
      if (queue.database == first || queue.database == second) thread.note_ready(queue);
    });
  }
}

void Shard::drop_empty(ThreadState& thread, uint32_t first, uint32_t second) noexcept {
  const auto before = static_cast<int64_t>(databases_memory());
  drop_if_empty(first);
  drop_if_empty(second);
  thread.charge(static_cast<int64_t>(databases_memory()) - before);
}

}  // namespace larder::store
