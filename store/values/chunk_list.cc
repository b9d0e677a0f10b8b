#include "store/values/chunk_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace larder::store {
namespace {

/// Whether Redis would put this into the chunk: it estimates what an element takes besides its text.
bool has_room(const Listpack& chunk, const Member& element, const ChunkLimit& limit) {
  constexpr size_t kEstimatedOverhead = 8;
  return limit.allows(chunk.bytes().size() + element.text().size() + kEstimatedOverhead, chunk.size() + 1);
}

}  // namespace

ChunkLimit ChunkLimit::of(int64_t fill) {
  // With a limit on elements, Redis bounds the bytes of a chunk too.
  constexpr size_t kSmallest = 4096, kSafeBytes = 8192;
  if (fill >= 0) return {.bytes = kSafeBytes, .elements = std::max<size_t>(1, static_cast<size_t>(fill))};
  const int64_t step = std::max<int64_t>(fill, -5);
  return {.bytes = kSmallest << (-step - 1)};
}

// -- The whole list --

ChunkList ChunkList::copy() const {
  ChunkList result;
  if (large_ == nullptr) {
    result.only_ = only_.copy();
    return result;
  }
  result.large_ = std::make_unique<Large>();
  Large& copy = *result.large_;
  copy.blocks.reserve(large_->blocks.size());
  for (const Block& from : large_->blocks) {
    Block& to = copy.blocks.emplace_back();
    to.elements = from.elements;
    to.chunks.reserve(from.chunks.size());
    for (const Listpack& chunk : from.chunks) to.chunks.push_back(chunk.copy());
    copy.frame_bytes += frame_of(to);
  }
  copy.frame_bytes += frame_of(copy);
  copy.elements = large_->elements;
  copy.chunk_bytes = large_->chunk_bytes;
  return result;
}

size_t ChunkList::allocations() const {
  if (large_ == nullptr) return only_.empty() ? 0 : 1;
  size_t count = 2;
  for (const Block& block : large_->blocks) count += 1 + block.chunks.size();
  return count;
}

const Listpack* ChunkList::only_chunk() const {
  if (large_ == nullptr) return &only_;
  // A list that could not split its chunk for want of memory may have become large in vain.
  const auto& chunks = large_->blocks.front().chunks;
  return large_->blocks.size() == 1 && chunks.size() == 1 ? &chunks.front() : nullptr;
}

// -- Positions --

bool ChunkList::to_next_chunk(Position& position) const {
  if (position.chunk + 1 < chunks_in(position.block)) {
    ++position.chunk;
  } else if (position.block + 1 < block_count()) {
    position = {.block = position.block + 1, .chunk = 0};
  } else {
    position.at = Listpack::kNone;
    return false;
  }
  position.at = chunk(position).first();
  return true;
}

bool ChunkList::to_previous_chunk(Position& position) const {
  if (position.chunk > 0) {
    --position.chunk;
  } else if (position.block > 0) {
    position = {.block = position.block - 1, .chunk = static_cast<uint32_t>(chunks_in(position.block - 1) - 1)};
  } else {
    position.at = Listpack::kNone;
    return false;
  }
  position.at = chunk(position).last();
  return true;
}

ChunkList::Position ChunkList::last() const {
  if (empty()) return {};
  Position position{.block = static_cast<uint32_t>(block_count() - 1)};
  position.chunk = static_cast<uint32_t>(chunks_in(position.block) - 1);
  position.at = chunk(position).last();
  return position;
}

ChunkList::Position ChunkList::next(Position position) const {
  position.at = chunk(position).next(position.at);
  if (position.at == Listpack::kNone) to_next_chunk(position);
  return position;
}

ChunkList::Position ChunkList::previous(Position position) const {
  position.at = chunk(position).previous(position.at);
  if (position.at == Listpack::kNone) to_previous_chunk(position);
  return position;
}

ChunkList::Position ChunkList::at(int64_t index) const {
  const auto count = static_cast<int64_t>(size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) return {};
  Position position;
  if (large_ == nullptr) {
    position.at = only_.at(static_cast<ptrdiff_t>(index));
    return position;
  }
  const auto& blocks = large_->blocks;
  auto rest = static_cast<size_t>(index);
  if (index < count / 2) {
    while (rest >= blocks[position.block].elements) rest -= blocks[position.block++].elements;
  } else {
    position.block = static_cast<uint32_t>(blocks.size());
    size_t start = static_cast<size_t>(count);
    do start -= blocks[--position.block].elements;
    while (start > rest);
    rest -= start;
  }
  const auto& chunks = blocks[position.block].chunks;
  while (rest >= chunks[position.chunk].size()) rest -= chunks[position.chunk++].size();
  position.at = chunks[position.chunk].at(static_cast<ptrdiff_t>(rest));
  return position;
}

