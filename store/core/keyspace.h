// A command's view of one database: the only door to data. Dispatch locks the shards of the keys that the command
// declares and hands this to the handler; looking up a key whose shard is not held is a programming error and aborts.
//
// Every change goes through here, which is what keeps accounting, WATCH, recency and expiry right without the handlers'
// help. Handlers name the keyspace events, because only they know the command's name.
//
// Belongs to one command (or transaction) on one thread.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/core/shard_locks.h"
#include "store/core/store.h"
#include "store/values/errors.h"

namespace larder::store {

/// Where a key was found. Valid until the next change of the keyspace.
struct Item {
  Shard* shard = nullptr;
  Table* table = nullptr;
  Table::Slot slot = Table::kNone;
  Entry* entry = nullptr;

  explicit operator bool() const { return entry != nullptr; }
  Entry* operator->() const { return entry; }
};

/// What a look-up does besides finding.
enum LookUp : unsigned {
  kPeek = 0,
  kTouch = 1u << 0,   // refreshes recency
  kCount = 1u << 1,   // counts a keyspace hit or miss, raises keymiss
  kSilent = 1u << 2,  // with kCount: no keymiss event
  kRead = kTouch | kCount,
  kWrite = kTouch,
};

/// A string as a handler reads it, see Keyspace::read_string. Valid until the next change of the keyspace.
class FoundString {
 public:
  /// The key holds a value of another type.
  FoundString() = default;
  explicit FoundString(Entry* entry) : entry_(entry), is_string_(true) {}

  explicit operator bool() const { return is_string_; }
  bool absent() const { return entry_ == nullptr; }
  /// Empty when absent.
  std::string_view bytes() const { return absent() ? std::string_view{} : entry_->string(); }
  size_t size() const { return bytes().size(); }
  std::optional<std::string_view> if_present() const { return absent() ? std::nullopt : std::optional(bytes()); }
  bool has_deadline() const { return !absent() && entry_->has_deadline(); }
  /// Null when absent.
  const Entry* entry() const { return entry_; }

 private:
  Entry* entry_ = nullptr;
  bool is_string_ = false;
};

template <class T>
class Edit;

class Keyspace {
 public:
  Keyspace(Store& store, ThreadState& thread, const ShardLocks& locks, uint32_t database)
      : store_(store), thread_(thread), locks_(locks), database_(database) {}

  Store& store() { return store_; }
  ThreadState& thread() { return thread_; }
  uint32_t database() const { return database_; }
  int64_t now_ms() const { return thread_.now_ms(); }
  /// The same shards, another database. For MOVE and COPY.
  Keyspace in_database(uint32_t database) const;
  /// Whether look-ups refresh recency at all (CLIENT NO-TOUCH).
  void set_touching(bool on) { touching_ = on; }
  bool touching() const { return touching_; }
  /// Whether the command may write. One that may not leaves expired keys where they are while the store stands still
  /// (Store::stand_still_until); they are not found all the same.
  void set_writing(bool on) { writing_ = on; }
  /// A hash that dispatch has already computed, for a key that is looked up by this very view of its bytes.
  void remember_hash(std::string_view key, uint64_t hash) {
    hashed_key_ = key;
    hash_ = hash;
  }

  // -- Looking up. An expired key is reclaimed and not found. --
  Item find(std::string_view key, unsigned how);
  bool exists(std::string_view key) { return static_cast<bool>(find(key, kPeek)); }

  /// The bytes of a string; nothing when the key is absent. The view lasts until the next change.
  Result<std::optional<std::string_view>> find_string(std::string_view key, unsigned how);
  /// A collection of a given type, null when the key is absent.
  template <class T>
  Result<const T*> find_value(std::string_view key, unsigned how);

  // -- Looking up for a handler. Where the key holds a value of another type, that is replied through
  // write_error(reply, Errc), and what is returned is false. --
  /// A collection to be read, an empty one where the key is absent. Valid until the next change of the keyspace.
  template <class T, class Reply>
  const T* read(std::string_view key, Reply& reply);
  /// A collection to be changed; see Edit. It is made when something is put into it.
  template <class T, class Reply>
  Edit<T> edit(std::string_view key, Reply& reply);
  /// A string to be read or, with kWrite, to be replaced.
  template <class Reply>
  FoundString read_string(std::string_view key, Reply& reply, unsigned how = kRead);
  const Settings& settings() const { return thread_.settings(); }
  const EncodingLimits& limits() const { return settings().encoding; }

