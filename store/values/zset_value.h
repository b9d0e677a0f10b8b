// A sorted set, in one of the forms that Redis 7.2 reports: "listpack" (scored_listpack.h) and "skiplist"
// (scored_table.h, which is none). It starts as a listpack, changes to a table where Redis would, and never back.
//
// Elements are ordered by score, then by the bytes of the member. Scores are never NaN; -0 equals 0 and stays -0 in a
// table, as in Redis.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "base/random.h"
#include "store/values/scored_listpack.h"
#include "store/values/scored_table.h"
#include "store/values/value.h"
#include "store/values/zset_range.h"

namespace larder::store {

struct ScoredMember {
  std::string_view member;
  double score;
};

/// Takes elements one by one; the view is valid during the call.
using ScoredVisitor = std::function<void(std::string_view member, double score)>;

/// What ZADD's options ask for.
struct ZaddRules {
  bool only_new = false;       // NX
  bool only_existing = false;  // XX
  bool only_greater = false;   // GT
  bool only_less = false;      // LT
  bool adds_to_score = false;  // INCR
};

class ZsetValue final : public Value {
 public:
  static constexpr Type kType = Type::zset;

  ZsetValue() = default;
  /// Results, in the form that Redis gives to them: of elements that are all different and in order; and of some ranks
  /// of another set, of which Redis expects `expected` when it begins. Both throw std::bad_alloc.
  static std::unique_ptr<ZsetValue> of_sorted(std::span<const ScoredMember> elements, const EncodingLimits& limits);
  std::unique_ptr<ZsetValue> part(const Ranks& ranks, size_t expected, const EncodingLimits& limits) const;

  Type type() const override { return Type::zset; }
  std::string_view encoding() const override;
  size_t memory() const override;
  size_t size() const override;
  std::unique_ptr<Value> clone() const override;
  size_t free_effort() const override;

  bool is_listpack() const { return std::holds_alternative<ScoredListpack>(form_); }

  // -- One element --

  enum class Added : uint8_t { nothing, is_new, changed, same_score, not_a_number };
  struct AddResult {
    Added what = Added::nothing;  // nothing: the rules forbid it
    double score = 0;             // the element's, unless nothing has been done
  };
  /// ZADD of one element. Throws std::bad_alloc, the elements unchanged.
  AddResult add(const ScoredMember& element, const ZaddRules& rules, const EncodingLimits& limits);
  /// Must precede add() of so many elements for a command: as in Redis, a listpack that they may outgrow becomes a
  /// table. Throws std::bad_alloc, nothing changed.
  void prepare_for(size_t count, const EncodingLimits& limits);
  struct AddedAll {
    size_t is_new = 0;
    size_t changed = 0;
  };
  /// ZADD of elements, without INCR. Throws std::bad_alloc: of a listpack nothing has changed then, in a table the
  /// elements before the one that failed have.
  AddedAll add_all(std::span<const ScoredMember> elements, const ZaddRules& rules, const EncodingLimits& limits);
  /// Whether the member was there.
  bool remove(std::string_view member);
  std::optional<double> score(std::string_view member) const;
  /// How many elements come before the member, or behind it; nothing when it is not there.
  struct Rank {
    size_t rank;
    double score;
  };
  std::optional<Rank> rank(std::string_view member, bool backwards) const;

  // -- Parts --

  Ranks ranks(const ScoreRange& range) const;
  /// Where scores differ, the range is what Redis makes of it in a listpack, which depends on the direction, and in a
  /// table whatever comes out.
  Ranks ranks(const LexRange& range, bool backwards = false) const;
  /// Calls `visit(member, score)` for the elements of some ranks, from the end if `backwards`, until it returns false.
  template <class Visit>
  void visit_while(const Ranks& ranks, bool backwards, Visit&& visit) const {
    if (const auto* table = std::get_if<Table>(&form_)) {
      (*table)->visit_while(ranks.first, ranks.end, backwards, visit);
    } else {
      std::get<ScoredListpack>(form_).visit_while(ranks.first, ranks.end, backwards, visit);
    }
  }
  /// The same for all elements, ascending.
  template <class Visit>
  void for_each(Visit&& visit) const {
    visit_while(Ranks{0, size()}, false, [&](std::string_view member, double score) {
      visit(member, score);
      return true;
    });
  }
  void remove(const Ranks& ranks) noexcept;

  // -- Scan and chance --

  /// ZSCAN: visits elements from `cursor` on (0: from the start), about `count` >= 1 of them, and returns the cursor to
  /// go on from, 0 at the end. A listpack is visited at once. A member that is there during the whole scan is visited.
  uint64_t scan(uint64_t cursor, size_t count, const ScoredVisitor& visit) const;
  /// `count` elements, each time any of them. The set is not empty.
  void random_elements(uint64_t count, base::Random& random, const ScoredVisitor& visit) const;
  /// `count` different elements, or all if there are fewer; each choice equally likely, in no particular order.
  void random_distinct(uint64_t count, base::Random& random, const ScoredVisitor& visit) const;

 private:
  using Table = std::unique_ptr<ScoredTable>;

  static std::unique_ptr<ZsetValue> for_elements(size_t count, size_t longest, const EncodingLimits& limits);
  AddResult add_to_listpack(const ScoredMember& element, const ZaddRules& rules, const EncodingLimits& limits);
  AddResult add_to_table(ScoredTable& table, const ScoredMember& element, const ZaddRules& rules);
  static Table table_of(const ScoredListpack& packed, size_t expected);

  std::variant<ScoredListpack, Table> form_;
};

}  // namespace larder::store