ChunkList::Position ChunkList::find(const Member& element, Position from) const {
  while (from) {
    const auto found = chunk(from).find(element, from.at);
    if (found != Listpack::kNone) return {.block = from.block, .chunk = from.chunk, .at = found};
    to_next_chunk(from);
  }
  return {};
}

// -- Chunks --

/// Lets `change` work on a chunk and accounts for its bytes. A change that throws has not changed them.
template <class Change>
void ChunkList::change_chunk(Position position, Change&& change) {
  Listpack& changed = chunk(position);
  const size_t before = changed.memory();
  change(changed);
  if (large_ != nullptr) large_->chunk_bytes = large_->chunk_bytes - before + changed.memory();
}

/// The chunk at a position has so many elements more.
void ChunkList::count(Position position, ptrdiff_t elements) {
  if (large_ == nullptr) return;
  large_->elements += static_cast<size_t>(elements);
  large_->blocks[position.block].elements += static_cast<size_t>(elements);
}

/// Moves the only chunk, which is not empty, to a block with room for another.
void ChunkList::make_large() {
  auto large = std::make_unique<Large>();
  large->blocks.resize(1);
  Block& block = large->blocks.front();
  block.chunks.reserve(2);
  large->elements = block.elements = only_.size();
  large->chunk_bytes = only_.memory();
  large->frame_bytes = frame_of(*large) + frame_of(block);
  block.chunks.push_back(std::move(only_));
  large_ = std::move(large);
}

/// Sees to it that the list is large and that a chunk can be placed before the one at a position, or behind the last
/// one of the block there, without asking for memory. Returns that position, which has moved where the block has split.
ChunkList::Position ChunkList::make_room(Position before) {
  if (large_ == nullptr) make_large();
  if (chunks_in(before.block) == kMostChunks) {
    split_block(before.block);
    const auto kept = static_cast<uint32_t>(chunks_in(before.block));
    if (before.chunk > kept) before = {.block = before.block + 1, .chunk = before.chunk - kept};
  }
  Block& block = large_->blocks[before.block];
  if (block.chunks.size() == block.chunks.capacity()) {
    const size_t frame = frame_of(block);
    block.chunks.reserve(std::min(2 * block.chunks.size(), kMostChunks));
    large_->frame_bytes = large_->frame_bytes - frame + frame_of(block);
  }
  return before;
}

/// Places a chunk that is not empty where there is room for it. Its elements are not counted yet.
ChunkList::Position ChunkList::place_chunk(Position where, Listpack&& added) noexcept {
  large_->chunk_bytes += added.memory();
  auto& chunks = large_->blocks[where.block].chunks;
  chunks.insert(chunks.begin() + where.chunk, std::move(added));
  where.at = chunk(where).first();
  return where;
}

/// Adds a chunk with one element before the chunk at a position, or behind the last one of the block there.
ChunkList::Position ChunkList::add_chunk(Position before, const Member& element) {
  Listpack fresh;
  fresh.append(element);
  if (empty()) {
    only_ = std::move(fresh);
    return first();
  }
  const Position added = place_chunk(make_room(before), std::move(fresh));
  count(added, 1);
  return added;
}

/// Of a block at either end of the list, the outermost chunk gets a block for itself, so that lists that grow there
/// fill their blocks.
void ChunkList::split_block(uint32_t index) {
  auto& blocks = large_->blocks;
  const size_t kept = index + 1 == blocks.size() ? kMostChunks - 1 : index == 0 ? 1 : kMostChunks / 2;
  const size_t frame = frame_of(*large_) + frame_of(blocks[index]);
  Block upper;
  upper.chunks.reserve(kMostChunks - kept + 1);
  if (blocks.size() == blocks.capacity()) blocks.reserve(2 * blocks.size());
  auto& lower = blocks[index];  // nothing below throws
  const auto from = lower.chunks.begin() + static_cast<ptrdiff_t>(kept);
  upper.chunks.insert(upper.chunks.end(), std::make_move_iterator(from), std::make_move_iterator(lower.chunks.end()));
  lower.chunks.erase(from, lower.chunks.end());
  for (const Listpack& chunk : upper.chunks) upper.elements += chunk.size();
  lower.elements -= upper.elements;
  blocks.insert(blocks.begin() + index + 1, std::move(upper));
  large_->frame_bytes =
      large_->frame_bytes - frame + frame_of(*large_) + frame_of(blocks[index]) + frame_of(blocks[index + 1]);
}

/// Splits a chunk before an element that is not its first; returns where the upper half stands, behind the lower one in
/// the same block.
ChunkList::Position ChunkList::split_chunk(Position position, Listpack::Position before) {
  const Position where = make_room({.block = position.block, .chunk = position.chunk + 1});
  Listpack upper;
  change_chunk({.block = where.block, .chunk = where.chunk - 1}, [&](Listpack& chunk) { upper = chunk.split(before); });
  return place_chunk(where, std::move(upper));
}

