// Requests, whole and in pieces, and every error text. The expected replies to odd input were taken from a real
// redis-server, spoken to over a socket.
#include "protocol/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "protocol/reply_writer.h"

namespace larder::protocol {
namespace {

using Status = RequestParser::Status;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Words = std::vector<std::string>;

struct Outcome {
  std::vector<Words> requests;
  std::string error;  // empty when none
  size_t left = 0;    // bytes of an incomplete request at the end
  bool operator==(const Outcome&) const = default;
};

std::string bulk_request(const Words& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return text;
}

// Feeds `input` in pieces of the sizes that `next_size` names, each time from a buffer at another address, as a
// session may do, and collects what comes out.
template <class NextSize>
Outcome feed(const std::string& input, const ParserLimits& limits, NextSize next_size) {
  Outcome outcome;
  RequestParser parser;
  std::string buffer;
  std::vector<std::string_view> args;
  size_t arrived = 0;
  for (bool first = true; first || arrived < input.size(); first = false) {
    const size_t size = std::min<size_t>(input.size() - arrived, next_size());
    std::string moved = buffer + input.substr(arrived, size);
    buffer = std::move(moved);
    arrived += size;
    for (size_t begin = 0;;) {
      args.clear();
      const auto status = parser.parse(std::span{buffer}.subspan(begin), args, limits);
      if (status == Status::error) {
        outcome.error = parser.error();
        EXPECT_THAT(args, IsEmpty());
        return outcome;
      }
      if (status == Status::incomplete) {
        EXPECT_THAT(args, IsEmpty());
        EXPECT_EQ(parser.mid_request(), begin != buffer.size());
        buffer.erase(0, begin);
        break;
      }
      EXPECT_FALSE(parser.mid_request());
      EXPECT_EQ(parser.bytes_missing(), 0U);
      outcome.requests.emplace_back(args.begin(), args.end());
      EXPECT_GT(parser.consumed(), 0U);
      begin += parser.consumed();
      if (begin > buffer.size()) {
        ADD_FAILURE() << "consumed more than there was";
        return outcome;
      }
    }
  }
  outcome.left = buffer.size();
  return outcome;
}

Outcome at_once(const std::string& input, const ParserLimits& limits = {}) {
  return feed(input, limits, [&] { return input.size(); });
}
Outcome byte_by_byte(const std::string& input, const ParserLimits& limits = {}) {
  return feed(input, limits, [] { return size_t{1}; });
}

// However the input is cut, the outcome is the same.
Outcome parse_all(const std::string& input, const ParserLimits& limits = {}) {
  const auto outcome = at_once(input, limits);
  EXPECT_EQ(byte_by_byte(input, limits), outcome) << input;
  std::mt19937 random{static_cast<unsigned>(input.size())};
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(feed(input, limits, [&] { return size_t{1} + random() % 9; }), outcome) << input;
  }
  return outcome;
}

Words one(const std::string& input) {
  const auto outcome = parse_all(input);
  EXPECT_EQ(outcome.error, "") << input;
  EXPECT_EQ(outcome.left, 0U) << input;
  EXPECT_THAT(outcome.requests, SizeIs(1)) << input;
  return outcome.requests.empty() ? Words{"nothing"} : outcome.requests.front();
}

std::string error_of(const std::string& input, const ParserLimits& limits = {}) {
  const auto outcome = parse_all(input, limits);
  const std::string prefix = "ERR Protocol error: ";
  EXPECT_TRUE(outcome.error.starts_with(prefix)) << input << " gives " << outcome.error;
  return outcome.error.substr(std::min(prefix.size(), outcome.error.size()));
}

bool waits(const std::string& input, const ParserLimits& limits = {}) {
  const auto outcome = parse_all(input, limits);
  return outcome.error.empty() && outcome.requests.empty() && outcome.left == input.size();
}

// ---- arrays of bulk strings

TEST(RequestParser, ReadsAnArrayOfBulkStrings) {
  EXPECT_THAT(one("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n"), ElementsAre("SET", "k", "value"));
  EXPECT_THAT(one("*1\r\n$4\r\nPING\r\n"), ElementsAre("PING"));
  EXPECT_THAT(one("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"), ElementsAre("ECHO", ""));
}

TEST(RequestParser, ArgumentsAreViewsIntoTheInput) {
  std::string input = bulk_request({"GET", "key"});
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(input, args, {}), Status::complete);
  EXPECT_EQ(args[1].data(), input.data() + 17);
  EXPECT_EQ(parser.consumed(), input.size());
}

