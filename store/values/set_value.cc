#include "store/values/set_value.h"

#include <algorithm>
#include <new>
#include <unordered_set>
#include <vector>

namespace larder::store {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// As many entries as an intset may have, whatever the limit says.
constexpr size_t kMostIntegers = size_t{1} << 30;

size_t max_intset_entries(const EncodingLimits& limits) {
  return std::min(limits.set_max_intset_entries, kMostIntegers);
}

Member random_of(const Listpack& packed, base::Random& random) {
  return packed.get(packed.at(static_cast<ptrdiff_t>(random.below(packed.size()))));
}

}  // namespace

std::unique_ptr<SetValue> SetValue::for_members(std::string_view first, size_t expected, const EncodingLimits& limits) {
  auto set = std::make_unique<SetValue>();
  set->take_form_for(first, expected, limits);
  return set;
}

void SetValue::take_form_for(std::string_view first, size_t expected, const EncodingLimits& limits) {
  if (expected <= limits.set_max_intset_entries && canonical_integer(first)) return;
  if (expected <= limits.set_max_listpack_entries) {
    form_.emplace<Listpack>();
  } else {
    become_table(expected);
  }
}

std::unique_ptr<SetValue> SetValue::packed() {
  auto set = std::make_unique<SetValue>();
  set->form_.emplace<Listpack>();
  return set;
}

// ------------------------------------------------------------------------------------------------ what a Value tells

std::string_view SetValue::encoding() const {
  return std::visit(Overloaded{[](const Intset&) { return std::string_view("intset"); },
                               [](const Listpack&) { return std::string_view("listpack"); },
                               [](const Table&) { return std::string_view("hashtable"); }},
                    form_);
}

size_t SetValue::memory() const {
  const auto held =
      Overloaded{[](const Table& table) { return table->memory(); }, [](const auto& small) { return small.memory(); }};
  return heap_bytes(sizeof *this) + std::visit(held, form_);
}

size_t SetValue::size() const {
  return std::visit(
      Overloaded{[](const Table& table) { return table->size(); }, [](const auto& small) { return small.size(); }},
      form_);
}

std::unique_ptr<Value> SetValue::clone() const {
  auto copy = std::make_unique<SetValue>();
  std::visit(Overloaded{[&](const Table& table) { copy->form_ = table->copy(); },
                        [&](const auto& small) { copy->form_ = small.copy(); }},
             form_);
  return copy;
}

size_t SetValue::free_effort() const {
  const auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? 1 : (*table)->allocations();
}

// ------------------------------------------------------------------------------------------------------------ members

bool SetValue::contains(const Member& member) const {
  return std::visit(Overloaded{[&](const Intset& integers) {
                                 const auto integer = member.as_integer();
                                 return integer && integers.contains(*integer);
                               },
                               [&](const Listpack& packed) { return packed.contains(member); },
                               [&](const Table& table) { return table->contains(member.text()); }},
                    form_);
}

bool SetValue::remove(const Member& member) {
  return std::visit(Overloaded{[&](Intset& integers) {
                                 const auto integer = member.as_integer();
                                 return integer && integers.remove(*integer);
                               },
                               [&](Listpack& packed) {
                                 const auto found = packed.find(member, packed.first());
                                 if (found != Listpack::kNone) packed.erase(found);
                                 return found != Listpack::kNone;
                               },
                               [&](Table& table) { return table->remove(member.text()); }},
                    form_);
}

bool SetValue::add(const Member& member, const EncodingLimits& limits) {
  if (auto* integers = std::get_if<Intset>(&form_)) return add_to_intset(*integers, member, limits);
  if (auto* packed = std::get_if<Listpack>(&form_)) return add_to_listpack(*packed, member, limits);
  return std::get<Table>(form_)->add(member.text());
}

size_t SetValue::add_all(std::span<const std::string_view> members, const EncodingLimits& limits) {
  if (members.empty()) return 0;
  if (size() == 0) {
    take_form_for(members.front(), members.size(), limits);
  } else {
    prepare_for(members.size(), limits);
  }
  if (members.size() == 1) return add(Member(members.front()), limits) ? 1 : 0;
  std::vector<bool> is_new(members.size());  // for the case that one fails
  size_t added = 0, i = 0;
  try {
    for (; i < members.size(); ++i) {
      is_new[i] = add(Member(members[i]), limits);
      added += is_new[i] ? 1 : 0;
    }
  } catch (const std::bad_alloc&) {
    while (i-- > 0) {
      if (is_new[i]) remove(Member(members[i]));
    }
    throw;
  }
  return added;
}

bool SetValue::add_to_intset(Intset& integers, const Member& member, const EncodingLimits& limits) {
  if (const auto integer = member.as_integer()) {
    if (integers.size() >= max_intset_entries(limits) && !integers.contains(*integer)) {
      become_table(integers.size() + 1, &member);
      return true;
    }
    return integers.add(*integer);
  }
  const size_t count = integers.size();
  size_t longest = 0;
  if (count > 0) longest = std::max(Member(integers.at(0)).text().size(), Member(integers.at(count - 1)).text().size());
  longest = std::max(longest, member.text().size());
  if (count < limits.set_max_listpack_entries && longest <= limits.set_max_listpack_value &&
      longest < Listpack::kMaxBytes / (count + 1) / 2) {
    become_listpack(member);
  } else {
    become_table(count + 1, &member);
  }
  return true;
}

bool SetValue::add_to_listpack(Listpack& packed, const Member& member, const EncodingLimits& limits) {
  if (packed.contains(member)) return false;
  const size_t bytes = member.text().size();
  if (packed.size() < limits.set_max_listpack_entries && bytes <= limits.set_max_listpack_value &&
      packed.has_room_for(bytes)) {
    packed.append(member);
    return true;
  }
  become_table(packed.size() + 1, &member);
  return true;
}

