#include "store/values/keyed_table.h"

#include <algorithm>
#include <utility>

#include "base/at_exit.h"
#include "base/hash.h"

namespace larder::store {

uint64_t key_hash_seed() {
  static const uint64_t seed = base::random_seed();
  return seed;
}

template <class Record>
uint32_t KeyedTable<Record>::prefix_of(std::string_view key) {
  return static_cast<uint32_t>(base::hash_bytes(key, key_hash_seed()) >> 32);
}

template <class Record>
KeyedTable<Record>::~KeyedTable() {
  if (!directory_) return;
  for (size_t entry = 0; entry < entries();) {
    const Part* part = directory_[entry];
    entry += part == nullptr ? 1 : span_of(*part);  // null: a copy for which there was no memory
    delete part;
  }
}

template <class Record>
std::unique_ptr<KeyedTable<Record>> KeyedTable<Record>::copy() const {
  auto result = std::make_unique<KeyedTable>();
  if (!directory_) {
    result->root_ = root_.copy();
    result->bytes_ = result->root_.memory();
    result->allocations_ = result->root_.allocations();
  } else {
    result->directory_ = std::make_unique<Part*[]>(entries());
    result->depth_ = depth_;
    for (size_t entry = 0; entry < entries();) {
      const size_t span = span_of(*directory_[entry]);
      std::fill_n(&result->directory_[entry], span, new Part(directory_[entry]->copy()));
      result->count_in(*result->directory_[entry]);
      entry += span;
    }
    result->bytes_ += heap_bytes(entries() * sizeof(Part*));
    ++result->allocations_;
  }
  result->size_ = size_;
  result->most_slots_ = most_slots_;
  result->deepest_parts_ = deepest_parts_;
  return result;
}

// -------------------------------------------------------------------------------------------------------- records

template <class Record>
template <class Change>
bool KeyedTable<Record>::change(uint32_t prefix, Change&& change_part) {
  Part& part = part_of(prefix);
  const size_t bytes = part.memory();
  const size_t allocations = part.allocations();
  const base::AtExit account([&] {  // also if only room was made
    bytes_ += part.memory() - bytes;
    allocations_ += part.allocations() - allocations;
    most_slots_ = std::max(most_slots_, part.slots());
  });
  return change_part(part);
}

template <class Record>
std::optional<typename Record::Content> KeyedTable<Record>::find(std::string_view key) const {
  const uint32_t prefix = prefix_of(key);
  const char* record = part_of(prefix).find(prefix, key);
  if (record == nullptr) return std::nullopt;
  return Part::content(record);
}

template <class Record>
bool KeyedTable<Record>::contains(std::string_view key) const {
  const uint32_t prefix = prefix_of(key);
  return part_of(prefix).find(prefix, key) != nullptr;
}

template <class Record>
bool KeyedTable<Record>::add(const Content& content) {
  const uint32_t prefix = prefix_of(Record::key_of(content));
  return change(prefix, [&](Part& part) { return part.add(prefix, content); }) && added(prefix);
}

template <class Record>
bool KeyedTable<Record>::put(const Content& content) {
  const uint32_t prefix = prefix_of(Record::key_of(content));
  return change(prefix, [&](Part& part) { return part.put(prefix, content); }) && added(prefix);
}

/// A key has been added; true.
template <class Record>
bool KeyedTable<Record>::added(uint32_t prefix) {
  ++size_;
  const Part& part = part_of(prefix);
  if (part.size() > kMaxPartSize && part.depth() < kMaxDepth) split(prefix);
  return true;
}

template <class Record>
bool KeyedTable<Record>::remove(std::string_view key) {
  const uint32_t prefix = prefix_of(key);
  if (!change(prefix, [&](Part& part) { return part.remove(prefix, key); })) return false;
  --size_;
  if (directory_ && part_of(prefix).size() <= kMinPairSize) join(prefix);
  return true;
}

template <class Record>
void KeyedTable<Record>::reserve(size_t records) {
  if (directory_) return;
  change(0, [&](Part& part) {
    part.reserve(static_cast<uint32_t>(std::min(records, kMaxPartSize)));
    return true;
  });
}

template <class Record>
typename Record::Content KeyedTable<Record>::draw(base::Random& random) const {
  constexpr int kPatience = 200;  // about one attempt in four succeeds, fewer after removals in the order of hashes
  for (int attempt = 0; attempt < kPatience; ++attempt) {
    const Part& part = directory_ ? *directory_[random.below(entries())] : root_;
    const size_t slot = random.below(directory_ ? most_slots_ : part.slots());
    if (slot >= part.slots()) continue;
    const char* record = part.record_at(slot);
    if (record == nullptr) continue;
    // A part with several entries has been chosen so many times as often as one with a single entry.
    if (directory_ && part.depth() < depth_ && random.below(span_of(part)) != 0) continue;
    return Part::content(record);
  }
  return nth(random.below(size_));
}

template <class Record>
typename Record::Content KeyedTable<Record>::nth(size_t rank) const {
  const Part* part = &root_;
  for (size_t entry = 0; directory_; entry += span_of(*part)) {
    part = directory_[entry];
    if (rank < part->size()) break;
    rank -= part->size();
  }
  Content found;
  part->walk(0, [&](uint32_t, const Content& content) {
    found = content;
    return rank-- != 0;
  });
  return found;
}

// ------------------------------------------------------------------------------------------------------- directory

template <class Record>
void KeyedTable<Record>::count_in(const Part& part) {
  bytes_ += owned_bytes(part);
  allocations_ += owned_allocations(part);
}

template <class Record>
void KeyedTable<Record>::count_out(const Part& part) {
  bytes_ -= owned_bytes(part);
  allocations_ -= owned_allocations(part);
}

template <class Record>
void KeyedTable<Record>::make_directory() {
  auto directory = std::make_unique<Part*[]>(1);
  directory[0] = new Part;
  bytes_ -= root_.memory();
  allocations_ -= root_.allocations();
  directory_ = std::move(directory);
  *directory_[0] = std::move(root_);
  count_in(*directory_[0]);
  bytes_ += heap_bytes(sizeof(Part*));
  ++allocations_;
  depth_ = 0;
  deepest_parts_ = 1;
}

/// Without memory the part stays as it is until the next record comes: larger than planned, but whole.
template <class Record>
void KeyedTable<Record>::split(uint32_t prefix) noexcept {
  try {
    if (!directory_) make_directory();
    Part& lower = part_of(prefix);
    std::unique_ptr<Part*[]> doubled;
    if (lower.depth() == depth_) doubled = std::make_unique<Part*[]>(entries() * 2);
    auto upper = std::make_unique<Part>();
    const size_t bytes = owned_bytes(lower);
    const size_t allocations = owned_allocations(lower);
    *upper = lower.split();
    // Nothing that follows can fail.
    bytes_ -= bytes;
    allocations_ -= allocations;
    if (doubled) double_directory(std::move(doubled));
    const size_t span = size_t{1} << (depth_ - (lower.depth() - 1u));  // of both
    const size_t first = entry_of(prefix) & ~(span - 1);
    count_in(lower);
    count_in(*upper);
    if (lower.depth() == depth_) deepest_parts_ += 2;
    most_slots_ = std::max({most_slots_, lower.slots(), upper->slots()});
    std::fill_n(&directory_[first + span / 2], span / 2, upper.release());
  } catch (const std::bad_alloc&) {
  }
}

/// `doubled` has room for twice the entries.
template <class Record>
void KeyedTable<Record>::double_directory(std::unique_ptr<Part*[]> doubled) noexcept {
  for (size_t entry = 0; entry < entries(); ++entry) std::fill_n(&doubled[2 * entry], 2, directory_[entry]);
  bytes_ -= heap_bytes(entries() * sizeof(Part*));
  directory_ = std::move(doubled);
  ++depth_;
  deepest_parts_ = 0;
  bytes_ += heap_bytes(entries() * sizeof(Part*));
}

/// Without memory nothing is joined, or the directory stays larger than it need be.
template <class Record>
void KeyedTable<Record>::join(uint32_t prefix) noexcept {
  Part& part = part_of(prefix);
  if (part.depth() == 0) return;
  const size_t span = span_of(part);
  const size_t first = entry_of(prefix) & ~(span - 1);
  Part& neighbour = *directory_[first ^ span];
  if (neighbour.depth() != part.depth() || part.size() + size_t{neighbour.size()} > kMinPairSize) return;
  Part& lower = (first & span) == 0 ? part : neighbour;
  Part& upper = (first & span) == 0 ? neighbour : part;
  const bool deepest = part.depth() == depth_;
  count_out(lower);
  count_out(upper);
  try {
    lower.absorb(std::move(upper));
  } catch (const std::bad_alloc&) {
    count_in(lower);
    count_in(upper);
    return;
  }
  if (deepest) deepest_parts_ -= 2;
  delete &upper;
  std::fill_n(&directory_[first & ~span], 2 * span, &lower);
  count_in(lower);
  try {
    while (depth_ > 0 && deepest_parts_ == 0) halve_directory();
  } catch (const std::bad_alloc&) {
  }
  if (depth_ == 0) drop_directory();
}

template <class Record>
void KeyedTable<Record>::halve_directory() {
  auto halved = std::make_unique<Part*[]>(entries() / 2);
  for (size_t entry = 0; entry < entries() / 2; ++entry) halved[entry] = directory_[2 * entry];
  bytes_ -= heap_bytes(entries() * sizeof(Part*));
  directory_ = std::move(halved);
  --depth_;
  bytes_ += heap_bytes(entries() * sizeof(Part*));
  deepest_parts_ = parts_at_full_depth();
}

template <class Record>
size_t KeyedTable<Record>::parts_at_full_depth() const {
  return static_cast<size_t>(std::count_if(directory_.get(), directory_.get() + entries(),
                                           [&](const Part* part) { return part->depth() == depth_; }));
}

template <class Record>
void KeyedTable<Record>::drop_directory() {
  const std::unique_ptr<Part> part(directory_[0]);
  count_out(*part);
  bytes_ -= heap_bytes(sizeof(Part*));
  --allocations_;
  directory_.reset();
  deepest_parts_ = 0;
  root_ = std::move(*part);
  bytes_ += root_.memory();
  allocations_ += root_.allocations();
  most_slots_ = root_.slots();
}

template class KeyedTable<MemberRecord>;
template class KeyedTable<FieldRecord>;
template class KeyedTable<ScoredRecord>;

}  // namespace larder::store
