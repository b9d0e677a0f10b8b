// The registers of HyperLogLogs and their two forms; see hyperloglog.h. The estimate stands in
// hyperloglog_count.cc.
#include "store/values/hyperloglog.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "store/values/murmur_hash.h"

namespace larder::store::hll {

namespace {

constexpr std::string_view kMagic = "HYLL";
constexpr size_t kEncodingAt = 4;
constexpr char kDense = 0, kSparse = 1;
constexpr uint8_t kOutOfDate = 0x80;  // in the last byte of the cardinality

constexpr unsigned kHashBits = 64 - kIndexBits;  // that give the rank
constexpr uint64_t kHashSeed = 0xadc83b19;       // Redis' choice

uint8_t byte_at(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

}  // namespace

Hit hit_of(std::string_view element) {
  const uint64_t hash = murmur_hash_64a(element, kHashSeed);
  // A bit behind the last one: the rank of zeros alone.
  const uint64_t rest = hash >> kIndexBits | uint64_t{1} << kHashBits;
  return {.index = static_cast<uint16_t>(hash % kRegisters), .rank = static_cast<uint8_t>(std::countr_zero(rest) + 1)};
}

// -- The header --

bool is_hyperloglog(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with(kMagic)) return false;
  const char encoding = bytes[kEncodingAt];
  return encoding == kSparse || (encoding == kDense && bytes.size() == kDenseSize);
}

bool is_dense(std::string_view bytes) { return bytes[kEncodingAt] == kDense; }

std::optional<uint64_t> known_count(std::string_view bytes) {
  if ((byte_at(bytes, kHeaderSize - 1) & kOutOfDate) != 0) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = kHeaderSize; i-- > kCountAt;) value = value << 8 | byte_at(bytes, i);
  return value;
}

std::array<char, 8> count_field(uint64_t count) {
  std::array<char, 8> field;
  for (char& byte : field) {
    byte = static_cast<char>(count);
    count >>= 8;
  }
  return field;
}

void invalidate_count(std::span<char> bytes) {
  bytes[kHeaderSize - 1] = static_cast<char>(static_cast<uint8_t>(bytes[kHeaderSize - 1]) | kOutOfDate);
}

// -- Dense registers --

namespace {

/// Where a register begins: a byte, and a bit of that.
struct Place {
  size_t byte;
  unsigned bit;
  explicit Place(size_t index) : byte(kHeaderSize + index * 6 / 8), bit(static_cast<unsigned>(index * 6 % 8)) {}
  bool in_two_bytes() const { return bit > 2; }
};

uint8_t register_at(std::string_view dense, size_t index) {
  const Place place(index);
  unsigned value = byte_at(dense, place.byte) >> place.bit;
  if (place.in_two_bytes()) value |= static_cast<unsigned>(byte_at(dense, place.byte + 1)) << (8 - place.bit);
  return static_cast<uint8_t>(value & 63);
}

void put_register(std::span<char> dense, size_t index, unsigned value) {
  const Place place(index);
  const auto put = [&](size_t at, unsigned mask, unsigned bits) {
    dense[at] = static_cast<char>((static_cast<uint8_t>(dense[at]) & ~mask) | (bits & mask));
  };
  put(place.byte, 63u << place.bit & 0xFF, value << place.bit);
  if (place.in_two_bytes()) put(place.byte + 1, 63u >> (8 - place.bit), value >> (8 - place.bit));
}

bool raise_register(std::span<char> dense, Hit hit) {
  if (register_at({dense.data(), dense.size()}, hit.index) >= hit.rank) return false;
  put_register(dense, hit.index, hit.rank);
  return true;
}

}  // namespace

bool would_raise(std::string_view dense, std::span<const Hit> hits) {
  return std::any_of(hits.begin(), hits.end(), [&](Hit hit) { return register_at(dense, hit.index) < hit.rank; });
}

void raise(std::span<char> dense, std::span<const Hit> hits) {
  for (const Hit hit : hits) raise_register(dense, hit);
}

// -- Sparse registers --

