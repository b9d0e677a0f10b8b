// See bits.h. Words of eight bytes are read as big-endian numbers, so that the first bit is the highest one.
#include "store/values/bits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace larder::store {

namespace {

uint8_t byte_at(std::string_view bytes, uint64_t index) {
  return index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : uint8_t{0};
}

/// The eight bytes from `index` on.
uint64_t word_at(std::string_view bytes, uint64_t index) {
  uint64_t word = 0;
  if (index >= bytes.size()) return word;
  std::memcpy(&word, bytes.data() + index, std::min<size_t>(sizeof word, bytes.size() - index));
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

/// Four sums, because each addition of one would wait for the one before.
[[gnu::always_inline]] inline uint64_t count_by_words(const char* at, size_t size) {
  uint64_t counts[4] = {};
  for (; size >= 32; at += 32, size -= 32) {
    uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    for (int i = 0; i < 4; ++i) counts[i] += static_cast<uint64_t>(std::popcount(words[i]));
  }
  for (; size > 0; ++at, --size) counts[0] += static_cast<uint64_t>(std::popcount(static_cast<uint8_t>(*at)));
  return counts[0] + counts[1] + counts[2] + counts[3];
}

#if defined(__x86_64__)
// Every processor of the last fifteen years has the instruction, but the compiler may not assume it.
[[gnu::target("popcnt")]] uint64_t count_by_instruction(const char* at, size_t size) {
  return count_by_words(at, size);
}
#endif

}  // namespace

bool bit_at(std::string_view bytes, uint64_t offset) {
  return (byte_at(bytes, offset / 8) >> (7 - offset % 8) & 1) != 0;
}

uint64_t count_bits(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("popcnt") != 0;
  if (has_instruction) return count_by_instruction(bytes.data(), bytes.size());
#endif
  return count_by_words(bytes.data(), bytes.size());
}

uint64_t count_bits(std::string_view bytes, uint64_t first, uint64_t last) {
  const uint64_t first_byte = first / 8, last_byte = last / 8;
  const unsigned before = byte_at(bytes, first_byte) >> (8 - first % 8);
  const unsigned behind = byte_at(bytes, last_byte) & (0x7Fu >> last % 8);
  return count_bits(bytes.substr(first_byte, last_byte - first_byte + 1)) -
         static_cast<uint64_t>(std::popcount(before) + std::popcount(behind));
}

std::optional<uint64_t> find_bit(std::string_view bytes, bool bit, uint64_t first, uint64_t last) {
  for (uint64_t at = first / 64 * 64; at <= last; at += 64) {
    uint64_t word = word_at(bytes, at / 8);
    if (!bit) word = ~word;
    if (at < first) word &= UINT64_MAX >> (first - at);
    if (word == 0) continue;
    const uint64_t found = at + static_cast<uint64_t>(std::countl_zero(word));
    return found <= last ? std::optional(found) : std::nullopt;
  }
  return std::nullopt;
}

// -- BITOP: block after block, each string's part padded with zeros, so that the loops over words have no special
// cases and what they work on stays in the processor's nearest cache --

namespace {

constexpr size_t kBlockWords = 256;
using Block = std::array<uint64_t, kBlockWords>;

void load(Block& block, std::string_view bytes, size_t at) {
  const size_t size = at < bytes.size() ? std::min(sizeof block, bytes.size() - at) : 0;
  if (size > 0) std::memcpy(block.data(), bytes.data() + at, size);
  if (size < sizeof block) std::memset(reinterpret_cast<char*>(block.data()) + size, 0, sizeof block - size);
}

template <class Combine>
void fold(Block& into, const Block& other, Combine&& combine) {
  for (size_t i = 0; i < kBlockWords; ++i) into[i] = combine(into[i], other[i]);
}

/// Folds the block of every string behind the first.
template <class Combine>
void fold_rest(Block& into, std::span<const std::string_view> strings, size_t at, Combine&& combine) {
  Block other;
  for (const std::string_view bytes : strings.subspan(1)) {
    load(other, bytes, at);
    fold(into, other, combine);
  }
}

constexpr auto kAnd = [](uint64_t a, uint64_t b) { return a & b; };
constexpr auto kOr = [](uint64_t a, uint64_t b) { return a | b; };
constexpr auto kXor = [](uint64_t a, uint64_t b) { return a ^ b; };
constexpr auto kAndNot = [](uint64_t a, uint64_t b) { return a & ~b; };

void keep_exactly_one(Block& block, std::span<const std::string_view> strings, size_t at) {
  Block other, twice{};
  for (const std::string_view bytes : strings.subspan(1)) {
    load(other, bytes, at);
    for (size_t i = 0; i < kBlockWords; ++i) {
      twice[i] |= block[i] & other[i];
      block[i] |= other[i];
    }
  }
  fold(block, twice, kAndNot);
}

/// The block holds the first string's part.
void combine_block(BitOperation operation, Block& block, std::span<const std::string_view> strings, size_t at) {
  Block others{};
  switch (operation) {
    case BitOperation::all: return fold_rest(block, strings, at, kAnd);
    case BitOperation::any: return fold_rest(block, strings, at, kOr);
    case BitOperation::odd: return fold_rest(block, strings, at, kXor);
    case BitOperation::complement: return fold(block, block, [](uint64_t a, uint64_t) { return ~a; });
    case BitOperation::in_exactly_one: return keep_exactly_one(block, strings, at);
    case BitOperation::first_only:
    case BitOperation::others_only:
    case BitOperation::first_and_any: break;
  }
  fold_rest(others, strings, at, kOr);
  if (operation == BitOperation::first_only) return fold(block, others, kAndNot);
  if (operation == BitOperation::first_and_any) return fold(block, others, kAnd);
  fold(block, others, [](uint64_t a, uint64_t b) { return b & ~a; });
}

}  // namespace

std::string combine_bits(BitOperation operation, std::span<const std::string_view> strings) {
  size_t size = 0;
  for (const std::string_view bytes : strings) size = std::max(size, bytes.size());
  std::string result(size, '\0');
  Block block;
  for (size_t at = 0; at < size; at += sizeof block) {
    load(block, strings.front(), at);
    combine_block(operation, block, strings, at);
    std::memcpy(result.data() + at, block.data(), std::min(sizeof block, size - at));
  }
  return result;
}

// -- BITFIELD --

namespace {

/// The low bits of a number as the field's value.
int64_t low_bits(BitField field, uint64_t number) {
  const unsigned unused = 64 - field.width;
  const uint64_t high = number << unused;
  return field.is_signed ? static_cast<int64_t>(high) >> unused : static_cast<int64_t>(high >> unused);
}

enum class Range : uint8_t { within, below, above };

std::optional<int64_t> limited(BitField field, uint64_t number, Range range, Overflow overflow) {
  if (range == Range::within || overflow == Overflow::wrap) return low_bits(field, number);
  if (overflow == Overflow::fail) return std::nullopt;
  return range == Range::below ? field.least() : field.most();
}

Range range_of(BitField field, int64_t number) {
  return number > field.most() ? Range::above : number < field.least() ? Range::below : Range::within;
}

}  // namespace

int64_t field_at(std::string_view bytes, BitField field, uint64_t offset) {
  const auto shift = static_cast<unsigned>(offset % 8);
  uint64_t word = word_at(bytes, offset / 8) << shift;
  if (shift != 0) word |= byte_at(bytes, offset / 8 + 8) >> (8 - shift);
  return low_bits(field, word >> (64 - field.width));
}

void put_field(std::span<char> bytes, BitField field, uint64_t offset, int64_t value) {
  auto left = static_cast<uint64_t>(value);
  uint64_t end = offset + field.width;
  for (unsigned width = field.width; width > 0;) {  // from the last byte to the first
    const auto last = static_cast<unsigned>((end - 1) % 8);
    const unsigned part = std::min(width, last + 1), shift = 7 - last;
    const unsigned mask = ((1u << part) - 1) << shift;
    char& byte = bytes[(end - 1) / 8];
    byte = static_cast<char>((static_cast<uint8_t>(byte) & ~mask) | (static_cast<unsigned>(left << shift) & mask));
    left >>= part;
    width -= part;
    end -= part;
  }
}

std::optional<int64_t> fitted(BitField field, int64_t value, Overflow overflow) {
  const Range range = !field.is_signed && value < 0 ? Range::above : range_of(field, value);
  return limited(field, static_cast<uint64_t>(value), range, overflow);
}

std::optional<int64_t> field_sum(BitField field, int64_t value, int64_t by, Overflow overflow) {
  int64_t sum = 0;
  const bool beyond = __builtin_add_overflow(value, by, &sum);
  const Range range = !beyond ? range_of(field, sum) : by > 0 ? Range::above : Range::below;
  return limited(field, static_cast<uint64_t>(value) + static_cast<uint64_t>(by), range, overflow);
}

}  // namespace larder::store