  // -- Writing --
  struct PutOptions {
    std::optional<int64_t> deadline = std::nullopt;  // Unix milliseconds
    bool keep_deadline = false;                      // of the value that is replaced
    StringForm form = StringForm::automatic;
  };
  /// Stores a string, whatever the key held before.
  void put_string(std::string_view key, std::string_view value, const PutOptions& options);
  void put_string(std::string_view key, std::string_view value) { put_string(key, value, PutOptions{}); }
  /// Stores a collection that is not empty, whatever the key held before.
  void put_value(std::string_view key, std::unique_ptr<Value> value, std::optional<int64_t> deadline = std::nullopt);
  /// Makes the string at `key` (made if absent) `size` bytes long, puts `bytes` into it from the byte `at` on, which
  /// must be within it, and returns it; the view lasts until the next change. Other bytes keep what they were and are
  /// zero behind that. The deadline stays. Encoded raw from then on.
  std::string_view resize_string(std::string_view key, size_t size, size_t at = 0, std::string_view bytes = {});
  /// The same for changes of several parts: gives all bytes of the string to `write`, which must not throw and says
  /// whether it has changed any. Where it has not, and the size is as before, the key counts as unchanged.
  bool rewrite_string(std::string_view key, size_t size, const std::function<bool(std::span<char>)>& write);
  /// Encodes a string raw without changing it, as Redis does with one that might have been changed.
  void make_raw(std::string_view key);
  /// True when the key existed.
  bool erase(std::string_view key, bool lazy = false);
  /// The same, raises "del" and describes it as an effect.
  bool del(std::string_view key, bool lazy = false);
  /// Sets or, with nullopt, removes the deadline of a key that exists. A deadline in the past is the caller's matter.
  void set_deadline(std::string_view key, std::optional<int64_t> deadline);
  /// Moves a key with value and deadline to another name, which is replaced. Both shards are held.
  void rename(std::string_view from, std::string_view to);
  /// Copies a key with value and deadline into `target`'s database under another name, which is replaced.
  void copy(std::string_view from, std::string_view to, Keyspace& target);

  // What throws std::bad_alloc above has changed nothing.

  // -- Watching --
  void watch(std::string_view key, std::shared_ptr<WatchFlag> flag);
  void unwatch(std::string_view key, const WatchFlag* flag);
  /// Whether a watched key has passed its deadline since it was watched and has not been reclaimed yet.
  bool expired_since_watched(std::string_view key, const WatchFlag* flag) const;

  // -- Waiting; see waiters.h. The key's shard is held --
  /// Has a request wait for the key, behind those that do already. Throws std::bad_alloc, nothing changed.
  void wait(std::string_view key, std::shared_ptr<Waiter> waiter);
  void stop_waiting(std::string_view key, const Waiter* waiter) noexcept;
  /// Those who wait for the key, null when nobody does.
  WaiterTable::Queue* waiting(std::string_view key) noexcept;

  // -- Events --
  void notify(EventClass event_class, std::string_view name, std::string_view key) {
    thread_.raise(event_class, name, database_, key);
  }

  // -- Effects (effects.h). A command that changes something is its own effect, unless it describes what it did --
  bool wants_effects() const { return thread_.wants_effects(); }
  /// One command that does what this one did, whenever it is executed; a command may have several. Only with
  /// wants_effects().
  void effect(std::span<const std::string_view> arguments) { thread_.effect(database_, arguments); }
  void effect(std::initializer_list<std::string_view> arguments) {
    effect(std::span(arguments.begin(), arguments.size()));
  }

  // -- Whole database. Each visits shard after shard and locks those that the command does not hold already, to its
  // end: it sees one instant. --
  size_t size();
  /// Deletes every key and returns how many there were. The keys are gone when this returns; their memory is freed when
  /// the command's shards are released, in the background if `lazy`, and counts until then.
  size_t flush(bool lazy);
  /// The same for all databases.
  size_t flush_all(bool lazy);
  /// A key at random, expired ones excepted.
  std::optional<std::string> random_key();
  /// Visits every key that is not expired. The visitor must not touch the keyspace.
  void for_each_key(const std::function<void(std::string_view key, const Entry& entry)>& visit);
  /// Visits keys from a cursor on, about `count` of them, and returns the cursor to go on from, 0 at the end. Every key
  /// that exists from the first call to the last is visited exactly once, whatever else happens. Expired keys are
  /// reclaimed instead of visited.
  uint64_t scan(uint64_t cursor, size_t count,
                const std::function<void(std::string_view key, const Entry& entry)>& visit);
  /// Exchanges two databases; all shards are held.
  void swap_databases(uint32_t first, uint32_t second);

  uint64_t hash(std::string_view key) const {
    const bool remembered = key.data() == hashed_key_.data() && key.size() == hashed_key_.size() && !key.empty();
    return remembered ? hash_ : store_.hash(key);
  }

 private:
  template <class T>
  friend class Edit;

  struct Position {
    Shard* shard;
    uint32_t prefix;
  };
  template <class Visit>
  bool with_shard(size_t index, Visit&& visit);
  template <class Count, class Choose>
  size_t flush_where(bool lazy, Count&& count, Choose&& choose);

