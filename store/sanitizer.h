// Whether AddressSanitizer watches this build, and marking memory that it must not see used.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define LARDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LARDER_ASAN 1
#endif
#endif

#ifdef LARDER_ASAN
#include <sanitizer/asan_interface.h>
#define LARDER_POISON(address, size) ASAN_POISON_MEMORY_REGION(address, size)
#define LARDER_UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
#else
#define LARDER_POISON(address, size) ((void)(address), (void)(size))
#define LARDER_UNPOISON(address, size) ((void)(address), (void)(size))
#endif

namespace larder::store {

#ifdef LARDER_ASAN
inline constexpr bool kUnderAsan = true;
#else
inline constexpr bool kUnderAsan = false;
#endif

}  // namespace larder::store
