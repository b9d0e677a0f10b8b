// Look-ups and changes of single keys; see keyspace.h. What concerns whole databases stands in keyspace_walk.cc.
#include "store/core/keyspace.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace larder::store {

namespace {

int64_t bytes_of(const Table& table) { return static_cast<int64_t>(table.memory()); }
int64_t bytes_of_databases(const Shard& shard) { return static_cast<int64_t>(shard.databases_memory()); }

}  // namespace

Keyspace Keyspace::in_database(uint32_t database) const {
  Keyspace other(store_, thread_, locks_, database);
  other.touching_ = touching_;
  return other;
}

// -- Looking up --

Keyspace::Place Keyspace::place(std::string_view key) const {
  const uint64_t hash = this->hash(key);
  const size_t index = Store::shard_index(hash);
  base::check(locks_.holds(index), "a command looked up a key that it had not declared");
  return {.shard = &store_.shard(index), .order = Table::order(hash)};
}

Item Keyspace::locate(std::string_view key) const {
  const Place at = place(key);
  Table* table = at.shard->table(database_);
  if (table == nullptr) return {.shard = at.shard};
  const Table::Slot slot = table->find(at.order, key);
  return {.shard = at.shard, .table = table, .slot = slot, .entry = slot == Table::kNone ? nullptr : table->at(slot)};
}

Item Keyspace::find(std::string_view key, unsigned how) {
  Item item = locate(key);
  if (item && item->expired_at(now_ms())) [[unlikely]] {
    reclaim(item, key);
    item = {.shard = item.shard};
  }
  if (how & kCount) {
    if (item) {
      thread_.hits.add();
    } else {
      thread_.misses.add();
      if (!(how & kSilent)) notify(kEventKeyMiss, "keymiss", key);
    }
  }
  if (item && (how & kTouch) && touching_) touch(item.entry);
  return item;
}

Result<std::optional<std::string_view>> Keyspace::find_string(std::string_view key, unsigned how) {
  const Item item = find(key, how);
  if (!item) return std::optional<std::string_view>();
  if (item->type() != Type::string) return fail(Errc::wrong_type);
  return std::optional<std::string_view>(item->string());
}

void Keyspace::touch(Entry* entry) {
  const EvictionPolicy policy = store_.policy();
  if (is_lfu(policy)) {
    entry->set_recency(lfu::touched(entry->recency(), now_ms(), store_.lfu_log_factor(), store_.lfu_decay_minutes(),
                                    thread_.random().unit()));
    return;
  }
  const uint32_t tick = store_.access_tick() & Entry::kRecencyMask;
  if (policy == EvictionPolicy::allkeys_lhd) {
    thread_.note_end(*entry, tick, true);
    entry->set_eviction_class(HitDensity::class_after(entry->age(tick)));
  }
  if (entry->recency() != tick) entry->set_recency(tick);
}

uint32_t Keyspace::first_recency() { return is_lfu(store_.policy()) ? lfu::initial(now_ms()) : store_.access_tick(); }

// -- Pieces of writing --

Entry* Keyspace::allocate(Shard& shard, const Entry::Layout& layout, std::string_view key, Type type, StringForm form) {
  const size_t bytes = layout.bytes();
  Entry* entry = Entry::construct(shard.arena->allocate(bytes), layout, type, form);
  std::memcpy(entry->key_data(), key.data(), key.size());
  thread_.charge(static_cast<int64_t>(Arena::charged(bytes)));
  return entry;
}

/// Fills the value part of a string entry.
void Keyspace::store_bytes(Entry* entry, std::string_view value) {
  if (value.size() <= Entry::kLargestInline) {
    if (!value.empty()) std::memcpy(entry->value_data(), value.data(), value.size());
    return;
  }
  Blob* blob = Blob::create(value.size());
  std::memcpy(blob->data(), value.data(), value.size());
  blob->resize(value.size());
  entry->set_blob(blob);
  thread_.charge(static_cast<int64_t>(blob->memory()));
}

void Keyspace::insert(Shard& shard, uint32_t order, Entry* entry) {
  const int64_t before = bytes_of_databases(shard);
  Table& table = shard.table_for_writing(database_);
  const int64_t table_before = bytes_of(table);
  try {
    table.insert(order, entry);
  } catch (...) {
    shard.drop_if_empty(database_);
    throw;
  }
  thread_.charge(bytes_of(table) - table_before + bytes_of_databases(shard) - before);
  store_.on_insert(shard);
}

/// Puts a new entry in the place of an old one, or into the table if there is none.
void Keyspace::install(const Place& at, Item old, Entry* entry) {
  if (!old) {
    entry->set_recency(first_recency());
    insert(*at.shard, at.order, entry);
    notify(kEventNew, "new", entry->key());
    return;
  }
  entry->set_recency(old->recency());
  entry->set_eviction_class(old->eviction_class());
  if (touching_) touch(entry);
  const int64_t before = bytes_of(*old.table);
  old.table->replace(old.slot, entry);
  thread_.charge(bytes_of(*old.table) - before);
  store_.release(thread_, *old.shard, old.entry, true);
}

