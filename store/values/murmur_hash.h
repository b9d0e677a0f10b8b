// MurmurHash64A (Austin Appleby, in the public domain), the 64-bit MurmurHash2 for 64-bit machines: the hash on which
// the registers of Redis' HyperLogLogs are built. Not for keys: whoever knows the seed can make collisions.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace larder::store {

namespace detail {

/// Up to eight bytes as a little-endian number.
inline uint64_t little_endian(const char* bytes, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

}  // namespace detail

inline uint64_t murmur_hash_64a(std::string_view bytes, uint64_t seed) {
  constexpr uint64_t kMultiplier = 0xc6a4a7935bd1e995;
  constexpr unsigned kShift = 47;
  const auto mixed = [](uint64_t word) { return word ^ word >> kShift; };
  uint64_t hash = seed ^ bytes.size() * kMultiplier;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    hash ^= mixed(detail::little_endian(bytes.data(), 8) * kMultiplier) * kMultiplier;
    hash *= kMultiplier;
  }
  if (!bytes.empty()) {
    hash ^= detail::little_endian(bytes.data(), bytes.size());
    hash *= kMultiplier;
  }
  return mixed(mixed(hash) * kMultiplier);
}

}  // namespace larder::store
