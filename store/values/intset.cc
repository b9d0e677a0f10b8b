#include "store/values/intset.h"

#include <bit>
#include <limits>

namespace larder::store {
namespace {

uint32_t width_of(int64_t value) {
  if (value >= std::numeric_limits<int16_t>::min() && value <= std::numeric_limits<int16_t>::max()) return 2;
  if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max()) return 4;
  return 8;
}

template <class Integer>
int64_t load_as(const char* from) {
  Integer value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Integer>
void store_as(char* to, int64_t value) {
  const auto narrow = static_cast<Integer>(value);
  std::memcpy(to, &narrow, sizeof narrow);
}

static_assert(std::endian::native == std::endian::little, "numbers are copied as they stand in memory");

constexpr std::string_view kEmptyBlock{"\x02\0\0\0\0\0\0\0", 8};

}  // namespace

int64_t Intset::load(size_t index, uint32_t width) const {
  const char* from = block_ + sizeof(Header) + index * width;
  if (width == 2) return load_as<int16_t>(from);
  return width == 4 ? load_as<int32_t>(from) : load_as<int64_t>(from);
}

void Intset::store(size_t index, uint32_t width, int64_t value) {
  char* to = block_ + sizeof(Header) + index * width;
  if (width == 2) return store_as<int16_t>(to, value);
  if (width == 4) return store_as<int32_t>(to, value);
  store_as<int64_t>(to, value);
}

Intset Intset::copy() const {
  Intset result;
  const size_t bytes = block_bytes();
  result.block_ = resize_block(nullptr, 0, bytes);
  if (bytes != 0) std::memcpy(result.block_, block_, bytes);
  return result;
}

std::string_view Intset::bytes() const {
  return block_ == nullptr ? kEmptyBlock : std::string_view(block_, block_bytes());
}

std::optional<Intset> Intset::from_bytes(std::string_view bytes) {
  if (bytes.size() < sizeof(Header)) return std::nullopt;
  Header stated;
  std::memcpy(&stated, bytes.data(), sizeof stated);
  const auto [width, count] = stated;
  if ((width != 2 && width != 4 && width != 8) || (bytes.size() - sizeof stated) / width != count ||
      (bytes.size() - sizeof stated) % width != 0)
    return std::nullopt;
  Intset result;
  if (count == 0) return result;
  result.block_ = resize_block(nullptr, 0, bytes.size());
  std::memcpy(result.block_, bytes.data(), bytes.size());
  for (size_t i = 1; i < count; ++i) {
    if (result.at(i - 1) >= result.at(i)) return std::nullopt;
  }
  return result;
}

size_t Intset::lower_bound(int64_t value) const {
  const auto [width, count] = header();
  if (load(count - 1, width) < value) return count;  // sets are often filled in ascending order
  size_t first = 0;
  for (size_t length = count; length > 0;) {
    const size_t half = length / 2;
    if (load(first + half, width) < value) {
      first += half + 1;
      length -= half + 1;
    } else {
      length = half;
    }
  }
  return first;
}

bool Intset::contains(int64_t value) const {
  if (block_ == nullptr || width_of(value) > header().width) return false;
  const size_t index = lower_bound(value);
  return index < size() && at(index) == value;
}

void Intset::widen(uint32_t width) {
  const Header old = header();
  block_ = resize_block(block_, bytes_for(old.count, old.width), bytes_for(old.count, width));
  for (size_t i = old.count; i-- > 0;) store(i, width, load(i, old.width));  // from the end: they move right
  set_header({width, old.count});
}

bool Intset::add(int64_t value) {
  if (block_ == nullptr) {
    const uint32_t width = width_of(value);
    block_ = resize_block(nullptr, 0, bytes_for(1, width));
    set_header({width, 1});
    store(0, width, value);
    return true;
  }
  if (width_of(value) > header().width) widen(width_of(value));
  const auto [width, count] = header();
  const size_t index = lower_bound(value);
  if (index < count && load(index, width) == value) return false;
  block_ = resize_block(block_, bytes_for(count, width), bytes_for(count + size_t{1}, width));
  char* at = block_ + sizeof(Header) + index * width;
  std::memmove(at + width, at, (count - index) * width);
  store(index, width, value);
  set_header({width, count + 1});
  return true;
}

bool Intset::remove(int64_t value) {
  if (!contains(value)) return false;
  const auto [width, count] = header();
  const size_t index = lower_bound(value);
  char* at = block_ + sizeof(Header) + index * width;
  std::memmove(at, at + width, (count - index - 1) * width);
  truncate(count - 1);
  return true;
}

void Intset::truncate(uint32_t count) {
  const Header old = header();
  block_ = resize_block(block_, bytes_for(old.count, old.width), bytes_for(count, old.width));
  if (block_ != nullptr) set_header({old.width, count});
}

}  // namespace larder::store
