// See key_sizes.h.
#include "store/core/key_sizes.h"

#include "store/core/shard_locks.h"

namespace larder::store {

namespace {

/// What `measure` says of the entry; 0 when there is none.
template <class Measure>
size_t measured(Store& store, uint32_t database, std::string_view key, Measure&& measure) {
  const uint64_t hash = store.hash(key);
  ShardLocks locks(store);
  locks.lock_one(hash);
  const Table* table = store.shard(store.shard_index(hash)).table(database);
  const Table::Slot slot = table == nullptr ? Table::kNone : table->find(Table::prefix(hash), key);
  return slot == Table::kNone ? 0 : measure(*table->at(slot));
}

size_t memory_of(const Entry& entry) {
  const size_t own = Arena::charged(entry.bytes());
  if (entry.type() != Type::string) return own + entry.value()->memory();
  return own + (entry.has_blob() ? entry.blob()->memory() : 0);
}

}  // namespace

size_t KeySizes::string_length(std::string_view key) const {
  return measured(store_, database_, key,
                  [](const Entry& entry) { return entry.type() == Type::string ? entry.string().size() : size_t{0}; });
}

size_t KeySizes::string_capacity(std::string_view key) const {
  return measured(store_, database_, key, [](const Entry& entry) {
    if (entry.type() != Type::string) return size_t{0};
    return entry.has_blob() ? entry.blob()->capacity() : entry.value_length();
  });
}

uint64_t KeySizes::string_growth(std::string_view key, uint64_t size) const {
  if (size > static_cast<uint64_t>(max_string_bytes())) return 0;
  const size_t capacity = string_capacity(key);
  if (size <= capacity) return 0;
  return capacity == 0 ? size : Blob::grown_capacity(size) - capacity;
}

size_t KeySizes::memory(std::string_view key, uint32_t database) const {
  return measured(store_, database, key, memory_of);
}

size_t KeySizes::memory_scored(std::string_view key) const {
  constexpr size_t kScoreBytes = 40;  // its share of record and order index, and what a compact form saves
  return measured(store_, database_, key, [](const Entry& entry) {
    const bool grows =
        entry.type() == Type::set || (entry.type() == Type::zset && entry.value()->encoding() == "listpack");
    return memory_of(entry) + (grows ? entry.value()->size() * kScoreBytes : 0);
  });
}

}  // namespace larder::store
