// The policies by which keys are evicted (maxmemory-policy).
#pragma once

#include <cstdint>

namespace larder::store {

enum class EvictionPolicy : uint8_t {
  noeviction,
  allkeys_lru,
  allkeys_lfu,
  allkeys_random,
  volatile_lru,
  volatile_lfu,
  volatile_random,
  volatile_ttl,
  allkeys_lhd,  // Larder's own: the least hit density, see hit_density.h
};

constexpr bool is_volatile(EvictionPolicy policy) {
  return policy >= EvictionPolicy::volatile_lru && policy <= EvictionPolicy::volatile_ttl;
}
constexpr bool is_lfu(EvictionPolicy policy) {
  return policy == EvictionPolicy::allkeys_lfu || policy == EvictionPolicy::volatile_lfu;
}

constexpr bool is_lru(EvictionPolicy policy) {
  return policy == EvictionPolicy::allkeys_lru || policy == EvictionPolicy::volatile_lru;
}

}  // namespace larder::store
