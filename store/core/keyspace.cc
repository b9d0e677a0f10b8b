// Look-ups and changes of single keys; see keyspace.h. What concerns whole databases stands in keyspace_walk.cc.
#include "store/core/keyspace.h"

#include <algorithm>
#include <cstring>

#include "base/at_exit.h"
#include "base/check.h"

namespace larder::store {

Keyspace Keyspace::in_database(uint32_t database) const {
  Keyspace other(store_, thread_, locks_, database);
  other.touching_ = touching_;
  other.writing_ = writing_;
  return other;
}

// -- Looking up --

Keyspace::Position Keyspace::position(std::string_view key) const {
  const uint64_t hash = this->hash(key);
  const size_t index = store_.shard_index(hash);
  base::check(locks_.holds(index), "a command looked up a key that it had not declared");
  return {.shard = &store_.shard(index), .prefix = Table::prefix(hash)};
}

Item Keyspace::locate(std::string_view key) const {
  const Position at = position(key);
  Table* table = at.shard->table(database_);
  if (table == nullptr) return {.shard = at.shard};
  const Table::Slot slot = table->find(at.prefix, key);
  return {.shard = at.shard, .table = table, .slot = slot, .entry = slot == Table::kNone ? nullptr : table->at(slot)};
}

Item Keyspace::find(std::string_view key, unsigned how) {
  Item item = locate(key);
  if (item && item->expired_at(now_ms())) [[unlikely]] {
    if (may_reclaim()) remove(item, Reason::expired, settings().frees_lazily(kLazyExpire));
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
  const EvictionPolicy policy = settings().policy;
  if (is_lfu(policy)) {
    entry->set_recency(lfu::touched(entry->recency(), now_ms(), settings().lfu_log_factor, settings().lfu_decay_minutes,
                                    thread_.random().unit()));
    return;
  }
  const uint32_t tick = store_.recency().access_tick(entry->recency()) & Entry::kRecencyMask;
  if (policy == EvictionPolicy::allkeys_lhd) {
    thread_.note_end(*entry, tick, true);
    entry->set_eviction_class(HitDensity::class_after(entry->age(tick)));
  }
  if (entry->recency() != tick) entry->set_recency(tick);
}

uint32_t Keyspace::first_recency() {
  return is_lfu(settings().policy) ? lfu::initial(now_ms()) : store_.recency().first_tick();
}

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

void Keyspace::insert(Shard& shard, uint32_t prefix, Entry* entry) {
  shard.link(thread_, database_, prefix, entry);
  store_.on_insert(shard);
  notify(kEventNew, "new", entry->key());
}

/// Puts a new entry in the place of an old one, or into the table if there is none. Throws std::bad_alloc, nothing
/// changed.
void Keyspace::install(const Position& at, const Item& old, Entry* entry) {
  if (!old) {
    entry->set_recency(first_recency());
    insert(*at.shard, at.prefix, entry);
    return;
  }
  entry->set_recency(old->recency());
  entry->set_eviction_class(old->eviction_class());
  Shard::relink(thread_, *old.table, old.slot, entry);
  if (touching_) touch(entry);
  store_.release(thread_, *old.shard, old.entry, settings().frees_lazily(kLazyServerDel));
}

void Keyspace::remove(const Item& item, Reason reason, bool lazy) {
  item.shard->unlink(thread_, database_, *item.table, item.slot, reason);
  store_.release(thread_, *item.shard, item.entry, lazy);
}

void Keyspace::before_change(const Item& item, std::string_view key) const noexcept {
  item.shard->before_change(thread_, database_, key, item.entry);
}

void Keyspace::after_change(Shard& shard, std::string_view key, const Entry* entry, Reason reason) noexcept {
  thread_.changes.add();
  shard.after_change(thread_, database_, key, entry, reason);
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
  before_change(old, key);
  Entry* entry = old.entry;
  if (!old || !overwrite(old, value, layout, {.deadline = deadline, .keep_deadline = false, .form = options.form})) {
    entry = allocate(*old.shard, layout, key, Type::string, options.form);
    base::AtExit undo([&] { store_.release(thread_, *old.shard, entry, false); });
    store_bytes(entry, value);
    if (deadline) entry->set_deadline(*deadline);
    install(position(key), old, entry);
    undo.dismiss();
  }
  after_change(*old.shard, key, entry, old ? Reason::replaced : Reason::written);
}

void Keyspace::put_value(std::string_view key, std::unique_ptr<Value> value, std::optional<int64_t> deadline) {
  const Item old = find(key, kPeek);
  const Entry::Layout layout{
      .key_length = key.size(), .value_length = sizeof(Value*), .has_deadline = deadline.has_value()};
  before_change(old, key);
  Entry* entry = allocate(*old.shard, layout, key, value->type(), StringForm::automatic);
  if (deadline) entry->set_deadline(*deadline);
  thread_.charge(static_cast<int64_t>(value->memory()));
  entry->set_value(value.release());
  base::AtExit undo([&] { store_.release(thread_, *old.shard, entry, false); });
  install(position(key), old, entry);
  undo.dismiss();
  after_change(*old.shard, key, entry, old ? Reason::replaced : Reason::written);
}

/// Makes a string `size` bytes long and calls write(target, kept): the first `kept` bytes at the target are what they
/// were, the others are undefined. It says whether that makes a change.
template <class Write>
Entry* Keyspace::change_string(std::string_view key, size_t size, Write&& write) {
  const Item old = find(key, kPeek);
  const std::string_view before = old ? old->string() : std::string_view{};
  before_change(old, key);
  Entry* entry = old.entry;
  const size_t kept = std::min(size, before.size());
  bool changed = true;
  const bool in_blob = old && old->has_blob() && old->blob()->sole() && size > Entry::kLargestInline;
  if (in_blob || (old && !old->has_blob() && size == before.size())) {
    if (in_blob && size > old->blob()->capacity()) grow_blob(entry, size);
    if (in_blob) entry->blob()->resize(size);
    changed = write(in_blob ? entry->blob()->data() : entry->value_data(), kept);
    entry->set_form(StringForm::raw);
    if (touching_) touch(entry);
  } else {
    entry = resized(old, key, size);
    base::AtExit undo([&] { store_.release(thread_, *old.shard, entry, false); });
    char* target = entry->has_blob() ? entry->blob()->data() : entry->value_data();
    if (kept > 0) std::memcpy(target, before.data(), kept);
    changed = write(target, kept);
    install(position(key), old, entry);
    undo.dismiss();
  }
  if (changed) after_change(*old.shard, key, entry, Reason::written);
  return entry;
}

std::string_view Keyspace::resize_string(std::string_view key, size_t size, size_t at, std::string_view bytes) {
  base::check(at <= size && bytes.size() <= size - at, "a string is written past its end");
  const Entry* entry = change_string(key, size, [&](char* target, size_t kept) {
    // Nothing is filled with zeros that is written over.
    const size_t written_to = at + bytes.size();
    if (at > kept) std::memset(target + kept, 0, at - kept);
    if (!bytes.empty()) std::memcpy(target + at, bytes.data(), bytes.size());
    const size_t rest = std::max(kept, written_to);
    if (size > rest) std::memset(target + rest, 0, size - rest);
    return true;
  });
  return entry->string();
}

bool Keyspace::rewrite_string(std::string_view key, size_t size, const std::function<bool(std::span<char>)>& write) {
  const Item old = find(key, kPeek);
  const bool resizes = !old || old->string().size() != size;
  bool changed = false;
  change_string(key, size, [&](char* target, size_t kept) {
    if (size > kept) std::memset(target + kept, 0, size - kept);
    changed = write({target, size});
    return changed || resizes;
  });
  return changed;
}

void Keyspace::make_raw(std::string_view key) {
  const Item item = find(key, kPeek);
  if (item) item->set_form(StringForm::raw);
}

/// Gives a string more room in place, as far as the allocator can.
void Keyspace::grow_blob(Entry* entry, size_t size) {
  const auto before = static_cast<int64_t>(entry->blob()->memory());
  Blob* blob = Blob::with_capacity(entry->blob(), Blob::grown_capacity(size));
  entry->set_blob(blob);
  thread_.charge(static_cast<int64_t>(blob->memory()) - before);
}

/// An entry with the old one's deadline and room for a string of `size` bytes, none of which is written yet.
Entry* Keyspace::resized(const Item& old, std::string_view key, size_t size) {
  const bool large = size > Entry::kLargestInline;
  const Entry::Layout layout{.key_length = key.size(),
                             .value_length = large ? sizeof(Blob*) : size,
                             .has_deadline = old && old->has_deadline()};
  Entry* entry = allocate(*old.shard, layout, key, Type::string, StringForm::raw);
  base::AtExit undo([&] { free_shell(*old.shard, entry); });
  if (layout.has_deadline) entry->set_deadline(old->deadline());
  if (large) {
    const bool grows = old && size > old->string().size();
    Blob* blob = Blob::create(grows ? Blob::grown_capacity(size) : size);
    blob->resize(size);
    entry->set_blob(blob);
    thread_.charge(static_cast<int64_t>(blob->memory()));
  }
  undo.dismiss();
  return entry;
}

bool Keyspace::erase(std::string_view key, bool lazy) {
  const Item item = find(key, kPeek);
  if (!item) return false;
  remove(item, Reason::erased, lazy);
  return true;
}

bool Keyspace::del(std::string_view key, bool lazy) {
  if (!erase(key, lazy)) return false;
  notify(kEventGeneric, "del", key);
  if (wants_effects()) effect({"DEL", key});
  return true;
}

/// A copy of an entry under a (perhaps) new key with a (perhaps) new deadline, which takes over the value part: the
/// old entry must then be freed without its value.
Entry* Keyspace::relocated(const Item& item, std::string_view key, std::optional<int64_t> deadline) {
  const Entry& old = *item.entry;
  const size_t part = old.value_length();
  const Entry::Layout layout{.key_length = key.size(), .value_length = part, .has_deadline = deadline.has_value()};
  Shard& shard = *position(key).shard;
  Entry* entry = allocate(shard, layout, key, old.type(), old.form());
  std::memcpy(entry->value_data(), item.entry->value_data(), part);
  if (old.has_blob()) entry->set_blob(old.blob());
  if (deadline) entry->set_deadline(*deadline);
  entry->set_recency(old.recency());
  entry->set_eviction_class(old.eviction_class());
  return entry;
}

/// Frees an entry without its value, which another entry holds, or which it has not got yet.
void Keyspace::free_shell(Shard& shard, Entry* entry) noexcept {
  const size_t bytes = entry->bytes();
  shard.arena->free(entry, bytes);
  thread_.charge(-static_cast<int64_t>(Arena::charged(bytes)));
}

void Keyspace::set_deadline(std::string_view key, std::optional<int64_t> deadline) {
  const Item item = find(key, kPeek);
  if (!item) return;
  before_change(item, key);
  Entry* entry = item.entry;
  if (item->has_deadline() && deadline) {
    item->set_deadline(*deadline);
    item.table->deadline_changed(item.slot);
  } else if (item->has_deadline() || deadline) {
    entry = relocated(item, key, deadline);
    base::AtExit undo([&] { free_shell(*item.shard, entry); });
    Shard::relink(thread_, *item.table, item.slot, entry);
    undo.dismiss();
    free_shell(*item.shard, item.entry);
  }
  after_change(*item.shard, key, entry, Reason::written);
}

void Keyspace::rename(std::string_view from, std::string_view to) {
  if (from == to) return;
  const Item target = find(to, kPeek);
  const Item item = find(from, kPeek);
  if (!item) return;
  before_change(target, to);
  before_change(item, from);
  const Position at = position(to);
  Entry* entry = relocated(item, to, item->has_deadline() ? std::optional(item->deadline()) : std::nullopt);
  base::AtExit undo([&] { free_shell(*at.shard, entry); });
  if (target) {
    Shard::relink(thread_, *target.table, target.slot, entry);
    store_.release(thread_, *target.shard, target.entry, settings().frees_lazily(kLazyServerDel));
    notify(kEventNew, "new", to);
  } else {
    insert(*at.shard, at.prefix, entry);
  }
  // The new name holds the value from here on, and nothing that follows can fail.
  undo.dismiss();
  // The new entry may have moved the slots of the same table.
  const Table::Slot slot = item.table->find(position(from).prefix, item.entry);
  item.shard->unlink(thread_, database_, *item.table, slot, Reason::erased, true);
  free_shell(*item.shard, item.entry);
  after_change(*at.shard, to, entry, target ? Reason::replaced : Reason::written);
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

bool Keyspace::finish_edit(const Item& item, std::string_view key, int64_t bytes_before, bool changed) noexcept {
  const Value& value = *item->value();
  thread_.charge(static_cast<int64_t>(value.memory()) - bytes_before);
  if (value.size() == 0) {
    // Other keys may have moved the slots meanwhile; tables and entries stay where they are.
    const Table::Slot slot = item.table->find(position(key).prefix, item.entry);
    item.shard->unlink(thread_, database_, *item.table, slot, Reason::erased, true);
    store_.release(thread_, *item.shard, item.entry, false);
    return true;
  }
  if (changed) after_change(*item.shard, key, item.entry, Reason::written);
  return false;
}

// -- Watching --

void Keyspace::watch(std::string_view key, std::shared_ptr<WatchFlag> flag) {
  const Item item = locate(key);
  const bool was_expired = item && item->expired_at(now_ms());
  item.shard->watches_for_writing().add(database_, key, {.flag = std::move(flag), .was_expired = was_expired});
}

void Keyspace::unwatch(std::string_view key, const WatchFlag* flag) {
  Shard& shard = *position(key).shard;
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

// -- Waiting --

void Keyspace::wait(std::string_view key, std::shared_ptr<Waiter> waiter) {
  Shard& shard = *position(key).shard;
  try {
    shard.waiters_for_writing().add(database_, key, std::move(waiter));
  } catch (...) {
    shard.free_unneeded_extras();
    throw;
  }
}

void Keyspace::stop_waiting(std::string_view key, const Waiter* waiter) noexcept {
  Shard& shard = *position(key).shard;
  WaiterTable* waiters = shard.waiters();
  if (waiters == nullptr) return;
  waiters->remove(database_, key, waiter);
  shard.free_unneeded_extras();
}

WaiterTable::Queue* Keyspace::waiting(std::string_view key) noexcept {
  WaiterTable* waiters = position(key).shard->waiters();
  return waiters == nullptr ? nullptr : waiters->find(database_, key);
}

}  // namespace larder::store
