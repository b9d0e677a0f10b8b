#include "store/values/order_index.h"

#include <algorithm>
#include <memory>
#include <type_traits>

namespace larder::store {
namespace {

/// Puts an item among `count` items.
template <class Item>
void put_at(Item* items, unsigned count, unsigned at, const Item& item) {
  std::copy_backward(items + at, items + count, items + count + 1);
  items[at] = item;
}

template <class Item>
void take_at(Item* items, unsigned count, unsigned at) {
  std::copy(items + at + 1, items + count, items + at);
}

/// Adds an item to a full node by sharing all between it and a new one; `kept` stay in the old one.
template <class Node, class Item>
void share(Node& full, Node& fresh, unsigned at, const Item& item, unsigned kept) {
  constexpr size_t kCapacity = std::extent_v<decltype(Node::items)>;
  Item all[kCapacity + 1];
  std::copy(full.items, full.items + at, all);
  all[at] = item;
  std::copy(full.items + at, full.items + kCapacity, all + at + 1);
  std::copy(all, all + kept, full.items);
  std::copy(all + kept, all + kCapacity + 1, fresh.items);
  full.count = static_cast<uint16_t>(kept);
  fresh.count = static_cast<uint16_t>(kCapacity + 1 - kept);
}

/// Moves all items of a node behind those of its left neighbour, which has room for them.
template <class Node>
void join(Node& left, Node& right) {
  std::copy(right.items, right.items + right.count, left.items + left.count);
  left.count = static_cast<uint16_t>(left.count + right.count);
  right.count = 0;
}

/// Moves items between neighbours until both hold half.
template <class Node>
void balance(Node& left, Node& right) {
  const unsigned all = unsigned{left.count} + right.count, half = all / 2;
  if (left.count > half) {
    const unsigned moved = left.count - half;
    std::copy_backward(right.items, right.items + right.count, right.items + right.count + moved);
    std::copy(left.items + half, left.items + left.count, right.items);
  } else {
    const unsigned moved = half - left.count;
    std::copy(right.items, right.items + moved, left.items + left.count);
    std::copy(right.items + moved, right.items + right.count, right.items);
  }
  left.count = static_cast<uint16_t>(half);
  right.count = static_cast<uint16_t>(all - half);
}

}  // namespace

/// Nodes allocated before a change begins, so that nothing can fail in its midst.
class OrderIndex::Spares {
 public:
  /// Throws std::bad_alloc.
  Spares(bool leaf, unsigned inners) {
    if (leaf) leaf_ = std::make_unique<Leaf>();
    for (unsigned i = 0; i < inners; ++i) inners_[i] = std::make_unique<Inner>();
    left_ = inners;
  }
  Leaf* take_leaf() { return leaf_.release(); }
  Inner* take_inner() { return inners_[--left_].release(); }

