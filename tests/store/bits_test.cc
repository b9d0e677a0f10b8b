// What the bitmap commands compute, compared with the plainest way to compute it, bit by bit.
#include "store/values/bits.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace larder::store {
namespace {

std::string random_bytes(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 2 == 0 ? 0xFF : 0);
  return bytes;
}

uint64_t count_plainly(std::string_view bytes, uint64_t first, uint64_t last) {
  uint64_t count = 0;
  for (uint64_t i = first; i <= last; ++i) count += bit_at(bytes, i) ? 1 : 0;
  return count;
}

TEST(Bits, TheFirstBitIsTheHighest) {
  EXPECT_TRUE(bit_at("\x80", 0));
  EXPECT_FALSE(bit_at("\x80", 7));
  EXPECT_TRUE(bit_at(std::string_view("\0\x01", 2), 15));
  EXPECT_FALSE(bit_at("\xFF", 8));
  EXPECT_FALSE(bit_at("", UINT64_MAX));
}

TEST(Bits, CountsAndPositionsOfAnyRange) {
  std::mt19937_64 random(1);
  EXPECT_EQ(count_bits(""), 0U);
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = random_bytes(random, 1 + random() % 80);
    const uint64_t bits = bytes.size() * 8;
    const uint64_t first = random() % bits, last = first + random() % (bits - first);
    ASSERT_EQ(count_bits(bytes), count_plainly(bytes, 0, bits - 1));
    ASSERT_EQ(count_bits(bytes, first, last), count_plainly(bytes, first, last)) << first << " " << last;
    for (const bool wanted : {false, true}) {
      std::optional<uint64_t> expected;
      for (uint64_t at = first; at <= last && !expected; ++at) {
        if (bit_at(bytes, at) == wanted) expected = at;
      }
      ASSERT_EQ(find_bit(bytes, wanted, first, last), expected) << first << " " << last << " " << wanted;
    }
  }
}

bool combined_plainly(BitOperation operation, const std::vector<std::string_view>& strings, uint64_t at) {
  const bool first = bit_at(strings[0], at);
  size_t set = 0;
  for (const std::string_view bytes : strings) set += bit_at(bytes, at) ? 1 : 0;
  const bool others = set > (first ? 1 : 0);
  switch (operation) {
    case BitOperation::all: return set == strings.size();
    case BitOperation::any: return set > 0;
    case BitOperation::odd: return set % 2 == 1;
    case BitOperation::complement: return !first;
    case BitOperation::first_only: return first && !others;
    case BitOperation::others_only: return !first && others;
    case BitOperation::first_and_any: return first && others;
    case BitOperation::in_exactly_one: return set == 1;
  }
  return false;
}

TEST(Bits, CombinationsOfStringsOfAnyLength) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::string> kept;
    for (size_t n = 1 + random() % 5; n > 0; --n)
      kept.push_back(random_bytes(random, random() % (i % 10 == 0 ? 5000 : 40)));
    const std::vector<std::string_view> strings(kept.begin(), kept.end());
    for (auto number = 0; number <= static_cast<int>(BitOperation::in_exactly_one); ++number) {
      const auto operation = static_cast<BitOperation>(number);
      const std::string result = combine_bits(operation, strings);
      size_t longest = 0;
      for (const std::string_view bytes : strings) longest = std::max(longest, bytes.size());
      ASSERT_EQ(result.size(), longest);
      for (uint64_t at = 0; at < longest * 8; at += i % 10 == 0 ? 61 : 1)
        ASSERT_EQ(bit_at(result, at), combined_plainly(operation, strings, at)) << number << " bit " << at;
    }
  }
}

TEST(Bits, FieldsAnywhereAndOfAnyWidth) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 5000; ++i) {
    const bool is_signed = random() % 2 == 0;
    const BitField field{.is_signed = is_signed, .width = static_cast<unsigned>(1 + random() % (is_signed ? 64 : 63))};
    const uint64_t offset = random() % 100;
    const std::string before = random_bytes(random, (offset + field.width + 7) / 8 + random() % 3);
    const int64_t value = *fitted(field, static_cast<int64_t>(random()), Overflow::wrap);
    ASSERT_GE(value, field.least());
    ASSERT_LE(value, field.most());
    std::string after = before;
    put_field(after, field, offset, value);
    ASSERT_EQ(field_at(after, field, offset), value) << field.width << " at " << offset;
    for (uint64_t at = 0; at < before.size() * 8; ++at) {
      const bool within = at >= offset && at < offset + field.width;
      ASSERT_TRUE(within || bit_at(before, at) == bit_at(after, at));
    }
  }
  EXPECT_EQ(field_at("\xFF", {.is_signed = false, .width = 16}, 0), 0xFF00);
  EXPECT_EQ(field_at("", {.is_signed = true, .width = 64}, 1000), 0);
}

TEST(Bits, WhatIsOutOfRange) {
  const BitField i8{.is_signed = true, .width = 8}, u8{.is_signed = false, .width = 8};
  const BitField i64{.is_signed = true, .width = 64}, u63{.is_signed = false, .width = 63};
  EXPECT_EQ(fitted(i8, 128, Overflow::wrap), -128);
  EXPECT_EQ(fitted(i8, 128, Overflow::saturate), 127);
  EXPECT_EQ(fitted(i8, 128, Overflow::fail), std::nullopt);
  EXPECT_EQ(fitted(i8, -129, Overflow::saturate), -128);
  EXPECT_EQ(fitted(u8, -1, Overflow::saturate), 255);
  EXPECT_EQ(field_sum(u8, 1, -2, Overflow::saturate), 0);
  EXPECT_EQ(field_sum(u8, 1, -2, Overflow::wrap), 255);
  EXPECT_EQ(field_sum(i64, INT64_MAX, 1, Overflow::wrap), INT64_MIN);
  EXPECT_EQ(field_sum(i64, INT64_MAX, 1, Overflow::saturate), INT64_MAX);
  EXPECT_EQ(field_sum(i64, INT64_MIN, -1, Overflow::saturate), INT64_MIN);
  EXPECT_EQ(field_sum(i64, INT64_MIN, -1, Overflow::fail), std::nullopt);
  EXPECT_EQ(field_sum(u63, INT64_MAX, INT64_MAX, Overflow::saturate), INT64_MAX);
  EXPECT_EQ(field_sum(u63, INT64_MAX, 1, Overflow::wrap), 0);
}

}  // namespace
}  // namespace larder::store
