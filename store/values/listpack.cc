#include "store/values/listpack.h"

#include <algorithm>
#include <bit>

namespace larder::store {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they stand in memory");

/// The lower bytes of a number.
void put(char* to, uint64_t number, size_t bytes) { std::memcpy(to, &number, bytes); }

/// A two's complement of 1 to 8 bytes.
int64_t integer_at(const char* from, size_t bytes) {
  uint64_t number = 0;
  std::memcpy(&number, from, bytes);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes);
  return static_cast<int64_t>(number << unused) >> unused;  // spreads the sign
}

constexpr bool fits(int64_t number, unsigned bits) {
  const int64_t limit = int64_t{1} << (bits - 1);
  return number >= -limit && number < limit;
}

constexpr std::string_view kEmptyBlock{"\x07\0\0\0\0\0\xFF", 7};

}  // namespace

Listpack::Encoded Listpack::encode(const Member& element) {
  Encoded encoded{};
  const auto head = [&](uint64_t first, size_t size) {
    encoded.head[0] = static_cast<char>(first);
    encoded.head_size = static_cast<uint8_t>(size);
  };
  if (const auto integer = element.as_integer()) {
    const int64_t number = *integer;
    const auto wide = [&](uint8_t first, size_t bytes) {
      head(first, 1 + bytes);
      put(encoded.head + 1, static_cast<uint64_t>(number), bytes);
    };
    if (number >= 0 && number <= 127) {
      head(static_cast<uint64_t>(number), 1);
    } else if (fits(number, 13)) {
      head(0xC0 | ((static_cast<uint64_t>(number) >> 8) & 0x1F), 2);
      encoded.head[1] = static_cast<char>(number);
    } else if (fits(number, 16)) {
      wide(0xF1, 2);
    } else if (fits(number, 24)) {
      wide(0xF2, 3);
    } else if (fits(number, 32)) {
      wide(0xF3, 4);
    } else {
      wide(0xF4, 8);
    }
    return encoded;
  }
  encoded.text = element.text();
  const size_t length = encoded.text.size();
  if (length < 64) {
    head(0x80 | length, 1);
  } else if (length < 4096) {
    head(0xE0 | length >> 8, 2);
    encoded.head[1] = static_cast<char>(length);
  } else {
    head(0xF0, 5);
    put(encoded.head + 1, length, 4);
  }
  return encoded;
}

Member Listpack::decode(const char* element) {
  const auto head = static_cast<uint8_t>(*element);
  const size_t bytes = encoded_bytes(element);
  if (head < 0x80) return Member(int64_t{head});
  if (head < 0xC0) return Member(std::string_view(element + 1, bytes - 1));
  if (head < 0xE0) {
    const uint64_t number = uint64_t{head} << 8 | static_cast<uint8_t>(element[1]);
    return Member(static_cast<int64_t>(number << 51) >> 51);
  }
  if (head < 0xF0) return Member(std::string_view(element + 2, bytes - 2));
  if (head == 0xF0) return Member(std::string_view(element + 5, bytes - 5));
  return Member(integer_at(element + 1, bytes - 1));
}

/// The length behind an element: seven bits a byte, the most significant first; all but the first byte are marked, so
/// that a reader from behind knows where to stop. Returns the end of what was written.
char* Listpack::write_length(char* to, size_t encoded) {
  const size_t bytes = length_bytes(encoded);
  for (size_t i = bytes; i > 0; --i, encoded >>= 7) {
    to[i - 1] = static_cast<char>((encoded & 0x7F) | (i > 1 ? 0x80 : 0));
  }
  return to + bytes;
}

void Listpack::write(char* to, const Encoded& element) {
  std::memcpy(to, element.head, element.head_size);
  to += element.head_size;
  if (!element.text.empty()) std::memcpy(to, element.text.data(), element.text.size());
  write_length(to + element.text.size(), element.size());
}

// -- The block --

uint16_t Listpack::counted() const {
  uint16_t count;
  std::memcpy(&count, block_ + 4, sizeof count);
  return count;
}

