// The large form of a set of strings: its members by hash, reported as "hashtable". As in extendible hashing (Fagin,
// Nievergelt, Pippenger and Strong, 1979) a directory leads from the leading bits of a hash to a part (member_part.h)
// of at most kMaxPartSize members. A part that is full splits in two, one that has emptied joins its neighbour, so
// neither growth nor shrinking ever touches more than two parts at once, however many members there are.
//
// Members are in the order of the upper 32 bits of their hash, over parts as within them. That order is all that scan()
// needs: its cursor is the hash to go on from, whatever happened in between. The hash is seeded for each process, so
// nobody outside can choose members that crowd one part.
//
// Invariants: without a directory all members are in root_; with one, root_ is empty, the parts of the directory are
// owned by it and at least one part is as deep as the directory (unless there was no memory for a smaller one).
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/random.h"
#include "store/values/member_part.h"
#include "store/values/memory.h"

namespace larder::store {

/// The seed of the hashes of members, random in every process.
uint64_t member_hash_seed();

class MemberTable {
 public:
  static constexpr size_t kMaxPartSize = 2048;  // a split copies about 50 KB: some 100 microseconds
  static constexpr size_t kMinPairSize = 512;   // neighbours that have no more together are joined
  static constexpr unsigned kMaxDepth = 24;     // bits of the directory

  MemberTable() = default;
  MemberTable(const MemberTable&) = delete;
  MemberTable& operator=(const MemberTable&) = delete;
  ~MemberTable();

  /// Throws std::bad_alloc.
  std::unique_ptr<MemberTable> copy() const;

  size_t size() const { return size_; }
  /// Bytes of this object and all that it holds, as accounting counts them.
  size_t memory() const { return heap_bytes(sizeof *this) + bytes_; }
  /// Allocations that destroying it releases.
  size_t allocations() const { return allocations_ + 1; }

  /// Whether the set changed. add() throws std::bad_alloc, the set unchanged.
  bool add(std::string_view member);
  bool remove(std::string_view member);
  bool contains(std::string_view member) const;

  /// Makes room for the first members, to save the steps of growth.
  void reserve(size_t members);

  /// Calls `visit(text)` for each member until it returns false. Returns whether it never did.
  template <class Visit>
  bool visit_while(Visit&& visit) const {
    return walk(0, [&](uint32_t, std::string_view text) { return visit(text); });
  }

  /// Visits members from `cursor` on (0: from the start) in whole groups of equal hashes until `count` have been
  /// visited; returns the cursor to go on from, 0 at the end. Over a whole scan each member that was there all the
  /// time is visited exactly once.
  template <class Visit>
  uint64_t scan(uint64_t cursor, size_t count, Visit&& visit) const;

  /// A member, each equally likely, of a set that is not empty. The text is valid until the set changes; its address
  /// identifies the member until then.
  std::string_view draw(base::Random& random) const;

 private:
  static uint32_t prefix_of(std::string_view member);
  size_t entry_of(uint32_t prefix) const { return static_cast<size_t>(uint64_t{prefix} >> (32 - depth_)); }
  size_t entries() const { return size_t{1} << depth_; }
  /// How many entries of the directory lead to a part.
  size_t span_of(const MemberPart& part) const { return size_t{1} << (depth_ - part.depth()); }
  MemberPart& part_of(uint32_t prefix) { return directory_ ? *directory_[entry_of(prefix)] : root_; }
  const MemberPart& part_of(uint32_t prefix) const { return directory_ ? *directory_[entry_of(prefix)] : root_; }
  /// The bytes of a part that has been allocated on its own.
  static size_t owned_bytes(const MemberPart& part) { return heap_bytes(sizeof part) + part.memory(); }
  static size_t owned_allocations(const MemberPart& part) { return part.allocations() + 1; }

  template <class Visit>
  bool walk(uint32_t from, Visit&& visit) const;
  template <class Change>
  bool change(uint32_t prefix, Change&& change_part);
  void count_in(const MemberPart& part);
  void count_out(const MemberPart& part);

  void make_directory();
  void split(uint32_t prefix) noexcept;
  void double_directory(std::unique_ptr<MemberPart*[]> doubled) noexcept;
  void join(uint32_t prefix) noexcept;
  void halve_directory();
  void drop_directory();
  size_t parts_at_full_depth() const;
  std::string_view nth(size_t rank) const;

  MemberPart root_;
  std::unique_ptr<MemberPart*[]> directory_;
  size_t size_ = 0;
  size_t bytes_ = 0;          // of parts and directory
  size_t allocations_ = 0;    // of parts and directory
  size_t most_slots_ = 0;     // no part has more slots
  size_t deepest_parts_ = 0;  // parts as deep as the directory
  uint8_t depth_ = 0;         // bits of the directory
};

template <class Visit>
bool MemberTable::walk(uint32_t from, Visit&& visit) const {
  if (!directory_) return root_.walk(from, visit);
  for (size_t entry = entry_of(from); entry < entries();) {
    const MemberPart& part = *directory_[entry];
    if (!part.walk(from, visit)) return false;
    from = 0;
    entry = (entry | (span_of(part) - 1)) + 1;
  }
  return true;
}

template <class Visit>
uint64_t MemberTable::scan(uint64_t cursor, size_t count, Visit&& visit) const {
  if (cursor > ~uint32_t{0}) return 0;  // none of ours
  size_t visited = 0;
  uint32_t group = 0;
  uint64_t next = 0;
  walk(static_cast<uint32_t>(cursor), [&](uint32_t prefix, std::string_view text) {
    if (visited > 0 && visited >= count && prefix != group) {
      next = prefix;
      return false;
    }
    group = prefix;
    ++visited;
    visit(text);
    return true;
  });
  return next;
}

}  // namespace larder::store
