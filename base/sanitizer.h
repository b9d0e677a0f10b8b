// Which sanitizer watches this build, and marking memory that AddressSanitizer must not see used.
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

#if defined(LARDER_ASAN) || defined(__SANITIZE_THREAD__)
#define LARDER_OTHER_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LARDER_OTHER_ALLOCATOR 1
#endif
#endif

namespace larder::base {

/// Whether malloc() is the sanitizer's, and glibc's own heap has perhaps never been set up.
#ifdef LARDER_OTHER_ALLOCATOR
inline constexpr bool kOtherAllocator = true;
#else
inline constexpr bool kOtherAllocator = false;
#endif

}  // namespace larder::base
