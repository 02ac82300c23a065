// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The functions of the formulas on float64: those of portable_math.hpp in constant evaluation, those of
// the C library at run time. They follow IEEE 754: NaN and infinities propagate, nothing is an error.
#pragma once

#include <type_traits>

#include <gradus/portable_math.hpp>

namespace gradus::math {

using portable::abs;
using portable::isnan;

constexpr double add(double a, double b) { return std::is_constant_evaluated() ? portable::add(a, b) : a + b; }
constexpr double sub(double a, double b) { return std::is_constant_evaluated() ? portable::add(a, -b) : a - b; }
constexpr double mul(double a, double b) { return std::is_constant_evaluated() ? portable::mul(a, b) : a * b; }
constexpr double div(double a, double b) { return std::is_constant_evaluated() ? portable::div(a, b) : a / b; }

constexpr double sqrt(double x) { return std::is_constant_evaluated() ? portable::sqrt(x) : __builtin_sqrt(x); }
constexpr double floor(double x) { return std::is_constant_evaluated() ? portable::floor(x) : __builtin_floor(x); }
constexpr double exp(double x) { return std::is_constant_evaluated() ? portable::exp(x) : __builtin_exp(x); }
constexpr double exp2(double x) { return std::is_constant_evaluated() ? portable::exp2(x) : __builtin_exp2(x); }
constexpr double expm1(double x) { return std::is_constant_evaluated() ? portable::expm1(x) : __builtin_expm1(x); }
constexpr double log(double x) { return std::is_constant_evaluated() ? portable::log(x) : __builtin_log(x); }
constexpr double log2(double x) { return std::is_constant_evaluated() ? portable::log2(x) : __builtin_log2(x); }
constexpr double log1p(double x) { return std::is_constant_evaluated() ? portable::log1p(x) : __builtin_log1p(x); }
constexpr double tanh(double x) { return std::is_constant_evaluated() ? portable::tanh(x) : __builtin_tanh(x); }
constexpr double erf(double x) { return std::is_constant_evaluated() ? portable::erf(x) : __builtin_erf(x); }
constexpr double erfc(double x) { return std::is_constant_evaluated() ? portable::erfc(x) : __builtin_erfc(x); }
constexpr double sin(double x) { return std::is_constant_evaluated() ? portable::sin(x) : __builtin_sin(x); }
constexpr double cos(double x) { return std::is_constant_evaluated() ? portable::cos(x) : __builtin_cos(x); }
constexpr double pow(double x, double y) {
    return std::is_constant_evaluated() ? portable::pow(x, y) : __builtin_pow(x, y);
}

/// -1, 0 or 1; signed zeros and NaN are kept.
constexpr double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

/// IEEE 754-2019 maximum and minimum: NaN if one operand is, and -0 < +0.
constexpr double max(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) ? a : b;
    return a > b || (a == b && portable::negative(b)) ? a : b;
}
constexpr double min(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) ? a : b;
    return a < b || (a == b && portable::negative(a)) ? a : b;
}

/// 1/(1 + e^-x), with full relative precision in the lower tail.
constexpr double sigmoid(double x) {
    if (isnan(x)) return x;
    const double z = exp(-abs(x));
    const double total = 1.0 + z, lost = z - (total - 1.0);  // the rounding error of the sum, exactly
    const double quotient = (x >= 0 ? 1.0 : z) / total;
    return quotient - quotient * lost / total;
}

/// log(1 + e^x), with full relative precision in the lower tail and no overflow in the upper.
constexpr double softplus(double x) { return isnan(x) ? x : max(x, 0.0) + log1p(exp(-abs(x))); }

/// φ(x) = e^(-x²/2) / √(2π), the density of the normal distribution.
constexpr double normal_pdf(double x) {
    if (isnan(x)) return x;
    if (!(abs(x) < 40)) return 0;
    const portable::double_double square = portable::product(x, x);
    return exp(-0.5 * square.hi) * (1 - 0.5 * square.lo) * 0.3989422804014327;
}
/// Φ(x) = erfc(-x/√2) / 2, the distribution function of the normal distribution. The rounding error of
/// x/√2, which the tail would magnify, enters by the derivative.
constexpr double normal_cdf(double x) {
    if (isnan(x)) return x;
    if (!(abs(x) < 40)) return x > 0 ? 1 : 0;
    const portable::double_double scaled =
        portable::product(portable::double_double{-x, 0}, {0.7071067811865476, -4.833646656726457e-17});
    return 0.5 * erfc(scaled.hi) - 1.4142135623730951 * normal_pdf(x) * scaled.lo;
}

/// x - tanh(x). Below 1, where the difference cancels, (x·cosh x - sinh x) / cosh x, whose numerator
/// Σ 2k/(2k+1)! x^(2k+1) has positive terms only; above, (|x| - 1) + (1 - tanh|x|).
constexpr double tanhshrink(double x) {
    if (isnan(x)) return x;
    const double size = abs(x), power = exp(size < 300 ? size : 300);
    if (size >= 1) return portable::copysign((size - 1) + 2 / (power * power + 1), x);
    double series = 0, term = 1;
    for (int k = 1; k <= 10; ++k) series += 2 * k * (term *= x * x / (2 * k * (2 * k + 1)));
    return x * series / (0.5 * (power + 1 / power));
}

/// x / (1 + |x|); ±1 at ±infinity.
constexpr double softsign(double x) {
    if (isnan(x)) return x;
    if (abs(x) > 1e300) return x > 0 ? 1 : -1;
    return x / (1 + abs(x));
}

}  // namespace gradus::math

namespace gradus::detail {
inline constexpr double infinity = __builtin_inf();
constexpr bool is_finite(double value) { return math::abs(value) < infinity; }
}  // namespace gradus::detail
