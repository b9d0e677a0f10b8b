#include "store/values/packed_set.h"

namespace larder::store {
namespace {

/// How many bytes the two's complement of `value` needs, 1 to 8.
uint8_t integer_bytes(int64_t value) {
  uint8_t bytes = 1;
  for (int64_t rest = value >> 7; rest != 0 && rest != -1; rest >>= 8) ++bytes;
  return bytes;
}

}  // namespace

PackedSet::Encoded PackedSet::encode(const Member& member) {
  Encoded encoded{};
  if (const auto integer = member.as_integer()) {
    const uint8_t bytes = integer_bytes(*integer);
    encoded.head[0] = static_cast<char>(kLongText + bytes);
    for (uint8_t i = 0; i < bytes; ++i) encoded.head[1 + i] = static_cast<char>(*integer >> (8 * i));
    encoded.head_size = static_cast<uint8_t>(1 + bytes);
    return encoded;
  }
  encoded.text = member.text();
  if (encoded.text.size() < kLongText) {
    encoded.head[0] = static_cast<char>(encoded.text.size());
    encoded.head_size = 1;
  } else {
    const auto length = static_cast<uint32_t>(encoded.text.size());
    encoded.head[0] = static_cast<char>(kLongText);
    std::memcpy(encoded.head + 1, &length, sizeof length);
    encoded.head_size = 1 + sizeof length;
  }
  return encoded;
}

Member PackedSet::decode(const char* record) {
  const auto tag = static_cast<uint8_t>(*record);
  if (tag < kLongText) return Member(std::string_view(record + 1, tag));
  if (tag == kLongText) {
    uint32_t length;
    std::memcpy(&length, record + 1, sizeof length);
    return Member(std::string_view(record + 1 + sizeof length, length));
  }
  const unsigned bytes = tag - kLongText;
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(record[1 + i])) << (8 * i);
  const unsigned unused = 64 - 8 * bytes;
  return Member(static_cast<int64_t>(value << unused) >> unused);  // spreads the sign
}

const char* PackedSet::find(const Member& member) const {
  if (block_ == nullptr || (!member.is_integer() && member.text().size() > kMaxBytes)) return nullptr;
  const Encoded wanted = encode(member);
  const size_t wanted_size = wanted.size();
  const char last = wanted.text.empty() ? wanted.head[wanted.head_size - 1] : wanted.text.back();
  const char* end = begin() + header().bytes;
  for (const char* record = begin(); record != end;) {
    const size_t size = record_size(record);
    // Members of a set often have their length and their beginning in common, less often their end.
    if (size == wanted_size && record[size - 1] == last && *record == wanted.head[0] && equals(record, wanted))
      return record;
    record += size;
  }
  return nullptr;
}

bool PackedSet::equals(const char* record, const Encoded& wanted) {
  return std::memcmp(record, wanted.head, wanted.head_size) == 0 &&
         (wanted.text.empty() || std::memcmp(record + wanted.head_size, wanted.text.data(), wanted.text.size()) == 0);
}

void PackedSet::resize(uint32_t count, size_t record_bytes) {
  block_ = resize_block(block_, block_bytes(), bytes_for(record_bytes));
  if (block_ == nullptr) return;
  const Header header{count, static_cast<uint32_t>(record_bytes)};
  std::memcpy(block_, &header, sizeof header);
}

void PackedSet::append(const Member& member) {
  const Encoded added = encode(member);
  const Header old = block_ == nullptr ? Header{0, 0} : header();
  resize(old.count + 1, old.bytes + added.size());
  char* at = block_ + sizeof(Header) + old.bytes;
  std::memcpy(at, added.head, added.head_size);
  if (!added.text.empty()) std::memcpy(at + added.head_size, added.text.data(), added.text.size());
}

bool PackedSet::remove(const Member& member) {
  const char* record = find(member);
  if (record == nullptr) return false;
  const Header old = header();
  const size_t size = record_size(record);
  char* at = block_ + (record - block_);
  std::memmove(at, at + size, static_cast<size_t>(begin() + old.bytes - (record + size)));
  resize(old.count - 1, old.bytes - size);
  return true;
}

Member PackedSet::at(size_t index) const {
  const char* record = begin();
  for (; index > 0; --index) record += record_size(record);
  return decode(record);
}

PackedSet PackedSet::copy() const {
  PackedSet result;
  const size_t bytes = block_bytes();
  result.block_ = resize_block(nullptr, 0, bytes);
  if (bytes != 0) std::memcpy(result.block_, block_, bytes);
  return result;
}

}  // namespace larder::store
