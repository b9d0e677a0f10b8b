#include "store/values/hash_value.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace larder::store {

// -- What a Value tells --

std::string_view HashValue::encoding() const {
  return std::holds_alternative<Listpack>(form_) ? "listpack" : "hashtable";
}

size_t HashValue::memory() const {
  const auto* table = std::get_if<Table>(&form_);
  return heap_bytes(sizeof *this) + (table == nullptr ? std::get<Listpack>(form_).memory() : (*table)->memory());
}

size_t HashValue::size() const {
  const auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? std::get<Listpack>(form_).size() / 2 : (*table)->size();
}

std::unique_ptr<Value> HashValue::clone() const {
  auto copy = std::make_unique<HashValue>();
  if (const auto* table = std::get_if<Table>(&form_)) {
    copy->form_ = (*table)->copy();
  } else {
    copy->form_ = std::get<Listpack>(form_).copy();
  }
  return copy;
}

size_t HashValue::free_effort() const {
  const auto* table = std::get_if<Table>(&form_);
  return table == nullptr ? 1 : (*table)->allocations();
}

// -- Fields --

std::optional<Member> HashValue::get(std::string_view field) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    const auto found = (*table)->find(field);
    return found ? std::optional<Member>(found->value) : std::nullopt;
  }
  const auto& packed = std::get<Listpack>(form_);
  const auto at = packed.find(field, packed.first(), 2);
  if (at == Listpack::kNone) return std::nullopt;
  return packed.get(packed.next(at));
}

bool HashValue::contains(std::string_view field) const {
  if (const auto* table = std::get_if<Table>(&form_)) return (*table)->contains(field);
  const auto& packed = std::get<Listpack>(form_);
  return packed.find(field, packed.first(), 2) != Listpack::kNone;
}

bool HashValue::remove(std::string_view field) {
  if (auto* table = std::get_if<Table>(&form_)) return (*table)->remove(field);
  auto& packed = std::get<Listpack>(form_);
  const auto at = packed.find(field, packed.first(), 2);
  if (at != Listpack::kNone) packed.erase(at, 2);
  return at != Listpack::kNone;
}

bool HashValue::set(std::string_view field, std::string_view value, const EncodingLimits& limits) {
  if (auto* table = std::get_if<Table>(&form_)) return (*table)->put({field, value});
  auto& packed = std::get<Listpack>(form_);
  const auto at = packed.find(field, packed.first(), 2);
  const bool is_new = at == Listpack::kNone;
  if (std::max(field.size(), value.size()) <= limits.hash_max_listpack_value &&
      packed.has_room_for(field.size() + value.size(), 2) &&
      packed.size() / 2 + (is_new ? 1 : 0) <= limits.hash_max_listpack_entries) {
    if (is_new) {
      packed.append_pair(field, value);
    } else {
      packed.replace(packed.next(at), value);
    }
    return is_new;
  }
  Table table = table_of(packed, packed.size() / 2 + 1);
  table->put({field, value});
  form_ = std::move(table);
  return is_new;
}

size_t HashValue::set_all(std::span<const std::string_view> fields_and_values, const EncodingLimits& limits) {
  const size_t count = fields_and_values.size() / 2;
  if (count == 1) return set(fields_and_values[0], fields_and_values[1], limits) ? 1 : 0;
  if (const auto* packed = std::get_if<Listpack>(&form_)) {
    // A small hash is changed as a copy, which takes the place of the old one when nothing more can fail.
    HashValue changed;
    if (count > limits.hash_max_listpack_entries) {  // as Redis supposes, most of the fields are new
      changed.form_ = table_of(*packed, count);
    } else {
      changed.form_ = packed->copy();
    }
    size_t added = 0;
    for (size_t i = 0; i < 2 * count; i += 2) {
      added += changed.set(fields_and_values[i], fields_and_values[i + 1], limits) ? 1 : 0;
    }
    form_.swap(changed.form_);
    return added;
  }
  auto& table = *std::get<Table>(form_);
  size_t added = 0;
  for (size_t i = 0; i < 2 * count; i += 2) {
    added += table.put({fields_and_values[i], fields_and_values[i + 1]}) ? 1 : 0;
  }
  return added;
}

HashValue::Table HashValue::table_of(const Listpack& packed, size_t expected) {
  auto table = std::make_unique<KeyedTable<FieldRecord>>();
  table->reserve(std::max(expected, packed.size() / 2));
  for (auto at = packed.first(); at != Listpack::kNone;) {
    const Member field = packed.get(at);
    at = packed.next(at);
    table->put({field.text(), packed.get(at).text()});
    at = packed.next(at);
  }
  return table;
}

// -- Scan and chance --

uint64_t HashValue::scan(uint64_t cursor, size_t count, const FieldVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    return (*table)->scan(cursor, count,
                          [&](const FieldRecord::Content& content) { visit(content.field, content.value); });
  }
  for_each(visit);
  return 0;
}

void HashValue::random_fields(uint64_t count, base::Random& random, const FieldVisitor& visit) const {
  if (const auto* table = std::get_if<Table>(&form_)) {
    for (; count > 0; --count) {
      const auto drawn = (*table)->draw(random);
      visit(drawn.field, drawn.value);
    }
    return;
  }
  const auto& packed = std::get<Listpack>(form_);
  const auto visit_at = [&](Listpack::Position at) {
    visit(packed.get(at).text(), packed.get(packed.next(at)).text());
  };
  if (count == 1) return visit_at(packed.at(static_cast<ptrdiff_t>(2 * random.below(size()))));
  std::vector<Listpack::Position> fields;  // finding one by its index would read all before it
  fields.reserve(size());
  for (auto at = packed.first(); at != Listpack::kNone; at = packed.next(packed.next(at))) fields.push_back(at);
  for (; count > 0; --count) visit_at(fields[random.below(fields.size())]);
}

void HashValue::random_distinct(uint64_t count, base::Random& random, const FieldVisitor& visit) const {
  constexpr uint64_t kFew = 3;  // below a third of the fields, drawing seldom meets one twice
  const auto* table = std::get_if<Table>(&form_);
  if (table != nullptr && count < size() / kFew) {
    std::unordered_set<uintptr_t> drawn;  // addresses of fields
    while (drawn.size() < count) {
      const auto content = (*table)->draw(random);
      if (drawn.insert(reinterpret_cast<uintptr_t>(content.field.data())).second) visit(content.field, content.value);
    }
    return;
  }
  uint64_t left = size();
  visit_while([&](std::string_view field, std::string_view value) {
    if (random.below(left--) < count) {  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S)
      --count;
      visit(field, value);
    }
    return count > 0;
  });
}

}  // namespace larder::store
