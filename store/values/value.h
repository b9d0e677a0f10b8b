// What every value that is not a plain string has in common. A string lives inside its entry or in a Blob; every
// other type hangs off the entry by one pointer to a Value.
//
// A Value belongs to the shard of its key and is touched only while that shard is locked. A value that
// has been unlinked from its key belongs to whoever unlinked it and may be destroyed on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace larder::store {

/// Types of values, in the order of their numbers in an entry's header. `none` stands for an absent key.
enum class Type : uint8_t { none, string, list, set, zset, hash, stream };

/// The name that TYPE answers.
constexpr std::string_view type_name(Type type) {
  constexpr std::string_view kNames[] = {"none", "string", "list", "set", "zset", "hash", "stream"};
  return kNames[static_cast<uint8_t>(type)];
}

/// The figures at which a compact encoding gives way to a large one; Redis' directives of the same names.
struct EncodingLimits {
  size_t hash_max_listpack_entries = 512;
  size_t hash_max_listpack_value = 64;  // bytes
  size_t hll_sparse_max_bytes = 3000;
  int64_t list_max_listpack_size = -2;  // see ChunkLimit::of()
  size_t set_max_intset_entries = 512;
  size_t set_max_listpack_entries = 128;
  size_t set_max_listpack_value = 64;  // bytes
  size_t zset_max_listpack_entries = 128;
  size_t zset_max_listpack_value = 64;  // bytes
};

/// A collection hanging off an entry.
class Value {
 public:
  Value() = default;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  virtual ~Value() = default;

  virtual Type type() const = 0;
  /// The name that OBJECT ENCODING answers.
  virtual std::string_view encoding() const = 0;
  /// Bytes held on the heap, this object included, as accounting counts them (see memory.h). O(1): kept up to date.
  virtual size_t memory() const = 0;
  /// Elements; an empty collection is never stored.
  virtual size_t size() const = 0;
  /// A deep copy, for COPY.
  virtual std::unique_ptr<Value> clone() const = 0;
  /// About how many allocations destroying it must release; large ones are destroyed in the background.
  virtual size_t free_effort() const = 0;
};

}  // namespace larder::store
