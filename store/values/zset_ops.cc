#include "store/values/zset_ops.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace larder::store {
namespace {

double aggregated(double a, double b, Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::min: return b < a ? b : a;
    case Aggregate::max: return b > a ? b : a;
    case Aggregate::sum: break;
  }
  const double sum = a + b;
  return std::isnan(sum) ? 0 : sum;  // of both infinities
}

/// Smallest first, the order in which Redis adds scores up.
std::vector<ScoredOperand> smallest_first(ScoredOperands operands) {
  std::vector<ScoredOperand> sorted(operands.begin(), operands.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ScoredOperand& a, const ScoredOperand& b) { return a.size() < b.size(); });
  return sorted;
}

/// Calls `visit(member, score)` for what all operands, of which there is one at least, have in common. As in Redis,
/// only the smallest one's scores are made numbers before they are aggregated: min and max take no notice of NaN.
template <class Visit>
void visit_common(ScoredOperands operands, Aggregate aggregate, Visit&& visit) {
  const auto sorted = smallest_first(operands);
  sorted.front().visit_while([&](std::string_view member, double score) {
    for (size_t i = 1; i < sorted.size(); ++i) {
      const auto other = sorted[i].score(member);
      if (!other) return true;
      score = aggregated(score, *other, aggregate);
    }
    return visit(member, score);
  });
}

}  // namespace

std::optional<double> ScoredOperand::score(std::string_view member) const {
  if (set != nullptr) return set->contains(Member(member)) ? std::optional(weight) : std::nullopt;
  const auto found = zset == nullptr ? std::nullopt : zset->score(member);
  return found ? std::optional(weight * *found) : std::nullopt;
}

std::vector<ScoredMember> ScoredResult::sorted() const {
  std::vector<ScoredMember> elements;
  elements.reserve(records_->size());
  records_->visit_while([&](const ScoredRecord::Content& content) {
    elements.push_back({content.member, content.score});
    return true;
  });
  std::sort(elements.begin(), elements.end(), [](const ScoredMember& a, const ScoredMember& b) {
    return std::tie(a.score, a.member) < std::tie(b.score, b.member);
  });
  return elements;
}

ScoredResult scored_union(ScoredOperands operands, Aggregate aggregate) {
  ScoredResult result;
  for (const ScoredOperand& operand : smallest_first(operands)) {
    operand.visit_while([&](std::string_view member, double score) {
      const auto found = result.records().find(member);
      result.records().put({member, found ? aggregated(found->score, score, aggregate) : score, 0});
      return true;
    });
  }
  return result;
}

ScoredResult scored_intersection(ScoredOperands operands, Aggregate aggregate) {
  ScoredResult result;
  visit_common(operands, aggregate, [&](std::string_view member, double score) {
    return result.records().add({member, score, 0});
  });
  return result;
}

size_t count_scored_intersection(ScoredOperands operands, size_t limit) {
  size_t count = 0;
  visit_common(operands, Aggregate::sum, [&](std::string_view, double) { return ++count != limit; });
  return count;
}

ScoredResult scored_difference(ScoredOperands operands) {
  ScoredResult result;
  const ScoredOperand& first = operands.front();
  const ScoredOperands others = operands.subspan(1);
  // To look each element up in the others, which may end early, or to remove all of theirs: Redis' estimate.
  size_t lookups = first.size(), removals = first.size();
  for (const ScoredOperand& other : others) {
    if (other.size() == 0) continue;
    lookups += first.size();
    removals += other.size();
  }
  const bool looks_up = lookups / 2 <= removals;
  first.visit_while([&](std::string_view member, double score) {
    const auto has_it = [&](const ScoredOperand& other) { return other.score(member).has_value(); };
    if (!looks_up || std::none_of(others.begin(), others.end(), has_it)) result.records().add({member, score, 0});
    return true;
  });
  if (looks_up) return result;
  for (const ScoredOperand& other : others) {
    other.visit_while([&](std::string_view member, double) {
      result.records().remove(member);
      return result.records().size() != 0;
    });
  }
  return result;
}

}  // namespace larder::store
