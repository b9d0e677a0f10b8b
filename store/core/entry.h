// One key with its value, in one allocation:
//
//   byte 0  u24  recency: a logical LRU tick, or (LFU policies) 16 bits of minutes and an 8-bit logarithmic counter
//   byte 3  u8   type in the low, string form in the high four bits
//   byte 4  u8   flags in the low, the eviction policy's class of the key in the high four bits
//   byte 5  u8   key length                      (0 when wide)
//   byte 6  u16  length of the value part
//   [byte 8 u64  key length, only when wide]
//   [i64         deadline in Unix milliseconds, only with a deadline; always 8-byte aligned]
//   key bytes, then the value part: the bytes of a small string, or an unaligned pointer to a Blob or a Value.
//
// An entry is 24 bits of header away from its payload: 16 bytes of key and 32 of value take 56 bytes. It never changes
// size in place; the owner (Keyspace) allocates another one. Caller holds the lock of the key's shard.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "store/core/blob.h"
#include "store/values/value.h"

namespace larder::store {

/// How OBJECT ENCODING sees a string. `automatic` is derived from the bytes: int, embstr or raw.
enum class StringForm : uint8_t { automatic = 0, raw = 1, text = 2 /* never int */ };

class Entry {
 public:
  /// Strings above this many bytes live in a Blob.
  static constexpr size_t kLargestInline = 4096;
  static constexpr uint32_t kRecencyMask = 0xFFFFFF;

  struct Layout {
    size_t key_length;
    size_t value_length;  // of the value part
    bool has_deadline;

    bool wide() const { return key_length > kLargestNarrowKey; }
    size_t bytes() const { return kHeader + (wide() ? 8 : 0) + (has_deadline ? 8 : 0) + key_length + value_length; }
  };

  /// Makes an entry in `memory`, which has layout.bytes() bytes and is 8-byte aligned. Key and value part are
  /// for the caller to fill; so is the deadline, if any.
  static Entry* construct(void* memory, const Layout& layout, Type type, StringForm form) {
    auto* entry = static_cast<Entry*>(memory);
    const uint64_t header = (static_cast<uint64_t>(type) | static_cast<uint64_t>(form) << 4) << 24 |
                            static_cast<uint64_t>((layout.has_deadline ? kDeadline : 0) | (layout.wide() ? kWide : 0))
                                << 32 |
                            (layout.wide() ? 0 : static_cast<uint64_t>(layout.key_length) << 40) |
                            static_cast<uint64_t>(layout.value_length) << 48;
    std::memcpy(memory, &header, sizeof header);
    if (layout.wide()) std::memcpy(entry->raw() + kHeader, &layout.key_length, 8);
    return entry;
  }

  Layout layout() const {
    return {.key_length = key_length(), .value_length = value_length(), .has_deadline = has_deadline()};
  }
  size_t bytes() const { return layout().bytes(); }

  Type type() const { return static_cast<Type>(byte(3) & 0x0F); }
  StringForm form() const { return static_cast<StringForm>(byte(3) >> 4); }
  void set_form(StringForm form) { raw()[3] = static_cast<char>((byte(3) & 0x0F) | static_cast<uint8_t>(form) << 4); }

  std::string_view key() const { return {raw() + key_offset(), key_length()}; }
  char* key_data() { return raw() + key_offset(); }

  bool has_deadline() const { return (flags() & kDeadline) != 0; }
  /// Unix milliseconds; only with has_deadline().
  int64_t deadline() const {
    int64_t value;
    std::memcpy(&value, raw() + deadline_offset(), sizeof value);
    return value;
  }
  void set_deadline(int64_t unix_ms) { std::memcpy(raw() + deadline_offset(), &unix_ms, sizeof unix_ms); }
  bool expired_at(int64_t now_ms) const { return has_deadline() && deadline() <= now_ms; }

  /// Whether the value part is a pointer to a Blob.
  bool has_blob() const { return (flags() & kBlob) != 0; }
  Blob* blob() const { return pointer<Blob>(); }
  void set_blob(Blob* blob) {
    set_flag(kBlob);
    std::memcpy(value_data(), &blob, sizeof blob);
  }
  Value* value() const { return pointer<Value>(); }
  void set_value(Value* value) { std::memcpy(value_data(), &value, sizeof value); }

  /// The bytes of a string, wherever they are. Only for Type::string.
  std::string_view string() const {
    return has_blob() ? blob()->bytes() : std::string_view{raw() + key_offset() + key_length(), value_length()};
  }
  char* value_data() { return raw() + key_offset() + key_length(); }
  size_t value_length() const {
    uint16_t length;
    std::memcpy(&length, raw() + 6, sizeof length);
    return length;
  }
  /// A string of another length that takes the same bytes() class; the caller sees to that.
  void set_value_length(size_t length) {
    const auto narrow = static_cast<uint16_t>(length);
    std::memcpy(raw() + 6, &narrow, sizeof narrow);
  }

  uint32_t recency() const {
    uint32_t word;
    std::memcpy(&word, raw(), sizeof word);
    return word & kRecencyMask;
  }
  /// Ticks from the last access to `tick`, if recency is one (not under LFU).
  uint32_t age(uint32_t tick) const { return (tick - recency()) & kRecencyMask; }
  void set_recency(uint32_t value) {
    uint32_t word;
    std::memcpy(&word, raw(), sizeof word);
    word = (word & ~kRecencyMask) | (value & kRecencyMask);
    std::memcpy(raw(), &word, sizeof word);
  }

  /// Four bits for the eviction policy, beside recency: HitDensity's class of the key.
  uint8_t eviction_class() const { return static_cast<uint8_t>(flags() >> kClassShift); }
  void set_eviction_class(uint8_t value) {
    raw()[4] = static_cast<char>((flags() & ~kClassMask) | value << kClassShift);
  }

 private:
  static constexpr size_t kHeader = 8;
  static constexpr size_t kLargestNarrowKey = 255;
  static constexpr uint8_t kDeadline = 1, kWide = 2, kBlob = 4, kClassMask = 0xF0;
  static constexpr unsigned kClassShift = 4;

  char* raw() { return reinterpret_cast<char*>(this); }
  const char* raw() const { return reinterpret_cast<const char*>(this); }
  uint8_t byte(size_t offset) const { return static_cast<uint8_t>(raw()[offset]); }
  uint8_t flags() const { return byte(4); }
  void set_flag(uint8_t flag) { raw()[4] = static_cast<char>(flags() | flag); }

  size_t deadline_offset() const { return kHeader + ((flags() & kWide) != 0 ? 8 : 0); }
  size_t key_offset() const { return deadline_offset() + (has_deadline() ? 8 : 0); }
  size_t key_length() const {
    if ((flags() & kWide) == 0) return byte(5);
    size_t length;
    std::memcpy(&length, raw() + kHeader, sizeof length);
    return length;
  }

  template <class T>
  T* pointer() const {
    T* target;
    std::memcpy(&target, raw() + key_offset() + key_length(), sizeof target);
    return target;
  }
};

}  // namespace larder::store
