// Random numbers for the load: fast, seeded, the same on every machine, so that two servers are sent the same requests.
// Threads: each object belongs to one thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace larder::bench {

/// One step of splitmix64 (Steele, Lea, Flood 2014): spreads a counter over 64 bits.
inline uint64_t mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(mix64(seed)) {}

  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    return mix64(state_);
  }
  /// Uniform in 0 .. bound-1 (Lemire's multiplication; its bias is below bound / 2^64).
  uint64_t below(uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

/// Ranks 0 .. count-1 where rank r comes up in proportion to 1 / (r + 1)^exponent, exactly, in constant time and
/// memory: rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone
/// discrete distributions", 1996). The standard library has only std::discrete_distribution, which needs a table and
/// log(n) steps. exponent  above 0, 1 included
class Zipf {
 public:
  Zipf(uint64_t count, double exponent)
      : count_(static_cast<double>(count)),
        exponent_(exponent),
        area_from_(area(1.5) - 1.0),
        area_to_(area(count_ + 0.5)),
        shortcut_(2.0 - inverse_area(area(2.5) - density(2.0))) {}

  uint64_t operator()(Random& random) const {
    for (;;) {
      const double u = area_to_ + random.unit() * (area_from_ - area_to_);
      const double x = inverse_area(u);
      double rank = std::floor(x + 0.5);
      if (rank < 1.0) rank = 1.0;
      if (rank > count_) rank = count_;
      if (rank - x <= shortcut_ || u >= area(rank + 0.5) - density(rank)) return static_cast<uint64_t>(rank) - 1;
    }
  }

 private:
  double density(double x) const { return std::exp(-exponent_ * std::log(x)); }
  /// Integral of the density, continued through exponent = 1, where it is a logarithm.
  double area(double x) const {
    const double log_x = std::log(x);
    const double t = (1.0 - exponent_) * log_x;
    return (std::abs(t) > 1e-8 ? std::expm1(t) / t : 1.0 + t / 2.0) * log_x;
  }
  double inverse_area(double a) const {
    const double t = std::max(a * (1.0 - exponent_), -1.0);
    return std::exp((std::abs(t) > 1e-8 ? std::log1p(t) / t : 1.0 - t / 2.0) * a);
  }

  double count_;
  double exponent_;
  double area_from_;
  double area_to_;
  double shortcut_;
};

}  // namespace larder::bench
