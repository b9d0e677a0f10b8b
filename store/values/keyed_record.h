// What a KeyedTable stores under its keys: how a record's content becomes bytes, and which of them are the key.
//
// A record has: Content, views of what it holds; bytes_of(content), how many bytes encode() writes; decode(bytes),
// views into the bytes; key(bytes) and key_of(content).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace larder::store {

/// A member of a set: nothing but its key.
struct MemberRecord {
  using Content = std::string_view;
  static size_t bytes_of(Content member) { return member.size(); }
  static void encode(Content member, char* to) {
    if (!member.empty()) std::memcpy(to, member.data(), member.size());
  }
  static Content decode(std::string_view bytes) { return bytes; }
  static std::string_view key(std::string_view bytes) { return bytes; }
  static std::string_view key_of(Content member) { return member; }
};

/// A field of a hash and its value. Bytes: the field's length (seven bits a byte, the least significant first, all but
/// the last marked by the highest bit), the field, the value.
struct FieldRecord {
  struct Content {
    std::string_view field;
    std::string_view value;
  };
  static size_t bytes_of(const Content& content) {
    return length_bytes(content.field.size()) + content.field.size() + content.value.size();
  }
  static void encode(const Content& content, char* to) {
    size_t rest = content.field.size();
    for (; rest >= 0x80; rest >>= 7) *to++ = static_cast<char>(rest | 0x80);
    *to++ = static_cast<char>(rest);
    if (!content.field.empty()) std::memcpy(to, content.field.data(), content.field.size());
    if (!content.value.empty()) std::memcpy(to + content.field.size(), content.value.data(), content.value.size());
  }
  static Content decode(std::string_view bytes) {
    const std::string_view field = key(bytes);
    return {field, bytes.substr(static_cast<size_t>(field.data() + field.size() - bytes.data()))};
  }
  static std::string_view key(std::string_view bytes) {
    size_t length = 0, at = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes[at++]);
      length |= size_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return bytes.substr(at, length);
  }
  static std::string_view key_of(const Content& content) { return content.field; }

 private:
  static size_t length_bytes(size_t length) {
    size_t bytes = 1;
    for (; length >= 0x80; length >>= 7) ++bytes;
    return bytes;
  }
};

/// A member of a sorted set and its score. The tag tells members apart whose hashes have the same prefix, so that the
/// order index can name a record in five bytes wherever the table moves it. Bytes: score, tag, member; hence another
/// score takes the place of the old one.
struct ScoredRecord {
  struct Content {
    std::string_view member;
    double score = 0;
    uint8_t tag = 0;
  };
  static size_t bytes_of(const Content& content) { return kHeadBytes + content.member.size(); }
  static void encode(const Content& content, char* to) {
    std::memcpy(to, &content.score, sizeof content.score);
    to[sizeof content.score] = static_cast<char>(content.tag);
    if (!content.member.empty()) std::memcpy(to + kHeadBytes, content.member.data(), content.member.size());
  }
  static Content decode(std::string_view bytes) {
    Content content;
    std::memcpy(&content.score, bytes.data(), sizeof content.score);
    content.tag = static_cast<uint8_t>(bytes[sizeof content.score]);
    content.member = key(bytes);
    return content;
  }
  static std::string_view key(std::string_view bytes) { return bytes.substr(kHeadBytes); }
  static std::string_view key_of(const Content& content) { return content.member; }

 private:
  static constexpr size_t kHeadBytes = sizeof(double) + 1;
};

}  // namespace larder::store
