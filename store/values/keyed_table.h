// The large form of a set, a hash or, with an OrderIndex, a sorted set: records (keyed_record.h) by the hash of their
// keys, reported as "hashtable". As in extendible hashing (Fagin, Nievergelt, Pippenger and Strong, 1979) a directory
// leads from the leading bits of a hash to a part (keyed_part.h) of at most kMaxPartSize records. A part that is full
// splits in two, one that has emptied joins its neighbour, so neither growth nor shrinking ever touches more than two
// parts at once, however many records there are.
//
// Records are in the order of the upper 32 bits of their hash, over parts as within them. That order is all that scan()
// needs: its cursor is the hash to go on from, whatever happened in between. The hash is seeded for each process, so
// nobody outside can choose keys that crowd one part.
//
// Invariants: without a directory all records are in root_; with one, root_ is empty, the parts of the directory are
// owned by it and at least one part is as deep as the directory (unless there was no memory for a smaller one).
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "store/values/keyed_part.h"
#include "store/values/memory.h"

namespace larder::store {

/// The seed of the hashes of keys, random in every process.
uint64_t key_hash_seed();

template <class Record>
class KeyedTable {
 public:
  using Content = typename Record::Content;
  using Part = KeyedPart<Record>;

  static constexpr size_t kMaxPartSize = 2048;  // a split copies about 50 KB: some 100 microseconds
  static constexpr size_t kMinPairSize = 512;   // neighbours that have no more together are joined
  static constexpr unsigned kMaxDepth = 24;     // bits of the directory

  KeyedTable() = default;
  KeyedTable(const KeyedTable&) = delete;
  KeyedTable& operator=(const KeyedTable&) = delete;
  ~KeyedTable();

  /// Throws std::bad_alloc.
  std::unique_ptr<KeyedTable> copy() const;

  size_t size() const { return size_; }
  /// Bytes of this object and all that it holds, as accounting counts them.
  size_t memory() const { return heap_bytes(sizeof *this) + bytes_; }
  /// Allocations that destroying it releases.
  size_t allocations() const { return allocations_ + 1; }

  /// Adds a record unless there is one with its key; put() replaces that one. Both return whether the key is new, throw
  /// std::bad_alloc, the table unchanged, and must not be given what lies in the table.
  bool add(const Content& content);
  bool put(const Content& content);
  bool remove(std::string_view key);
  /// The views are valid until the table changes.
  std::optional<Content> find(std::string_view key) const;
  bool contains(std::string_view key) const;

  /// The upper bits of a key's hash, by which records are ordered.
  static uint32_t prefix_of(std::string_view key);
  /// Calls `visit(content)` for each record whose key has this prefix, hardly ever more than one, until it returns
  /// false.
  template <class Visit>
  void visit_prefix(uint32_t prefix, Visit&& visit) const {
    part_of(prefix).walk(prefix,
                         [&](uint32_t found, const Content& content) { return found == prefix && visit(content); });
  }

  /// Makes room for the first records, to save the steps of growth.
  void reserve(size_t records);

  /// Calls `visit(content)` for each record until it returns false. Returns whether it never did.
  template <class Visit>
  bool visit_while(Visit&& visit) const {
    return walk(0, [&](uint32_t, const Content& content) { return visit(content); });
  }

  /// Visits records from `cursor` on (0: from the start) in whole groups of equal hashes until `count` have been
  /// visited; returns the cursor to go on from, 0 at the end. Over a whole scan each record that was there all the
  /// time is visited exactly once.
  template <class Visit>
  uint64_t scan(uint64_t cursor, size_t count, Visit&& visit) const;

  /// A record, each equally likely, of a table that is not empty. The views are valid until the table changes; the
  /// address of the key identifies the record until then.
  Content draw(base::Random& random) const;

 private:
  size_t entry_of(uint32_t prefix) const { return static_cast<size_t>(uint64_t{prefix} >> (32 - depth_)); }
  size_t entries() const { return size_t{1} << depth_; }
  /// How many entries of the directory lead to a part.
  size_t span_of(const Part& part) const { return size_t{1} << (depth_ - part.depth()); }
  Part& part_of(uint32_t prefix) { return directory_ ? *directory_[entry_of(prefix)] : root_; }
  const Part& part_of(uint32_t prefix) const { return directory_ ? *directory_[entry_of(prefix)] : root_; }
  /// The bytes of a part that has been allocated on its own.
  static size_t owned_bytes(const Part& part) { return heap_bytes(sizeof part) + part.memory(); }
  static size_t owned_allocations(const Part& part) { return part.allocations() + 1; }

  template <class Visit>
  bool walk(uint32_t from, Visit&& visit) const;
  template <class Change>
  bool change(uint32_t prefix, Change&& change_part);
  bool added(uint32_t prefix);
  void count_in(const Part& part);
  void count_out(const Part& part);

  void make_directory();
  void split(uint32_t prefix) noexcept;
  void double_directory(std::unique_ptr<Part*[]> doubled) noexcept;
  void join(uint32_t prefix) noexcept;
  void halve_directory();
  void drop_directory();
  size_t parts_at_full_depth() const;
  Content nth(size_t rank) const;

  Part root_;
  std::unique_ptr<Part*[]> directory_;
  size_t size_ = 0;
  size_t bytes_ = 0;          // of parts and directory
  size_t allocations_ = 0;    // of parts and directory
  size_t most_slots_ = 0;     // no part has more slots
  size_t deepest_parts_ = 0;  // parts as deep as the directory
  uint8_t depth_ = 0;         // bits of the directory
};

template <class Record>
template <class Visit>
bool KeyedTable<Record>::walk(uint32_t from, Visit&& visit) const {
  if (!directory_) return root_.walk(from, visit);
  for (size_t entry = entry_of(from); entry < entries();) {
    const Part& part = *directory_[entry];
    if (!part.walk(from, visit)) return false;
    from = 0;
    entry = (entry | (span_of(part) - 1)) + 1;
  }
  return true;
}

template <class Record>
template <class Visit>
uint64_t KeyedTable<Record>::scan(uint64_t cursor, size_t count, Visit&& visit) const {
  if (cursor > ~uint32_t{0}) return 0;  // none of ours
  size_t visited = 0;
  uint32_t group = 0;
  uint64_t next = 0;
  walk(static_cast<uint32_t>(cursor), [&](uint32_t prefix, const Content& content) {
    if (visited > 0 && visited >= count && prefix != group) {
      next = prefix;
      return false;
    }
    group = prefix;
    ++visited;
    visit(content);
    return true;
  });
  return next;
}

extern template class KeyedTable<MemberRecord>;
extern template class KeyedTable<FieldRecord>;
extern template class KeyedTable<ScoredRecord>;

}  // namespace larder::store
