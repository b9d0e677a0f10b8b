// A set, in one of the three forms that Redis 7.2 reports: "intset" (intset.h), "listpack" (listpack.h) and
// "hashtable" (keyed_table.h). A set starts as small as its members allow, changes to a larger form where
// Redis would, and never back, the exceptions of SPOP and SINTERSTORE included.
//
// Caller holds the shard's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/random.h"
#include "store/values/intset.h"
#include "store/values/keyed_table.h"
#include "store/values/listpack.h"
#include "store/values/member.h"
#include "store/values/value.h"

namespace larder::store {

/// Takes members one by one; the view is valid during the call.
using MemberVisitor = std::function<void(std::string_view)>;

class SetValue final : public Value {
 public:
  static constexpr Type kType = Type::set;

  /// An empty set that will be an intset as long as all members are integers.
  SetValue() = default;

  /// An empty set in the form that Redis' SADD would give a new key: `first` is the first member, `expected` the number
  /// of arguments.
  static std::unique_ptr<SetValue> for_members(std::string_view first, size_t expected, const EncodingLimits& limits);
  /// An empty set that starts as a listpack.
  static std::unique_ptr<SetValue> packed();

  Type type() const override { return Type::set; }
  std::string_view encoding() const override;
  size_t memory() const override;
  size_t size() const override;
  std::unique_ptr<Value> clone() const override;
  size_t free_effort() const override;

  bool is_intset() const { return std::holds_alternative<Intset>(form_); }

  /// Must precede SADD of `expected` members to an existing set: a small form that they may outgrow becomes large.
  void prepare_for(size_t expected, const EncodingLimits& limits);

  /// SADD: adds all members, or none if there is no memory for all; an empty set takes the form that they need.
  /// Returns how many were new.
  size_t add_all(std::span<const std::string_view> members, const EncodingLimits& limits);
  /// Whether the set changed. add() may change the form; it throws std::bad_alloc, the members unchanged.
  bool add(const Member& member, const EncodingLimits& limits);
  bool remove(const Member& member);
  bool contains(const Member& member) const;

  /// Makes a set whose members are all integers an intset if that may hold so many; SINTERSTORE ends with it.
  void become_intset(const EncodingLimits& limits);

  /// Calls `visit(const Member&)` for each member until it returns false. Returns whether it never did. Order:
  /// ascending (intset), as added (listpack), by hash (hashtable).
  template <class Visit>
  bool visit_while(Visit&& visit) const;
  /// Calls `visit(std::string_view)` for each member.
  template <class Visit>
  void for_each(Visit&& visit) const {
    visit_while([&](const Member& member) {
      visit(member.text());
      return true;
    });
  }

  /// SSCAN: visits members from `cursor` on (0: from the start), about `count` >= 1 of them, and returns the cursor to
  /// go on from, 0 at the end. Small forms are visited at once. A member that is there during the whole scan is
  /// visited.
  uint64_t scan(uint64_t cursor, size_t count, const MemberVisitor& visit) const;

  /// A member, each equally likely. The set is not empty.
  std::string random_member(base::Random& random) const;
  /// `count` members, each time any of them. The set is not empty.
  void random_members(uint64_t count, base::Random& random, const MemberVisitor& visit) const;
  /// `count` different members, or all if there are fewer; each choice equally likely, in no particular order.
  void random_distinct(uint64_t count, base::Random& random, const MemberVisitor& visit) const;

  /// Removes a member, each equally likely, and returns it. The set is not empty.
  std::string pop_random(base::Random& random);
  /// Removes `count` members, each choice equally likely, or all if there are not more. `visit` must not throw. As in
  /// Redis, a hashtable of which few members are left becomes as small as they allow.
  void pop_random(size_t count, base::Random& random, const EncodingLimits& limits, const MemberVisitor& visit);

 private:
  using Table = std::unique_ptr<KeyedTable<MemberRecord>>;

  void take_form_for(std::string_view first, size_t expected, const EncodingLimits& limits);
  bool add_to_intset(Intset& integers, const Member& member, const EncodingLimits& limits);
  bool add_to_listpack(Listpack& packed, const Member& member, const EncodingLimits& limits);
  void become_listpack(const Member& added);
  void become_table(size_t expected, const Member* added = nullptr);
  void draw_distinct(uint64_t count, base::Random& random, const MemberVisitor& visit) const;

  std::variant<Intset, Listpack, Table> form_;
};

template <class Visit>
bool SetValue::visit_while(Visit&& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    return (*table)->visit_while([&](std::string_view text) { return visit(Member(text)); });
  }
  if (const auto* packed = std::get_if<Listpack>(&form_)) return packed->visit_while(visit);
  const auto& integers = std::get<Intset>(form_);
  for (size_t i = 0, end = integers.size(); i < end; ++i) {
    if (!visit(Member(integers.at(i)))) return false;
  }
  return true;
}

}  // namespace larder::store
