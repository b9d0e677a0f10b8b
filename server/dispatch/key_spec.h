// Where a command's arguments hold keys, and what the command does with each of them.
//
// A KeySpec is data: it says where keys begin (a fixed position, or after a keyword) and how they go on from there (a
// range with a step, or as many as a number in the arguments says). Dispatch locks shards by it, COMMAND INFO prints it
// and COMMAND GETKEYS answers from it. Resolving is total: nothing beyond the given arguments is ever read, whatever
// the numbers in them say. Threads: everything here is immutable or a pure function, callable from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace larder::server {

/// What a command does with a key: one of ro/rw/ow/rm for the value as a whole, then how the user's data is affected.
/// The words are those of COMMAND INFO's key specifications.
enum class KeyUse : uint16_t {
  none = 0,
  ro = 1 << 0,          // reads the value or its metadata
  rw = 1 << 1,          // reads and changes it
  ow = 1 << 2,          // overwrites it whatever it was
  rm = 1 << 3,          // removes it
  access = 1 << 4,      // user data is returned, copied or otherwise used
  update = 1 << 5,      // user data is changed and may depend on what it was
  insert = 1 << 6,      // user data is added and nothing is read
  erase = 1 << 7,       // user data is deleted explicitly ("delete" on the wire)
  not_key = 1 << 8,     // routed like a key, but names something else (a shard channel)
  incomplete = 1 << 9,  // the specification may miss some of the keys
  variable = 1 << 10,   // what is done depends on the arguments ("variable_flags" on the wire)
  // Frequent combinations, named for reading.
  metadata = ro,                           // EXISTS, TTL, STRLEN: the data itself is not handed out
  read = ro | access,                      // GET
  replace = ow | update,                   // MSET, the destination of a STORE
  create = ow | insert,                    // SETNX
  modify = rw | update,                    // EXPIRE, SETRANGE
  modify_and_read = rw | access | update,  // INCR
  add = rw | insert,                       // SADD
  remove_part = rw | erase,                // SREM
  take = rw | access | erase,              // GETDEL, SPOP
  remove_whole = rm | erase,               // DEL
};

constexpr KeyUse operator|(KeyUse a, KeyUse b) {
  return static_cast<KeyUse>(static_cast<uint16_t>(a) | static_cast<uint16_t>(b));
}
constexpr KeyUse operator&(KeyUse a, KeyUse b) {
  return static_cast<KeyUse>(static_cast<uint16_t>(a) & static_cast<uint16_t>(b));
}
constexpr bool has(KeyUse use, KeyUse bit) { return (use & bit) != KeyUse::none; }

/// One group of keys among a command's arguments. Positions count from the command's name, which is 0 (a subcommand's
/// name is 1). Build them with key_at, keys_from and counted_keys; the members are what COMMAND INFO prints.
struct KeySpec {
  enum class Begin : uint8_t { index, keyword, unknown };
  enum class Find : uint8_t { range, keynum, unknown };

  KeyUse use = KeyUse::none;
  Begin begin = Begin::index;
  Find find = Find::range;
  int16_t position = 0;        // index: the first key or the number of keys; keyword: where to look, < 0 from the end
  int16_t last = 0;            // range: the last key, relative to the first; < 0 counts from the end of the arguments
  int16_t step = 1;            // range, keynum: from one key to the next
  int16_t limit = 0;           // range with last < 0: 0 or 1 = all, n = only the first n-th part of the arguments left
  int16_t count_at = 0;        // keynum: where the number of keys stands, relative to the begin
  int16_t first_at = 0;        // keynum: where the first key stands, relative to the begin
  std::string_view keyword{};  // keyword: upper case, compared without case
  std::string_view notes{};    // a remark for readers of COMMAND INFO, or empty
};

/// One key at a fixed position.
constexpr KeySpec key_at(int position, KeyUse use, std::string_view notes = {}) {
  return {.use = use, .position = static_cast<int16_t>(position), .notes = notes};
}

/// Keys from `position` on, every `step` arguments, up to the `last` (relative to `position`; -1 is the last argument).
constexpr KeySpec keys_from(int position, KeyUse use, int last = -1, int step = 1) {
  return {.use = use,
          .position = static_cast<int16_t>(position),
          .last = static_cast<int16_t>(last),
          .step = static_cast<int16_t>(step)};
}

/// A number of keys at `position`, then that many keys, every `step` arguments.
constexpr KeySpec counted_keys(int position, KeyUse use, int step = 1) {
  return {.use = use,
          .find = KeySpec::Find::keynum,
          .position = static_cast<int16_t>(position),
          .step = static_cast<int16_t>(step),
          .first_at = 1};
}

/// The key specifications of a command: up to three, held by value so that a row can name them in place.
class KeySpecs {
 public:
  static constexpr size_t kMax = 3;

  constexpr KeySpecs() = default;
  constexpr KeySpecs(const KeySpec& only) : specs_{only}, size_(1) {}  // NOLINT: implicit
  constexpr KeySpecs(std::initializer_list<KeySpec> specs) {
    for (const auto& spec : specs) specs_.at(size_++) = spec;
  }

  constexpr const KeySpec* begin() const { return specs_.data(); }
  constexpr const KeySpec* end() const { return specs_.data() + size_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const KeySpec& operator[](size_t i) const { return specs_[i]; }

 private:
  std::array<KeySpec, kMax> specs_{};
  uint8_t size_ = 0;
};

/// The position of the only key if a command has exactly one at a fixed place below 256, else 0.
constexpr uint8_t single_key_position(const KeySpecs& keys) {
  if (keys.size() != 1) return 0;
  const KeySpec& key = keys[0];
  const bool simple = key.begin == KeySpec::Begin::index && key.find == KeySpec::Find::range && key.last == 0 &&
                      !has(key.use, KeyUse::not_key) && key.position > 0 && key.position < 256;
  return simple ? static_cast<uint8_t>(key.position) : uint8_t{0};
}

/// Where the keys of one specification stand in given arguments: first, first + step, ... up to and including last.
/// Empty when first > last. first and last are below the number of arguments whenever the range is not empty.
struct KeyRange {
  size_t first = 1;
  size_t last = 0;
  size_t step = 1;
  constexpr size_t count() const { return first > last ? 0 : (last - first) / step + 1; }
};

/// Applies one specification to arguments (args[0] is the command's name).
/// returns  the range, empty if a keyword is absent; nothing if the arguments contradict the specification: a number of
///          keys that is no number, below 0 or larger than the arguments hold, or a first key beyond the end
/// cost     O(1), with a keyword O(arguments)
std::optional<KeyRange> resolve_keys(const KeySpec& spec, std::span<const std::string_view> args);

/// The legacy triple of COMMAND INFO: first key, last key (< 0 counts from the end) and step; zeroes for no fixed keys.
struct LegacyKeyRange {
  int first = 0;
  int last = 0;
  int step = 0;
};
LegacyKeyRange legacy_range(const KeySpecs& keys);

}  // namespace larder::server
