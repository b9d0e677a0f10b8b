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
  EXPECT_EQ(clock.steady_us(), clock.now_us());
}

TEST(SystemClock, TellsUnixTimeAndNeverRunsBackwards) {
  const Clock& clock = Clock::system();
  const auto expected = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(static_cast<double>(clock.now_us()),
              static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(expected).count()), 60e6);
  int64_t last = clock.steady_us();
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = clock.steady_us();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace larder::base
