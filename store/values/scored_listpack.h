// The small form of a sorted set, as Redis lays it out: a listpack of member, score, member, score ..., by score, then
// by member. Scores are integers, or text as Redis prints it.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "store/values/listpack.h"
#include "store/values/member.h"

namespace larder::store {

class ScoredListpack {
 public:
  /// An element: where its member stands, and its score.
  struct Found {
    Listpack::Position at;
    double score;
  };

  ScoredListpack copy() const {
    ScoredListpack result;
    result.packed_ = packed_.copy();
    return result;
  }

  size_t size() const { return packed_.size() / 2; }
  size_t memory() const { return packed_.memory(); }
  /// Whether an element with such a member can be added.
  bool has_room_for(std::string_view member) const { return packed_.has_room_for(member.size() + kMostScoreBytes, 2); }

  std::optional<Found> find(std::string_view member) const;
  /// Adds a member that is not there. Throws std::bad_alloc, nothing changed.
  void add(std::string_view member, double score);
  /// Gives an element another score, of another value. Throws std::bad_alloc, nothing changed.
  void rescore(const Found& element, std::string_view member, double score);
  void remove(Listpack::Position at) noexcept { packed_.erase(at, 2); }
  /// Removes the elements of ranks [first, end).
  void remove(size_t first, size_t end) noexcept;

  /// Calls `visit(member, score)` for the elements of ranks [first, end), from the end if `backwards`, until it returns
  /// false.
  template <class Visit>
  void visit_while(size_t first, size_t end, bool backwards, Visit&& visit) const;
  /// Where the elements stand, by rank; and one of them.
  std::vector<Listpack::Position> places() const;
  template <class Visit>
  void visit_at(Listpack::Position at, Visit&& visit) const {
    visit(packed_.get(at).text(), score_at(packed_.next(at)));
  }

 private:
  static constexpr size_t kMostScoreBytes = 40;

  double score_at(Listpack::Position at) const;
  Listpack::Position place_of(std::string_view member, double score) const;
  void insert(Listpack::Position before, std::string_view member, double score);

  Listpack packed_;  // an even number of elements
};

template <class Visit>
void ScoredListpack::visit_while(size_t first, size_t end, bool backwards, Visit&& visit) const {
  if (first >= end) return;
  auto at = packed_.at(2 * static_cast<ptrdiff_t>(backwards ? end - 1 : first));
  for (size_t left = end - first; left > 0; --left) {
    const auto score = packed_.next(at);
    if (!visit(packed_.get(at).text(), score_at(score))) return;
    if (left == 1) return;
    at = backwards ? packed_.previous(packed_.previous(at)) : packed_.next(score);
  }
}

}  // namespace larder::store
