// The output buffer: blobs at their places, partial sends, marks; and random use against a plain string.
#include "protocol/output_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

namespace larder::protocol {
namespace {

using testing::ElementsAre;

// A value whose references are counted.
struct Value {
  std::string text;
  int references = 0;

  SharedBytes share() {
    ++references;
    return {text.data(), text.size(), this, [](void* owner) { --static_cast<Value*>(owner)->references; }};
  }
};

std::vector<std::string> gathered(const OutputBuffer& output, size_t most = 16) {
  std::vector<OutputSlice> slices(most);
  slices.resize(output.gather(slices));
  std::vector<std::string> texts;
  for (const auto& slice : slices) texts.emplace_back(slice.data, slice.size);
  return texts;
}

TEST(SharedBytes, ReleasesOnceHoweverItMoves) {
  Value value{.text = "abc"};
  {
    auto first = value.share();
    SharedBytes second{std::move(first)};
    SharedBytes third;
    third = std::move(second);
    EXPECT_EQ(third.view(), "abc");
    EXPECT_EQ(value.references, 1);
    third = value.share();
    EXPECT_EQ(value.references, 1);
  }
  EXPECT_EQ(value.references, 0);
}

TEST(SharedBytes, KeepsASharedString) {
  auto text = std::make_shared<const std::string>("hello");
  auto bytes = SharedBytes::from(text);
  EXPECT_EQ(text.use_count(), 2);
  text.reset();
  EXPECT_EQ(bytes.view(), "hello");
}

TEST(OutputBuffer, IsEmptyAndHoldsNothingAtFirst) {
  OutputBuffer output;
  EXPECT_TRUE(output.empty());
  EXPECT_EQ(output.size(), 0U);
  EXPECT_EQ(output.capacity(), 0U);
  EXPECT_THAT(gathered(output), ElementsAre());
  output.append("");
  output.append(SharedBytes{});
  output.insert(output.mark(), "");
  output.truncate(output.mark());
  output.consume(5);
  output.shrink();
  output.clear();
  EXPECT_TRUE(output.empty());
}

TEST(OutputBuffer, ReserveThenCommit) {
  OutputBuffer output;
  char* room = output.reserve(100);
  std::copy_n("hello", 5, room);
  output.commit(5);
  EXPECT_EQ(output.to_string(), "hello");
  EXPECT_GE(output.capacity(), 100U);
}

TEST(OutputBuffer, KeepsBlobsAtTheirPlaces) {
  Value one{.text = "ONE"};
  Value two{.text = "TWO"};
  OutputBuffer output;
  output.append("a");
  output.append(one.share());
  output.append(two.share());
  output.append("b");
  EXPECT_EQ(output.size(), 8U);
  EXPECT_THAT(gathered(output), ElementsAre("a", "ONE", "TWO", "b"));
  EXPECT_THAT(gathered(output, 2), ElementsAre("a", "ONE"));
  std::vector<OutputSlice> slices(4);
  output.gather(slices);
  EXPECT_EQ(slices[1].data, one.text.data()) << "not a copy";
}

TEST(OutputBuffer, ConsumesAcrossBlobsByteByByte) {
  Value one{.text = "ONE"};
  Value two{.text = "TWO"};
  OutputBuffer output;
  output.append(one.share());
  output.append("ab");
  output.append(two.share());
  std::string rest = "ONEabTWO";
  while (!rest.empty()) {
    EXPECT_EQ(output.to_string(), rest);
    EXPECT_EQ(output.size(), rest.size());
    EXPECT_EQ(one.references, rest.size() > 5 ? 1 : 0);
    output.consume(1);
    rest.erase(0, 1);
  }
  EXPECT_TRUE(output.empty());
  EXPECT_EQ(two.references, 0);
  output.append("again");
  EXPECT_THAT(gathered(output), ElementsAre("again"));
}

TEST(OutputBuffer, TruncateThrowsAwayCharactersAndBlobs) {
  Value one{.text = "ONE"};
  Value two{.text = "TWO"};
  OutputBuffer output;
  output.append("keep");
  output.append(one.share());
  const auto mark = output.mark();
  output.append(two.share());
  output.append("lost");
  output.truncate(mark);
  EXPECT_THAT(gathered(output), ElementsAre("keep", "ONE"));
  EXPECT_EQ(two.references, 0);
  EXPECT_EQ(one.references, 1);
  output.append("more");
  EXPECT_EQ(output.to_string(), "keepONEmore");
}

TEST(OutputBuffer, MarksSurviveSendingAndGrowth) {
  OutputBuffer output;
  output.append(std::string(1000, 'x'));
  output.consume(900);
  const auto mark = output.mark();
  output.consume(100);
  output.append("lost");
  output.append(std::string(100000, 'y'));
  output.truncate(mark);
  EXPECT_TRUE(output.empty());
  output.append("z");
  EXPECT_EQ(output.to_string(), "z");
}

TEST(OutputBuffer, InsertMovesWhatIsBehind) {
  Value one{.text = "ONE"};
  Value two{.text = "TWO"};
  OutputBuffer output;
  output.append("a");
  output.append(one.share());
  const auto mark = output.mark();
  output.append("b");
  output.append(two.share());
  output.append("c");
  output.insert(mark, "<head>");
  EXPECT_EQ(output.to_string(), "aONE<head>bTWOc");
  EXPECT_THAT(gathered(output), ElementsAre("a", "ONE", "<head>b", "TWO", "c"));
}

TEST(OutputBuffer, DestructionAndClearReleaseBlobs) {
  Value value{.text = "v"};
  {
    OutputBuffer output;
    output.append(value.share());
    OutputBuffer moved{std::move(output)};
    EXPECT_EQ(moved.size(), 1U);
    moved.append(value.share());
    EXPECT_EQ(value.references, 2);
    moved.clear();
    EXPECT_EQ(value.references, 0);
    EXPECT_TRUE(moved.empty());
    moved.append(value.share());
    moved.append("x");
    EXPECT_EQ(moved.to_string(), "vx");
  }
  EXPECT_EQ(value.references, 0);
}

TEST(OutputBuffer, ShrinkGivesStorageBack) {
  OutputBuffer output;
  output.append(std::string(100000, 'x'));
  output.consume(99990);
  output.shrink();
  EXPECT_EQ(output.capacity(), 10U);
  EXPECT_EQ(output.to_string(), std::string(10, 'x'));
  output.consume(10);
  output.shrink();
  EXPECT_EQ(output.capacity(), 0U);
  output.append("y");
  EXPECT_EQ(output.to_string(), "y");
}

TEST(OutputBuffer, StaysSmallWhenItIsDrainedAsItIsFilled) {
  Value value{.text = "v"};
  OutputBuffer output;
  output.append("seed");
  for (int round = 0; round < 10000; ++round) {
    output.append(std::string(100, 'x'));
    output.append(value.share());
    output.consume(101);
  }
  EXPECT_LT(output.capacity(), 2000U);
  EXPECT_EQ(output.size(), 4U);
  EXPECT_LE(value.references, 1);
}

// Against a plain string, with random appends, inserts, truncations and partial writes.
TEST(OutputBuffer, RandomUseAgainstAString) {
  std::mt19937 random{11};
  for (int round = 0; round < 200; ++round) {
    std::deque<Value> values;
    std::string model;
    size_t sent = 0;  // of all bytes ever appended
    std::string seen;
    {
      OutputBuffer output;
      struct Kept {
        OutputBuffer::Mark mark;
        size_t position;
      };
      std::vector<Kept> marks;
      for (int step = 0; step < 300; ++step) {
        const std::string text(random() % 200, static_cast<char>('a' + random() % 26));
        switch (random() % 8) {
          case 0:
            values.push_back({.text = text});
            output.append(values.back().share());
            model += text;
            break;
          case 1: marks.push_back({output.mark(), model.size()}); break;
          case 2:
            if (marks.empty() || marks.back().position < sent) break;
            output.truncate(marks.back().mark);
            model.resize(marks.back().position);
            marks.pop_back();
            break;
          case 3:
            if (marks.empty() || marks.back().position < sent) break;
            output.insert(marks.back().mark, text);
            model.insert(marks.back().position, text);
            marks.pop_back();
            break;
          case 4: {
            std::vector<OutputSlice> slices(1 + random() % 4);
            slices.resize(output.gather(slices));
            std::string written;
            for (const auto& slice : slices) written.append(slice.data, slice.size);
            written.resize(written.empty() ? 0 : random() % (written.size() + 1));
            seen += written;
            sent += written.size();
            output.consume(written.size());
            std::erase_if(marks, [&](const Kept& kept) { return kept.position < sent; });
            break;
          }
          case 5:
            if (random() % 10 == 0) output.shrink();
            break;
          default: output.append(text); model += text;
        }
        ASSERT_EQ(output.size(), model.size() - sent);
      }
      ASSERT_EQ(seen + output.to_string(), model);
    }
    for (const auto& value : values) ASSERT_EQ(value.references, 0);
  }
}

TEST(OutputBuffer, DropsWhatExceedsItsLimit) {
  OutputBuffer output;
  output.set_limit(10'000);
  output.append(std::string(9'000, 'a'));
  EXPECT_FALSE(output.overflowed());
  const auto mark = output.mark();
  for (int i = 0; i < 100'000; ++i) output.append("one more element");
  EXPECT_TRUE(output.overflowed());
  EXPECT_LE(output.capacity(), 10'000u);
  output.insert(mark, "*100000\r\n");
  output.truncate(mark);
  EXPECT_LE(output.size(), 10'000u);
  output.append(std::string(50'000, 'b'));
  EXPECT_TRUE(output.overflowed());
  output.clear();
  EXPECT_FALSE(output.overflowed());
  output.append("as before");
  EXPECT_EQ(output.to_string(), "as before");
}

TEST(OutputBuffer, SharedBytesCountTowardsTheLimit) {
  Value value{.text = std::string(600, 'v')};
  OutputBuffer output;
  output.set_limit(1'000);
  output.append(value.share());
  EXPECT_FALSE(output.overflowed());
  output.append(value.share());
  EXPECT_TRUE(output.overflowed());
  EXPECT_EQ(value.references, 0);
  EXPECT_EQ(output.size(), 0u);
}

}  // namespace
}  // namespace larder::protocol
