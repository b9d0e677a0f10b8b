// The order of a large sorted set: a counted B+-tree over (score, member), in which every node knows how many entries
// lie below it, so that ranks are found and skipped to in O(log n).
//
// What an entry points to. The members lie in the records of a KeyedTable, which move whenever a part of it is
// rewritten, so an entry holds no address. It holds the score, by which nearly every comparison is decided, and the
// record's name: the prefix of the member's hash and the record's tag (keyed_record.h). The member is looked up in the
// table when two scores are equal and when an entry is visited. That makes 13 bytes an entry, about 18 with the room
// that nodes leave, where an allocation for each element, which could be pointed to, would alone take 32.
//
//   leaf:  up to 32 entries, ascending; the leaves are chained in both directions
//   inner: up to 32 links: a child, its least entry, how many entries lie below it
// Invariants: every node but the root holds a quarter of that at least; a root that is an inner node has two links; a
// link's least entry is a copy of the child's first. Insertion into a full leaf moves entries to a neighbour that has
// room, as in a B*-tree, or else splits the leaf and full nodes above; removal joins a node that holds too little with
// a neighbour, or takes from it. Both touch a bounded number of nodes on each level.
//
// Caller holds the shard's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "store/values/keyed_table.h"
#include "store/values/memory.h"

namespace larder::store {

class OrderIndex {
 public:
  using Records = KeyedTable<ScoredRecord>;

#pragma pack(push, 1)
  struct Entry {
    double score;
    uint32_t prefix;  // of the member's hash
    uint8_t tag;
  };
#pragma pack(pop)

 private:
  static constexpr unsigned kFanout = 32;
  static constexpr unsigned kFewest = kFanout / 4;
  static constexpr unsigned kMaxHeight = 16;  // kFewest to that power is more than can be stored

  struct Leaf {
    Leaf* previous = nullptr;
    Leaf* next = nullptr;
    uint16_t count = 0;
    Entry items[kFanout];
  };

 public:
  /// An empty index of entries whose records stand in `records`, which must outlive it.
  explicit OrderIndex(const Records& records) : records_(&records) {}
  OrderIndex(const OrderIndex&) = delete;
  OrderIndex& operator=(const OrderIndex&) = delete;
  ~OrderIndex() { clear(); }

  /// Makes this empty index the same as another, whose records have been copied to the records of this one. Throws
  /// std::bad_alloc, the index still empty.
  void copy_from(const OrderIndex& other);

  size_t size() const { return size_; }
  /// Bytes of the nodes, as accounting counts them; without this object.
  size_t memory() const { return leaves_ * heap_bytes(sizeof(Leaf)) + inners_ * heap_bytes(sizeof(Inner)); }
  size_t allocations() const { return leaves_ + inners_; }

  /// Adds an entry that is not there, for a record that is. `member` is the record's. Throws std::bad_alloc, the index
  /// unchanged.
  void insert(const Entry& entry, std::string_view member);
  /// Removes an entry that is there; its record must still be.
  void erase(double score, std::string_view member) noexcept;
  /// Removes the entry of a rank below size().
  void erase_at(size_t rank) noexcept;

  /// How many entries come before the one that is or would be there.
  size_t rank(double score, std::string_view member) const {
    return count_before([&](const Entry& entry) { return compare(entry, score, member) < 0; });
  }
  /// How many entries `before(entry)` is true for, where these come first.
  template <class Before>
  size_t count_before(Before&& before) const {
    return size_ == 0 ? 0 : place_of(before).rank;
  }

  /// A place in the order, until the index changes; false behind the last entry and before the first.
  class Cursor {
   public:
    explicit operator bool() const { return leaf_ != nullptr; }
    const Entry& operator*() const { return leaf_->items[index_]; }
    void next() {
      if (++index_ < leaf_->count) return;
      leaf_ = leaf_->next;
      index_ = 0;
    }
    void previous() {
      if (index_ > 0) {
        --index_;
        return;
      }
      leaf_ = leaf_->previous;
      if (leaf_ != nullptr) index_ = leaf_->count - 1u;
    }

