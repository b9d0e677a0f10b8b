// See hit_density.h.
#include "store/core/hit_density.h"

#include <algorithm>
#include <cmath>

namespace larder::store {

namespace {

constexpr size_t kLeastEvents = 512;     // between two updates, however few keys there are
constexpr float kKept = 0.9F;            // of what was seen before, at each update
constexpr float kFewEvents = 0.5F;       // below, nothing is known of an age
constexpr float kUnknownDensity = 0.5F;  // at age 1: without knowledge the age alone decides, as under LRU

/// The least ticks that are counted as this age.
float start_of(unsigned age) {
  if (age < 4) return static_cast<float>(age);
  return std::ldexp(1.0F + static_cast<float>(age % 4) / 4.0F, static_cast<int>(age / 4 + 1));
}

float unknown(unsigned age) { return kUnknownDensity / (1.0F + start_of(age)); }

}  // namespace

HitDensity::HitDensity() {
  for (auto& ages : density_) {
    for (unsigned age = 0; age < kAges; ++age) ages[age].store(unknown(age), std::memory_order_relaxed);
  }
}

void HitDensity::learn(std::span<const Event> events, size_t keys) {
  const std::lock_guard guard(mutex_);
  for (const Event& event : events) (event.hit ? hits_ : evictions_)[event.key_class][event.age] += 1;
  events_ += events.size();
  if (events_ < std::max(keys / 2, kLeastEvents)) return;
  events_ = 0;
  update();
}

/// From the greatest age down: `hits` of those that got there, and the ticks that they stayed from there on. Keys that
/// end within an age are taken to have stayed half of it.
void HitDensity::update() {
  for (unsigned key_class = 0; key_class < kClasses; ++key_class) {
    float hits = 0, beyond = 0, stayed = 0;
    for (unsigned age = kAges; age-- > 0;) {
      const float width = start_of(age + 1) - start_of(age);
      const float ended = hits_[key_class][age] + evictions_[key_class][age];
      stayed += (beyond + ended / 2) * width;
      beyond += ended;
      hits += hits_[key_class][age];
      const float density = beyond > kFewEvents ? hits / (stayed + 1e-6F) : unknown(age);
      density_[key_class][age].store(density, std::memory_order_relaxed);
      hits_[key_class][age] *= kKept;
      evictions_[key_class][age] *= kKept;
    }
  }
}

}  // namespace larder::store
