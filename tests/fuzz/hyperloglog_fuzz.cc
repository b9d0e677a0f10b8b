// Fuzzes what reads and changes HyperLogLogs: whatever bytes a client has stored, nothing is read or written beyond
// them (run it under ASan, UBSan), and what is accepted has the same registers in both forms. The first two bytes say
// which registers are raised.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "store/values/hyperloglog.h"

namespace {

namespace hll = larder::store::hll;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

hll::Registers registers_of(std::string_view bytes) {
  hll::Registers registers{};
  check(hll::merge_into(registers, bytes).has_value(), "what was accepted can be merged");
  return registers;
}

/// Raises the register with that number and others, which may be found corrupted on the way.
void try_raising(std::string bytes, uint16_t number) {
  hll::Hit hits[8];
  for (auto& hit : hits) {
    hit = {.index = static_cast<uint16_t>(number % hll::kRegisters), .rank = static_cast<uint8_t>(1 + number % 51)};
    number = static_cast<uint16_t>(number * 31 + 7);
  }
  const bool whole = hll::count(bytes).has_value();
  const auto raised = hll::raise(bytes, hits, 3000);
  check(!whole || raised.has_value(), "what was whole can be changed");
  if (!whole || !raised) return;
  const auto registers = registers_of(bytes);
  for (const auto& hit : hits) check(registers[hit.index] >= hit.rank, "a register is high enough");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto number = static_cast<uint16_t>(data[0] << 8 | data[1]);
  // A heap block of exactly the size, so that a read behind it is seen.
  const std::unique_ptr<char[]> block(new char[size - 2]);
  std::copy(data + 2, data + size, block.get());
  const std::string_view bytes(block.get(), size - 2);
  if (!hll::is_hyperloglog(bytes)) return 0;
  (void)hll::known_count(bytes);
  const auto dense = hll::made_dense(bytes);
  check(dense.has_value() == hll::count(bytes).has_value(), "all readers agree on what is corrupted");
  if (dense) check(registers_of(*dense) == registers_of(bytes), "both forms hold the same");
  if (!hll::is_dense(bytes)) check(hll::runs_in_words(bytes).has_value() == dense.has_value(), "words as well");
  try_raising(std::string(bytes), number);
  return 0;
}