   private:
    friend class OrderIndex;
    Cursor(const Leaf* leaf, unsigned index) : leaf_(leaf), index_(index) {}
    const Leaf* leaf_;
    unsigned index_;
  };
  /// The entry of a rank; false when there are not so many.
  Cursor at(size_t rank) const;

  /// The member of an entry, valid until the table changes.
  std::string_view member(const Entry& entry) const;

  /// Whether all that the head of this file promises is so; for tests. O(n).
  bool is_sound() const;

 private:
#pragma pack(push, 1)
  struct Link {
    Entry least;
    uint64_t size;
    void* child;
  };
#pragma pack(pop)
  struct Inner {
    uint16_t count = 0;
    Link items[kFanout];
  };
  /// Where the way to a place leads through an inner node.
  struct Step {
    Inner* node = nullptr;
    unsigned index = 0;
  };
  /// A place in a leaf and the way to it: steps[0] is above the leaf, steps[height_ - 1] the root.
  struct Place {
    std::array<Step, kMaxHeight> steps;
    Leaf* leaf = nullptr;
    unsigned index = 0;  // may be the leaf's count: behind its last entry
    size_t rank = 0;
  };
  class Spares;

  int compare(const Entry& entry, double score, std::string_view member) const;
  template <class Item, class Before>
  static unsigned first_not(const Item* items, unsigned begin, unsigned end, Before&& before);
  template <class Before>
  Place place_of(Before&& before) const;
  Place place_at(size_t rank) const;

  bool insert_by_moving(Place& place, const Entry& entry) noexcept;
  unsigned full_levels(const Place& place) const;
  void split_upwards(Place& place, const Entry& entry, Spares& spares) noexcept;
  void note_change(Place& place, int change) noexcept;
  void erase_at(Place& place) noexcept;
  void rebalance(Place& place) noexcept;
  void join_leaves(Inner& parent, unsigned left) noexcept;
  Link link_to(void* node, unsigned level) const;
  unsigned count_of(const void* node, unsigned level) const;
  void free_node(void* node, unsigned level) noexcept;
  void free_tree(void* node, unsigned level) noexcept;
  void* copy_tree(const void* node, unsigned level, Leaf** last);
  void clear() noexcept;
  bool is_sound(const void* node, unsigned level, const Link* link, const Entry** last, size_t* seen) const;

  const Records* records_;
  void* root_ = nullptr;  // a Leaf where height_ is 0, else an Inner
  unsigned height_ = 0;
  size_t size_ = 0;
  size_t leaves_ = 0;
  size_t inners_ = 0;
};

/// The first of items [begin, end) for which `before` is false, where those for which it is true come first.
template <class Item, class Before>
unsigned OrderIndex::first_not(const Item* items, unsigned begin, unsigned end, Before&& before) {
  while (begin < end) {
    const unsigned middle = (begin + end) / 2;
    if (before(items[middle])) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/// The place of the first entry for which `before` is false, or the one behind all. The index is not empty.
template <class Before>
OrderIndex::Place OrderIndex::place_of(Before&& before) const {
  Place place;
  void* node = root_;
  for (unsigned level = height_; level > 0; --level) {
    auto* inner = static_cast<Inner*>(node);
    const unsigned index =
        first_not(inner->items, 1, inner->count, [&](const Link& link) { return before(link.least); }) - 1;
    for (unsigned i = 0; i < index; ++i) place.rank += inner->items[i].size;
    place.steps[level - 1] = {inner, index};
    node = inner->items[index].child;
  }
  place.leaf = static_cast<Leaf*>(node);
  place.index = first_not(place.leaf->items, 0, place.leaf->count, before);
  place.rank += place.index;
  return place;
}

}  // namespace larder::store
