// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fast oracle's number: a double and a bound of its distance from the exact value, which each operation
// carries on. The sums of rounding units that make up a bound are themselves rounded; what that can lose, a
// part 2^-40 of the bound, the judge adds. A bound of 0 says that the double is the exact value.
//
// The C library's double functions are taken to be within these errors, in units u = 2^-53 of the value. The
// manual of glibc ("Known Maximum Errors in Math Functions") and Zimmermann et al., "Accuracy of Mathematical
// Functions in Single, Double, ... Precision", give at most half of each. Even thousands of units would not
// matter: a float32 ULP is 2^29 of them.
#pragma once

#include <cmath>
#include <limits>

namespace gradus::exhaustive {

struct bounded {
    double v = 0;  ///< the value
    double e = 0;  ///< |v - exact value| is at most this
    // NOLINTNEXTLINE(google-explicit-constructor): numbers stand in formulas as they are
    constexpr bounded(double value = 0, double error = 0) : v(value), e(error) {}
};

namespace detail {
inline constexpr double unit = 0x1p-53;
inline constexpr double tiny = 0x1p-1000;  ///< covers what underflow loses
inline constexpr double unknown = std::numeric_limits<double>::infinity();
inline constexpr double function_units = 4;  ///< exp, expm1, log, log1p, erf, sin, cos
inline constexpr double tanh_units = 8;
inline constexpr double erfc_units = 16;

/// v with the error bound e and `units` of its own; an infinite v stands for every larger number.
inline bounded with(double v, double e, double units) {
    if (std::isinf(v)) return {v, 0};
    return {v, e + units * unit * std::fabs(v)};
}
}  // namespace detail

inline bounded operator-(bounded a) { return {-a.v, a.e}; }
inline bounded operator+(bounded a, bounded b) {
    const double sum = a.v + b.v;
    return {sum, a.e + b.e + detail::unit * std::fabs(sum)};
}
inline bounded operator-(bounded a, bounded b) { return a + -b; }
inline bounded operator*(bounded a, bounded b) {
    const double product = a.v * b.v;
    double error = std::fabs(a.v) * b.e + std::fabs(b.v) * a.e + a.e * b.e + detail::unit * std::fabs(product);
    if (std::fabs(product) < 0x1p-960 && a.v != 0 && b.v != 0) error += detail::tiny;
    return {product, error};
}
inline bounded operator/(bounded a, bounded b) {
    const double quotient = a.v / b.v;
    if (b.v == 0 && b.e == 0) return {quotient, 0};
    if (!(b.e < 0.5 * std::fabs(b.v))) return {quotient, detail::unknown};
    double error = (a.e + std::fabs(quotient) * b.e) / (std::fabs(b.v) - b.e) + detail::unit * std::fabs(quotient);
    if (std::fabs(quotient) < 0x1p-960 && a.v != 0) error += detail::tiny;
    return {quotient, error};
}

inline bool operator<(bounded a, double b) { return a.v < b; }
inline bool operator>(bounded a, double b) { return a.v > b; }
inline bool operator<=(bounded a, double b) { return a.v <= b; }
inline bool operator>=(bounded a, double b) { return a.v >= b; }

inline bounded abs(bounded a) { return {std::fabs(a.v), a.e}; }
inline bounded floor(bounded a) { return {std::floor(a.v), a.e == 0 ? 0 : detail::unknown}; }
inline bounded sqrt(bounded a) {
    const double root = std::sqrt(a.v);
    if (a.e == 0) return detail::with(root, 0, 1);
    return detail::with(root, a.e < 0.5 * a.v ? a.e / root : detail::unknown, 1);
}
/// e^(a ± e) differs from e^a by less than 1.25e of it for e below 1/4.
inline bounded exp(bounded a) {
    if (a.v + a.e < -750) return {0, detail::tiny};
    if (a.v - a.e > 750) return {std::numeric_limits<double>::infinity(), 0};
    const double power = std::exp(a.v);
    return detail::with(power, a.e < 0.25 ? 1.25 * a.e * power + detail::tiny : detail::unknown,
                        detail::function_units);
}
inline bounded expm1(bounded a) {
    if (a.v + a.e < -750) return {-1, detail::unit};
    const double power = std::expm1(a.v);
    const double carried = a.e < 0.25 ? 1.25 * a.e * (1 + std::fabs(power)) : detail::unknown;
    return detail::with(power, carried, detail::function_units);
}
inline bounded log(bounded a) {
    const double carried = a.e == 0 ? 0 : a.e < 0.5 * a.v ? 2 * a.e / a.v : detail::unknown;
    return detail::with(std::log(a.v), carried, detail::function_units);
}
inline bounded log1p(bounded a) {
    const double carried = a.e == 0 ? 0 : a.e < 0.5 * (1 + a.v) ? 2 * a.e / (1 + a.v) : detail::unknown;
    return detail::with(std::log1p(a.v), carried, detail::function_units);
}
inline bounded exp2(bounded a) {
    if (a.v + a.e < -1080) return {0, detail::tiny};
    const double power = std::exp2(a.v);
    return detail::with(power, a.e < 0.25 ? a.e * power + detail::tiny : detail::unknown, detail::function_units);
}
inline bounded log2(bounded a) {
    const double carried = a.e == 0 ? 0 : a.e < 0.5 * a.v ? 3 * a.e / a.v : detail::unknown;
    return detail::with(std::log2(a.v), carried, detail::function_units);
}
inline bounded tanh(bounded a) { return detail::with(std::tanh(a.v), a.e, detail::tanh_units); }
/// erf' is at most 2/√π.
inline bounded erf(bounded a) { return detail::with(std::erf(a.v), 1.13 * a.e, detail::function_units); }
/// |erfc'/erfc| at a is at most 2|a| + √2 (Mills' ratio), and twice that next to a.
inline bounded erfc(bounded a) {
    if (a.v - a.e > 30) return {0, detail::tiny};
    if (a.v + a.e < -30) return {2, detail::unit};
    const double rest = std::erfc(a.v), slope = 4 * std::fabs(a.v) + 4;
    const double carried = a.e == 0 ? 0 : slope * a.e < 0.25 ? slope * a.e * rest + detail::tiny : detail::unknown;
    return detail::with(rest, carried + detail::tiny, detail::erfc_units);
}
inline bounded sin(bounded a) { return detail::with(std::sin(a.v), a.e, detail::function_units); }
inline bounded cos(bounded a) { return detail::with(std::cos(a.v), a.e, detail::function_units); }

}  // namespace gradus::exhaustive
