// What the system says of the process' memory, and figures of bytes for people.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "store/core/store.h"

namespace larder::server {

/// Resident memory of the process in bytes; all 0 when the system does not tell.
struct ResidentMemory {
  int64_t total = 0;
  int64_t own = 0;  // without pages of files, such as those of the program and its libraries
};
ResidentMemory resident_memory();
/// What allocators hold for the data, in bytes. `active` holds `allocated` and the holes between; `resident` has the
/// free pages too that have not been given back to the system.
struct AllocatorFigures {
  int64_t allocated, active, resident;
};
AllocatorFigures allocator_figures(const store::Store& store);
/// Memory of the machine in bytes.
int64_t system_memory_bytes();

/// "512B", "1.00K", "2.50M": as INFO writes figures beside their bytes.
std::string human_bytes(int64_t bytes);

/// part / whole * 100 and part / whole; 0 when the whole is 0.
double percent_of(int64_t part, int64_t whole);
double ratio_of(int64_t part, int64_t whole);

}  // namespace larder::server