/// Takes an item's word out of its table, which may be freed by that; the entry is the caller's.
void Keyspace::take_out(const Item& item) {
  int64_t change = -bytes_of(*item.table) - bytes_of_databases(*item.shard);
  item.table->erase(item.slot);
  item.table->shrink();
  change += bytes_of(*item.table);
  if (item.table->size() == 0) item.shard->drop_if_empty(database_);
  thread_.charge(change + bytes_of_databases(*item.shard));
}

void Keyspace::remove(const Item& item, bool lazy) {
  take_out(item);
  store_.release(thread_, *item.shard, item.entry, lazy);
}

void Keyspace::reclaim(const Item& item, std::string_view key) {
  notify(kEventExpired, "expired", key);
  remove(item, true);
  thread_.expired_keys.add();
  if (WatchTable* watches = item.shard->watches()) watches->changed(database_, key, false);
}

void Keyspace::changed(Shard& shard, std::string_view key, bool exists) {
  thread_.changes.add();
  if (WatchTable* watches = shard.watches(); watches != nullptr) [[unlikely]]
    watches->changed(database_, key, exists);
}

// -- Writing --

/// Overwrites a small string in place when the new one takes the same allocation.
bool Keyspace::overwrite(const Item& item, std::string_view value, const Entry::Layout& layout,
                         const PutOptions& options) {
  Entry& entry = *item.entry;
  if (entry.type() != Type::string || entry.has_blob() || value.size() > Entry::kLargestInline ||
      entry.has_deadline() != layout.has_deadline || Arena::charged(entry.bytes()) != Arena::charged(layout.bytes())) {
    return false;
  }
  entry.set_value_length(value.size());
  entry.set_form(options.form);
  if (!value.empty()) std::memcpy(entry.value_data(), value.data(), value.size());
  if (options.deadline) {
    entry.set_deadline(*options.deadline);
    item.table->deadline_changed(item.slot);
  }
  if (touching_) touch(&entry);
  return true;
}

void Keyspace::put_string(std::string_view key, std::string_view value, const PutOptions& options) {
  const Item old = find(key, kPeek);
  std::optional<int64_t> deadline = options.deadline;
  if (options.keep_deadline && old && old->has_deadline()) deadline = old->deadline();
  const size_t part = value.size() <= Entry::kLargestInline ? value.size() : sizeof(Blob*);
  const Entry::Layout layout{.key_length = key.size(), .value_length = part, .has_deadline = deadline.has_value()};
  if (!old || !overwrite(old, value, layout, {.deadline = deadline, .keep_deadline = false, .form = options.form})) {
    Entry* entry = allocate(*old.shard, layout, key, Type::string, options.form);
    store_bytes(entry, value);
    if (deadline) entry->set_deadline(*deadline);
    install(place(key), old, entry);
  }
  changed(*old.shard, key, true);
}

void Keyspace::put_value(std::string_view key, std::unique_ptr<Value> value, std::optional<int64_t> deadline) {
  const Item old = find(key, kPeek);
  const Entry::Layout layout{
      .key_length = key.size(), .value_length = sizeof(Value*), .has_deadline = deadline.has_value()};
  Entry* entry = allocate(*old.shard, layout, key, value->type(), StringForm::automatic);
  if (deadline) entry->set_deadline(*deadline);
  thread_.charge(static_cast<int64_t>(value->memory()));
  entry->set_value(value.release());
  install(place(key), old, entry);
  changed(*old.shard, key, true);
}

char* Keyspace::resize_string(std::string_view key, size_t size) {
  const Item old = find(key, kPeek);
  const std::string_view before = old ? old->string() : std::string_view{};
  if (old && old->has_blob() && old->blob()->sole() && size > Entry::kLargestInline &&
      size <= old->blob()->capacity()) {
    Blob* blob = old->blob();
    if (size > before.size()) std::memset(blob->data() + before.size(), 0, size - before.size());
    blob->resize(size);
    old->set_form(StringForm::raw);
    if (touching_) touch(old.entry);
    changed(*old.shard, key, true);
    return blob->data();
  }
  const bool large = size > Entry::kLargestInline;
  const Entry::Layout layout{.key_length = key.size(),
                             .value_length = large ? sizeof(Blob*) : size,
                             .has_deadline = old && old->has_deadline()};
  Entry* entry = allocate(*old.shard, layout, key, Type::string, StringForm::raw);
  if (large) {
    // Room for as much again, up to a megabyte: what grows once usually grows again.
    constexpr size_t kMostSpare = 1024 * 1024;
    const bool grows = old && old->has_blob() && size > before.size();
    Blob* blob = Blob::create(grows ? size + std::min(size, kMostSpare) : size);
    blob->resize(size);
    entry->set_blob(blob);
    thread_.charge(static_cast<int64_t>(blob->memory()));
  }
  char* bytes = large ? entry->blob()->data() : entry->value_data();
  const size_t kept = std::min(size, before.size());
  if (kept > 0) std::memcpy(bytes, before.data(), kept);
  std::memset(bytes + kept, 0, size - kept);
  if (layout.has_deadline) entry->set_deadline(old->deadline());
  install(place(key), old, entry);
  changed(*old.shard, key, true);
  return bytes;
}