size_t Listpack::size() const {
  if (block_ == nullptr) return 0;
  if (counted() != kUncounted) return counted();
  size_t count = 0;
  for (Position at = first(); at != kNone; at = next(at)) ++count;
  return count;
}

/// The listpack has `bytes` now, 0 for none; how many elements these are is the caller's matter.
void Listpack::resize(size_t bytes) {
  block_ = resize_block(block_, block_bytes(), bytes);
  if (block_ == nullptr) return;
  put(block_, bytes, 4);
  block_[bytes - 1] = static_cast<char>(kEnd);
}

void Listpack::set_count(size_t count) { put(block_ + 4, std::min<size_t>(count, kUncounted), 2); }

void Listpack::note_count(ptrdiff_t change) {
  if (counted() == kUncounted) return;
  set_count(static_cast<size_t>(counted() + change));
}

Listpack Listpack::copy() const {
  Listpack result;
  const size_t bytes = block_bytes();
  result.block_ = resize_block(nullptr, 0, bytes);
  if (bytes != 0) std::memcpy(result.block_, block_, bytes);
  return result;
}

std::string_view Listpack::bytes() const {
  return block_ == nullptr ? kEmptyBlock : std::string_view(block_, block_bytes());
}

std::optional<Listpack> Listpack::from_bytes(std::string_view bytes) {
  if (bytes == kEmptyBlock) return Listpack();
  uint32_t stated = 0;
  if (bytes.size() <= kFrameBytes || bytes.size() > kMaxBytes) return std::nullopt;
  std::memcpy(&stated, bytes.data(), sizeof stated);
  if (stated != bytes.size() || static_cast<uint8_t>(bytes.back()) != kEnd) return std::nullopt;
  Listpack result;
  result.block_ = resize_block(nullptr, 0, bytes.size());
  std::memcpy(result.block_, bytes.data(), bytes.size());
  if (!result.is_valid()) return std::nullopt;
  return result;
}

/// Whether elements in their one encoding fill the block, as many as the header says. Its frame is right.
bool Listpack::is_valid() const {
  const size_t end = block_bytes() - 1;
  size_t count = 0;
  for (size_t at = kHeaderBytes; at != end; ++count) {
    const size_t left = end - at;
    const uint8_t head = byte_at(at);
    if (head > 0xF4) return false;
    const size_t least = head < 0xC0 ? 1 : head < 0xF0 ? 2 : head == 0xF0 ? 5 : 1;  // what encoded_bytes() reads
    if (left < least) return false;
    const size_t encoded = encoded_bytes(block_ + at);
    if (encoded > left || encoded + length_bytes(encoded) > left) return false;
    const Encoded shortest = encode(decode(block_ + at));
    if (shortest.size() != encoded || std::memcmp(block_ + at, shortest.head, shortest.head_size) != 0) return false;
    char length[5];
    const auto bytes = static_cast<size_t>(write_length(length, encoded) - length);
    if (std::memcmp(block_ + at + encoded, length, bytes) != 0) return false;
    at += encoded + bytes;
  }
  return counted() == kUncounted || counted() == count;
}

// -- Positions --

/// Where the element begins that ends at `end`.
Listpack::Position Listpack::before(size_t end) const {
  size_t encoded = 0;
  for (unsigned shift = 0;; shift += 7) {
    const uint8_t byte = byte_at(--end);
    encoded |= size_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) break;
  }
  return static_cast<Position>(end - encoded);
}

Listpack::Position Listpack::at(ptrdiff_t index) const {
  if (block_ == nullptr) return kNone;
  if (counted() != kUncounted) {
    const auto count = static_cast<ptrdiff_t>(counted());
    if (index >= count || index < -count) return kNone;
    // The nearer end first.
    if (index >= 0 && index > count / 2) index -= count;
    if (index < 0 && -index > count / 2 + 1) index += count;
  }
  Position at = index >= 0 ? first() : last();
  for (; index > 0 && at != kNone; --index) at = next(at);
  for (; index < -1 && at != kNone; ++index) at = previous(at);
  return at;
}

