// The arrays that tables keep their words in. They come from the general allocator, but the pages of a large one go
// back to the system when it is freed: the tables of all shards grow at about the same time, each by an eighth, and the
// arrays that they leave are holes in the heap that none of the next fits into (2 bytes a key at a million keys).
#pragma once

#include <cstddef>
#include <cstdint>

namespace larder::store {

/// An array of undefined content. Throws std::bad_alloc.
uint64_t* allocate_words(size_t count);
/// `count` must be what was asked for; does nothing for a null array.
void free_words(uint64_t* words, size_t count);

}  // namespace larder::store
