// The estimate of a HyperLogLog, and its self-test. Ertl's improved raw estimator (arXiv:1702.01284, algorithm 6, with
// sigma and tau of the same paper) works on how often each register value occurs. Sums are taken in the order of the
// paper, as in Redis: two servers must round alike.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "store/values/hyperloglog.h"

namespace larder::store::hll {

namespace {

constexpr unsigned kRanks = 64 - kIndexBits;  // the highest regular register value is one more

/// How many registers have each value.
using Histogram = std::array<uint32_t, 64>;

/// x + the sum of x^(2^k) * 2^(k-1), k from 1.
double sigma(double x) {
  if (x == 1) return INFINITY;
  double sum = x, weight = 1;
  for (double before = -1; sum != before;) {
    before = sum;
    x *= x;
    sum += x * weight;
    weight += weight;
  }
  return sum;
}

/// (1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k, k from 1) / 3.
double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x, weight = 1;
  for (double before = -1; sum != before;) {
    before = sum;
    x = std::sqrt(x);
    weight *= 0.5;
    sum -= std::pow(1 - x, 2) * weight;
  }
  return sum / 3;
}

uint64_t estimate(const Histogram& histogram) {
  constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2), of infinitely many registers
  constexpr auto kCount = static_cast<double>(kRegisters);
  double sum = kCount * tau((kCount - histogram[kRanks + 1]) / kCount);
  for (unsigned rank = kRanks; rank >= 1; --rank) {
    sum += histogram[rank];
    sum *= 0.5;
  }
  sum += kCount * sigma(histogram[0] / kCount);
  const double result = kAlpha * kCount * kCount / sum;
  // Only registers that no element can have set lead here. Redis' result where the cast is undefined, on x86.
  constexpr double kTooMuch = 9.2e18;
  return result < kTooMuch ? static_cast<uint64_t>(std::llround(result)) : uint64_t{1} << 63;
}

}  // namespace

uint64_t count(const Registers& registers) {
  Histogram histogram{};
  for (const uint8_t value : registers) ++histogram[value & 63];
  return estimate(histogram);
}

Result<uint64_t> count(std::string_view bytes) {
  Registers registers{};
  if (const auto merged = merge_into(registers, bytes); !merged) return fail(merged.error());
  return count(registers);
}

// -- Self-test --

namespace {

/// Registers written in either form and read again are the same.
std::string test_registers() {
  Registers expected{};
  std::string sparse = make_empty(), dense = *made_dense(sparse);
  for (unsigned i = 0; i < kRegisters; i += 1 + i % 29) {
    const Hit hit{.index = static_cast<uint16_t>(i), .rank = static_cast<uint8_t>(1 + i * 31 % 32)};
    expected[i] = hit.rank;
    raise(std::span<char>(dense), std::span(&hit, 1));
    if (!raise(sparse, std::span(&hit, 1), SIZE_MAX)) return "a sparse register was not raised";
  }
  for (const std::string& bytes : {sparse, dense}) {
    Registers found{};
    if (!merge_into(found, bytes) || found != expected) return "registers are not what was written";
  }
  if (made_dense(sparse)->substr(kHeaderSize) != dense.substr(kHeaderSize)) return "the forms differ";
  return {};
}

/// Estimates stay within four and a half standard errors, in both forms alike.
std::string test_estimates() {
  constexpr int kMost = 100'000;
  constexpr double kStandardError = 1.04 / 128;
  std::string sparse = make_empty(), dense = *made_dense(sparse);
  for (int n = 1, next = 10; n <= kMost; ++n) {
    const Hit hit = hit_of(fmt::format("{}:{}", n, n * 3));
    raise(std::span<char>(dense), std::span(&hit, 1));
    if (!raise(sparse, std::span(&hit, 1), 3000)) return "an element was not added";
    if (n != next) continue;
    next *= 10;
    const auto found = count(dense);
    if (!found || found != count(sparse)) return "the forms differ in their estimates";
    const double error = std::abs(static_cast<double>(*found) - n);
    if (error > std::max(1.0, 4.5 * kStandardError * n)) return fmt::format("{} for {} elements", *found, n);
  }
  return {};
}

}  // namespace

std::string self_test() {
  const std::string wrong = test_registers();
  return wrong.empty() ? test_estimates() : wrong;
}

}  // namespace larder::store::hll
