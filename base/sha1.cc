// See sha1.h. Names are those of RFC 3174.
#include "base/sha1.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace larder::base {

namespace {

constexpr size_t kBlock = 64;

using State = std::array<uint32_t, 5>;

uint32_t big_endian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}

void add_block(State& h, const uint8_t* block) {
  uint32_t w[80];
  for (size_t t = 0; t < 16; ++t) w[t] = big_endian(block + 4 * t);
  for (size_t t = 16; t < 80; ++t) w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  auto [a, b, c, d, e] = h;
  for (size_t t = 0; t < 80; ++t) {
    const uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5A827999u
                       : t < 40 ? (b ^ c ^ d) + 0x6ED9EBA1u
                       : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu
                                : (b ^ c ^ d) + 0xCA62C1D6u;
    const uint32_t next = std::rotl(a, 5) + f + e + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  h = {h[0] + a, h[1] + b, h[2] + c, h[3] + d, h[4] + e};
}

}  // namespace

Sha1 sha1(std::string_view bytes) {
  State h = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= kBlock; left -= kBlock, data += kBlock) add_block(h, data);
  // The rest, a bit, zeros, and the length in bits: one block or two.
  uint8_t last[2 * kBlock] = {};
  if (left > 0) std::memcpy(last, data, left);
  last[left] = 0x80;
  const size_t size = left < kBlock - 8 ? kBlock : 2 * kBlock;
  const uint64_t bits = uint64_t{bytes.size()} * 8;
  for (size_t i = 0; i < 8; ++i) last[size - 1 - i] = static_cast<uint8_t>(bits >> (8 * i));
  for (size_t at = 0; at < size; at += kBlock) add_block(h, last + at);
  Sha1 digest{};
  for (size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<uint8_t>(h[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

}  // namespace larder::base
