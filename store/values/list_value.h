// A list, in one of the forms that Redis 7.2 reports: "listpack" and "quicklist". Both are a ChunkList; a listpack is
// one that has a single chunk and goes on to be filled until Redis would change the form, and a quicklist becomes one
// again when a removal leaves half of a chunk.
//
// Caller holds the shard's lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/values/chunk_list.h"
#include "store/values/member.h"
#include "store/values/value.h"

namespace larder::store {

/// Left and right of a list, in the words of its commands.
enum class ListEnd : uint8_t { left, right };

/// What LPOS looks for.
struct PositionQuery {
  int64_t rank = 1;      // the first match to report, not 0; a negative one counts and searches from the right
  uint64_t count = 1;    // matches to report, 0 for all
  uint64_t max_len = 0;  // elements to compare, 0 for all
};

class ListValue final : public Value {
 public:
  static constexpr Type kType = Type::list;
  /// A longer element has no room in a listpack.
  static constexpr size_t kMostBytes = Listpack::kMaxBytes - 64;

  Type type() const override { return Type::list; }
  std::string_view encoding() const override { return packed_ ? "listpack" : "quicklist"; }
  size_t memory() const override { return heap_bytes(sizeof *this) + chunks_.memory(); }
  size_t size() const override { return chunks_.size(); }
  std::unique_ptr<Value> clone() const override;
  size_t free_effort() const override { return chunks_.allocations(); }

  /// The element at an index, from the right if negative. It lies in the list.
  std::optional<Member> at(int64_t index) const;
  /// Zero-based positions of an element, in the order met.
  std::vector<int64_t> positions(std::string_view element, const PositionQuery& query) const;
  /// Calls `visit(std::string_view)` for up to `count` elements from an index on, which is not negative, until it
  /// returns false; the views are valid during the call. `end` says where index 0 is and, with that, the direction.
  template <class Visit>
  void visit_from(ListEnd end, size_t index, size_t count, Visit&& visit) const;

  // -- Changes, which may change the form. No element is longer than kMostBytes. std::bad_alloc leaves the elements
  // unchanged --

  /// Adds elements at an end, one after another: the last one becomes the outermost.
  void push(ListEnd end, std::span<const std::string_view> elements, const EncodingLimits& limits);
  /// Removes `count` elements, of which there must be as many, at an end.
  void pop(ListEnd end, size_t count, const EncodingLimits& limits) noexcept;
  /// Moves the element at one end, whose copy is given, to the other or the same end.
  void rotate(ListEnd from, ListEnd to, std::string_view copy, const EncodingLimits& limits);
  /// Whether there was an element at the index.
  bool set(int64_t index, std::string_view element, const EncodingLimits& limits);
  /// Puts an element beside the first one that is like the pivot; whether there was one.
  bool insert(std::string_view pivot, bool behind, std::string_view element, const EncodingLimits& limits);
  /// Removes up to `count` elements like this, from the left, or -count from the right, 0 for all. Returns how many.
  size_t remove(std::string_view element, int64_t count, const EncodingLimits& limits) noexcept;
  /// Keeps `count` elements from an index on; both lie in the list.
  void trim(size_t first, size_t count, const EncodingLimits& limits) noexcept;

 private:
  /// What chunks are filled up to: a listpack stays one chunk.
  ChunkLimit limit(const EncodingLimits& limits) const;
  void unpack_for(std::span<const std::string_view> elements, const EncodingLimits& limits);
  void pack_if_small(const EncodingLimits& limits) noexcept;

  ChunkList chunks_;
  bool packed_ = true;
};

template <class Visit>
void ListValue::visit_from(ListEnd end, size_t index, size_t count, Visit&& visit) const {
  const bool left = end == ListEnd::left;
  const auto from = static_cast<int64_t>(index);
  auto position = index >= size() ? ChunkList::Position{} : chunks_.at(left ? from : -1 - from);
  for (; position && count > 0; --count) {
    if (!visit(chunks_.get(position).text())) return;
    position = left ? chunks_.next(position) : chunks_.previous(position);
  }
}

}  // namespace larder::store
