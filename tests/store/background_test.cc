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

/// A job that holds the background thread until it is told to go on.
class Gate {
 public:
  explicit Gate(Background& background) {
    std::promise<void> entered;
    background.submit(
        [this, &entered] {
          entered.set_value();
          open_.get_future().wait();
        },
        0);
    entered.get_future().wait();
  }
  void open() { open_.set_value(); }

 private:
  std::promise<void> open_;
};

TEST(Background, AThreadThatNeedsMemoryTakesFreeingOverAndNothingElse) {
  Background background;
  Gate gate(background);
  bool other_ran = false;
  std::thread::id freed_on;
  background.submit([&] { other_ran = true; }, 0);
  background.submit([&] { freed_on = std::this_thread::get_id(); }, 3);
  EXPECT_TRUE(background.help());
  EXPECT_EQ(freed_on, std::this_thread::get_id());
  EXPECT_EQ(background.pending_objects(), 0u);
  EXPECT_EQ(background.freed_objects(), 3u);
  EXPECT_FALSE(background.help());
  EXPECT_FALSE(other_ran);
  gate.open();
  background.drain();
  EXPECT_TRUE(other_ran);
}

TEST(Background, AThreadThatNeedsMemoryWaitsForWhatIsBeingFreed) {
  Background background;
  std::promise<void> entered, go;
  background.submit(
      [&] {
        entered.set_value();
        go.get_future().wait();
      },
      1);
  entered.get_future().wait();
  std::thread helper([&] {
    while (background.help()) continue;
    EXPECT_EQ(background.freed_objects(), 1u);
  });
  go.set_value();
  helper.join();
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
