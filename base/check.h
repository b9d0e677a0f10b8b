// Conditions that cannot fail unless Larder itself is wrong. They stay on in release builds: a cache that would go on
// with broken data is worse than one that is restarted.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace larder::base {

[[noreturn]] inline void check_failed(const char* what) {
  std::fprintf(stderr, "larder: internal error: %s\n", what);
  std::abort();
}

inline void check(bool condition, const char* what) {
  if (!condition) [[unlikely]]
    check_failed(what);
}

}  // namespace larder::base
