// Every reply type in both versions of the protocol.
#include "protocol/reply_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace larder::protocol {
namespace {

template <class Write>
std::string encode(int version, Write write) {
  OutputBuffer output;
  ReplyWriter reply{output, version};
  write(reply);
  return output.to_string();
}

template <class Write>
void expect_both(const std::string& resp2, const std::string& resp3, Write write) {
  EXPECT_EQ(encode(2, write), resp2);
  EXPECT_EQ(encode(3, write), resp3);
}
template <class Write>
void expect_same(const std::string& text, Write write) {
  expect_both(text, text, write);
}

TEST(ReplyWriter, Simple) {
  expect_same("+PONG\r\n", [](auto& reply) { reply.simple("PONG"); });
  expect_same("+\r\n", [](auto& reply) { reply.simple(""); });
  expect_same("+OK\r\n", [](auto& reply) { reply.ok(); });
}

TEST(ReplyWriter, Error) {
  expect_same("-ERR no\r\n", [](auto& reply) { reply.error("ERR no"); });
  expect_same("-ERR a  b c\r\n", [](auto& reply) { reply.error("ERR a\r\nb\nc\r\n"); });
}

TEST(ReplyWriter, ErrorsAreCountedAndObserved) {
  OutputBuffer output;
  ReplyWriter reply{output, 2};
  std::vector<std::string> seen;
  reply.on_error(
      [](void* context, std::string_view text) { static_cast<std::vector<std::string>*>(context)->emplace_back(text); },
      &seen);
  reply.ok();
  reply.error("ERR one");
  reply.error("WRONGTYPE two");
  EXPECT_EQ(reply.errors(), 2U);
  EXPECT_EQ(seen, (std::vector<std::string>{"ERR one", "WRONGTYPE two"}));
}

TEST(ReplyWriter, Integer) {
  constexpr auto kLeast = std::numeric_limits<int64_t>::min();
  constexpr auto kMost = std::numeric_limits<int64_t>::max();
  for (const int64_t value :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{255}, int64_t{256}, int64_t{12345678}, kMost, kLeast}) {
    expect_same(":" + std::to_string(value) + "\r\n", [&](auto& reply) { reply.integer(value); });
    const auto digits = std::to_string(value);
    expect_same("$" + std::to_string(digits.size()) + "\r\n" + digits + "\r\n",
                [&](auto& reply) { reply.bulk_integer(value); });
  }
}

TEST(ReplyWriter, Bulk) {
  expect_same("$0\r\n\r\n", [](auto& reply) { reply.bulk(std::string_view{}); });
  expect_same(std::string("$3\r\na\0b\r\n", 9), [](auto& reply) { reply.bulk(std::string_view{"a\0b", 3}); });
  for (const size_t size : {9, 10, 99, 100, 255, 256, 511, 512, 100000}) {
    const std::string value(size, 'v');
    expect_same("$" + std::to_string(size) + "\r\n" + value + "\r\n", [&](auto& reply) { reply.bulk(value); });
  }
}

TEST(ReplyWriter, SharedBulkIsNotCopied) {
  const auto text = std::make_shared<const std::string>(5000, 'v');
  OutputBuffer output;
  ReplyWriter reply{output, 2};
  reply.bulk(SharedBytes::from(text));
  reply.ok();
  EXPECT_EQ(output.to_string(), "$5000\r\n" + *text + "\r\n+OK\r\n");
  std::vector<OutputSlice> slices(5);
  ASSERT_EQ(output.gather(slices), 3U);
  EXPECT_EQ(slices[1].data, text->data());
  EXPECT_LT(output.capacity(), 5000U);
}

TEST(ReplyWriter, Nulls) {
  expect_both("$-1\r\n", "_\r\n", [](auto& reply) { reply.null(); });
  expect_both("*-1\r\n", "_\r\n", [](auto& reply) { reply.null_array(); });
}

TEST(ReplyWriter, Boolean) {
  expect_both(":1\r\n:0\r\n", "#t\r\n#f\r\n", [](auto& reply) {
    reply.boolean(true);
    reply.boolean(false);
  });
}