/// Removes a chunk whose elements are not counted any more; returns the first element behind it.
ChunkList::Position ChunkList::drop_chunk(Position position) noexcept {
  if (large_ == nullptr) {
    only_ = Listpack();
    return {};
  }
  auto& blocks = large_->blocks;
  Block& block = blocks[position.block];
  large_->chunk_bytes -= chunk(position).memory();
  block.chunks.erase(block.chunks.begin() + position.chunk);
  if (block.chunks.empty()) {
    large_->frame_bytes -= frame_of(block);
    blocks.erase(blocks.begin() + position.block);
    position.chunk = 0;
  } else if (position.chunk == block.chunks.size()) {
    position = {.block = position.block + 1, .chunk = 0};
  }
  const bool is_end = position.block == blocks.size();
  if (blocks.empty()) {  // a list that had become large in vain
    large_.reset();
    return {};
  }
  if (blocks.size() == 1 && blocks.front().chunks.size() == 1) {
    only_ = std::move(blocks.front().chunks.front());
    large_.reset();
    return is_end ? Position{} : first();
  }
  position.at = is_end ? Listpack::kNone : chunk(position).first();
  return position;
}

// -- Changes --

void ChunkList::push_front(const Member& element, const ChunkLimit& limit) {
  const Position there = first();
  if (!there || !has_room(chunk(there), element, limit)) {
    add_chunk({}, element);
    return;
  }
  change_chunk(there, [&](Listpack& chunk) { chunk.prepend(element); });
  count(there, 1);
}

void ChunkList::push_back(const Member& element, const ChunkLimit& limit) {
  const Position there = last();
  if (!there || !has_room(chunk(there), element, limit)) {
    add_chunk({.block = there.block, .chunk = there.chunk + 1}, element);
    return;
  }
  change_chunk(there, [&](Listpack& chunk) { chunk.append(element); });
  count(there, 1);
}

/// Puts an element before the one at a position in its chunk, which has room, or at the end of the chunk.
ChunkList::Position ChunkList::insert_in_chunk(Position position, const Member& element) {
  change_chunk(position, [&](Listpack& chunk) { chunk.insert(position.at, element); });
  count(position, 1);
  // What is inserted stands where the element behind it stood, or at the end.
  if (position.at == Listpack::kNone) position.at = chunk(position).last();
  return position;
}

ChunkList::Position ChunkList::insert(Position position, bool behind, const Member& element, const ChunkLimit& limit) {
  const Listpack& here = chunk(position);
  if (behind) position.at = here.next(position.at);
  if (has_room(here, element, limit)) return insert_in_chunk(position, element);
  Position beside = position;
  if (position.at == Listpack::kNone) {
    if (to_next_chunk(beside) && has_room(chunk(beside), element, limit)) return insert_in_chunk(beside, element);
    return add_chunk({.block = position.block, .chunk = position.chunk + 1}, element);
  }
  if (position.at == here.first()) {
    if (!to_previous_chunk(beside) || !has_room(chunk(beside), element, limit)) return add_chunk(position, element);
    beside.at = Listpack::kNone;
    return insert_in_chunk(beside, element);
  }
  const Position upper = split_chunk(position, position.at);
  if (has_room(chunk(upper), element, limit)) return insert_in_chunk(upper, element);
  const Position lower{.block = upper.block, .chunk = upper.chunk - 1};
  if (has_room(chunk(lower), element, limit)) return insert_in_chunk(lower, element);
  return add_chunk(upper, element);
}

void ChunkList::replace(Position position, const Member& element, const ChunkLimit& limit) {
  const Listpack& here = chunk(position);
  if (here.size() == 1 || has_room(here, element, limit)) {
    return change_chunk(position, [&](Listpack& chunk) { chunk.replace(position.at, element); });
  }
  erase(next(insert(position, false, element, limit)));
}

ChunkList::Position ChunkList::erase(Position position, size_t count_left) noexcept {
  while (position && count_left > 0) {
    Listpack& here = chunk(position);
    const size_t before = here.size();
    if (position.at == here.first() && before <= count_left) {
      count(position, -static_cast<ptrdiff_t>(before));
      count_left -= before;
      position = drop_chunk(position);
      continue;
    }
    Listpack::Position following = Listpack::kNone;
    change_chunk(position, [&](Listpack& chunk) { following = chunk.erase(position.at, count_left); });
    const size_t erased = before - here.size();
    count(position, -static_cast<ptrdiff_t>(erased));
    count_left -= erased;
    position.at = following;
    if (following == Listpack::kNone) to_next_chunk(position);
  }
  return position;
}

}  // namespace larder::store
