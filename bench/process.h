// What the operating system accounts to the server under test. Threads: any.
#pragma once

#include <cstdint>

namespace larder::bench {

/// CPU time of all threads of process `pid`, user and kernel, in ns; 0 when there is no such process.
/// Read through the process's CPU clock: the same account as utime + stime in /proc/PID/stat, without its 10 ms ticks.
uint64_t cpu_nanoseconds(int pid);

/// Resident memory of process `pid` in bytes; 0 when there is no such process or it may not be read. The pages are
/// counted (smaps_rollup): statm adds up per-core counters that lag by some hundred KB.
uint64_t resident_bytes(int pid);

/// Monotonic time in ns.
uint64_t now_nanoseconds();

}  // namespace larder::bench
