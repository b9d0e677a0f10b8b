// The seed of a process; see hash.h.
#include "base/hash.h"

#include <random>

namespace larder::base {

uint64_t random_seed() {
  std::random_device device;
  const uint64_t high = device();
  return high << 32 | device();
}

}  // namespace larder::base
