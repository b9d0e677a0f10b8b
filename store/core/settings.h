// What CONFIG SET may change of a store while commands run. One struct: Store keeps the settings that count, and each
// thread works with a copy of its own, which it takes again when it finds that they have changed (at the beginning of
// each command). A new limit is one more field here.
#pragma once

#include <cstdint>

#include "store/core/eviction_policy.h"
#include "store/values/value.h"

namespace larder::store {

/// Ways of losing a key, each of which may destroy a large value in the background (lazyfree-lazy-*).
enum LazyFree : unsigned {
  kLazyEviction = 1u << 0,
  kLazyExpire = 1u << 1,
  kLazyServerDel = 1u << 2,  // replaced by another value
  kLazyUserDel = 1u << 3,    // by DEL; UNLINK always does
};

struct Settings {
  int64_t maxmemory = 0;  // bytes; 0: no limit
  EvictionPolicy policy = EvictionPolicy::noeviction;
  unsigned samples = 5;  // maxmemory-samples
  unsigned lfu_log_factor = 10;
  unsigned lfu_decay_minutes = 1;
  bool active_expire = true;
  int expire_effort = 1;                          // 1 to 10: with more, keys are reclaimed sooner after their deadline
  unsigned lazy_free = 0;                         // a set of LazyFree
  int64_t max_string_bytes = int64_t{512} << 20;  // that APPEND and SETRANGE may make (proto-max-bulk-len)
  EncodingLimits encoding;

  bool frees_lazily(LazyFree way) const { return (lazy_free & way) != 0; }
};

}  // namespace larder::store
