// Numbers in both directions, against strtod and printf, with the spellings that Redis refuses.
#include "base/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cerrno>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace larder::base {
namespace {

constexpr auto kLeast = std::numeric_limits<int64_t>::min();
constexpr auto kMost = std::numeric_limits<int64_t>::max();

TEST(ParseInt64, TakesTheOneSpellingOfANumber) {
  EXPECT_EQ(parse_int64("0"), 0);
  EXPECT_EQ(parse_int64("7"), 7);
  EXPECT_EQ(parse_int64("-7"), -7);
  EXPECT_EQ(parse_int64("1234567890"), 1234567890);
  EXPECT_EQ(parse_int64("9223372036854775807"), kMost);
  EXPECT_EQ(parse_int64("-9223372036854775808"), kLeast);
}

TEST(ParseInt64, RefusesAllOthers) {
  for (const std::string text : {"", "-", "+1", " 1", "1 ", "01", "00", "-0", "-01", "1.0", "1e3", "0x10", "a", "1a",
                                 "--1", "9223372036854775808", "-9223372036854775809", "99999999999999999999"}) {
    EXPECT_EQ(parse_int64(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_int64(std::string_view{"1\0", 2}), std::nullopt);
  EXPECT_EQ(parse_int64({}), std::nullopt);
}

TEST(ParseInt64, ReadsBackWhatIsWritten) {
  std::mt19937_64 random{1};
  for (int round = 0; round < 10000; ++round) {
    const auto value = static_cast<int64_t>(random() >> random() % 64);
    EXPECT_EQ(parse_int64(format_int64(value)), value);
    EXPECT_EQ(parse_int64(format_int64(-value)), -value);
  }
  EXPECT_EQ(format_int64(kLeast), "-9223372036854775808");
}

TEST(ParseUint64, TakesNoSign) {
  EXPECT_EQ(parse_uint64("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_uint64("0"), 0U);
  for (const std::string text : {"", "-1", "+1", "01", "18446744073709551616"}) {
    EXPECT_EQ(parse_uint64(text), std::nullopt) << text;
  }
}

// What Redis accepts is what strtod accepts, less NaN, leading space and what does not fit.
std::optional<double> by_strtod(const std::string& text) {
  if (text.empty() || isspace(static_cast<unsigned char>(text[0])) != 0) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || std::isnan(value)) return std::nullopt;
  if (errno == ERANGE && (std::isinf(value) || value == 0)) return std::nullopt;
  return value;
}

TEST(ParseDouble, AgreesWithStrtod) {
  for (const std::string text : {"0",
                                 "-0",
                                 "1",
                                 "+5",
                                 "-5",
                                 ".5",
                                 "5.",
                                 "-.5",
                                 "+.5e1",
                                 ".",
                                 "+",
                                 "-",
                                 "e5",
                                 "1e",
                                 "1e+",
                                 "1e5",
                                 "1E-5",
                                 "3.0e3",
                                 "0x10",
                                 "0X1p3",
                                 "0x.8",
                                 "0x1.",
                                 "0x",
                                 "0xg",
                                 "0x1p",
                                 "0x-1",
                                 "-0x1F",
                                 "+0xa",
                                 "0xinf",
                                 "0xnan",
                                 "inf",
                                 "-inf",
                                 "+inf",
                                 "INF",
                                 "Infinity",
                                 "infinit",
                                 "nan",
                                 "-nan",
                                 "nan(1)",
                                 "1e400",
                                 "-1e400",
                                 "1e-400",
                                 "1e-310",
                                 "4.9e-324",
                                 "2e-324",
                                 "1e308",
                                 "1.7976931348623159e308",
                                 "00012",
                                 "1,5",
                                 "1 ",
                                 " 1",
                                 "\t1",
                                 "--1",
                                 "+-1",
                                 "-+1",
                                 "0e999999",
                                 "0x1p99999",
                                 "0x1p-99999",
                                 "1_000",
                                 "1e5x",
                                 "0.1",
                                 "123456789012345678901234567890"}) {
    const auto expected = by_strtod(text);
    const auto value = parse_double(text);
    ASSERT_EQ(value.has_value(), expected.has_value()) << text;
    if (value) {
      EXPECT_EQ(std::bit_cast<uint64_t>(*value), std::bit_cast<uint64_t>(*expected)) << text;
    }
  }
  EXPECT_EQ(parse_double(""), std::nullopt);
  EXPECT_EQ(parse_double(std::string_view{"1\0", 2}), std::nullopt);
}

TEST(ParseDouble, AgreesWithStrtodOnRandomText) {
  std::mt19937 random{3};
  const std::string_view alphabet = "0123456789.eE+-xXpPaf";
  for (int round = 0; round < 50000; ++round) {
    std::string text(1 + random() % 8, '\0');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    ASSERT_EQ(parse_double(text), by_strtod(text)) << text;
  }
}

TEST(ParseLongDouble, TakesAndRefusesAsRedis) {
  EXPECT_EQ(parse_long_double("10.5"), 10.5L);
  EXPECT_EQ(parse_long_double("+5"), 5.0L);
  EXPECT_EQ(parse_long_double("0x10"), 16.0L);
  EXPECT_EQ(parse_long_double("1e400"), 1e400L);
  EXPECT_TRUE(std::isinf(parse_long_double("inf").value()));
  for (const std::string text : {"", " 1", "1 ", "abc", "1,5", "nan", "1e5000", "1e-6000", "1.2.3", "."}) {
    EXPECT_EQ(parse_long_double(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_long_double(std::string_view{"1\0", 2}), std::nullopt);
  EXPECT_EQ(parse_long_double(std::string(5119, '1')), std::nullopt);  // over the range
  EXPECT_EQ(parse_long_double(std::string(5000, '0') + "1"), 1.0L);
  EXPECT_EQ(parse_long_double(std::string(5120, '0')), std::nullopt);  // over Redis' buffer
}

TEST(FormatDouble, WritesTheShortestForm) {
  EXPECT_EQ(format_double(0), "0");
  EXPECT_EQ(format_double(-0.0), "-0");
  EXPECT_EQ(format_double(3), "3");
  EXPECT_EQ(format_double(-3), "-3");
  EXPECT_EQ(format_double(0.1), "0.1");
  EXPECT_EQ(format_double(-1.5), "-1.5");
  EXPECT_EQ(format_double(3.141592653589793), "3.141592653589793");
  EXPECT_EQ(format_double(1e18), "1000000000000000000");
  EXPECT_EQ(format_double(INFINITY), "inf");
  EXPECT_EQ(format_double(-INFINITY), "-inf");
  EXPECT_EQ(format_double(NAN), "nan");
  EXPECT_EQ(format_double(123456.789), "123456.789");
}

TEST(FormatDouble, TurnsToExponentsWhereRedisDoes) {
  EXPECT_EQ(format_double(1e-6), "0.000001");
  EXPECT_EQ(format_double(1e-7), "1e-7");
  EXPECT_EQ(format_double(1.5e-7), "1.5e-7");
  EXPECT_EQ(format_double(0.0012345678901), "0.0012345678901");
  EXPECT_EQ(format_double(12345678.12345678), "1.234567812345678e+7");
  EXPECT_EQ(format_double(1e20), "1e+20");
  EXPECT_EQ(format_double(1.2345678901234568e20), "123456789012345680000");
  EXPECT_EQ(format_double(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(format_double(5e-324), "5e-324");
  EXPECT_EQ(format_double(-2.5e-100), "-2.5e-100");
}

TEST(FormatDouble, ReadsBackAndFits) {
  std::mt19937_64 random{5};
  for (int round = 0; round < 100000; ++round) {
    const auto value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    const auto text = format_double(value);
    ASSERT_LE(text.size(), kMaxDoubleChars);
    ASSERT_EQ(parse_double(text), value) << text;
  }
}

TEST(FormatLongDouble, WritesNoExponentAndNoTrailingZeros) {
  EXPECT_EQ(format_long_double(3), "3");
  EXPECT_EQ(format_long_double(10.5L), "10.5");
  EXPECT_EQ(format_long_double(0.1L), "0.1");
  EXPECT_EQ(format_long_double(-0.0L), "0");
  EXPECT_EQ(format_long_double(-1e-30L), "0");
  EXPECT_EQ(format_long_double(100), "100");
  EXPECT_EQ(format_long_double(5.0e3L), "5000");
  EXPECT_EQ(format_long_double(1e-17L), "0.00000000000000001");
  EXPECT_EQ(format_long_double(1e20L), "100000000000000000000");
  EXPECT_EQ(format_long_double(std::numeric_limits<long double>::infinity()), "inf");
  EXPECT_EQ(format_long_double(-std::numeric_limits<long double>::infinity()), "-inf");
}

TEST(FormatLongDouble, AgreesWithPrintf) {
  std::mt19937_64 random{9};
  for (int round = 0; round < 20000; ++round) {
    const long double value = std::ldexp(static_cast<long double>(random()), static_cast<int>(random() % 160) - 120);
    char text[200];
    std::snprintf(text, sizeof text, "%.17Lf", value);
    std::string expected = text;
    expected.erase(expected.find_last_not_of('0') + 1);
    if (expected.back() == '.') expected.pop_back();
    ASSERT_EQ(format_long_double(value), expected);
  }
}

TEST(FormatLongDouble, WritesTheLargest) {
  const auto most = std::numeric_limits<long double>::max();
  EXPECT_EQ(format_long_double(-most).size(), 4934U);
  EXPECT_EQ(parse_long_double(format_long_double(most)), most);
}

TEST(FormatLongDouble, KnowsNoLocale) {
  for (const auto* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;
    EXPECT_EQ(format_long_double(1.5L), "1.5");
    EXPECT_EQ(parse_long_double("1.5"), 1.5L);
    EXPECT_EQ(parse_double("1.5"), 1.5);
    EXPECT_EQ(format_double(1.5), "1.5");
    std::setlocale(LC_ALL, "C");
  }
}

TEST(WriteDecimalLine, WritesEveryNumber) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{9}, uint64_t{10}, uint64_t{99}, uint64_t{100}, uint64_t{255},
                               uint64_t{256}, uint64_t{1000}, uint64_t{65536}, UINT64_MAX}) {
    char text[kMaxDecimalLineChars];
    const std::string written{text, write_decimal_line(text, value)};
    EXPECT_EQ(written, std::to_string(value) + "\r\n");
    EXPECT_EQ(decimal_digits(value), static_cast<int>(written.size()) - 2);
  }
}

}  // namespace
}  // namespace larder::base
