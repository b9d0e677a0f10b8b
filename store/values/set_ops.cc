#include "store/values/set_ops.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace larder::store {
namespace {

using Sets = std::vector<const SetValue*>;

bool smaller(const SetValue* a, const SetValue* b) { return a->size() < b->size(); }
bool larger(const SetValue* a, const SetValue* b) { return b->size() < a->size(); }

/// The sets that are there, each once, in their order.
Sets distinct(SetList sets) {
  Sets result;
  std::unordered_set<const SetValue*> seen;
  for (const SetValue* set : sets) {
    if (set != nullptr && seen.insert(set).second) result.push_back(set);
  }
  return result;
}

bool in_any(const Sets& sets, const Member& member) {
  return std::any_of(sets.begin(), sets.end(), [&](const SetValue* set) { return set->contains(member); });
}

bool in_all(SetList sets, const Member& member) {
  return std::all_of(sets.begin(), sets.end(), [&](const SetValue* set) { return set->contains(member); });
}

/// The operands of an intersection, smallest first; none if one of them is empty.
Sets smallest_first(SetList sets) {
  if (std::find(sets.begin(), sets.end(), nullptr) != sets.end()) return {};
  Sets result = distinct(sets);
  std::stable_sort(result.begin(), result.end(), smaller);
  return result;
}

template <class Visit>
void walk_intersection(const Sets& sets, Visit&& visit) {
  if (sets.empty()) return;
  const SetList others = SetList(sets).subspan(1);
  sets.front()->visit_while([&](const Member& member) { return !in_all(others, member) || visit(member); });
}

std::unique_ptr<SetValue> unless_empty(std::unique_ptr<SetValue> set) {
  return set->size() == 0 ? nullptr : std::move(set);
}

// --------------------------------------------------------------------------------------------------------------- union

void visit_union_of_integers(const Sets& sets, const MemberVisitor& visit) {
  std::vector<int64_t> integers;
  for (const SetValue* set : sets) {
    set->visit_while([&](const Member& member) {
      integers.push_back(*member.as_integer());
      return true;
    });
  }
  std::sort(integers.begin(), integers.end());
  integers.erase(std::unique(integers.begin(), integers.end()), integers.end());
  for (const int64_t integer : integers) visit(Member(integer).text());
}

/// Each member where it is met first, which a look into the sets before tells.
void visit_union_by_looking_back(const Sets& sets, const MemberVisitor& visit) {
  Sets before;
  for (const SetValue* set : sets) {
    set->visit_while([&](const Member& member) {
      if (!in_any(before, member)) visit(member.text());
      return true;
    });
    before.push_back(set);
  }
}

void visit_union_by_remembering(const Sets& sets, const MemberVisitor& visit) {
  KeyedTable<MemberRecord> met;
  for (const SetValue* set : sets) {
    set->for_each([&](std::string_view member) {
      if (met.add(member)) visit(member);
    });
  }
}

// ---------------------------------------------------------------------------------------------------------- difference

/// The operands of a difference, and how to go about it.
struct Difference {
  const SetValue* first = nullptr;  // null: the result is empty
  Sets others;                      // large ones first, because they are likelier to hold a member
  bool removes = false;             // going through the others costs less than looking every member up in each
};

Difference plan(SetList sets) {
  Difference difference;
  if (sets.empty() || sets.front() == nullptr) return difference;
  const SetList others = sets.subspan(1);
  if (std::find(others.begin(), others.end(), sets.front()) != others.end()) return difference;
  difference.first = sets.front();
  // Redis' estimate of both ways, because the way decides on the encoding of the result: a lookup that may end early
  // counts half, sets that are named twice count twice.
  size_t lookups = difference.first->size();
  size_t removals = difference.first->size();
  for (const SetValue* set : others) {
    if (set == nullptr || set->size() == 0) continue;
    lookups += difference.first->size();
    removals += set->size();
  }
  difference.removes = lookups / 2 > removals;
  difference.others = distinct(others);
  std::stable_sort(difference.others.begin(), difference.others.end(), larger);
  return difference;
}

template <class Visit>
void visit_by_lookup(const Difference& difference, Visit&& visit) {
  difference.first->visit_while([&](const Member& member) {
    if (!in_any(difference.others, member)) visit(member);
    return true;
  });
}

/// As visit_by_lookup, with one lookup a member, in a table of what the others take away.
template <class Visit>
void visit_by_removal(const Difference& difference, Visit&& visit) {
  KeyedTable<MemberRecord> taken;
  for (const SetValue* set : difference.others) {
    set->visit_while([&](const Member& member) {
      if (difference.first->contains(member)) taken.add(member.text());
      return true;
    });
  }
  difference.first->visit_while([&](const Member& member) {
    if (!taken.contains(member.text())) visit(member);
    return true;
  });
}

}  // namespace

void visit_intersection(SetList sets, const MemberVisitor& visit) {
  walk_intersection(smallest_first(sets), [&](const Member& member) {
    visit(member.text());
    return true;
  });
}

size_t count_intersection(SetList sets, size_t limit) {
  size_t count = 0;
  walk_intersection(smallest_first(sets), [&](const Member&) { return ++count != limit; });
  return count;
}

std::unique_ptr<SetValue> make_intersection(SetList sets, const EncodingLimits& limits) {
  const Sets ordered = smallest_first(sets);
  if (ordered.empty()) return nullptr;
  auto result = ordered.front()->is_intset() ? std::make_unique<SetValue>() : SetValue::packed();
  bool only_integers = true;
  walk_intersection(ordered, [&](const Member& member) {
    only_integers = only_integers && member.as_integer().has_value();
    result->add(member, limits);
    return true;
  });
  if (only_integers) result->become_intset(limits);
  return unless_empty(std::move(result));
}

void visit_union(SetList sets, const MemberVisitor& visit) {
  constexpr size_t kFewSets = 4;  // to look back into so many costs less than to remember what was met
  const Sets operands = distinct(sets);
  if (std::all_of(operands.begin(), operands.end(), [](const SetValue* set) { return set->is_intset(); })) {
    return visit_union_of_integers(operands, visit);
  }
  if (operands.size() <= kFewSets) return visit_union_by_looking_back(operands, visit);
  visit_union_by_remembering(operands, visit);
}

std::unique_ptr<SetValue> make_union(SetList sets, const EncodingLimits& limits) {
  auto result = std::make_unique<SetValue>();
  for (const SetValue* set : distinct(sets)) {
    set->visit_while([&](const Member& member) {
      result->add(member, limits);
      return true;
    });
  }
  return unless_empty(std::move(result));
}

void visit_difference(SetList sets, const MemberVisitor& visit) {
  const Difference difference = plan(sets);
  if (difference.first == nullptr) return;
  const auto visit_text = [&](const Member& member) { visit(member.text()); };
  difference.removes ? visit_by_removal(difference, visit_text) : visit_by_lookup(difference, visit_text);
}

std::unique_ptr<SetValue> make_difference(SetList sets, const EncodingLimits& limits) {
  const Difference difference = plan(sets);
  if (difference.first == nullptr) return nullptr;
  auto result = std::make_unique<SetValue>();
  if (!difference.removes) {
    visit_by_lookup(difference, [&](const Member& member) { result->add(member, limits); });
    return unless_empty(std::move(result));
  }
  difference.first->visit_while([&](const Member& member) {
    result->add(member, limits);
    return true;
  });
  for (const SetValue* set : difference.others) {
    set->visit_while([&](const Member& member) {
      result->remove(member);
      return result->size() != 0;
    });
  }
  return unless_empty(std::move(result));
}

}  // namespace larder::store
