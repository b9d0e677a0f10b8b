// The slots of latency histograms, and the sampled rates.

#include <gtest/gtest.h>

#include "server/observe/latency_histogram.h"
#include "server/observe/rates.h"

namespace larder::server {
namespace {

TEST(LatencyHistogram, SlotsFollowEachOtherWithoutGaps) {
  for (size_t slot = 1; slot + 1 < LatencyHistogram::kSlots; ++slot) {
    ASSERT_EQ(LatencyHistogram::slot_of(LatencyHistogram::lowest(slot)), slot);
    ASSERT_EQ(LatencyHistogram::slot_of(LatencyHistogram::highest(slot)), slot);
    ASSERT_EQ(LatencyHistogram::highest(slot) + 1, LatencyHistogram::lowest(slot + 1));
  }
}

TEST(LatencyHistogram, ClampsWhatIsOutOfRange) {
  EXPECT_EQ(LatencyHistogram::slot_of(-5), LatencyHistogram::slot_of(1));
  EXPECT_EQ(LatencyHistogram::slot_of(INT64_MAX), LatencyHistogram::kSlots - 1);
}

TEST(LatencyHistogram, PercentilesAreWithinAThirtySecond) {
  LazyLatencyHistogram histogram;
  EXPECT_EQ(histogram.get(), nullptr);
  for (int64_t i = 1; i <= 100'000; ++i) histogram.record(i);
  LatencyDistribution all;
  all.add(histogram);
  EXPECT_EQ(all.count(), 100'000);
  EXPECT_NEAR(static_cast<double>(all.percentile(50)), 50'000, 50'000.0 / 32);
  EXPECT_NEAR(static_cast<double>(all.percentile(99)), 99'000, 99'000.0 / 32);
  EXPECT_GE(all.percentile(100), 100'000);
  EXPECT_EQ(all.count_up_to(60), 60);
  histogram.clear();
  LatencyDistribution none;
  none.add(histogram);
  EXPECT_EQ(none.count(), 0);
  EXPECT_EQ(none.percentile(50), 0);
}

TEST(Rates, AreThoseOfTheLastReadings) {
  Rates rates;
  rates.note(0, {.commands = 1000});
  EXPECT_EQ(rates.current().commands, 0);
  for (int i = 1; i <= 30; ++i) rates.note(i * 100'000, {.commands = 1000 + i * 50, .input_bytes = i * 10});
  EXPECT_DOUBLE_EQ(rates.current().commands, 500);
  EXPECT_DOUBLE_EQ(rates.current().input_bytes, 100);
  rates.reset();
  EXPECT_EQ(rates.current().commands, 0);
}

TEST(Rates, AClockThatStandsStillDividesByNothing) {
  Rates rates;
  rates.note(5, {.commands = 1});
  rates.note(5, {.commands = 2});
  EXPECT_EQ(rates.current().commands, 0);
}

}  // namespace
}  // namespace larder::server
