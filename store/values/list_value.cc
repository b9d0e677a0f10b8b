#include "store/values/list_value.h"

#include <cstdlib>
#include <limits>

namespace larder::store {
namespace {

/// An element to be compared with what a listpack gives, where every text that is an integer is one.
Member canonical(std::string_view element) {
  const auto integer = canonical_integer(element);
  return integer ? Member(*integer) : Member(element);
}

bool same(const Member& a, const Member& b) {
  if (a.is_integer() != b.is_integer()) return false;
  return a.is_integer() ? a.as_integer() == b.as_integer() : a.text() == b.text();
}

}  // namespace

std::unique_ptr<Value> ListValue::clone() const {
  auto copy = std::make_unique<ListValue>();
  copy->chunks_ = chunks_.copy();
  copy->packed_ = packed_;
  return copy;
}

// -- Forms --

ChunkLimit ListValue::limit(const EncodingLimits& limits) const {
  return packed_ ? ChunkLimit{.bytes = ChunkLimit::kNone} : ChunkLimit::of(limits.list_max_listpack_size);
}

/// Redis changes the form of a listpack that would pass its limit if all of a command's elements were added, whether
/// they then are or not. The elements' texts count, not what each takes besides. The bound on their number is ours: a
/// listpack of more would have to be counted anew each time.
void ListValue::unpack_for(std::span<const std::string_view> elements, const EncodingLimits& limits) {
  if (!packed_) return;
  constexpr size_t kMostElements = 32'768;
  const Listpack& chunk = *chunks_.only_chunk();
  const size_t count = chunk.size() + elements.size();
  size_t bytes = chunk.bytes().size();
  for (const auto element : elements) bytes += element.size();
  packed_ = count <= kMostElements && ChunkLimit::of(limits.list_max_listpack_size).allows(bytes, count);
}

void ListValue::pack_if_small(const EncodingLimits& limits) noexcept {
  const Listpack* chunk = chunks_.only_chunk();
  if (packed_ || chunk == nullptr) return;
  packed_ = ChunkLimit::of(limits.list_max_listpack_size).is_half(chunk->bytes().size(), chunk->size());
}

// -- Reading --

std::optional<Member> ListValue::at(int64_t index) const {
  const auto position = chunks_.at(index);
  return position ? std::optional(chunks_.get(position)) : std::nullopt;
}

std::vector<int64_t> ListValue::positions(std::string_view element, const PositionQuery& query) const {
  std::vector<int64_t> found;
  const bool left = query.rank > 0;
  const Member wanted = canonical(element);
  const auto count = static_cast<int64_t>(size());
  const uint64_t most = query.max_len == 0 ? std::numeric_limits<uint64_t>::max() : query.max_len;
  // The rank's magnitude; that of the lowest integer has no int64_t.
  uint64_t skip = left ? static_cast<uint64_t>(query.rank) - 1 : uint64_t{0} - static_cast<uint64_t>(query.rank) - 1;
  auto position = left ? chunks_.first() : chunks_.last();
  for (int64_t index = 0; position && static_cast<uint64_t>(index) < most; ++index) {
    if (same(chunks_.get(position), wanted)) {
      if (skip > 0) {
        --skip;
      } else {
        found.push_back(left ? index : count - 1 - index);
        if (found.size() == query.count) break;
      }
    }
    position = left ? chunks_.next(position) : chunks_.previous(position);
  }
  return found;
}

// -- Changes --

void ListValue::push(ListEnd end, std::span<const std::string_view> elements, const EncodingLimits& limits) {
  const bool was_packed = packed_;
  unpack_for(elements, limits);
  const ChunkLimit of_chunk = limit(limits);
  size_t pushed = 0;
  try {
    for (; pushed < elements.size(); ++pushed) {
      end == ListEnd::left ? chunks_.push_front(elements[pushed], of_chunk)
                           : chunks_.push_back(elements[pushed], of_chunk);
    }
  } catch (...) {
    pop(end, pushed, limits);
    packed_ = was_packed;
    throw;
  }
}

void ListValue::pop(ListEnd end, size_t count, const EncodingLimits& limits) noexcept {
  if (count == 0) return;
  if (end == ListEnd::left) {
    chunks_.erase(chunks_.first(), count);
  } else {
    chunks_.erase(count == 1 ? chunks_.last() : chunks_.at(-static_cast<int64_t>(count)), count);
  }
  pack_if_small(limits);
}

void ListValue::rotate(ListEnd from, ListEnd to, std::string_view copy, const EncodingLimits& limits) {
  if (packed_) {
    // Redis pops the element before it looks whether there is room to push it: its encoding's bytes are gone then.
    constexpr size_t kLeastOverhead = 2;
    const Listpack& chunk = *chunks_.only_chunk();
    packed_ = ChunkLimit::of(limits.list_max_listpack_size).allows(chunk.bytes().size() - kLeastOverhead, chunk.size());
  }
  if (from != to) {
    const ChunkLimit of_chunk = limit(limits);
    to == ListEnd::left ? chunks_.push_front(copy, of_chunk) : chunks_.push_back(copy, of_chunk);
    chunks_.erase(from == ListEnd::left ? chunks_.first() : chunks_.last());
  }
  pack_if_small(limits);
}

bool ListValue::set(int64_t index, std::string_view element, const EncodingLimits& limits) {
  unpack_for({&element, 1}, limits);
  const auto position = chunks_.at(index);
  if (!position) return false;
  chunks_.replace(position, element, limit(limits));
  pack_if_small(limits);
  return true;
}

bool ListValue::insert(std::string_view pivot, bool behind, std::string_view element, const EncodingLimits& limits) {
  unpack_for({&element, 1}, limits);
  const auto position = chunks_.find(pivot, chunks_.first());
  if (!position) return false;
  chunks_.insert(position, behind, element, limit(limits));
  return true;
}

size_t ListValue::remove(std::string_view element, int64_t count, const EncodingLimits& limits) noexcept {
  const Member wanted = canonical(element);
  const uint64_t most = count == 0  ? std::numeric_limits<uint64_t>::max()
                        : count > 0 ? static_cast<uint64_t>(count)
                                    : uint64_t{0} - static_cast<uint64_t>(count);
  size_t removed = 0;
  if (count >= 0) {
    for (auto at = chunks_.find(wanted, chunks_.first()); at && removed < most; ++removed) {
      at = chunks_.find(wanted, chunks_.erase(at));
    }
  } else {
    for (auto at = chunks_.last(); at && removed < most;) {
      const bool found = same(chunks_.get(at), wanted);
      const auto here = at;
      at = chunks_.previous(at);  // whose place does not change when something behind it is erased
      if (!found) continue;
      chunks_.erase(here);
      ++removed;
    }
  }
  if (removed > 0) pack_if_small(limits);
  return removed;
}

void ListValue::trim(size_t first, size_t count, const EncodingLimits& limits) noexcept {
  const size_t behind = size() - first - count;
  pop(ListEnd::right, behind, limits);
  pop(ListEnd::left, first, limits);
  pack_if_small(limits);  // also where nothing was removed
}

}  // namespace larder::store