namespace {

constexpr unsigned kMostShortZeros = 64, kMostZeros = kRegisters, kMostValues = 4, kMostSparseRank = 32;

struct Run {
  uint8_t value;    // 0 for zeros
  uint16_t length;  // registers, at least 1
  uint8_t size;     // bytes
};

/// The run at a place within the bytes; nothing where its second byte is missing.
std::optional<Run> run_at(std::string_view bytes, size_t at) {
  const unsigned first = byte_at(bytes, at);
  if (first >= 0x80) {
    return Run{static_cast<uint8_t>((first >> 2 & 31) + 1), static_cast<uint16_t>((first & 3) + 1), 1};
  }
  if (first < 0x40) return Run{0, static_cast<uint16_t>(first + 1), 1};
  if (at + 1 == bytes.size()) return std::nullopt;
  return Run{0, static_cast<uint16_t>(((first & 63) << 8 | byte_at(bytes, at + 1)) + 1), 2};
}

char value_run(unsigned value, unsigned length) { return static_cast<char>(0x80 | (value - 1) << 2 | (length - 1)); }

/// The runs that take the place of one.
struct NewRuns {
  std::array<char, 5> bytes;
  size_t size = 0;

  void add(unsigned value, unsigned length) {
    if (length == 0) return;
    if (value != 0) {
      bytes[size++] = value_run(value, length);
    } else if (length <= kMostShortZeros) {
      bytes[size++] = static_cast<char>(length - 1);
    } else {
      bytes[size++] = static_cast<char>(0x40 | (length - 1) >> 8);
      bytes[size++] = static_cast<char>(length - 1);
    }
  }
};

/// Calls visit(first index, run) for each run. False where the runs are not of exactly the registers that there are.
template <class Visit>
bool for_each_run(std::string_view bytes, Visit&& visit) {
  size_t index = 0;
  for (size_t at = kHeaderSize; at < bytes.size();) {
    const auto run = run_at(bytes, at);
    if (!run || index + run->length > kRegisters) return false;
    visit(index, *run);
    index += run->length;
    at += run->size;
  }
  return index == kRegisters;
}

/// Raises registers of a sparse one, as long as it stays sparse. Redis makes the same changes in the same order, which
/// is why the bytes are the same.
class SparseEditor {
 public:
  SparseEditor(std::string& bytes, size_t most) : bytes_(bytes), most_(most) {}

  enum class Outcome : uint8_t { raised, high_enough, does_not_fit, corrupted };

