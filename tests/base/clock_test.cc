// The clocks.
#include "base/clock.h"

#include <gtest/gtest.h>

namespace larder::base {
namespace {

TEST(ManualClock, StandsStillUntilMoved) {
  ManualClock clock(std::chrono::seconds(1000));
  EXPECT_EQ(clock.now_us(), 1'000'000'000);
  EXPECT_EQ(clock.now_ms(), 1'000'000);
  EXPECT_EQ(clock.now_us(), clock.now_us());
  clock.advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(clock.now_ms(), 1'001'500);
  clock.advance(-std::chrono::milliseconds(500));
  EXPECT_EQ(clock.now_ms(), 1'001'000);
}

TEST(SystemClock, TellsUnixTime) {
  const Clock& clock = Clock::system();
  const auto expected = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(static_cast<double>(clock.now_us()),
              static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(expected).count()), 60e6);
}

TEST(SteadyTime, NeverRunsBackwards) {
  int64_t last = steady_us(), last_ms = coarse_steady_ms();
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = steady_us(), now_ms = coarse_steady_ms();
    ASSERT_GE(now, last);
    ASSERT_GE(now_ms, last_ms);
    last = now;
    last_ms = now_ms;
  }
}

}  // namespace
}  // namespace larder::base