TEST(RequestParser, AppendsToWhatArgsHolds) {
  std::string input = bulk_request({"GET", "a"}) + bulk_request({"GET", "b"}) + "GET c\r\n";
  std::vector<std::string_view> args;
  RequestParser parser;
  std::span<char> rest{input};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(parser.parse(rest, args, {}), Status::complete);
    rest = rest.subspan(parser.consumed());
  }
  EXPECT_THAT(args, ElementsAre("GET", "a", "GET", "b", "GET", "c"));
  EXPECT_EQ(parser.parse(rest, args, {}), Status::incomplete);
  EXPECT_FALSE(parser.mid_request());
}

TEST(RequestParser, AHalfRequestLeavesArgsAsTheyWere) {
  const std::string whole = bulk_request({"SET", "key", "value"});
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string input = whole.substr(0, size);
    std::vector<std::string_view> args{"earlier", "request"};
    args.reserve(100);
    RequestParser parser;
    ASSERT_EQ(parser.parse(input, args, {}), Status::incomplete);
    ASSERT_THAT(args, ElementsAre("earlier", "request"));
    input = whole + "*1\r\n";
    ASSERT_EQ(parser.parse(input, args, {}), Status::complete);
    ASSERT_THAT(args, ElementsAre("earlier", "request", "SET", "key", "value"));
    ASSERT_EQ(parser.consumed(), whole.size());
  }
}

TEST(RequestParser, ArgumentsMayHoldAnyByte) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  EXPECT_THAT(one(bulk_request({"SET", every, "\r\n*1\r\n$1\r\n"})), ElementsAre("SET", every, "\r\n*1\r\n$1\r\n"));
}

TEST(RequestParser, ReadsLengthsOfEveryNumberOfDigits) {
  for (const size_t size : {9, 10, 99, 100, 999, 1000, 9999, 10000, 123456}) {
    const std::string value(size, 'v');
    EXPECT_EQ(at_once(bulk_request({"SET", "k", value})).requests, (std::vector<Words>{{"SET", "k", value}}));
  }
}

TEST(RequestParser, ReadsManyArguments) {
  for (const size_t count : {9, 10, 100, 1000, 9999, 10000, 20000}) {
    const Words words(count, "x");
    EXPECT_EQ(at_once(bulk_request(words)).requests, std::vector<Words>{words});
  }
  const Words words(300, "word");
  EXPECT_EQ(byte_by_byte(bulk_request(words)).requests, std::vector<Words>{words});
}

TEST(RequestParser, PipelinesMixBothForms) {
  const auto outcome =
      parse_all("PING\r\n*1\r\n$4\r\nPING\r\n\r\n*0\r\nECHO 'a b'\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n*1\r\n$4");
  EXPECT_THAT(outcome.requests,
              ElementsAre(Words{"PING"}, Words{"PING"}, Words{}, Words{}, Words{"ECHO", "a b"}, Words{"ECHO", "x"}));
  EXPECT_EQ(outcome.left, 6U);
  EXPECT_EQ(outcome.error, "");
}

TEST(RequestParser, EmptyRequestsHaveNoArguments) {
  for (const std::string input :
       {"\r\n", "\n", "   \r\n", " \t\v\f\r\r\n", "*0\r\n", "*-1\r\n", "*-5\r\n", "*-9223372036854775808\r\n"}) {
    EXPECT_THAT(one(input), IsEmpty()) << input;
  }
}

TEST(RequestParser, LineEndsOfLengthsAndBulksAreCountedNotRead) {  // as redis-server does
  EXPECT_THAT(one("*1\rx$4\ryPINGzz"), ElementsAre("PING"));
}

TEST(RequestParser, WaitsForTheRest) {
  for (const std::string input :
       {"", "*", "*1", "*1\r", "*1\r\n", "*1\r\n$", "*1\r\n$4", "*1\r\n$4\r", "*1\r\n$4\r\n", "*1\r\n$4\r\nPIN",
        "*1\r\n$4\r\nPING", "*1\r\n$4\r\nPING\r", "*2\r\n$4\r\nPING\r\n", "PING", "PING\r", "*1\r\nx",
        "*1\n$4\nPING\n\n", "*2147483647\r\n", "*1\r\n$536870912\r\n"}) {
    EXPECT_TRUE(waits(input)) << input;
  }
}

