// A hash, in one of the forms that Redis 7.2 reports: "listpack" (field, value, field, value ...; listpack.h) and
// "hashtable" (keyed_table.h). It starts as a listpack, changes to a table where Redis would, and never back.
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
#include "store/values/keyed_table.h"
#include "store/values/listpack.h"
#include "store/values/member.h"
#include "store/values/value.h"

namespace larder::store {

/// Takes fields one by one; the views are valid during the call.
using FieldVisitor = std::function<void(std::string_view field, std::string_view value)>;

class HashValue final : public Value {
 public:
  static constexpr Type kType = Type::hash;

  HashValue() = default;

  Type type() const override { return Type::hash; }
  std::string_view encoding() const override;
  size_t memory() const override;
  size_t size() const override;
  std::unique_ptr<Value> clone() const override;
  size_t free_effort() const override;

  /// The value of a field, which lies in the hash.
  std::optional<Member> get(std::string_view field) const;
  bool contains(std::string_view field) const;

  /// HSET: stores values, given as field, value, field, value ... Returns how many fields were new. Throws
  /// std::bad_alloc: of a listpack nothing has changed then, in a table the fields before the one that failed have.
  size_t set_all(std::span<const std::string_view> fields_and_values, const EncodingLimits& limits);
  /// Whether the field is new. May change the form; throws std::bad_alloc, the fields unchanged.
  bool set(std::string_view field, std::string_view value, const EncodingLimits& limits);
  /// Whether the field was there.
  bool remove(std::string_view field);

  /// Calls `visit(field, value)` for each field, both as views valid during the call, until it returns false. Order: as
  /// added (listpack), by hash (hashtable).
  template <class Visit>
  void visit_while(Visit&& visit) const;
  /// The same for all fields.
  template <class Visit>
  void for_each(Visit&& visit) const {
    visit_while([&](std::string_view field, std::string_view value) {
      visit(field, value);
      return true;
    });
  }

  /// HSCAN: visits fields from `cursor` on (0: from the start), about `count` >= 1 of them, and returns the cursor to
  /// go on from, 0 at the end. A listpack is visited at once. A field that is there during the whole scan is visited.
  uint64_t scan(uint64_t cursor, size_t count, const FieldVisitor& visit) const;

  /// `count` fields, each time any of them. The hash is not empty.
  void random_fields(uint64_t count, base::Random& random, const FieldVisitor& visit) const;
  /// `count` different fields, or all if there are fewer; each choice equally likely, in no particular order.
  void random_distinct(uint64_t count, base::Random& random, const FieldVisitor& visit) const;

 private:
  using Table = std::unique_ptr<KeyedTable<FieldRecord>>;

  static Table table_of(const Listpack& packed, size_t expected);

  std::variant<Listpack, Table> form_;  // a listpack has an even number of elements
};

template <class Visit>
void HashValue::visit_while(Visit&& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    (*table)->visit_while([&](const FieldRecord::Content& content) { return visit(content.field, content.value); });
    return;
  }
  const auto& packed = std::get<Listpack>(form_);
  for (auto at = packed.first(); at != Listpack::kNone;) {
    const Member field = packed.get(at);
    at = packed.next(at);
    if (!visit(field.text(), packed.get(at).text())) return;
    at = packed.next(at);
  }
}

}  // namespace larder::store
