// The background thread: jobs in order, figures, draining and stopping.
#include "store/core/background.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace larder::store {
namespace {

using testing::ElementsAre;

TEST(Background, RunsJobsInOrderOnAnotherThread) {
  Background background;
  std::vector<int> order;
  std::thread::id ran_on;
  for (int i = 0; i < 3; ++i) {
    background.submit(
        [&, i] {
          order.push_back(i);
          ran_on = std::this_thread::get_id();
        },
        1);
  }
  background.drain();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(Background, CountsWhatWaitsAndWhatIsFreed) {
  Background background;
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  background.submit([gate] { gate.wait(); }, 5);
  background.submit([] {}, 7);
  EXPECT_EQ(background.pending_objects(), 12u);
  EXPECT_EQ(background.freed_objects(), 0u);
  go.set_value();
  background.drain();
  EXPECT_EQ(background.pending_objects(), 0u);
  EXPECT_EQ(background.freed_objects(), 12u);
  background.reset_freed();
  EXPECT_EQ(background.freed_objects(), 0u);
}

TEST(Background, StoppingRunsWhatIsLeftAndLaterJobsAtOnce) {
  std::atomic<int> runs = 0;
  {
    Background background;
    for (int i = 0; i < 100; ++i) background.submit([&] { ++runs; }, 1);
    background.stop();
    EXPECT_EQ(runs, 100);
    background.submit([&] { ++runs; }, 1);
    EXPECT_EQ(runs, 101);
    background.drain();
  }
  EXPECT_EQ(runs, 101);
}

TEST(Background, AnyThreadMaySubmit) {
  Background background;
  std::atomic<int> runs = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int job = 0; job < 200; ++job) background.submit([&] { ++runs; }, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  background.drain();
  EXPECT_EQ(runs, 800);
}

}  // namespace
}  // namespace larder::store
