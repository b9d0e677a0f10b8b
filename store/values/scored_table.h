// The large form of a sorted set: a KeyedTable finds the score of a member, an OrderIndex keeps the order.
//
// Invariant: both hold the same elements with the same scores.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "store/values/keyed_table.h"
#include "store/values/memory.h"
#include "store/values/order_index.h"

namespace larder::store {

class ScoredTable {
 public:
  using Records = KeyedTable<ScoredRecord>;
  using Entry = OrderIndex::Entry;

  ScoredTable() : ScoredTable(std::make_unique<Records>()) {}

  /// Throws std::bad_alloc.
  std::unique_ptr<ScoredTable> copy() const;

  size_t size() const { return index_.size(); }
  /// Bytes of this object and all that it holds, as accounting counts them.
  size_t memory() const { return heap_bytes(sizeof *this) + records_->memory() + index_.memory(); }
  /// Allocations that destroying it releases.
  size_t allocations() const { return 1 + records_->allocations() + index_.allocations(); }
  void reserve(size_t elements) { records_->reserve(elements); }

  std::optional<double> score(std::string_view member) const;
  /// Adds a member that is not there. Throws std::bad_alloc, the set unchanged.
  void add(std::string_view member, double score);
  /// Gives a member that is there another score, of another value. Throws std::bad_alloc, the set unchanged.
  void rescore(std::string_view member, double score);
  /// Whether the member was there.
  bool remove(std::string_view member) noexcept;
  /// Removes the elements of ranks [first, end).
  void remove(size_t first, size_t end) noexcept;

  /// How many elements come before this one.
  size_t rank(std::string_view member, double score) const { return index_.rank(score, member); }
  /// How many elements `before(score)`, or `before(member)`, is true for, where these come first.
  template <class Before>
  size_t count_before_score(Before&& before) const {
    return index_.count_before([&](const Entry& entry) { return before(double{entry.score}); });
  }
  template <class Before>
  size_t count_before_member(Before&& before) const {
    return index_.count_before([&](const Entry& entry) { return before(index_.member(entry)); });
  }

  /// Calls `visit(member, score)` for the elements of ranks [first, end), from the end if `backwards`, until it returns
  /// false.
  template <class Visit>
  void visit_while(size_t first, size_t end, bool backwards, Visit&& visit) const;

  /// In the order of hashes, see KeyedTable.
  template <class Visit>
  uint64_t scan(uint64_t cursor, size_t count, Visit&& visit) const {
    return records_->scan(cursor, count, visit);
  }
  ScoredRecord::Content draw(base::Random& random) const { return records_->draw(random); }

  /// For tests, see OrderIndex. O(n).
  bool is_sound() const { return index_.size() == records_->size() && index_.is_sound(); }

 private:
  explicit ScoredTable(std::unique_ptr<Records> records) : records_(std::move(records)), index_(*records_) {}
  uint8_t free_tag(uint32_t prefix) const;

  std::unique_ptr<Records> records_;
  OrderIndex index_;
};

template <class Visit>
void ScoredTable::visit_while(size_t first, size_t end, bool backwards, Visit&& visit) const {
  if (first >= end) return;
  auto at = index_.at(backwards ? end - 1 : first);
  for (size_t left = end - first; left > 0 && at; --left) {
    const Entry& entry = *at;
    if (!visit(index_.member(entry), double{entry.score})) return;
    backwards ? at.previous() : at.next();
  }
}

}  // namespace larder::store
