// Caches of a fixed number of keys, simulated exactly: what a server's sampled eviction is compared with. The reader's
// protocol is a server's: touch() is a GET, insert() the SET that follows a miss.
// References: LRU as a list; SIEVE: Zhang et al., "SIEVE is simpler than LRU", NSDI 2024 (a FIFO list, one visited bit,
// a hand). Invariant: at most `capacity` keys are held; keys are below `distinct`. Threads: one each.
#pragma once

#include <cstdint>
#include <vector>

namespace larder::bench {

/// A doubly linked list through arrays, addressed by key: newest at the front.
class KeyList {
 public:
  explicit KeyList(uint32_t distinct) : older_(distinct, kNone), newer_(distinct, kNone) {}

  static constexpr uint32_t kNone = UINT32_MAX;

  void push_front(uint32_t key) {
    older_[key] = newest_;
    newer_[key] = kNone;
    (newest_ == kNone ? oldest_ : newer_[newest_]) = key;
    newest_ = key;
  }
  void remove(uint32_t key) {
    (newer_[key] == kNone ? newest_ : older_[newer_[key]]) = older_[key];
    (older_[key] == kNone ? oldest_ : newer_[older_[key]]) = newer_[key];
  }
  uint32_t oldest() const { return oldest_; }
  uint32_t newer(uint32_t key) const { return newer_[key]; }

 private:
  std::vector<uint32_t> older_;
  std::vector<uint32_t> newer_;
  uint32_t newest_ = kNone;
  uint32_t oldest_ = kNone;
};

class SimulatedCache {
 public:
  SimulatedCache(uint32_t distinct, uint64_t capacity) : list_(distinct), held_(distinct, 0), capacity_(capacity) {}
  virtual ~SimulatedCache() = default;

  /// A read: whether `key` was held.
  bool touch(uint32_t key) {
    if (held_[key] == 0) return false;
    on_hit(key);
    return true;
  }
  /// A write of `key`, evicting one other key when there is no room.
  void insert(uint32_t key) {
    if (touch(key)) return;
    if (size_ == capacity_) evict();
    list_.push_front(key);
    held_[key] = 1;
    ++size_;
  }

 protected:
  virtual void on_hit(uint32_t key) = 0;
  virtual uint32_t victim() = 0;

  KeyList list_;
  std::vector<uint8_t> held_;

 private:
  void evict() {
    const uint32_t key = victim();
    list_.remove(key);
    held_[key] = 0;
    --size_;
  }

  uint64_t capacity_;
  uint64_t size_ = 0;
};

class ExactLru final : public SimulatedCache {
 public:
  using SimulatedCache::SimulatedCache;

 private:
  void on_hit(uint32_t key) override {
    list_.remove(key);
    list_.push_front(key);
  }
  uint32_t victim() override { return list_.oldest(); }
};

class Sieve final : public SimulatedCache {
 public:
  Sieve(uint32_t distinct, uint64_t capacity) : SimulatedCache(distinct, capacity), visited_(distinct, 0) {}

 private:
  void on_hit(uint32_t key) override { visited_[key] = 1; }
  uint32_t victim() override {
    uint32_t key = hand_ == KeyList::kNone ? list_.oldest() : hand_;
    while (visited_[key] != 0) {
      visited_[key] = 0;
      key = list_.newer(key) == KeyList::kNone ? list_.oldest() : list_.newer(key);
    }
    hand_ = list_.newer(key);
    return key;
  }

  std::vector<uint8_t> visited_;
  uint32_t hand_ = KeyList::kNone;
};

}  // namespace larder::bench
