// One shard: the part of every database whose keys hash to it, behind one lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "store/core/arena.h"
#include "store/core/changes.h"
#include "store/core/shard_lock.h"
#include "store/core/table.h"
#include "store/core/waiters.h"
#include "store/core/watch.h"
#include "store/values/memory.h"

namespace larder::store {

/// What few shards need, made when it is first needed and freed when nothing is left in it.
struct ShardExtras {
  std::map<uint32_t, Table> databases;  // databases 1 and up that hold a key
  WatchTable watches;
  WaiterTable waiters;
  const std::vector<ChangeConsumer*>* consumers = nullptr;  // the store's; null while there are none

  bool empty() const { return databases.empty() && watches.empty() && waiters.empty() && consumers == nullptr; }
};

/// One cache line. Everything but `lock` and `arena` is reached only while `lock` is held.
struct alignas(64) Shard {
  ShardLock lock;
  uint32_t insertions_to_tick = 1;      // until the recency clock is moved on
  Arena* arena = nullptr;               // shared with a few other shards
  Table first;                          // database 0, close by because most programs use no other
  std::unique_ptr<ShardExtras> extras;  // null in most shards

  /// The table of a database, or null when it has no key here and is not database 0.
  Table* table(uint32_t database) {
    if (database == 0) return &first;
    if (extras == nullptr) return nullptr;
    const auto found = extras->databases.find(database);
    return found == extras->databases.end() ? nullptr : &found->second;
  }

  /// The table of a database, made if need be. Throws std::bad_alloc, the shard unchanged for whoever looks at it.
  Table& table_for_writing(uint32_t database) { return database == 0 ? first : needed_extras().databases[database]; }

  /// Frees the table of a database that has lost its last key; pointers to it are no longer valid.
  void drop_if_empty(uint32_t database) {
    if (database == 0 || extras == nullptr) return;
    const auto found = extras->databases.find(database);
    if (found == extras->databases.end() || found->second.size() > 0) return;
    extras->databases.erase(found);
    free_unneeded_extras();
  }

  // -- The two points between which every change of a key stands; see changes.h --
  void before_change(ThreadState& thread, uint32_t database, std::string_view key, const Entry* entry) const noexcept {
    if (extras != nullptr) [[unlikely]]
      tell_before({.thread = thread, .database = database, .key = key}, entry);
  }
  void after_change(ThreadState& thread, uint32_t database, std::string_view key, const Entry* entry,
                    Reason reason) noexcept {
    if (extras != nullptr) [[unlikely]]
      tell_after({.thread = thread, .database = database, .key = key}, entry, reason);
  }

  // -- How entries come into tables and out of them. Each charges the thread with what that changes of the tables'
  // memory. --
  /// Adds an entry whose key is not there. Throws std::bad_alloc, nothing changed.
  void link(ThreadState& thread, uint32_t database, uint32_t prefix, Entry* entry);
  /// Puts an entry in the place of another with the same key, which is the caller's again. Throws std::bad_alloc,
  /// nothing changed.
  static void relink(ThreadState& thread, Table& table, Table::Slot slot, Entry* entry);
  /// The only way out for a key: tells of its end, takes it out of the table (which is freed with its last key, unless
  /// it is database 0's), counts it and raises "expired" or "evicted". The entry is the caller's to release.
  /// announced  before_change() has been called for this change
  Entry* unlink(ThreadState& thread, uint32_t database, Table& table, Table::Slot slot, Reason reason,
                bool announced = false) noexcept;
  /// The way out for all keys of a database at once. The table's memory counts until Store::free_table.
  Table detach(ThreadState& thread, uint32_t database) noexcept;
  /// SWAPDB in this shard: the tables are made, which may throw std::bad_alloc, and exchanged; afterwards, or if a
  /// shard has failed, those that are empty are freed.
  void prepare_swap(ThreadState& thread, uint32_t first, uint32_t second);
  void swap_databases(ThreadState& thread, uint32_t first, uint32_t second) noexcept;
  void drop_empty(ThreadState& thread, uint32_t first, uint32_t second) noexcept;

  /// Bytes that the databases above 0 take beside their tables' own memory().
  size_t databases_memory() const {
    // A node of std::map: three pointers and a colour beside what it holds.
    constexpr size_t kNode = heap_bytes(4 * sizeof(void*) + sizeof(std::pair<const uint32_t, Table>));
    if (extras == nullptr || extras->databases.empty()) return 0;
    return heap_bytes(sizeof(ShardExtras)) + extras->databases.size() * kNode;
  }

  /// Visits (database, table) of every database that may hold a key here, ascending. The visitor must not add or drop
  /// a database.
  template <class Visitor>
  void for_each_table(Visitor&& visit) {
    visit(uint32_t{0}, first);
    if (extras == nullptr) return;
    for (auto& [database, table] : extras->databases) visit(database, table);
  }

  /// How many databases may hold a key here.
  size_t databases() const { return 1 + (extras == nullptr ? 0 : extras->databases.size()); }
  /// The first database after this one that may hold a key here, or 0 when there is none.
  uint32_t database_after(uint32_t database) const {
    if (extras == nullptr) return 0;
    const auto next = extras->databases.upper_bound(database);
    return next == extras->databases.end() ? 0 : next->first;
  }

  /// Null when no key of this shard is watched.
  WatchTable* watches() { return extras == nullptr || extras->watches.empty() ? nullptr : &extras->watches; }
  WatchTable& watches_for_writing() { return needed_extras().watches; }
  /// Null when nobody waits for a key of this shard.
  WaiterTable* waiters() { return extras == nullptr || extras->waiters.empty() ? nullptr : &extras->waiters; }
  WaiterTable& waiters_for_writing() { return needed_extras().waiters; }
  /// Null: none any more.
  void set_consumers(const std::vector<ChangeConsumer*>* consumers) {
    if (consumers != nullptr) needed_extras();
    if (extras != nullptr) extras->consumers = consumers;
    free_unneeded_extras();
  }
  void free_unneeded_extras() {
    if (extras != nullptr && extras->empty()) extras.reset();
  }

 private:
  int64_t bytes_of(const Table& table) const { return static_cast<int64_t>(table.memory() + databases_memory()); }
  void tell_before(const KeyChange& change, const Entry* entry) const noexcept;
  void tell_after(const KeyChange& change, const Entry* entry, Reason reason) noexcept;

  ShardExtras& needed_extras() {
    if (extras == nullptr) extras = std::make_unique<ShardExtras>();
    return *extras;
  }
};

static_assert(sizeof(Shard) == 64);

}  // namespace larder::store
