// Union, intersection and difference of sorted sets, and of sets, whose members count as scored 1: what ZUNION, ZINTER,
// ZINTERCARD, ZDIFF and their STORE forms compute. Pure: the operands are only read, and may be named several times.
//
// Caller holds the shards of all operands.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/values/keyed_table.h"
#include "store/values/set_value.h"
#include "store/values/zset_value.h"

namespace larder::store {

/// An operand: a sorted set, a set, or neither for an absent key. Scores are multiplied by the weight.
struct ScoredOperand {
  const ZsetValue* zset = nullptr;
  const SetValue* set = nullptr;
  double weight = 1;

  size_t size() const { return zset != nullptr ? zset->size() : set != nullptr ? set->size() : 0; }
  /// The weighted score of a member, which may be not a number.
  std::optional<double> score(std::string_view member) const;
  /// Calls `visit(member, score)` for each element until it returns false; of a weighted score that is not a number, 0.
  template <class Visit>
  void visit_while(Visit&& visit) const;

 private:
  double weighted(double score) const {
    const double product = weight * score;
    return std::isnan(product) ? 0 : product;
  }
};

using ScoredOperands = std::span<const ScoredOperand>;

/// What becomes of the scores that a member has in several operands.
enum class Aggregate : uint8_t { sum, min, max };

/// The elements of a result, copied from the operands.
class ScoredResult {
 public:
  ScoredResult() : records_(std::make_unique<KeyedTable<ScoredRecord>>()) {}

  /// In order; valid as long as this object, unchanged.
  std::vector<ScoredMember> sorted() const;

  KeyedTable<ScoredRecord>& records() { return *records_; }

 private:
  std::unique_ptr<KeyedTable<ScoredRecord>> records_;
};

/// O(all elements).
ScoredResult scored_union(ScoredOperands operands, Aggregate aggregate);
/// At least one operand. O(smallest * operands).
ScoredResult scored_intersection(ScoredOperands operands, Aggregate aggregate);
/// How many members all operands have in common; counting stops at `limit`, 0 for no limit.
size_t count_scored_intersection(ScoredOperands operands, size_t limit);
/// The elements of the first operand whose members are in none of the others. At least one operand. O(first * operands)
/// or O(all elements), whichever is less.
ScoredResult scored_difference(ScoredOperands operands);

template <class Visit>
void ScoredOperand::visit_while(Visit&& visit) const {
  if (zset != nullptr) {
    zset->visit_while(Ranks{0, zset->size()}, false,
                      [&](std::string_view member, double score) { return visit(member, weighted(score)); });
  } else if (set != nullptr) {
    const double score = weighted(1);
    set->visit_while([&](const Member& member) { return visit(member.text(), score); });
  }
}

}  // namespace larder::store
