// Listpacks: Redis' bytes, and random changes against a vector. What from_bytes() refuses is tried at random in
// tests/fuzz/compact_fuzz.cc too.
#include "store/values/listpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

using Texts = std::vector<std::string>;

Texts content(const Listpack& list) {
  Texts elements;
  list.visit_while([&](const Member& element) {
    elements.emplace_back(element.text());
    return true;
  });
  return elements;
}

Texts content_from_behind(const Listpack& list) {
  Texts elements;
  for (auto at = list.last(); at != Listpack::kNone; at = list.previous(at)) elements.emplace_back(list.get(at).text());
  return elements;
}

Listpack list_of(const Texts& elements) {
  Listpack list;
  for (const auto& element : elements) list.append(element);
  return list;
}

/// Every bound of the integer encodings and what stands beside it.
std::vector<int64_t> integers_at_the_bounds() {
  std::vector<int64_t> integers = {0, 127, 128, std::numeric_limits<int64_t>::max(),
                                   std::numeric_limits<int64_t>::min()};
  for (int bit = 0; bit < 63; ++bit) {
    for (const int64_t power : {int64_t{1} << bit, -(int64_t{1} << bit)}) {
      integers.insert(integers.end(), {power - 1, power, power + 1});
    }
  }
  return integers;
}

// Lengths at which the encoding of a text, or of the length behind an element, changes.
const size_t kLengths[] = {0,    1,      63,     64,     125,    126,       127,      4095,
                           4096, 16'377, 16'378, 16'379, 65'536, 2'097'141, 2'097'142};

// The bytes are redis-server 7.0.15's: what DUMP shows of a hash with these fields and values.
TEST(Listpack, HasTheBytesOfRedis) {
  EXPECT_EQ(Listpack().bytes(), "\x07\0\0\0\0\0\xFF"sv);
  EXPECT_EQ(list_of({"f", "1", "name", "-4096"}).bytes(),
            "\x15\0\0\0\x04\0\x81"
            "f\x02\x01\x01\x84name\x05\xD0\0\x02\xFF"sv);
  EXPECT_EQ(
      list_of({"4096", "-32769", "8388608", "-2147483649"}).bytes(),
      "\x20\0\0\0\x04\0\xF1\0\x10\x03\xF2\xFF\x7F\xFF\x04\xF3\0\0\x80\0\x05\xF4\xFF\xFF\xFF\x7F\xFF\xFF\xFF\xFF\x09"
      "\xFF"sv);
  const std::string long_text(200, 'x');
  EXPECT_EQ(list_of({long_text}).bytes(), std::string("\xD3\0\0\0\x01\0\xE0\xC8"sv) + long_text + "\x01\xCA\xFF");
}

TEST(Listpack, KeepsTheOrderOfItsElements) {
  Listpack list = list_of({"b", "", "10"});
  list.prepend("a");
  list.insert(list.at(2), "c");
  EXPECT_THAT(content(list), ElementsAre("a", "b", "c", "", "10"));
  EXPECT_THAT(content_from_behind(list), ElementsAre("10", "", "c", "b", "a"));
  EXPECT_EQ(list.get(list.erase(list.at(1), 2)).text(), "");
  EXPECT_THAT(content(list), ElementsAre("a", "", "10"));
  EXPECT_EQ(list.erase(list.at(1), 9), Listpack::kNone);
  EXPECT_THAT(content(list), ElementsAre("a"));
  EXPECT_EQ(list.erase(list.first()), Listpack::kNone);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.memory(), 0u);
}

