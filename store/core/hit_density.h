// What the policy allkeys-lhd knows: how many hits a key may still be expected to bring for each tick that it stays. It
// is learned from the hits and evictions that happen, for each pair of
//
//   class: the octave of ticks that lay between the key's last two accesses; 0 when it has been accessed only once
//   age:   ticks since its last access, in quarters of an octave
//
// as the hits seen at this age or later, divided by the ticks that the same keys stayed from this age on. The key with
// the least density is evicted. What is read again soon after it was stored, read regularly, or read once and never
// more is told apart without a word about which workload that is; and when the workload changes, so do the numbers,
// because old ones lose a tenth of their weight with every half turnover of accesses.
//
// Source: Beckmann, Chen, Cidon, "LHD: Improving Cache Hit Rate by Maximizing Hit Density", NSDI 2018; classes by the
// last gap, ages in octaves and the logical clock are ours (README.md has what else was tried). Any
// thread; learn() is serialized by a mutex, of() reads without a lock.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

namespace larder::store {

class HitDensity {
 public:
  static constexpr unsigned kClasses = 16;
  static constexpr unsigned kAges = 92;  // as many as 24 bits of ticks have

  /// A hit or an eviction of a key in this class, so many ticks after its last access.
  struct Event {
    uint8_t key_class;
    uint8_t age;  // as age_of() says
    bool hit;
  };

  HitDensity();

  /// `ticks` has 24 bits.
  static unsigned age_of(uint32_t ticks) {
    if (ticks < 4) return ticks;
    const auto octave = static_cast<unsigned>(std::bit_width(ticks)) - 1;
    return octave * 4 - 4 + ((ticks >> (octave - 2)) & 3);
  }
  /// The class of a key that is accessed again after so many ticks.
  static uint8_t class_after(uint32_t ticks) {
    const int octave = static_cast<int>(std::bit_width(ticks)) - 1;
    return static_cast<uint8_t>(octave < 1 ? 1 : octave > 14 ? 15 : octave);
  }

  /// Expected hits for each tick: 0 or more.
  float of(unsigned key_class, uint32_t ticks) const {
    return density_[key_class][age_of(ticks)].load(std::memory_order_relaxed);
  }

  /// Takes over what has happened; in a cache of `keys` keys.
  void learn(std::span<const Event> events, size_t keys);

 private:
  void update();

  std::array<std::array<std::atomic<float>, kAges>, kClasses> density_;
  std::mutex mutex_;
  std::array<std::array<float, kAges>, kClasses> hits_{}, evictions_{};
  size_t events_ = 0;  // since the last update
};

/// What one thread has seen and not yet passed on.
class HitLog {
 public:
  explicit HitLog(HitDensity& density) : density_(density) {}

  void note(const HitDensity::Event& event, size_t keys) {
    events_[size_++] = event;
    if (size_ == events_.size()) {
      density_.learn(events_, keys);
      size_ = 0;
    }
  }

 private:
  HitDensity& density_;
  std::array<HitDensity::Event, 256> events_;
  size_t size_ = 0;
};

}  // namespace larder::store