  Outcome raise(Hit hit) {
    if (hit.rank > kMostSparseRank) return Outcome::does_not_fit;
    if (hit.index < resume_end_) restart();
    size_t at = resume_at_, index = resume_index_, before = kNone, before_index = 0;
    std::optional<Run> run;
    for (;;) {
      if (at >= bytes_.size()) return Outcome::corrupted;
      run = run_at(bytes_, at);
      if (!run) return Outcome::corrupted;
      if (hit.index < index + run->length) break;
      if (before != kNone) {
        resume_at_ = before;
        resume_index_ = before_index;
        resume_end_ = index;
      }
      before = at;
      before_index = index;
      at += run->size;
      index += run->length;
    }
    if (run->value >= hit.rank) return Outcome::high_enough;
    NewRuns fresh;
    fresh.add(run->value, static_cast<unsigned>(hit.index - index));
    fresh.add(hit.rank, 1);
    fresh.add(run->value, static_cast<unsigned>(index + run->length - hit.index - 1));
    if (fresh.size > run->size && bytes_.size() + (fresh.size - run->size) > most_) return Outcome::does_not_fit;
    bytes_.replace(at, run->size, fresh.bytes.data(), fresh.size);
    join(before == kNone ? at : before);
    if (before == resume_at_) restart();  // which may have been joined with the next one
    return Outcome::raised;
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  void restart() {
    resume_at_ = kHeaderSize;
    resume_index_ = resume_end_ = 0;
  }

  /// Makes one of neighbours with the same value, as far as a change can have made such: five steps from `at` on.
  void join(size_t at) {
    for (int steps = 5; steps > 0 && at < bytes_.size(); --steps) {
      const auto run = run_at(bytes_, at);
      if (!run) return;
      const auto next = run->value != 0 && at + 1 < bytes_.size() ? run_at(bytes_, at + 1) : std::nullopt;
      if (next && next->value == run->value && run->length + next->length <= static_cast<int>(kMostValues)) {
        bytes_[at] = value_run(run->value, static_cast<unsigned>(run->length + next->length));
        bytes_.erase(at + 1, 1);
      } else {
        at += run->size;
      }
    }
  }

  std::string& bytes_;
  size_t most_;
  // The next walk begins at the run two before the one found last, whose registers are those from resume_index_ to
  // resume_end_, unless it looks for one of these or before: it must know the run before the one that it finds.
  size_t resume_at_ = kHeaderSize, resume_index_ = 0, resume_end_ = 0;
};

}  // namespace

std::string make_empty() {
  std::string bytes(kMagic);
  bytes.resize(kHeaderSize, '\0');
  bytes[kEncodingAt] = kSparse;
  NewRuns zeros;
  zeros.add(0, kMostZeros);
  return bytes.append(zeros.bytes.data(), zeros.size);
}

Result<std::string> made_dense(std::string_view bytes) {
  if (is_dense(bytes)) return std::string(bytes);
  std::string dense(kDenseSize, '\0');
  std::memcpy(dense.data(), bytes.data(), kHeaderSize);
  dense[kEncodingAt] = kDense;
  const bool whole = for_each_run(bytes, [&](size_t index, const Run& run) {
    for (size_t i = index; run.value != 0 && i < index + run.length; ++i) put_register(dense, i, run.value);
  });
  if (!whole) return fail(Errc::corrupted_hyperloglog);
  return dense;
}

Result<bool> raise(std::string& bytes, std::span<const Hit> hits, size_t sparse_max) {
  bool raised = false;
  SparseEditor sparse(bytes, sparse_max);
  for (const Hit hit : hits) {
    if (is_dense(bytes)) {
      raised = raise_register(bytes, hit) || raised;
      continue;
    }
    const auto outcome = sparse.raise(hit);
    if (outcome == SparseEditor::Outcome::corrupted) return fail(Errc::corrupted_hyperloglog);
    if (outcome == SparseEditor::Outcome::does_not_fit) {
      auto dense = made_dense(bytes);
      if (!dense) return fail(dense.error());
      bytes = std::move(*dense);
      raised = raise_register(bytes, hit) || raised;
    }
    raised = raised || outcome == SparseEditor::Outcome::raised;
  }
  if (raised) invalidate_count(bytes);
  return raised;
}

Result<void> merge_into(Registers& registers, std::string_view bytes) {
  const auto raise_to = [&](size_t index, unsigned value) {
    registers[index] = std::max(registers[index], static_cast<uint8_t>(value));
  };
  if (is_dense(bytes)) {
    // Three bytes hold four registers.
    for (size_t i = 0, at = kHeaderSize; i < kRegisters; i += 4, at += 3) {
      const unsigned four = byte_at(bytes, at) | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2) << 16;
      for (unsigned j = 0; j < 4; ++j) raise_to(i + j, four >> 6 * j & 63);
    }
    return {};
  }
  const bool whole = for_each_run(bytes, [&](size_t index, const Run& run) {
    for (size_t i = index; run.value != 0 && i < index + run.length; ++i) raise_to(i, run.value);
  });
  if (!whole) return fail(Errc::corrupted_hyperloglog);
  return {};
}

Result<std::string> runs_in_words(std::string_view sparse) {
  std::string words;
  const bool whole = for_each_run(sparse, [&](size_t, const Run& run) {
    if (!words.empty()) words += ' ';
    words += run.value != 0  ? fmt::format("v:{},{}", run.value, run.length)
             : run.size == 1 ? fmt::format("z:{}", run.length)
                             : fmt::format("Z:{}", run.length);
  });
  if (!whole) return fail(Errc::corrupted_hyperloglog);
  return words;
}

}  // namespace larder::store::hll
