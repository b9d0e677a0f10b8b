// What is learned from hits and evictions.
#include "store/core/hit_density.h"

#include <gtest/gtest.h>

#include <vector>

namespace larder::store {
namespace {

using Event = HitDensity::Event;

std::vector<Event> events(size_t count, uint8_t key_class, uint32_t ticks, bool hit) {
  return std::vector<Event>(
      count, {.key_class = key_class, .age = static_cast<uint8_t>(HitDensity::age_of(ticks)), .hit = hit});
}

TEST(HitDensity, AgesAreQuartersOfAnOctave) {
  unsigned before = 0;
  for (uint32_t ticks = 1; ticks < 4096; ++ticks) {
    const unsigned age = HitDensity::age_of(ticks);
    EXPECT_GE(age, before);
    EXPECT_LE(age, before + 1);
    before = age;
  }
  EXPECT_EQ(HitDensity::age_of(2048), HitDensity::age_of(1024) + 4);
  EXPECT_EQ(HitDensity::age_of(0xFFFFFF), HitDensity::kAges - 1);
}

TEST(HitDensity, ClassesAreOctavesOfTheLastGap) {
  EXPECT_EQ(HitDensity::class_after(0), 1);
  EXPECT_EQ(HitDensity::class_after(3), 1);
  EXPECT_EQ(HitDensity::class_after(4), 2);
  EXPECT_EQ(HitDensity::class_after(1023), 9);
  EXPECT_EQ(HitDensity::class_after(0xFFFFFF), HitDensity::kClasses - 1);
}

TEST(HitDensity, KnowsOnlyAgeAtFirst) {
  const HitDensity density;
  for (unsigned key_class = 0; key_class < HitDensity::kClasses; ++key_class) {
    EXPECT_EQ(density.of(key_class, 100), density.of(0, 100));
    EXPECT_GT(density.of(key_class, 100), density.of(key_class, 1000));
  }
}

TEST(HitDensity, IsTheHitsForTheTicksThatKeysStay) {
  HitDensity density;
  density.learn(events(1000, 3, 1024, true), 100);
  // All end within the age that begins at 1024 ticks and is 256 wide: half of it is what they stay there.
  EXPECT_NEAR(density.of(3, 1100), 1.0 / 128, 1e-4);
  EXPECT_NEAR(density.of(3, 0), 1.0 / (1024 + 128), 1e-5);
  density.learn(events(9000, 3, 1024, false), 100);
  EXPECT_LT(density.of(3, 1100), 0.2 / 128);
}

TEST(HitDensity, TellsClassesApart) {
  HitDensity density;
  density.learn(events(1000, 2, 500, true), 100);
  density.learn(events(1000, 9, 500, false), 100);
  EXPECT_GT(density.of(2, 100), density.of(9, 100));
  EXPECT_EQ(density.of(9, 100), 0);
}

TEST(HitDensity, ForgetsWhatIsLongPast) {
  HitDensity density;
  density.learn(events(1000, 1, 64, true), 100);
  const float before = density.of(1, 64);
  for (int i = 0; i < 60; ++i) density.learn(events(1000, 1, 64, false), 100);
  EXPECT_LT(density.of(1, 64), before / 50);
}

TEST(HitDensity, WaitsForHalfATurnoverOfEvents) {
  HitDensity density;
  const float before = density.of(5, 10);
  density.learn(events(999, 5, 10, true), 2000);
  EXPECT_EQ(density.of(5, 10), before);
  density.learn(events(1, 5, 10, true), 2000);
  EXPECT_NE(density.of(5, 10), before);
}

}  // namespace
}  // namespace larder::store
