#include "store/values/zset_value.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>
#include <vector>

namespace larder::store {

// -- What a Value tells --

std::string_view ZsetValue::encoding() const { return is_listpack() ? "listpack" : "skiplist"; }

size_t ZsetValue::memory() const {
  const auto* table = std::get_if<Table>(&form_);
  return heap_bytes(sizeof *this) + (table == nullptr ? std::get<ScoredListpack>(form_).memory() : (*table)->memory());
}

size_t ZsetValue::size() const {
  const auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? std::get<ScoredListpack>(form_).size() : (*table)->size();
}

std::unique_ptr<Value> ZsetValue::clone() const {
  auto copy = std::make_unique<ZsetValue>();
  if (const auto* table = std::get_if<Table>(&form_)) {
    copy->form_ = (*table)->copy();
  } else {
    copy->form_ = std::get<ScoredListpack>(form_).copy();
  }
  return copy;
}

size_t ZsetValue::free_effort() const {
  const auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? 1 : (*table)->allocations();
}

/// An empty set in a form that will hold so many members of up to `longest` bytes.
std::unique_ptr<ZsetValue> ZsetValue::for_elements(size_t count, size_t longest, const EncodingLimits& limits) {
  auto set = std::make_unique<ZsetValue>();
  if (count > limits.zset_max_listpack_entries || longest > limits.zset_max_listpack_value) {
    auto table = std::make_unique<ScoredTable>();
    table->reserve(count);
    set->form_ = std::move(table);
  }
  return set;
}

std::unique_ptr<ZsetValue> ZsetValue::of_sorted(std::span<const ScoredMember> elements, const EncodingLimits& limits) {
  size_t longest = 0;
  for (const ScoredMember& element : elements) longest = std::max(longest, element.member.size());
  auto set = for_elements(elements.size(), longest, limits);  // at once: a listpack would lose the sign of -0
  for (const ScoredMember& element : elements) set->add(element, {}, limits);
  return set;
}

std::unique_ptr<ZsetValue> ZsetValue::part(const Ranks& ranks, size_t expected, const EncodingLimits& limits) const {
  auto set = for_elements(expected, 0, limits);
  visit_while(ranks, false, [&](std::string_view member, double score) {
    set->add({member, score}, {}, limits);
    return true;
  });
  return set;
}

// -- One element --

namespace {

/// What ZADD makes of an element that is there.
ZsetValue::AddResult judged(double old, double given, const ZaddRules& rules) {
  using Added = ZsetValue::Added;
  if (rules.only_new) return {};
  const double score = rules.adds_to_score ? old + given : given;
  if (std::isnan(score)) return {Added::not_a_number, score};
  if ((rules.only_less && score >= old) || (rules.only_greater && score <= old)) return {};
  return {score == old ? Added::same_score : Added::changed, score};
}

}  // namespace

ZsetValue::AddResult ZsetValue::add(const ScoredMember& element, const ZaddRules& rules, const EncodingLimits& limits) {
  auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? add_to_listpack(element, rules, limits) : add_to_table(**table, element, rules);
}

ZsetValue::AddResult ZsetValue::add_to_table(ScoredTable& table, const ScoredMember& element, const ZaddRules& rules) {
  if (const auto old = table.score(element.member)) {
    const AddResult result = judged(*old, element.score, rules);
    if (result.what == Added::changed) table.rescore(element.member, result.score);
    return result;
  }
  if (rules.only_existing) return {};
  table.add(element.member, element.score);
  return {Added::is_new, element.score};
}

ZsetValue::AddResult ZsetValue::add_to_listpack(const ScoredMember& element, const ZaddRules& rules,
                                                const EncodingLimits& limits) {
  auto& packed = std::get<ScoredListpack>(form_);
  if (const auto found = packed.find(element.member)) {
    const AddResult result = judged(found->score, element.score, rules);
    if (result.what == Added::changed) packed.rescore(*found, element.member, result.score);
    return result;
  }
  if (rules.only_existing) return {};
  if (packed.size() + 1 > limits.zset_max_listpack_entries || element.member.size() > limits.zset_max_listpack_value ||
      !packed.has_room_for(element.member)) {
    Table table = table_of(packed, packed.size() + 1);
    table->add(element.member, element.score);
    form_ = std::move(table);
  } else {
    packed.add(element.member, element.score);
  }
  return {Added::is_new, element.score};
}

ZsetValue::AddedAll ZsetValue::add_all(std::span<const ScoredMember> elements, const ZaddRules& rules,
                                       const EncodingLimits& limits) {
  AddedAll all;
  const auto add_to = [&](ZsetValue& set) {
    for (const ScoredMember& element : elements) {
      const Added what = set.add(element, rules, limits).what;
      all.is_new += what == Added::is_new ? 1 : 0;
      all.changed += what == Added::changed ? 1 : 0;
    }
  };
  const auto* packed = std::get_if<ScoredListpack>(&form_);
  if (packed == nullptr || elements.size() == 1) {
    add_to(*this);
    return all;
  }
  // A small set is changed as a copy, which takes the place of the old one when nothing more can fail. As Redis
  // supposes, most of the members are new, and as long as the first one.
  const bool outgrows = elements.size() > limits.zset_max_listpack_entries;
  const bool starts_large = packed->size() == 0 && elements[0].member.size() > limits.zset_max_listpack_value;
  ZsetValue changed;
  if (outgrows || starts_large) {
    changed.form_ = table_of(*packed, elements.size());
  } else {
    changed.form_ = packed->copy();
  }
  add_to(changed);
  form_.swap(changed.form_);
  return all;
}

void ZsetValue::prepare_for(size_t count, const EncodingLimits& limits) {
  if (!is_listpack() || count <= limits.zset_max_listpack_entries) return;
  Table table = table_of(std::get<ScoredListpack>(form_), count);
  form_ = std::move(table);
}

ZsetValue::Table ZsetValue::table_of(const ScoredListpack& packed, size_t expected) {
  auto table = std::make_unique<ScoredTable>();
  table->reserve(std::max(expected, packed.size()));
  packed.visit_while(0, packed.size(), false, [&](std::string_view member, double score) {
    table->add(member, score);
    return true;
  });
  return table;
}

bool ZsetValue::remove(std::string_view member) {
  if (auto* table = std::get_if<Table>(&form_)) return (*table)->remove(member);
  auto& packed = std::get<ScoredListpack>(form_);
  const auto found = packed.find(member);
  if (found) packed.remove(found->at);
  return found.has_value();
}

std::optional<double> ZsetValue::score(std::string_view member) const {
  if (const auto* table = std::get_if<Table>(&form_)) return (*table)->score(member);
  const auto found = std::get<ScoredListpack>(form_).find(member);
  return found ? std::optional(found->score) : std::nullopt;
}

std::optional<ZsetValue::Rank> ZsetValue::rank(std::string_view member, bool backwards) const {
  const auto found = score(member);
  if (!found) return std::nullopt;
  size_t rank = 0;
  if (const auto* table = std::get_if<Table>(&form_)) {
    rank = (*table)->rank(member, *found);
  } else {
    for_each([&](std::string_view other, double score) {
      if (score < *found || (score == *found && other < member)) ++rank;
    });
  }
  return Rank{backwards ? size() - 1 - rank : rank, *found};
}

// -- Parts --

Ranks ZsetValue::ranks(const ScoreRange& range) const {
  Ranks ranks;
  if (const auto* table = std::get_if<Table>(&form_)) {
    ranks.first = (*table)->count_before_score([&](double score) { return range.is_before(score); });
    ranks.end = (*table)->count_before_score([&](double score) { return !range.is_behind(score); });
  } else {
    for_each([&](std::string_view, double score) {
      ranks.first += range.is_before(score) ? 1 : 0;
      ranks.end += range.is_behind(score) ? 0 : 1;
    });
  }
  ranks.end = std::max(ranks.first, ranks.end);
  return ranks;
}

Ranks ZsetValue::ranks(const LexRange& range, bool backwards) const {
  Ranks ranks;
  const size_t count = size();
  if (const auto* table = std::get_if<Table>(&form_)) {
    ranks.first = (*table)->count_before_member([&](std::string_view member) { return range.is_before(member); });
    ranks.end = (*table)->count_before_member([&](std::string_view member) { return !range.is_behind(member); });
    ranks.end = std::max(ranks.first, ranks.end);
    return ranks;
  }
  // As Redis walks: both ends must leave room for the range; then from the first element that has reached it to the
  // next one that is past it.
  bool may_hold = count > 0;
  const auto look = [&](std::string_view member, double) {
    if (ranks.end == 0) may_hold = may_hold && !range.is_behind(member);
    if (++ranks.end == count) may_hold = may_hold && !range.is_before(member);
    return true;
  };
  visit_while(Ranks{0, count}, false, look);
  if (!may_hold) return {};
  size_t skipped = 0, inside = 0;
  visit_while(Ranks{0, count}, backwards, [&](std::string_view member, double) {
    const bool reached = inside > 0 || !(backwards ? range.is_behind(member) : range.is_before(member));
    const bool past = backwards ? range.is_before(member) : range.is_behind(member);
    skipped += reached ? 0 : 1;
    inside += reached && !past ? 1 : 0;
    return !reached || !past;
  });
  return backwards ? Ranks{count - skipped - inside, count - skipped} : Ranks{skipped, skipped + inside};
}

void ZsetValue::remove(const Ranks& ranks) noexcept {
  if (auto* table = std::get_if<Table>(&form_)) {
    (*table)->remove(ranks.first, ranks.end);
  } else {
    std::get<ScoredListpack>(form_).remove(ranks.first, ranks.end);
  }
}

// -- Scan and chance --

uint64_t ZsetValue::scan(uint64_t cursor, size_t count, const ScoredVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    return (*table)->scan(cursor, count,
                          [&](const ScoredRecord::Content& content) { visit(content.member, content.score); });
  }
  for_each(visit);
  return 0;
}