TEST(RequestParser, SaysHowManyBytesABulkStillNeeds) {
  std::string input = "*2\r\n$3\r\nGET\r\n$10\r\nabc";
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(input, args, {}), Status::incomplete);
  EXPECT_EQ(parser.bytes_missing(), 9U);
  input += "defghij";
  ASSERT_EQ(parser.parse(input, args, {}), Status::incomplete);
  EXPECT_EQ(parser.bytes_missing(), 2U);
  input += "\r\n";
  ASSERT_EQ(parser.parse(input, args, {}), Status::complete);
  EXPECT_EQ(parser.bytes_missing(), 0U);
  std::string line = "*2\r\n$3";
  ASSERT_EQ(parser.parse(line, args, {}), Status::incomplete);
  EXPECT_EQ(parser.bytes_missing(), 0U);
}

TEST(RequestParser, AnAnnouncedCountReservesNothing) {
  std::string input = "*2147483647\r\n$1\r\na\r\n";
  std::vector<std::string_view> args;
  RequestParser parser;
  EXPECT_EQ(parser.parse(input, args, {}), Status::incomplete);
  EXPECT_LT(args.capacity(), 100U);
}

// ---- linear work

// The pages of a bulk that were already seen are made unreadable: a parser that looked at them again would crash.
TEST(RequestParser, ABigBulkIsNotScannedAgain) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t pages = 512;
  auto* memory =
      static_cast<char*>(mmap(nullptr, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  const std::string head = "*2\r\n$4\r\nECHO\r\n$" + std::to_string(pages * page) + "\r\n";
  std::copy(head.begin(), head.end(), memory);
  const size_t total = head.size() + pages * page + 2;
  std::vector<std::string_view> args;
  RequestParser parser;
  for (size_t arrived = head.size(); arrived < total; arrived += page) {
    ASSERT_EQ(parser.parse({memory, arrived}, args, {}), Status::incomplete);
    ASSERT_EQ(parser.bytes_missing(), total - arrived);
    ASSERT_EQ(mprotect(memory, arrived / page * page, PROT_NONE), 0);
  }
  ASSERT_EQ(parser.parse({memory, total}, args, {}), Status::complete);
  ASSERT_THAT(args, SizeIs(2));
  EXPECT_EQ(args[1].data(), memory + head.size());
  EXPECT_EQ(args[1].size(), pages * page);
  EXPECT_EQ(parser.consumed(), total);
  munmap(memory, (pages + 1) * page);
}

// The same for many small arguments that trickle in, and for a line without an end.
TEST(RequestParser, FinishedArgumentsAreNotScannedAgain) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const std::string unit : {"$3\r\nabc\r\n", "x"}) {
    const bool is_line = unit == "x";
    std::string input = is_line ? "" : "*100000\r\n";
    while (input.size() < 15 * page) input += unit;
    auto* memory =
        static_cast<char*>(mmap(nullptr, 16 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(memory, MAP_FAILED);
    std::copy(input.begin(), input.end(), memory);
    std::vector<std::string_view> args;
    RequestParser parser;
    for (size_t arrived = 1; arrived <= input.size(); arrived += 7) {
      ASSERT_EQ(parser.parse({memory, arrived}, args, {}), Status::incomplete);
      // The first byte tells the two forms apart, then only a line that has not ended may be read again.
      const size_t done = arrived > unit.size() ? arrived - unit.size() : 0;
      if (done >= page) {
        ASSERT_EQ(mprotect(memory, done / page * page, PROT_NONE), 0);
      }
    }
    munmap(memory, 16 * page);
  }
}

// ---- inline requests

TEST(RequestParser, ReadsInlineRequests) {
  EXPECT_THAT(one("PING\r\n"), ElementsAre("PING"));
  EXPECT_THAT(one("PING\n"), ElementsAre("PING"));
  EXPECT_THAT(one("PING\r\r\n"), ElementsAre("PING"));
  EXPECT_THAT(one("   SET  a\tb \r\n"), ElementsAre("SET", "a", "b"));
  EXPECT_THAT(one("\"\"\r\n"), ElementsAre(""));
  EXPECT_THAT(one("$3 +x :1\r\n"), ElementsAre("$3", "+x", ":1"));
}

TEST(RequestParser, UnquotesInPlace) {
  std::string input = "SET \"a\\x41\\n\" 'it\\'s'\r\nPING\r\n";
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(input, args, {}), Status::complete);
  EXPECT_THAT(args, ElementsAre("SET", "aA\n", "it's"));
  for (const auto arg : args) {
    EXPECT_GE(arg.data(), input.data());
    EXPECT_LT(arg.data(), input.data() + input.size());
  }
  ASSERT_EQ(parser.parse(std::span{input}.subspan(parser.consumed()), args, {}), Status::complete);
  EXPECT_EQ(args.back(), "PING");
}

