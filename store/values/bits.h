// What the bitmap commands compute from the bytes of a string: counting, finding and combining bits, and integers of
// any width at any bit. Bit 0 is the highest of the first byte, as in Redis. Pure functions; none reads or writes
// beyond the bytes that it is given, and what lies behind them reads as zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::store {

bool bit_at(std::string_view bytes, uint64_t offset);

/// How many bits are set. O(bytes), eight bytes a step.
uint64_t count_bits(std::string_view bytes);
/// The same among the bits from `first` to `last`, both included and within the bytes.
uint64_t count_bits(std::string_view bytes, uint64_t first, uint64_t last);

/// The first bit from `first` to `last`, both included and within the bytes, that is as asked for.
std::optional<uint64_t> find_bit(std::string_view bytes, bool bit, uint64_t first, uint64_t last);

/// What BITOP makes of the bits that stand at the same place of its strings. Those behind `complement` came in
/// Redis 8.2.
enum class BitOperation : uint8_t {
  all,             // AND: set in all
  any,             // OR: set in one or more
  odd,             // XOR: set in an odd number
  complement,      // NOT: clear in the first
  first_only,      // DIFF: set in the first and in no other
  others_only,     // DIFF1: set in another and not in the first
  first_and_any,   // ANDOR: set in the first and in another
  in_exactly_one,  // ONE
};
/// As long as the longest of the strings, of which there is one at least. O(sum of their lengths).
std::string combine_bits(BitOperation operation, std::span<const std::string_view> strings);

/// An integer of BITFIELD: i1 to i64 in two's complement, u1 to u63. Every value fits an int64_t.
struct BitField {
  bool is_signed = false;
  unsigned width = 8;  // bits
  int64_t least() const { return is_signed ? -most() - 1 : 0; }
  int64_t most() const { return static_cast<int64_t>(UINT64_MAX >> (64 - width) >> (is_signed ? 1 : 0)); }
};

/// What becomes of a number that is out of a field's range.
enum class Overflow : uint8_t { wrap, saturate, fail };

/// The integer at bit `offset`, which may be anywhere.
int64_t field_at(std::string_view bytes, BitField field, uint64_t offset);
/// Writes the low bits of `value`; all of the field lies within the bytes.
void put_field(std::span<char> bytes, BitField field, uint64_t offset, int64_t value);
/// What the field holds once `value` is put into it; nothing where it is out of range and that fails. For a field
/// without sign, a negative value stands for 2^64 more, and is therefore too large.
std::optional<int64_t> fitted(BitField field, int64_t value, Overflow overflow);
/// What a field of this value holds once `by` is added; nothing where the sum is out of range and that fails.
std::optional<int64_t> field_sum(BitField field, int64_t value, int64_t by, Overflow overflow);

}  // namespace larder::store