TEST(Listpack, FindsByIndexFromBothEnds) {
  Texts numbers;
  for (int i = 0; i < 100; ++i) numbers.push_back("number " + std::to_string(i));
  const Listpack list = list_of(numbers);
  for (ptrdiff_t i = 0; i < 100; ++i) {
    EXPECT_EQ(list.get(list.at(i)).text(), numbers[static_cast<size_t>(i)]);
    EXPECT_EQ(list.get(list.at(i - 100)).text(), numbers[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(list.at(100), Listpack::kNone);
  EXPECT_EQ(list.at(-101), Listpack::kNone);
  EXPECT_EQ(Listpack().at(0), Listpack::kNone);
  EXPECT_EQ(Listpack().at(-1), Listpack::kNone);
}

TEST(Listpack, HoldsIntegersOfEveryLength) {
  Listpack list;
  Texts expected;
  for (const int64_t integer : integers_at_the_bounds()) {
    if (!list.contains(Member(integer))) expected.push_back(std::to_string(integer));
    if (!list.contains(Member(integer))) list.append(Member(integer));
  }
  EXPECT_EQ(content(list), expected);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(content_from_behind(list), expected);
  for (const std::string& text : expected) {
    EXPECT_TRUE(list.contains(text)) << text;
    EXPECT_FALSE(list.contains("0" + text)) << text;
  }
  EXPECT_EQ(list_of(expected).bytes(), Listpack::from_bytes(list_of(expected).bytes()).value().bytes());
}

TEST(Listpack, HoldsTextOfEveryLength) {
  Listpack list;
  for (const size_t length : kLengths) list.append(std::string(length, 'x'));
  for (const size_t length : kLengths) {
    EXPECT_TRUE(list.contains(std::string(length, 'x'))) << length;
    if (length == 0) continue;
    EXPECT_FALSE(list.contains(std::string(length - 1, 'x') + 'y')) << length;
  }
  EXPECT_FALSE(list.contains(std::string(62, 'x')));
  EXPECT_EQ(content_from_behind(list).size(), std::size(kLengths));
  EXPECT_EQ(content(Listpack::from_bytes(list.bytes()).value()), content(list));
}

TEST(Listpack, FindsKeysAmongPairs) {
  const Listpack pairs = list_of({"a", "b", "b", "c", "3", "a"});
  const auto find = [&](std::string_view key) { return pairs.find(key, pairs.first(), 2); };
  EXPECT_EQ(find("b"), pairs.at(2));
  EXPECT_EQ(find("a"), pairs.at(0));
  EXPECT_EQ(find("3"), pairs.at(4));
  EXPECT_EQ(find("c"), Listpack::kNone);
  EXPECT_EQ(pairs.find("a", pairs.at(1), 2), pairs.at(5));
}

TEST(Listpack, CountsMoreElementsThanItsHeaderCan) {
  Listpack list;
  for (int i = 0; i < 65'600; ++i) list.append("x");
  EXPECT_EQ(list.size(), 65'600u);
  EXPECT_EQ(list.bytes().substr(4, 2), "\xFF\xFF"sv);
  EXPECT_EQ(content_from_behind(list).size(), 65'600u);
  EXPECT_NE(list.at(65'599), Listpack::kNone);
  EXPECT_EQ(list.at(65'600), Listpack::kNone);
  EXPECT_EQ(Listpack::from_bytes(list.bytes()).value().size(), 65'600u);
  list.erase(list.first(), 65'000);
  EXPECT_EQ(list.size(), 600u);
  list.erase_if([](const Member&) { return false; });
  EXPECT_EQ(list.size(), 600u);
}

TEST(Listpack, ErasesInOnePassWhatIsChosen) {
  for (int third = 0; third < 3; ++third) {
    Texts numbers, rest;
    for (int i = 0; i < 50; ++i) {
      numbers.push_back(std::to_string(i * i * i));
      if (i % 3 != third) rest.push_back(numbers.back());
    }
    Listpack list = list_of(numbers);
    int i = 0;
    EXPECT_EQ(list.erase_if([&](const Member&) { return i++ % 3 == third; }), numbers.size() - rest.size());
    EXPECT_EQ(content(list), rest);
    EXPECT_EQ(content(Listpack::from_bytes(list.bytes()).value()), rest);
  }
  Listpack list = list_of({"a", "b"});
  EXPECT_EQ(list.erase_if([](const Member&) { return true; }), 2u);
  EXPECT_TRUE(list.empty());
}

TEST(Listpack, AgreesWithAVectorUnderRandomChanges) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const auto element = [&] {
    if (random() % 2 == 0) return std::to_string(static_cast<int64_t>(random()) >> (random() % 64));
    return std::string(random() % 8 == 0 ? random() % 5000 : random() % 80, static_cast<char>('a' + random() % 2));
  };
  for (int round = 0; round < 30; ++round) {
    Listpack list;
    Texts model;
    for (int step = 0; step < 300; ++step) {
      const size_t index = random() % (model.size() + 1);
      const auto there = model.begin() + static_cast<ptrdiff_t>(index);
      const auto at = list.at(static_cast<ptrdiff_t>(index));
      ASSERT_EQ(at == Listpack::kNone, there == model.end());
      switch (random() % 4) {
        case 0:
        case 1: {
          const std::string added = element();
          list.insert(at, added);
          model.insert(there, added);
          break;
        }
        case 2: {
          if (there == model.end()) break;
          *there = element();
          list.replace(at, *there);
          break;
        }
        default: {
          if (there == model.end()) break;
          const size_t count = 1 + random() % 3;
          const auto behind =
              model.erase(there, there + std::min<ptrdiff_t>(static_cast<ptrdiff_t>(count), model.end() - there));
          const auto next = list.erase(at, count);
          ASSERT_EQ(next == Listpack::kNone, behind == model.end());
          if (behind != model.end()) {
            ASSERT_EQ(list.get(next).text(), *behind);
          }
        }
      }
      ASSERT_EQ(list.size(), model.size());
    }
    ASSERT_EQ(content(list), model);
    ASSERT_EQ(list.copy().bytes(), list.bytes());
    ASSERT_EQ(list_of(model).bytes(), list.bytes());
    ASSERT_EQ(content(Listpack::from_bytes(list.bytes()).value()), model);
    std::reverse(model.begin(), model.end());
    ASSERT_EQ(content_from_behind(list), model);
  }
}

TEST(Listpack, RefusesBytesThatAreNone) {
  const std::string good(list_of({"a", "1000", std::string(70, 'b')}).bytes());
  ASSERT_TRUE(Listpack::from_bytes(good));
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(Listpack::from_bytes(good.substr(0, length))) << length;
  }
  EXPECT_FALSE(Listpack::from_bytes(good + "\xFF"));
  // A listpack has no byte that could be another, apart from those of its texts and integers.
  std::vector<size_t> free;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string other = good;
    other[i] = static_cast<char>(other[i] ^ 0x80);
    if (Listpack::from_bytes(other)) free.push_back(i);
  }
  std::vector<size_t> texts = {7, 10};
  for (size_t i = 14; i < 84; ++i) texts.push_back(i);
  EXPECT_EQ(free, texts);
  for (const std::string_view bad : {
           "\x0A\0\0\0\x01\0\x81"
           "1\x02\xFF"sv,                                     // an integer as text
           "\x0B\0\0\0\x01\0\xF1\x05\0\x03\xFF"sv,            // one that needs fewer bytes
           "\x0A\0\0\0\x01\0\xE0\x00\x02\xFF"sv,              // a short text with a long head
           "\x0D\0\0\0\x01\0\xF0\xFF\xFF\xFF\xFF\x05\xFF"sv,  // text past the end
           "\x09\0\0\0\x02\0\x05\x01\xFF"sv,                  // fewer elements than counted
           "\x07\0\0\0\x01\0\xFF"sv,                          // none, but one counted
       }) {
    EXPECT_FALSE(Listpack::from_bytes(bad)) << testing::PrintToString(bad);
  }
}

}  // namespace
}  // namespace larder::store