void ZsetValue::random_elements(uint64_t count, base::Random& random, const ScoredVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    for (; count > 0; --count) {
      const auto drawn = (*table)->draw(random);
      visit(drawn.member, drawn.score);
    }
    return;
  }
  const auto& packed = std::get<ScoredListpack>(form_);
  const auto places = packed.places();  // finding one by its rank would read all before it
  for (; count > 0; --count) packed.visit_at(places[random.below(places.size())], visit);
}

void ZsetValue::random_distinct(uint64_t count, base::Random& random, const ScoredVisitor& visit) const {
  constexpr uint64_t kFew = 3;  // below a third of the elements, drawing seldom meets one twice
  const auto* table = std::get_if<Table>(&form_);
  if (table != nullptr && count < size() / kFew) {
    std::unordered_set<uintptr_t> drawn;  // addresses of members
    while (drawn.size() < count) {
      const auto content = (*table)->draw(random);
      if (drawn.insert(reinterpret_cast<uintptr_t>(content.member.data())).second) visit(content.member, content.score);
    }
    return;
  }
  uint64_t left = size();
  visit_while(Ranks{0, size()}, false, [&](std::string_view member, double score) {
    if (random.below(left--) < count) {  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S)
      --count;
      visit(member, score);
    }
    return count > 0;
  });
}

}  // namespace larder::store