  Position position(std::string_view key) const;
  Item locate(std::string_view key) const;
  bool may_reclaim() const { return writing_ || !store_.stands_still(now_ms()); }
  void touch(Entry* entry);
  uint32_t first_recency();
  Entry* allocate(Shard& shard, const Entry::Layout& layout, std::string_view key, Type type, StringForm form);
  void store_bytes(Entry* entry, std::string_view value);
  void install(const Position& at, const Item& old, Entry* entry);
  void insert(Shard& shard, uint32_t prefix, Entry* entry);
  void remove(const Item& item, Reason reason, bool lazy);
  /// The two points between which every change stands that a Shard does not make by itself; see changes.h.
  void before_change(const Item& item, std::string_view key) const noexcept;
  void after_change(Shard& shard, std::string_view key, const Entry* entry, Reason reason) noexcept;
  Entry* relocated(const Item& item, std::string_view key, std::optional<int64_t> deadline);
  template <class Write>
  Entry* change_string(std::string_view key, size_t size, Write&& write);
  void grow_blob(Entry* entry, size_t size);
  Entry* resized(const Item& old, std::string_view key, size_t size);
  void free_shell(Shard& shard, Entry* entry) noexcept;
  /// True when the key is gone because nothing is left in its value.
  bool finish_edit(const Item& item, std::string_view key, int64_t bytes_before, bool changed) noexcept;
  bool overwrite(const Item& item, std::string_view value, const Entry::Layout& layout, const PutOptions& options);

  Store& store_;
  ThreadState& thread_;
  const ShardLocks& locks_;
  uint32_t database_;
  bool touching_ = true, writing_ = true;
  std::string_view hashed_key_;
  uint64_t hash_ = 0;
};

/// Changes a collection in place, within its lifetime. Its end, or commit(), accounts for what has grown, deletes a key
/// in which nothing is left, adds one that has come to be, and raises the event that changed() has named, then "del"
/// for a deleted key. An edit that an exception ends counts as a change.
template <class T>
class Edit {
 public:
  /// The key holds a value of another type, or there is nothing left to do.
  Edit() = default;
  /// item  what the key was found to be: a collection of this type, or absent
  Edit(Keyspace& keys, std::string_view key, const Item& item) : keys_(&keys), key_(key), item_(item) {
    if (!item) return;
    value_ = static_cast<T*>(item->value());
    bytes_before_ = value_->memory();
    keys.before_change(item, key);
  }
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;
  /// Throws std::bad_alloc, the key not added, unless an exception ends the edit.
  ~Edit() noexcept(false) { finish(std::uncaught_exceptions() > exceptions_); }

  explicit operator bool() const { return keys_ != nullptr; }
  /// Whether there was nothing at the key.
  bool absent() const { return !item_; }
  /// An empty collection where the key is absent.
  T* operator->() { return &**this; }
  T& operator*() {
    if (value_ == nullptr) [[unlikely]] {
      made_ = std::make_unique<T>();
      value_ = made_.get();
    }
    return *value_;
  }

  /// Says that the collection has been changed, if it has, and with which event. The last call counts.
  void changed(bool really, EventClass event_class, std::string_view event) {
    changed_ = really;
    event_class_ = event_class;
    event_ = event;
  }
  /// The same without an event.
  void changed(bool really) { changed(really, kEventGeneric, {}); }
  /// Ends the edit now.
  void commit() { finish(false); }

 private:
  void finish(bool thrown) {
    // Once only, also where put_value() throws out of commit().
    Keyspace* keys = std::exchange(keys_, nullptr);
    if (keys == nullptr || value_ == nullptr) return;
    bool emptied = false;
    if (made_ != nullptr) {
      if (thrown || made_->size() == 0) return;
      keys->put_value(key_, std::move(made_));
    } else {
      emptied = keys->finish_edit(item_, key_, static_cast<int64_t>(bytes_before_), changed_ || thrown);
    }
    if (changed_ && !event_.empty()) keys->notify(event_class_, event_, key_);
    if (emptied) keys->notify(kEventGeneric, "del", key_);
  }

  Keyspace* keys_ = nullptr;
  std::string_view key_;
  Item item_;
  T* value_ = nullptr;
  std::unique_ptr<T> made_;  // where the key was absent
  size_t bytes_before_ = 0;
  int exceptions_ = std::uncaught_exceptions();
  bool changed_ = false;
  EventClass event_class_ = kEventGeneric;
  std::string_view event_;
};

template <class T>
Result<const T*> Keyspace::find_value(std::string_view key, unsigned how) {
  const Item item = find(key, how);
  if (!item) return static_cast<const T*>(nullptr);
  if (item->type() != T::kType) return fail(Errc::wrong_type);
  return static_cast<const T*>(item->value());
}

template <class T, class Reply>
const T* Keyspace::read(std::string_view key, Reply& reply) {
  static const T kEmpty;
  const Item item = find(key, kRead);
  if (!item) return &kEmpty;
  if (item->type() == T::kType) [[likely]]
    return static_cast<const T*>(item->value());
  write_error(reply, Errc::wrong_type);
  return nullptr;
}

template <class T, class Reply>
Edit<T> Keyspace::edit(std::string_view key, Reply& reply) {
  const Item item = find(key, kWrite);
  if (!item || item->type() == T::kType) [[likely]]
    return Edit<T>(*this, key, item);
  write_error(reply, Errc::wrong_type);
  return Edit<T>();
}

template <class Reply>
FoundString Keyspace::read_string(std::string_view key, Reply& reply, unsigned how) {
  const Item item = find(key, how);
  if (!item || item->type() == Type::string) [[likely]]
    return FoundString(item.entry);
  write_error(reply, Errc::wrong_type);
  return {};
}

}  // namespace larder::store
