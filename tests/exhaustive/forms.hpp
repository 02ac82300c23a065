// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The mathematics that several rows share, for `bounded`, `long_bounded` and `exact` alike, and for float as textbooks write it.
#pragma once

#include <cmath>
#include <numbers>

#include "subject.hpp"

namespace gradus::exhaustive {

inline constexpr double infinite = std::numeric_limits<double>::infinity();
inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
inline constexpr double correctly_rounded = 0.501;  ///< 1/2 ULP, and room for the oracle's own bound

/// σ(x) = 1/(1 + e^-x) and σ'(x), by e^-|x|.
template <class N>
both<N> sigmoid_of(N x) {
    const N z = exp(-abs(x)), total = 1 + z;
    return {(x < 0 ? z : N(1)) / total, z / (total * total)};
}
/// tanh'(x) = 1/cosh²x.
template <class N>
N sech_squared(N x) {
    return 4 * sigmoid_of(N(2 * x)).slope;
}
/// log(1 + e^x) and σ(x).
template <class N>
both<N> softplus_of(N x) {
    return {(x > 0 ? x : N(0)) + log1p(exp(-abs(x))), sigmoid_of(x).value};
}
/// φ(x) = e^(-x²/2)/√(2π).
template <class N>
N density_of(N x) {
    return constants<N>::inv_root_two_pi() * exp(-(x * x) / 2);
}
/// Of an input: e^(-h/2) (1 - l/2) with x² = h + l exactly. What remains of e^(-l/2) is l²/8, below 2^-90 where
/// the result is not 0.
template <class Real>
bounded_by<Real> density_of(bounded_by<Real> x) {
    using number = bounded_by<Real>;
    const Real high = x.v * x.v, low = std::fma(x.v, x.v, -high);
    if (!(high / 2 < number::steep)) return {0, number::tiny};
    const Real power = std::exp(-high / 2);
    return constants<number>::inv_root_two_pi() *
           number::with(power * (1 - low / 2), number::tiny, number::function_units + 2);
}
/// Φ(x) = erfc(-x/√2)/2.
inline exact normal_cdf_of(const exact& x) { return erfc(-x * constants<exact>::root_half()) / 2; }
/// Of an input: erfc(h) - 2/√π e^(-h²) l with -x/√2 = h + l. What remains is h l of the second term, which is
/// itself computed with a part 2^-40 to spare.
template <class Real>
bounded_by<Real> normal_cdf_of(bounded_by<Real> x) {
    using number = bounded_by<Real>;
    static const Real root_half = constants<number>::root_half().v;
    static const Real lower = exact(constants<exact>::root_half() - exact(root_half)).template convert_to<Real>();
    const Real high = -x.v * root_half;
    if (!(std::fabs(high) < number::far)) return {x.v > 0 ? Real(1) : Real(0), number::unit * (x.v > 0) + number::tiny};
    const Real low = std::fma(-x.v, root_half, -high) - x.v * lower;
    const number upper = erfc(number(high));
    const Real rest = -2 * std::numbers::inv_sqrtpi_v<Real> * std::exp(-high * high) * low;
    return number(upper.v + rest, upper.e + Real(0x1p-40) * std::fabs(rest) + number::unit * upper.v) / 2;
}
/// Φ(x) and φ(x).
template <class N>
both<N> distribution_of(N x) {
    return {normal_cdf_of(x), density_of(x)};
}
/// x - tanh x and tanh²x. Below 1 by Σ 2k/(2k+1)! x^(2k+1) / cosh x, of which 14 terms (3 below
/// 2^-20) leave 2^-90, and 60 leave 2^-600.
template <class N>
both<N> tanhshrink_of(N x) {
    const int terms = std::is_same_v<N, exact> ? 60 : abs(x) < 0x1p-20 ? 3 : 14;
    const N t = tanh(x), slope = t * t;
    if (abs(x) >= 1) return {x - t, slope};
    N term = x * x * x / 6, sum = 2 * term;
    for (int k = 2; k <= terms; ++k) {
        term = term * x * x / (2 * k * (2 * k + 1));
        sum = sum + 2 * k * term;
    }
    return {2 * sum / (exp(x) + exp(-x)), slope};
}
template <class N>
both<N> softsign_of(N x) {
    const N total = 1 + abs(x);
    return {x / total, 1 / (total * total)};
}

namespace plain {
inline float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }
inline float sigmoid_slope(float x) { return sigmoid(x) * (1 - sigmoid(x)); }
inline float tanh_slope(float x) { return 1 - std::tanh(x) * std::tanh(x); }
inline float softplus(float x) { return std::log(1 + std::exp(x)); }
inline float density(float x) {
    return std::exp(-x * x / 2) * (std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>);
}
inline float distribution(float x) { return (1 + std::erf(x / std::numbers::sqrt2_v<float>)) / 2; }
inline float tanhshrink_slope(float x) { return std::tanh(x) * std::tanh(x); }
inline float softsign(float x) { return x / (1 + std::fabs(x)); }
inline float softsign_slope(float x) { return 1 / ((1 + std::fabs(x)) * (1 + std::fabs(x))); }
}  // namespace plain

/// `expression` as a formula in x, for the oracles' numbers (of type N), and for float.
#define GRADUS_MATHEMATICS(...) []<class N>([[maybe_unused]] N x) -> gradus::exhaustive::both<N> { __VA_ARGS__ }
#define GRADUS_PLAIN(...) [](float x) -> float { return static_cast<void>(x), static_cast<float>(__VA_ARGS__); }
#define GRADUS_LIBRARY(...) [](auto x) { return __VA_ARGS__; }

}  // namespace gradus::exhaustive
