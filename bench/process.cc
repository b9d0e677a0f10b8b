// Threads: any.

#include "bench/process.h"

#include <ctime>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace larder::bench {
namespace {

uint64_t read_clock(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

uint64_t cpu_nanoseconds(int pid) {
  clockid_t clock{};
  if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0) return 0;
  return read_clock(clock);
}

uint64_t resident_bytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    uint64_t kilobytes = 0;
    if (word == "Rss:" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

uint64_t now_nanoseconds() { return read_clock(CLOCK_MONOTONIC); }

}  // namespace larder::bench
