// What the tests of the store share: entries made by hand, a store with a clock that stands still, and a view that
// holds every shard. An Access locks all shards while it lives, so a thread has at most one.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/core/entry.h"
#include "store/core/keyspace.h"
#include "store/core/store.h"
#include "store/values/set_value.h"

namespace larder::store {

struct FreeEntry {
  void operator()(Entry* entry) const { std::free(entry); }
};
using OwnedEntry = std::unique_ptr<Entry, FreeEntry>;

/// An entry without a value.
inline OwnedEntry make_entry(std::string_view key, std::optional<int64_t> deadline = std::nullopt) {
  const Entry::Layout layout{.key_length = key.size(), .value_length = 0, .has_deadline = deadline.has_value()};
  Entry* entry = Entry::construct(std::malloc(layout.bytes()), layout, Type::string, StringForm::automatic);
  if (!key.empty()) std::memcpy(entry->key_data(), key.data(), key.size());
  if (deadline) entry->set_deadline(*deadline);
  return OwnedEntry(entry);
}

inline const EncodingLimits kLimits;

inline std::unique_ptr<SetValue> set_of(const std::set<int64_t>& members) {
  auto set = std::make_unique<SetValue>();
  for (const int64_t member : members) set->add(Member(member), kLimits);
  return set;
}

/// Stands for a reply: keeps the error that Keyspace writes.
struct Refusal {
  std::optional<Errc> error;
};
inline void write_error(Refusal& refusal, Errc code) { refusal.error = code; }

/// An edit of a set that is there.
inline Edit<SetValue> edit_set(Keyspace& keys, std::string_view key) {
  Refusal none;
  return keys.edit<SetValue>(key, none);
}

/// All shards of a store, held as a command holds those of its keys, and one database seen through them.
class Access {
 public:
  Access(Store& store, ThreadState& thread, uint32_t database = 0)
      : locks_(store), keys_(store, thread, locks_, database) {
    locks_.lock_all();
  }
  Keyspace* operator->() { return &keys_; }
  Keyspace& operator*() { return keys_; }
  /// Unlocks the shards; nothing more may be read through this object.
  void release() { locks_.unlock(); }

 private:
  ShardLocks locks_;
  Keyspace keys_;
};

/// Bytes of everything that is stored, by looking at all of it: what used_memory() should have grown by since the store
/// was made.
inline int64_t counted_memory(Store& store) {
  const auto bytes_of = [](const Entry& entry) {
    const size_t own = Arena::charged(entry.bytes());
    if (entry.type() != Type::string) return own + entry.value()->memory();
    return own + (entry.has_blob() ? entry.blob()->memory() : 0);
  };
  size_t bytes = 0;
  for (size_t i = 0; i < store.shards(); ++i) {
    Shard& shard = store.shard(i);
    const std::lock_guard guard(shard.lock);
    bytes += shard.databases_memory();
    shard.for_each_table([&](uint32_t, const Table& table) {
      bytes += table.memory();
      table.for_each([&](const Entry* entry) { bytes += bytes_of(*entry); });
    });
  }
  return static_cast<int64_t>(bytes);
}

/// A store whose time is moved by the test.
class TestStore {
 public:
  explicit TestStore(Store::Options options = {}) : store(with_clock(options)), thread(store.add_thread()) {}

  Access access(uint32_t database = 0) { return Access(store, thread, database); }
  /// Changes the store's settings, as CONFIG SET does; the thread works with them from now on.
  template <class Change>
  void change_settings(Change&& change) {
    store.change_settings(change);
    thread.refresh_settings();
  }
  void set_maxmemory(int64_t bytes) {
    change_settings([&](Settings& settings) { settings.maxmemory = bytes; });
  }
  void set_policy(EvictionPolicy policy) {
    change_settings([&](Settings& settings) { settings.policy = policy; });
  }
  /// Moves the time and lets the thread see it, as the next batch of commands would.
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    thread.refresh_time();
  }
  int64_t now_ms() const { return clock.now_ms(); }

  void set(std::string_view key, std::string_view value) { access()->put_string(key, value); }
  void set(std::string_view key, std::string_view value, int64_t deadline) {
    access()->put_string(key, value, {.deadline = deadline});
  }
  std::optional<std::string> get(std::string_view key) {
    Access keys(store, thread);
    const auto found = keys->find_string(key, kRead);
    if (!found || !*found) return std::nullopt;
    return std::string(**found);
  }
  bool exists(std::string_view key, uint32_t database = 0) { return access(database)->exists(key); }

  /// What used_memory() should say.
  int64_t counted_memory() { return empty_memory + larder::store::counted_memory(store); }

  base::ManualClock clock;
  Store store;
  ThreadState& thread;
  const int64_t empty_memory = store.used_memory();  // of the store itself

 private:
  Store::Options with_clock(Store::Options options) const {
    options.clock = &clock;
    if (options.seed == 0) options.seed = 20240229;
    return options;
  }
};

}  // namespace larder::store