// ---- errors

TEST(RequestParser, RefusesCountsThatAreNoNumbers) {
  for (const std::string count : {"", "x", "01", "+1", " 1", "1 ", "-0", "1x", "2147483648", "9223372036854775807",
                                  "9223372036854775808", "-9223372036854775809", "99999999999999999999999"}) {
    EXPECT_EQ(error_of("*" + count + "\r\n"), "invalid multibulk length") << count;
  }
}

TEST(RequestParser, RefusesLengthsThatAreNoNumbers) {
  for (const std::string length :
       {"", "x", "04", "+4", "-0", "-1", "4 ", "4\n", "536870913", "9223372036854775807", "9223372036854775808"}) {
    EXPECT_EQ(error_of("*1\r\n$" + length + "\r\nPING\r\n"), "invalid bulk length") << length;
    EXPECT_EQ(error_of("*2\r\n$4\r\nECHO\r\n$" + length + "\r\nPING\r\n"), "invalid bulk length") << length;
  }
}

TEST(RequestParser, RefusesWhatIsNoBulk) {
  EXPECT_EQ(error_of("*1\r\nxPING\r\n"), "expected '$', got 'x'");
  EXPECT_EQ(error_of("*2\r\n$4\r\nECHO\r\n*1\r\n$1"), "expected '$', got '*'");
  EXPECT_EQ(error_of("*1\r\n\xff\r\n"), "expected '$', got '\xff'");
}

TEST(RequestParser, TheByteThatIsNoBulkDoesNotBreakTheReply) {
  std::string input = "*1\r\n\r\n";
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(input, args, {}), Status::error);
  OutputBuffer output;
  ReplyWriter{output, 2}.error(parser.error());
  EXPECT_EQ(output.to_string(), "-ERR Protocol error: expected '$', got ' '\r\n");
}

TEST(RequestParser, RefusesUnbalancedQuotes) {
  for (const std::string line : {"ECHO \"a", "ECHO 'a", "ECHO \"a\"b", "ECHO 'a'b", "ECHO a\"b c\"d", "\"", "GET a\"b",
                                 "ECHO \"a\\", "ECHO 'a\\"}) {
    EXPECT_EQ(error_of(line + "\r\n"), "unbalanced quotes in request") << line;
  }
}

TEST(RequestParser, RefusesLinesWithoutEnd) {
  const std::string most(65536, '1');
  // redis-server gives up at the first byte beyond 64 KiB.
  EXPECT_EQ(at_once(most).error, "");
  EXPECT_EQ(at_once(most + "1").error, "ERR Protocol error: too big inline request");
  EXPECT_EQ(feed(most + "1", {}, [] { return size_t{97}; }).error, "ERR Protocol error: too big inline request");
  const std::string digits = most.substr(1);
  EXPECT_EQ(at_once("*" + digits).error, "");
  EXPECT_EQ(at_once("*" + digits + "1").error, "ERR Protocol error: too big mbulk count string");
  EXPECT_EQ(at_once("*1\r\n$" + digits).error, "");
  EXPECT_EQ(at_once("*1\r\n$" + digits + "1").error, "ERR Protocol error: too big bulk count string");
}

TEST(RequestParser, TheInlineLimitHoldsForWhatArrivesWithoutItsEnd) {
  const ParserLimits limits{.max_inline_length = 16};
  EXPECT_EQ(parse_all("ECHO 12345678901\n", limits).requests, (std::vector<Words>{{"ECHO", "12345678901"}}));
  const std::string argument(200, 'x');
  EXPECT_EQ(at_once("ECHO " + argument + "\r\n", limits).requests, (std::vector<Words>{{"ECHO", argument}}));
  EXPECT_EQ(feed("ECHO " + argument + "\r\n", limits, [] { return size_t{1}; }).error,
            "ERR Protocol error: too big inline request");
  EXPECT_EQ(feed("*1\r\n$00000000000000000\r\n", limits, [] { return size_t{1}; }).error,
            "ERR Protocol error: too big bulk count string");
  EXPECT_EQ(feed("*00000000000000000000\r\n", limits, [] { return size_t{1}; }).error,
            "ERR Protocol error: too big mbulk count string");
}