TEST(ReplyWriter, Real) {
  expect_both("$3\r\n1.5\r\n", ",1.5\r\n", [](auto& reply) { reply.real(1.5); });
  expect_both("$1\r\n3\r\n", ",3\r\n", [](auto& reply) { reply.real(3); });
  expect_both("$3\r\n0.1\r\n", ",0.1\r\n", [](auto& reply) { reply.real(0.1); });
  expect_both("$4\r\n-inf\r\n", ",-inf\r\n", [](auto& reply) { reply.real(-INFINITY); });
  expect_both("$3\r\nnan\r\n", ",nan\r\n", [](auto& reply) { reply.real(NAN); });
}

TEST(ReplyWriter, BigNumber) {
  expect_both("$20\r\n12345678901234567890\r\n", "(12345678901234567890\r\n",
              [](auto& reply) { reply.big_number("12345678901234567890"); });
}

TEST(ReplyWriter, Verbatim) {
  expect_both("$5\r\nhello\r\n", "=9\r\ntxt:hello\r\n", [](auto& reply) { reply.verbatim("txt", "hello"); });
  expect_both("$0\r\n\r\n", "=4\r\nmkd:\r\n", [](auto& reply) { reply.verbatim("mkd", ""); });
}

TEST(ReplyWriter, Aggregates) {
  expect_same("*0\r\n", [](auto& reply) { reply.array(0); });
  expect_same("*1000\r\n", [](auto& reply) { reply.array(1000); });
  expect_both("*4\r\n", "%2\r\n", [](auto& reply) { reply.map(2); });
  expect_both("*2\r\n", "~2\r\n", [](auto& reply) { reply.set(2); });
  expect_both("*3\r\n", ">3\r\n", [](auto& reply) { reply.push(3); });
}

TEST(ReplyWriter, DeferredAggregates) {
  expect_both("*2\r\n:1\r\n:2\r\n*1\r\n+x\r\n*2\r\n+k\r\n+v\r\n", "*2\r\n:1\r\n:2\r\n~1\r\n+x\r\n%1\r\n+k\r\n+v\r\n",
              [](auto& reply) {
                const auto array = reply.begin_array();
                reply.integer(1);
                reply.integer(2);
                reply.end_array(array, 2);
                const auto set = reply.begin_set();
                reply.simple("x");
                reply.end_set(set, 1);
                const auto map = reply.begin_map();
                reply.simple("k");
                reply.simple("v");
                reply.end_map(map, 1);
              });
}

TEST(ReplyWriter, DeferredAggregatesNestAndHoldBlobs) {
  const auto blob = std::make_shared<const std::string>("BLOB");
  expect_same("+before\r\n*2\r\n*1\r\n$4\r\nBLOB\r\n*300\r\n+after\r\n", [&](auto& reply) {
    reply.simple("before");
    const auto outer = reply.begin_array();
    const auto inner = reply.begin_array();
    reply.bulk(SharedBytes::from(blob));
    reply.end_array(inner, 1);
    const auto many = reply.begin_array();
    reply.end_array(many, 300);
    reply.end_array(outer, 2);
    reply.simple("after");
  });
}

TEST(ReplyWriter, TheVersionMayChangeMidway) {
  expect_both("$-1\r\n_\r\n", "_\r\n_\r\n", [](auto& reply) {
    reply.null();
    reply.set_version(3);
    reply.null();
  });
}

TEST(ReplyWriter, Raw) {
  expect_same(":1\r\n:2\r\n", [](auto& reply) { reply.raw(":1\r\n:2\r\n"); });
}

TEST(ReplyWriter, AReplyCanBeThrownAway) {
  OutputBuffer output;
  ReplyWriter reply{output, 3};
  reply.ok();
  const auto mark = output.mark();
  reply.array(2);
  reply.bulk(SharedBytes::from(std::make_shared<const std::string>("x")));
  reply.null();
  output.truncate(mark);
  EXPECT_EQ(output.to_string(), "+OK\r\n");
}

}  // namespace
}  // namespace larder::protocol