bool Keyspace::erase(std::string_view key, bool lazy) {
  const Item item = find(key, kPeek);
  if (!item) return false;
  remove(item, lazy);
  changed(*item.shard, key, false);
  return true;
}

/// A copy of an entry under a (perhaps) new key with a (perhaps) new deadline, which takes over the value part: the
/// old entry must then be freed without its value.
Entry* Keyspace::relocated(const Item& item, std::string_view key, std::optional<int64_t> deadline) {
  const Entry& old = *item.entry;
  const size_t part = old.value_length();
  const Entry::Layout layout{.key_length = key.size(), .value_length = part, .has_deadline = deadline.has_value()};
  Shard& shard = *place(key).shard;
  Entry* entry = allocate(shard, layout, key, old.type(), old.form());
  std::memcpy(entry->value_data(), item.entry->value_data(), part);
  if (old.has_blob()) entry->set_blob(old.blob());
  if (deadline) entry->set_deadline(*deadline);
  entry->set_recency(old.recency());
  entry->set_eviction_class(old.eviction_class());
  return entry;
}

void Keyspace::set_deadline(std::string_view key, std::optional<int64_t> deadline) {
  const Item item = find(key, kPeek);
  if (!item) return;
  if (item->has_deadline() && deadline) {
    item->set_deadline(*deadline);
    item.table->deadline_changed(item.slot);
  } else if (item->has_deadline() || deadline) {
    Entry* entry = relocated(item, key, deadline);
    const int64_t before = bytes_of(*item.table);
    item.table->replace(item.slot, entry);
    const size_t bytes = item->bytes();
    item.shard->arena->free(item.entry, bytes);
    thread_.charge(bytes_of(*item.table) - before - static_cast<int64_t>(Arena::charged(bytes)));
  }
  changed(*item.shard, key, true);
}

void Keyspace::rename(std::string_view from, std::string_view to) {
  if (from == to) return;
  erase(to, true);
  const Item item = find(from, kPeek);
  if (!item) return;
  Entry* entry = relocated(item, to, item->has_deadline() ? std::optional(item->deadline()) : std::nullopt);
  take_out(item);
  const size_t bytes = item->bytes();
  item.shard->arena->free(item.entry, bytes);
  thread_.charge(-static_cast<int64_t>(Arena::charged(bytes)));
  const Place target = place(to);
  insert(*target.shard, target.order, entry);
  notify(kEventNew, "new", to);
  changed(*item.shard, from, false);
  changed(*target.shard, to, true);
}

void Keyspace::copy(std::string_view from, std::string_view to, Keyspace& target) {
  const Item item = find(from, kPeek);
  if (!item) return;
  const std::optional<int64_t> deadline = item->has_deadline() ? std::optional(item->deadline()) : std::nullopt;
  if (item->type() == Type::string) {
    // The bytes stay where they are while the copy is made: nothing of this key changes.
    target.put_string(to, item->string(), {.deadline = deadline, .keep_deadline = false, .form = item->form()});
  } else {
    target.put_value(to, item->value()->clone(), deadline);
  }
}

bool Keyspace::finish_edit(std::string_view key, Value& value, int64_t before, bool changed_now) {
  thread_.charge(static_cast<int64_t>(value.memory()) - before);
  const Item item = locate(key);
  const bool emptied = value.size() == 0;
  if (emptied) remove(item, false);
  if (changed_now) changed(*item.shard, key, !emptied);
  return emptied;
}

// -- Watching --

void Keyspace::watch(std::string_view key, std::shared_ptr<WatchFlag> flag) {
  const Item item = locate(key);
  const bool was_expired = item && item->expired_at(now_ms());
  item.shard->watches_for_writing().add(database_, key, {.flag = std::move(flag), .was_expired = was_expired});
}

void Keyspace::unwatch(std::string_view key, const WatchFlag* flag) {
  Shard& shard = *place(key).shard;
  WatchTable* watches = shard.watches();
  if (watches == nullptr) return;
  watches->remove(database_, key, flag);
  shard.free_unneeded_extras();
}

bool Keyspace::expired_since_watched(std::string_view key, const WatchFlag* flag) const {
  const Item item = locate(key);
  return item && item->expired_at(now_ms()) && item.shard->watches() != nullptr &&
         !item.shard->watches()->was_expired(database_, key, flag);
}

}  // namespace larder::store