Member Listpack::get(Position at) const { return decode(block_ + at); }

Listpack::Position Listpack::find(const Member& element, Position from, size_t stride) const {
  if (from == kNone || (!element.is_integer() && element.text().size() > kMaxBytes)) return kNone;
  const Encoded wanted = encode(element);
  const size_t wanted_bytes = wanted.size();
  const char last = wanted.text.empty() ? wanted.head[wanted.head_size - 1] : wanted.text.back();
  const size_t end = block_bytes() - 1;
  size_t skip = 0;
  for (size_t at = from; at != end;) {
    const char* const here = block_ + at;
    const size_t encoded = encoded_bytes(here);
    // Elements often have their length and their beginning in common, less often their end.
    if (skip == 0 && encoded == wanted_bytes && here[encoded - 1] == last &&
        std::memcmp(here, wanted.head, wanted.head_size) == 0 &&
        (wanted.text.empty() || std::memcmp(here + wanted.head_size, wanted.text.data(), wanted.text.size()) == 0)) {
      return static_cast<Position>(at);
    }
    skip = skip == 0 ? stride - 1 : skip - 1;
    at += encoded + length_bytes(encoded);
  }
  return kNone;
}

// -- Changes --

void Listpack::insert(Position before, const Member& element) {
  const Encoded added = encode(element);
  const size_t added_bytes = added.size() + length_bytes(added.size());
  if (block_ == nullptr) {
    resize(kFrameBytes + added_bytes);
    set_count(1);
    write(block_ + kHeaderBytes, added);
    return;
  }
  const size_t old_bytes = block_bytes();
  const size_t at = before == kNone ? old_bytes - 1 : before;
  resize(old_bytes + added_bytes);
  std::memmove(block_ + at + added_bytes, block_ + at, old_bytes - 1 - at);
  write(block_ + at, added);
  note_count(1);
}

void Listpack::append_pair(const Member& first, const Member& second) {
  append(first);
  try {
    append(second);
  } catch (...) {
    erase(last());
    throw;
  }
}

void Listpack::replace(Position at, const Member& element) {
  const Encoded fresh = encode(element);
  const size_t fresh_bytes = fresh.size() + length_bytes(fresh.size());
  const size_t old_element = element_bytes(at), old_bytes = block_bytes();
  const size_t tail = old_bytes - 1 - at - old_element;
  if (fresh_bytes > old_element) resize(old_bytes - old_element + fresh_bytes);
  std::memmove(block_ + at + fresh_bytes, block_ + at + old_element, tail);
  write(block_ + at, fresh);
  if (fresh_bytes < old_element) resize(old_bytes - old_element + fresh_bytes);
}

Listpack Listpack::split(Position at) {
  const auto end = static_cast<Position>(block_bytes() - 1);
  const Position moved = end - at;
  size_t moved_count = 0;
  for (Position each = at; each != kNone; each = next(each)) ++moved_count;
  const size_t kept_count = size() - moved_count;
  Listpack upper;
  upper.resize(kFrameBytes + size_t{moved});
  upper.set_count(moved_count);
  std::memcpy(upper.block_ + kHeaderBytes, block_ + at, moved);
  resize(size_t{at} + 1);
  set_count(kept_count);
  return upper;
}

Listpack::Position Listpack::erase(Position at, size_t count) noexcept {
  const auto end = static_cast<Position>(block_bytes() - 1);
  Position behind = at;
  size_t erased = 0;
  for (; erased < count && behind != end; ++erased) behind += static_cast<Position>(element_bytes(behind));
  if (at == kHeaderBytes && behind == end) {
    resize(0);
    return kNone;
  }
  const Position tail = end - behind;
  std::memmove(block_ + at, block_ + behind, tail);
  note_count(-static_cast<ptrdiff_t>(erased));
  resize(size_t{at} + tail + 1);
  return behind == end ? kNone : at;
}

}  // namespace larder::store