// -------------------------------------------------------------------------------------------------------------- forms

void SetValue::prepare_for(size_t expected, const EncodingLimits& limits) {
  const bool outgrown =
      std::visit(Overloaded{[&](const Intset&) { return expected > limits.set_max_intset_entries; },
                            [&](const Listpack&) { return expected > limits.set_max_listpack_entries; },
                            [](const Table&) { return false; }},
                 form_);
  if (outgrown) become_table(expected);
}

/// Another form with one more member. Throws std::bad_alloc, the set unchanged.
void SetValue::become_listpack(const Member& added) {
  Listpack packed;
  visit_while([&](const Member& member) {
    packed.append(member);
    return true;
  });
  packed.append(added);
  form_ = std::move(packed);
}

/// The same; `added` may be null.
void SetValue::become_table(size_t expected, const Member* added) {
  auto table = std::make_unique<KeyedTable<MemberRecord>>();
  table->reserve(std::max(expected, size()));
  for_each([&](std::string_view member) { table->add(member); });
  if (added != nullptr) table->add(added->text());
  form_ = std::move(table);
}

void SetValue::become_intset(const EncodingLimits& limits) {
  if (is_intset() || size() > max_intset_entries(limits)) return;
  Intset integers;
  visit_while([&](const Member& member) {
    integers.add(member.as_integer().value());
    return true;
  });
  form_ = std::move(integers);
}

// --------------------------------------------------------------------------------------------------- scan and chance

uint64_t SetValue::scan(uint64_t cursor, size_t count, const MemberVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) return (*table)->scan(cursor, count, visit);
  for_each(visit);
  return 0;
}

std::string SetValue::random_member(base::Random& random) const {
  return std::visit(Overloaded{[&](const Intset& integers) {
                                 return std::string(Member(integers.at(random.below(integers.size()))).text());
                               },
                               [&](const Listpack& packed) { return std::string(random_of(packed, random).text()); },
                               [&](const Table& table) { return std::string(table->draw(random)); }},
                    form_);
}

void SetValue::random_members(uint64_t count, base::Random& random, const MemberVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    for (; count > 0; --count) visit((*table)->draw(random));
  } else if (const auto* integers = std::get_if<Intset>(&form_)) {
    for (; count > 0; --count) visit(Member(integers->at(random.below(integers->size()))).text());
  } else if (count < 4) {
    for (; count > 0; --count) visit(random_of(std::get<Listpack>(form_), random).text());
  } else {
    std::vector<Member> members;  // finding one by its index would read all records before it
    members.reserve(size());
    visit_while([&](const Member& member) {
      members.push_back(member);
      return true;
    });
    for (; count > 0; --count) visit(members[random.below(members.size())].text());
  }
}

void SetValue::random_distinct(uint64_t count, base::Random& random, const MemberVisitor& visit) const {
  constexpr uint64_t kFew = 3;  // below a third of the members, drawing seldom meets one twice
  if (count < size() / kFew && !std::holds_alternative<Listpack>(form_)) return draw_distinct(count, random, visit);
  uint64_t left = size();
  visit_while([&](const Member& member) {
    if (random.below(left--) < count) {  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S)
      --count;
      visit(member.text());
    }
    return count > 0;
  });
}

void SetValue::draw_distinct(uint64_t count, base::Random& random, const MemberVisitor& visit) const {
  std::unordered_set<uint64_t> drawn;  // indexes, or addresses in the table
  const auto* integers = std::get_if<Intset>(&form_);
  while (drawn.size() < count) {
    if (integers != nullptr) {
      const uint64_t index = random.below(integers->size());
      if (drawn.insert(index).second) visit(Member(integers->at(index)).text());
    } else {
      const std::string_view member = std::get<Table>(form_)->draw(random);
      if (drawn.insert(reinterpret_cast<uintptr_t>(member.data())).second) visit(member);
    }
  }
}

std::string SetValue::pop_random(base::Random& random) {
  std::string member = random_member(random);
  remove(std::string_view(member));
  return member;
}

void SetValue::pop_random(size_t count, base::Random& random, const EncodingLimits& limits,
                          const MemberVisitor& visit) {
  if (count >= size()) {
    for_each(visit);
    form_.emplace<Intset>();
    return;
  }
  constexpr size_t kMany = 5;  // to take out so many times what stays is to take out nearly all; Redis' figure
  const auto visit_text = [&](const Member& member) { visit(member.text()); };
  if (auto* integers = std::get_if<Intset>(&form_)) {
    return integers->extract(count, random, [&](int64_t integer) { visit_text(Member(integer)); });
  }
  if (auto* packed = std::get_if<Listpack>(&form_)) {
    size_t left = packed->size();
    packed->erase_if([&](const Member& member) {
      const bool taken = random.below(left--) < count;
      if (taken) {
        --count;
        visit_text(member);
      }
      return taken;
    });
    return;
  }
  const size_t remaining = size() - count;
  if (remaining * kMany > count) {
    auto& table = *std::get<Table>(form_);
    for (; count > 0; --count) {
      const std::string_view member = table.draw(random);
      visit(member);
      table.remove(member);
    }
    return;
  }
  SetValue rest;  // taking out nearly all one by one would cost more than building what is left
  rest.form_.emplace<Listpack>();
  size_t left = size();
  visit_while([&](const Member& member) {
    if (random.below(left--) < count) {
      --count;
      visit_text(member);
    } else {
      rest.add(member, limits);
    }
    return true;
  });
  form_.swap(rest.form_);
}

}  // namespace larder::store
