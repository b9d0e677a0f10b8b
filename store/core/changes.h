// The two points between which every change of a key stands, and who is told of them. Accounts, WATCH and the events
// that the store raises itself ("expired", "evicted", "new") hang on these points; what comes later (effects,
// snapshots, undoing, tracking) is a ChangeConsumer. Without one, and without watched keys, a point costs a branch on a
// field of the shard that is locked (Shard::before_change).
//
// A consumer is called on whatever thread changes a key, with the key's shard held; calls for keys of one
// shard never overlap, those for different shards do.
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::store {

class Entry;
class ThreadState;
class Table;

/// What has become of a key.
enum class Reason : uint8_t {
  written,   // made, or changed in place: its value or its deadline
  replaced,  // another value stands in the place of the old one
  erased,
  expired,
  evicted,
};

struct KeyChange {
  ThreadState& thread;  // that makes the change
  uint32_t database;
  std::string_view key;  // valid during the call
};

/// Attached with Store::attach. Calls neither wait nor throw: a consumer that runs out of memory gives its work up.
class ChangeConsumer {
 public:
  virtual ~ChangeConsumer() = default;

  /// The key is about to change; `entry` is what it holds now, null when it is absent. It may happen that no change
  /// follows, or that the call is repeated before it does.
  virtual void before_change(const KeyChange& change, const Entry* entry) noexcept = 0;
  /// The key has changed; `entry` is what it holds now, null when it is gone.
  virtual void after_change(const KeyChange& change, const Entry* entry, Reason reason) noexcept = 0;

  /// One shard's part of a database is about to lose all its keys, of which nothing more is told. FLUSHDB and FLUSHALL
  /// call this for each shard that has some.
  virtual void before_clear(ThreadState& thread, uint32_t database, const Table& keys) noexcept = 0;
  /// Two databases are about to be exchanged. All shards are held, and nothing can fail any more.
  virtual void before_swap(ThreadState& thread, uint32_t first, uint32_t second) noexcept = 0;
};

}  // namespace larder::store
