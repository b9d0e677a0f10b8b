// Memory of the process; see process_memory.h.
#include "server/observe/process_memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/sanitizer.h"

namespace larder::server {

ResidentMemory resident_memory() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"), &std::fclose);
  long long total = 0, resident = 0, of_files = 0;  // pages
  if (file == nullptr || std::fscanf(file.get(), "%lld %lld %lld", &total, &resident, &of_files) != 3) return {};
  const int64_t page = ::sysconf(_SC_PAGESIZE);
  return {.total = resident * page, .own = (resident - of_files) * page};
}

AllocatorFigures allocator_figures(const store::Store& store) {
  const store::BlockPool::Figures blocks = store.block_figures();
  size_t active = blocks.active, resident = blocks.active + blocks.unused_resident;
  if (!base::kOtherAllocator) {
    const struct mallinfo2 heap = ::mallinfo2();
    active += heap.uordblks + heap.hblkhd;
    resident += heap.arena + heap.hblkhd;
  }
  // Pages that are mapped and have never been touched, or have been given back from the middle, are not resident.
  AllocatorFigures figures{.allocated = store.used_memory(), .active = static_cast<int64_t>(active), .resident = 0};
  figures.active = std::max(figures.active, figures.allocated);
  figures.resident = std::max(std::min(static_cast<int64_t>(resident), resident_memory().total), figures.active);
  return figures;
}

int64_t system_memory_bytes() { return int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE); }

std::string human_bytes(int64_t bytes) {
  constexpr const char* kUnits[] = {"K", "M", "G", "T", "P"};
  if (bytes < 1024) return fmt::format("{}B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < std::size(kUnits); ++unit) amount /= 1024;
  return fmt::format("{:.2f}{}", amount, kUnits[unit]);
}

double percent_of(int64_t part, int64_t whole) { return ratio_of(part, whole) * 100; }

double ratio_of(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace larder::server
