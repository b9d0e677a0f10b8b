// How large the values at keys are now, for whoever must know before a command locks its keys: how much memory it may
// need (CommandSpec::grows_by). Nothing is changed by looking, expired keys included.
//
// Each look locks the key's shard for its own duration: the caller holds no shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/core/store.h"

namespace larder::store {

class KeySizes {
 public:
  KeySizes(Store& store, const Settings& settings, uint32_t database)
      : store_(store), settings_(settings), database_(database) {}

  /// Length of the string at the key in bytes; 0 when there is none.
  size_t string_length(std::string_view key) const;
  /// How long the string at the key may grow without another allocation; 0 when there is none.
  size_t string_capacity(std::string_view key) const;
  /// What the string at the key takes more once it has grown to `size` bytes; 0 where it may not be so long.
  uint64_t string_growth(std::string_view key, uint64_t size) const;
  /// Bytes of the key's entry and value; 0 when the key is absent.
  size_t memory(std::string_view key) const { return memory(key, database_); }
  size_t memory(std::string_view key, uint32_t database) const;
  /// The same, but of a set about what a sorted set of its members would take.
  size_t memory_scored(std::string_view key) const;

  uint32_t databases() const { return store_.databases(); }
  int64_t max_string_bytes() const { return settings_.max_string_bytes; }
  const EncodingLimits& limits() const { return settings_.encoding; }

 private:
  Store& store_;
  const Settings& settings_;
  uint32_t database_;
};

}  // namespace larder::store