TEST(RequestParser, ANulHidesTheEndOfALine) {
  using std::string_literals::operator""s;
  for (const std::string& line : {"PI\0NG\r\n"s, "*1\0\r\n$4\r\nPING\r\n"s, "*1\r\n$4\0\r\nPING\r\n"s,
                                  "*2\r\n$\0004\r\nECHO\r\n$1\r\na\r\n"s, "*1\r\nx\0\r\n"s}) {
    EXPECT_TRUE(waits(line));
    const std::string error = at_once(line + std::string(65536, 'x') + "\r\n").error;
    EXPECT_TRUE(error.starts_with("ERR Protocol error: too big "));
  }
  EXPECT_EQ(at_once("*2\r\n$4\r\nECHO\r\n$3\r\na\0b\r\n"s).requests, (std::vector<Words>{{"ECHO", "a\0b"s}}));
}

TEST(RequestParser, HonoursTheConfiguredLimits) {
  const ParserLimits limits{.max_bulk_length = 5, .max_multibulk_length = 3};
  EXPECT_EQ(parse_all("*3\r\n$5\r\nabcde\r\n$0\r\n\r\n$1\r\na\r\n", limits).requests.size(), 1U);
  EXPECT_EQ(error_of("*1\r\n$6\r\nabcdef\r\n", limits), "invalid bulk length");
  EXPECT_EQ(error_of("*4\r\n", limits), "invalid multibulk length");
  const ParserLimits wide{.max_bulk_length = INT64_MAX};
  EXPECT_TRUE(waits("*1\r\n$9223372036854775807\r\nabc", wide));
}

TEST(RequestParser, HoldsUnauthenticatedClientsShort) {
  const ParserLimits limits{.authenticated = false};
  EXPECT_EQ(at_once(bulk_request(Words(10, "x")), limits).requests.size(), 1U);
  EXPECT_EQ(error_of("*11\r\n", limits), "unauthenticated multibulk length");
  EXPECT_EQ(error_of(bulk_request(Words(11, "x")), limits), "unauthenticated multibulk length");
  EXPECT_TRUE(waits("*1\r\n$16384\r\n", limits));
  EXPECT_EQ(error_of("*1\r\n$16385\r\n", limits), "unauthenticated bulk length");
  EXPECT_EQ(error_of("*2147483648\r\n", limits), "invalid multibulk length");
  EXPECT_EQ(error_of("*1\r\n$536870913\r\n", limits), "invalid bulk length");
  EXPECT_THAT(at_once("a b c d e f g h i j k l\r\n", limits).requests.at(0), SizeIs(12));
}

TEST(RequestParser, AnErrorStaysUntilReset) {
  std::string bad = "*x\r\n";
  std::string good = "PING\r\n";
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(bad, args, {}), Status::error);
  EXPECT_EQ(parser.parse(good, args, {}), Status::error);
  EXPECT_EQ(parser.error(), "ERR Protocol error: invalid multibulk length");
  parser.reset();
  EXPECT_EQ(parser.error(), "");
  EXPECT_EQ(parser.parse(good, args, {}), Status::complete);
}

TEST(RequestParser, ResetForgetsAHalfRequest) {
  std::string half = "*2\r\n$4\r\nECHO\r\n$100\r\nabc";
  std::string good = bulk_request({"GET", "k"});
  std::vector<std::string_view> args;
  RequestParser parser;
  ASSERT_EQ(parser.parse(half, args, {}), Status::incomplete);
  EXPECT_TRUE(parser.mid_request());
  parser.reset();
  EXPECT_FALSE(parser.mid_request());
  EXPECT_EQ(parser.bytes_missing(), 0U);
  ASSERT_EQ(parser.parse(good, args, {}), Status::complete);
  EXPECT_THAT(args, ElementsAre("GET", "k"));
}

// ---- random requests, randomly cut

TEST(RequestParser, RandomRequestsRandomlyCut) {
  std::mt19937 random{20240131};
  for (int round = 0; round < 300; ++round) {
    std::string input;
    std::vector<Words> expected;
    for (size_t requests = random() % 20; requests > 0; --requests) {
      Words words(1 + random() % 6);
      for (auto& word : words) {
        word.resize(random() % (random() % 8 == 0 ? 20000 : 40));
        for (auto& c : word) c = static_cast<char>(random());
      }
      input += bulk_request(words);
      expected.push_back(std::move(words));
    }
    const size_t widest = 1 + random() % 5000;
    const auto outcome = feed(input, {}, [&] { return 1 + random() % widest; });
    ASSERT_EQ(outcome.error, "");
    ASSERT_EQ(outcome.requests, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace larder::protocol
