// HyperLogLogs as Redis keeps them in strings, byte for byte: an estimate of how many different elements were added, in
// at most 12 KiB, with a standard error of 0.81 %.
//
//   "HYLL", encoding (0 dense, 1 sparse), 3 bytes unused, cardinality (8 bytes, little endian; the highest bit set: not
//   up to date), then 16384 registers:
//   dense   6 bits each, the first in the lowest bits of the first byte
//   sparse  runs of equal registers: 00llllll: l+1 zeros; 01llllll llllllll: l+1 zeros; 1vvvvvll: l+1 times v+1
//
// Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007); 64-bit hashes and the sparse form after Heule, Nunkesser,
// Hall: HyperLogLog in Practice (2013); the estimator of Ertl: New cardinality estimation algorithms for HyperLogLog
// sketches (2017, arXiv:1702.01284), without empirical corrections.
//
// Pure functions. Clients may store any bytes in such a string: what is_hyperloglog() accepts is checked again wherever
// it is read, and nothing is read or written beyond it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/values/errors.h"

namespace larder::store::hll {

inline constexpr unsigned kIndexBits = 14;
inline constexpr size_t kRegisters = size_t{1} << kIndexBits;
inline constexpr size_t kHeaderSize = 16;
inline constexpr size_t kDenseSize = kHeaderSize + kRegisters * 6 / 8;

/// What an element means to the registers: one of them becomes at least `rank`, 1 to 51.
struct Hit {
  uint16_t index;
  uint8_t rank;
};
Hit hit_of(std::string_view element);

/// A register each.
using Registers = std::array<uint8_t, kRegisters>;

/// Whether the bytes begin as a HyperLogLog does and have its size, if dense. Only such are given to what follows.
bool is_hyperloglog(std::string_view bytes);
bool is_dense(std::string_view bytes);
/// Sparse, without elements.
std::string make_empty();
/// The same registers and cardinality in the dense form. Error: corrupted_hyperloglog.
Result<std::string> made_dense(std::string_view bytes);

/// Whether one of the hits would raise a register of a dense one.
bool would_raise(std::string_view dense, std::span<const Hit> hits);
/// Raises the registers of a dense one.
void raise(std::span<char> dense, std::span<const Hit> hits);
/// Raises registers in either form. What is sparse becomes dense where a rank does not fit, or where it would grow
/// above `sparse_max` bytes. True where a register was raised; the cardinality is then out of date. Hits in the order
/// of their indexes are found without walking from the beginning each time. Error: corrupted_hyperloglog, some hits may
/// have been taken.
Result<bool> raise(std::string& bytes, std::span<const Hit> hits, size_t sparse_max);
/// Says that the cardinality is out of date.
void invalidate_count(std::span<char> bytes);

/// Raises `registers` to those of a HyperLogLog. Error: corrupted_hyperloglog.
Result<void> merge_into(Registers& registers, std::string_view bytes);

/// The cardinality that the header holds, unless it is out of date.
std::optional<uint64_t> known_count(std::string_view bytes);
/// The header's 8 bytes that stand for a cardinality, and where they stand.
std::array<char, 8> count_field(uint64_t count);
inline constexpr size_t kCountAt = 8;
/// The estimate. Error: corrupted_hyperloglog.
Result<uint64_t> count(std::string_view bytes);
uint64_t count(const Registers& registers);

/// PFDEBUG DECODE: the runs of a sparse one in words. Error: corrupted_hyperloglog.
Result<std::string> runs_in_words(std::string_view sparse);

/// PFSELFTEST: what is wrong with this implementation, empty if nothing is. About 0.1 s.
std::string self_test();

}  // namespace larder::store::hll
