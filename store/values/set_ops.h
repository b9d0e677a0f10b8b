// Intersection, union and difference of sets: what SINTER, SINTERCARD, SUNION, SDIFF and their STORE forms compute.
// Pure: the operands are only read, and may be named several times.
//
// A list of sets stands for the keys of a command, in their order; an empty set or null stands for an absent key. The
// visiting functions hand out each member once, in no order that is promised, and need no copy of the operands unless
// said otherwise. The building functions return a new set, null when it would be empty; its encoding is the one that
// Redis 7.2 would arrive at.
//
// Caller holds the shards of all operands.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "store/values/set_value.h"

namespace larder::store {

using SetList = std::span<const SetValue* const>;

/// Members of all sets. At least one set. O(smallest * sets).
void visit_intersection(SetList sets, const MemberVisitor& visit);
/// How many members all sets have in common; counting stops at `limit`, 0 for no limit.
size_t count_intersection(SetList sets, size_t limit);
std::unique_ptr<SetValue> make_intersection(SetList sets, const EncodingLimits& limits);

/// Members of any set. O(all members); more than a few sets cost a temporary set.
void visit_union(SetList sets, const MemberVisitor& visit);
std::unique_ptr<SetValue> make_union(SetList sets, const EncodingLimits& limits);

/// Members of the first set that are in none of the others. At least one set. O(first * sets) or, at the cost of a
/// temporary set, O(all members), whichever is less.
void visit_difference(SetList sets, const MemberVisitor& visit);
std::unique_ptr<SetValue> make_difference(SetList sets, const EncodingLimits& limits);

}  // namespace larder::store
