// The hash of keys: XXH3 (xxHash), 64 bits, seeded for each process so that nobody outside can choose keys that
// collide.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace larder::base {

inline uint64_t hash_bytes(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// A seed that differs in every process.
uint64_t random_seed();

}  // namespace larder::base
