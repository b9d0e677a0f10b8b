// The one default that depends on the host.
#include "server/config/settings.h"

#include <sched.h>

#include <algorithm>

namespace larder::server {

// The affinity mask rather than the number of cores: containers and taskset narrow it.
int default_io_threads() {
  constexpr int kMost = 8;
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return std::clamp(CPU_COUNT(&usable), 1, kMost);
}

}  // namespace larder::server