 private:
  std::unique_ptr<Leaf> leaf_;
  std::array<std::unique_ptr<Inner>, kMaxHeight + 1> inners_;
  unsigned left_;
};

// ------------------------------------------------------------------------------------------------------------- order

std::string_view OrderIndex::member(const Entry& entry) const {
  std::string_view found;
  records_->visit_prefix(entry.prefix, [&](const ScoredRecord::Content& content) {
    found = content.member;
    return content.tag != entry.tag;
  });
  return found;
}

int OrderIndex::compare(const Entry& entry, double score, std::string_view other) const {
  if (entry.score != score) return entry.score < score ? -1 : 1;
  return member(entry).compare(other);
}

OrderIndex::Place OrderIndex::place_at(size_t rank) const {
  Place place;
  place.rank = rank;
  void* node = root_;
  for (unsigned level = height_; level > 0; --level) {
    auto* inner = static_cast<Inner*>(node);
    unsigned index = 0;
    for (; rank >= inner->items[index].size; ++index) rank -= inner->items[index].size;
    place.steps[level - 1] = {inner, index};
    node = inner->items[index].child;
  }
  place.leaf = static_cast<Leaf*>(node);
  place.index = static_cast<unsigned>(rank);
  return place;
}

OrderIndex::Cursor OrderIndex::at(size_t rank) const {
  if (rank >= size_) return {nullptr, 0};
  const Place place = place_at(rank);
  return {place.leaf, place.index};
}

// --------------------------------------------------------------------------------------------------------- insertion

void OrderIndex::insert(const Entry& entry, std::string_view member) {
  if (size_ == 0) {
    auto leaf = std::make_unique<Leaf>();
    leaf->items[0] = entry;
    leaf->count = 1;
    root_ = leaf.release();
    size_ = leaves_ = 1;
    return;
  }
  Place place = place_of([&](const Entry& other) { return compare(other, entry.score, member) < 0; });
  Leaf& leaf = *place.leaf;
  if (leaf.count < kFanout) {
    put_at(leaf.items, leaf.count++, place.index, entry);
    note_change(place, 1);
    return;
  }
  if (insert_by_moving(place, entry)) return;
  const unsigned levels = full_levels(place);
  Spares spares(true, levels + (levels == height_ ? 1u : 0u));
  split_upwards(place, entry, spares);
}

/// Adds an entry at a place in a full leaf after moving others to a neighbour below the same parent; false where none
/// has room enough to be worth it.
bool OrderIndex::insert_by_moving(Place& place, const Entry& entry) noexcept {
  constexpr unsigned kMostToTake = kFanout - 4;
  if (height_ == 0) return false;
  Inner& parent = *place.steps[0].node;
  const unsigned index = place.steps[0].index;
  const auto leaf_at = [&](unsigned at) -> Leaf& { return *static_cast<Leaf*>(parent.items[at].child); };
  const bool to_left = index > 0 && leaf_at(index - 1).count <= kMostToTake;
  if (!to_left && (index + 1 == parent.count || leaf_at(index + 1).count > kMostToTake)) return false;
  const unsigned left = to_left ? index - 1 : index;
  Leaf& first = leaf_at(left);
  Leaf& second = leaf_at(left + 1);
  unsigned at = place.index + (to_left ? first.count : 0);  // in both together
  balance(first, second);
  Leaf& target = at <= first.count ? first : second;
  if (&target == &second) at -= first.count;
  put_at(target.items, target.count++, at, entry);
  ++size_;
  parent.items[left] = link_to(&first, 0);
  parent.items[left + 1] = link_to(&second, 0);
  for (unsigned level = 1; level < height_; ++level) {
    auto& [node, child] = place.steps[level];
    node->items[child] = link_to(node->items[child].child, level);
  }
  return true;
}

/// How many inner nodes above a full leaf are full too.
unsigned OrderIndex::full_levels(const Place& place) const {
  unsigned level = 0;
  while (level < height_ && place.steps[level].node->count == kFanout) ++level;
  return level;
}

/// The entries below a place have become `change` more or less, the first of its leaf may be another one.
void OrderIndex::note_change(Place& place, int change) noexcept {
  size_ += static_cast<size_t>(change);
  bool first = place.index == 0;
  for (unsigned level = 0; level < height_; ++level) {
    Link& link = place.steps[level].node->items[place.steps[level].index];
    link.size += static_cast<uint64_t>(change);
    if (first) link.least = place.leaf->items[0];
    first = first && place.steps[level].index == 0;
  }
}

/// Adds an entry at a place in a full leaf.
void OrderIndex::split_upwards(Place& place, const Entry& entry, Spares& spares) noexcept {
  // What is inserted at an end of the whole goes on there, most likely: the node that stays behind stays fuller.
  const auto kept_of = [](unsigned at, bool at_begin, bool at_end) {
    if (at_end && at == kFanout) return kFanout + 1 - kFewest;
    return at_begin && at == 0 ? kFewest : (kFanout + 1) / 2;
  };
  Leaf& leaf = *place.leaf;
  Leaf* fresh = spares.take_leaf();
  bool at_begin = leaf.previous == nullptr, at_end = leaf.next == nullptr;
  share(leaf, *fresh, place.index, entry, kept_of(place.index, at_begin, at_end));
  fresh->previous = &leaf;
  fresh->next = std::exchange(leaf.next, fresh);
  if (fresh->next != nullptr) fresh->next->previous = fresh;
  ++leaves_;
  ++size_;
  void* pending = fresh;  // what has come to be on the level below and has no link yet
  for (unsigned level = 0; level < height_; ++level) {
    auto& [node, index] = place.steps[level];
    node->items[index] = link_to(node->items[index].child, level);
    if (pending == nullptr) continue;
    const Link added = link_to(pending, level);
    if (node->count < kFanout) {
      put_at(node->items, node->count++, index + 1, added);
      pending = nullptr;
      continue;
    }
    Inner* fresh_inner = spares.take_inner();
    ++inners_;
    share(*node, *fresh_inner, index + 1, added, kept_of(index + 1, false, at_end));
    pending = fresh_inner;
  }
  if (pending == nullptr) return;
  Inner* root = spares.take_inner();
  ++inners_;
  root->items[0] = link_to(root_, height_);
  root->items[1] = link_to(pending, height_);
  root->count = 2;
  root_ = root;
  ++height_;
}

unsigned OrderIndex::count_of(const void* node, unsigned level) const {
  return level == 0 ? static_cast<const Leaf*>(node)->count : static_cast<const Inner*>(node)->count;
}

/// The link that a node of a level (0: a leaf) should have.
OrderIndex::Link OrderIndex::link_to(void* node, unsigned level) const {
  if (level == 0) {
    const auto* leaf = static_cast<Leaf*>(node);
    return {leaf->items[0], leaf->count, node};
  }
  const auto* inner = static_cast<Inner*>(node);
  uint64_t size = 0;
  for (unsigned i = 0; i < inner->count; ++i) size += inner->items[i].size;
  return {inner->items[0].least, size, node};
}

// ----------------------------------------------------------------------------------------------------------- removal

void OrderIndex::erase(double score, std::string_view member) noexcept {
  // The entry behind it, in whose leaf it stands: the first entry of that leaf is not behind it.
  Place place = place_of([&](const Entry& entry) { return compare(entry, score, member) <= 0; });
  --place.index;
  erase_at(place);
}

void OrderIndex::erase_at(size_t rank) noexcept {
  Place place = place_at(rank);
  erase_at(place);
}

void OrderIndex::erase_at(Place& place) noexcept {
  Leaf& leaf = *place.leaf;
  take_at(leaf.items, leaf.count--, place.index);
  if (leaf.count == 0) {  // which only the root can come to
    clear();
    return;
  }
  note_change(place, -1);
  rebalance(place);
}

/// Sees to it that the leaf of a place and the nodes above it hold enough.
void OrderIndex::rebalance(Place& place) noexcept {
  constexpr unsigned kMostJoined = kFanout * 3 / 4;  // fewer than fit, so that the next insertion splits nothing
  for (unsigned level = 0; level < height_; ++level) {
    auto& [parent, index] = place.steps[level];
    if (count_of(parent->items[index].child, level) >= kFewest) break;
    const unsigned left = index == 0 ? 0 : index - 1;
    Link& lower = parent->items[left];
    Link& upper = parent->items[left + 1];
    const bool joins = count_of(lower.child, level) + count_of(upper.child, level) <= kMostJoined;
    if (level == 0) {
      auto& first = *static_cast<Leaf*>(lower.child);
      auto& second = *static_cast<Leaf*>(upper.child);
      joins ? join(first, second) : balance(first, second);
      if (joins) {
        first.next = second.next;
        if (first.next != nullptr) first.next->previous = &first;
      }
    } else {
      auto& first = *static_cast<Inner*>(lower.child);
      auto& second = *static_cast<Inner*>(upper.child);
      joins ? join(first, second) : balance(first, second);
    }
    lower = link_to(lower.child, level);
    if (!joins) {
      upper = link_to(upper.child, level);
      break;
    }
    free_node(upper.child, level);
    take_at(parent->items, parent->count--, left + 1);
  }
  while (height_ > 0 && static_cast<Inner*>(root_)->count == 1) {
    void* child = static_cast<Inner*>(root_)->items[0].child;
    free_node(root_, height_);
    root_ = child;
    --height_;
  }
}

// --------------------------------------------------------------------------------------------------------- whole tree

void OrderIndex::free_node(void* node, unsigned level) noexcept {
  if (level == 0) {
    delete static_cast<Leaf*>(node);
    --leaves_;
  } else {
    delete static_cast<Inner*>(node);
    --inners_;
  }
}

void OrderIndex::free_tree(void* node, unsigned level) noexcept {
  if (level > 0) {
    const auto* inner = static_cast<Inner*>(node);
    for (unsigned i = 0; i < inner->count; ++i) free_tree(inner->items[i].child, level - 1);
  }
  free_node(node, level);
}

void OrderIndex::clear() noexcept {
  if (root_ != nullptr) free_tree(root_, height_);
  root_ = nullptr;
  height_ = 0;
  size_ = 0;
}

void OrderIndex::copy_from(const OrderIndex& other) {
  if (other.size_ == 0) return;
  Leaf* last = nullptr;
  root_ = copy_tree(other.root_, other.height_, &last);
  height_ = other.height_;
  size_ = other.size_;
}

/// `last` is the leaf that was copied last.
void* OrderIndex::copy_tree(const void* node, unsigned level, Leaf** last) {
  if (level == 0) {
    auto* leaf = new Leaf(*static_cast<const Leaf*>(node));
    ++leaves_;
    leaf->next = nullptr;
    leaf->previous = *last;
    if (*last != nullptr) (*last)->next = leaf;
    *last = leaf;
    return leaf;
  }
  const auto& source = *static_cast<const Inner*>(node);
  auto* inner = new Inner(source);
  ++inners_;
  inner->count = 0;
  try {
    for (; inner->count < source.count; ++inner->count) {
      inner->items[inner->count].child = copy_tree(source.items[inner->count].child, level - 1, last);
    }
  } catch (...) {
    free_tree(inner, level);
    throw;
  }
  return inner;
}

bool OrderIndex::is_sound() const {
  if (size_ == 0) return root_ == nullptr && height_ == 0 && leaves_ == 0 && inners_ == 0;
  const Entry* last = nullptr;
  size_t seen = 0;
  return is_sound(root_, height_, nullptr, &last, &seen) && seen == size_;
}

bool OrderIndex::is_sound(const void* node, unsigned level, const Link* link, const Entry** last, size_t* seen) const {
  const unsigned count = count_of(node, level);
  if (count > kFanout || count < (link != nullptr ? kFewest : level > 0 ? 2 : 1)) return false;
  const size_t before = *seen;
  if (level > 0) {
    const auto& inner = *static_cast<const Inner*>(node);
    for (unsigned i = 0; i < count; ++i) {
      if (!is_sound(inner.items[i].child, level - 1, &inner.items[i], last, seen)) return false;
    }
  } else {
    const auto& leaf = *static_cast<const Leaf*>(node);
    for (unsigned i = 0; i < count; ++i) {
      if (*last != nullptr && compare(**last, leaf.items[i].score, member(leaf.items[i])) >= 0) return false;
      *last = &leaf.items[i];
    }
    if ((leaf.previous == nullptr) != (*seen == 0)) return false;
    if (leaf.previous != nullptr && leaf.previous->next != &leaf) return false;
    *seen += count;
    if ((leaf.next == nullptr) != (*seen == size_)) return false;
  }
  if (link == nullptr) return true;
  const Entry& least =
      level > 0 ? static_cast<const Inner*>(node)->items[0].least : static_cast<const Leaf*>(node)->items[0];
  return link->size == *seen - before && link->least.score == least.score && link->least.prefix == least.prefix &&
         link->least.tag == least.tag;
}

}  // namespace larder::store
