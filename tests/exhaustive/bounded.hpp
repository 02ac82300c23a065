// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fast oracle's number: a double, or a long double where that is longer, and a bound of its distance from the
// exact value, which each operation carries on. The sums of rounding units that make up a bound are themselves
// rounded; what that can lose, a part 2^-40 of the bound, the judge adds. A bound of 0 says that the number is the
// exact value.
//
// The C library's functions are taken to be within these errors, in units u = 2^-53 (2^-64) of the value. The
// manual of glibc ("Known Maximum Errors in Math Functions") and Zimmermann et al., "Accuracy of Mathematical
// Functions in Single, Double, ... Precision", give at most half of each for double, and at most all of each for long
// double. Even thousands of units would not matter in double: a float32 ULP is 2^29 of them.
#pragma once

#include <cmath>
#include <limits>

namespace gradus::exhaustive {

template <class Real>
struct bounded_by {
    Real v = 0;  ///< the value
    Real e = 0;  ///< |v - exact value| is at most this
    // NOLINTNEXTLINE(google-explicit-constructor): numbers stand in formulas as they are
    constexpr bounded_by(Real value = 0, Real error = 0) : v(value), e(error) {}

    static constexpr int digits = std::numeric_limits<Real>::digits, least = std::numeric_limits<Real>::min_exponent;
    static constexpr Real unit = std::numeric_limits<Real>::epsilon() / 2;
    static constexpr Real unknown = std::numeric_limits<Real>::infinity();
    static constexpr Real low = std::numeric_limits<Real>::min() * Real(0x1p100);  ///< products below it may underflow
    static constexpr Real tiny = std::numeric_limits<Real>::min() * Real(0x1p20);  ///< covers what underflow loses
    static constexpr Real steep = -0.734 * least;         ///< beyond ±this, exp leaves the range of Real
    static constexpr Real binary = -1.06 * least;         ///< and exp2
    static constexpr Real far = digits == 53 ? 30 : 115;  ///< and erfc, above
    static constexpr Real function_units = 4;             ///< exp, expm1, log, log1p, erf, sin, cos
    static constexpr Real tanh_units = 8;
    static constexpr Real erfc_units = 16;

    /// v with the error bound e and `units` of its own; an infinite v stands for every larger number.
    static bounded_by with(Real v, Real e, Real units) {
        if (std::isinf(v)) return {v, 0};
        return {v, e + units * unit * std::fabs(v)};
    }

    friend bounded_by operator-(bounded_by a) { return {-a.v, a.e}; }
    friend bounded_by operator+(bounded_by a, bounded_by b) {
        const Real sum = a.v + b.v;
        return {sum, a.e + b.e + unit * std::fabs(sum)};
    }
    friend bounded_by operator-(bounded_by a, bounded_by b) { return a + -b; }
    friend bounded_by operator*(bounded_by a, bounded_by b) {
        const Real product = a.v * b.v;
        Real error = std::fabs(a.v) * b.e + std::fabs(b.v) * a.e + a.e * b.e + unit * std::fabs(product);
        if (std::fabs(product) < low && a.v != 0 && b.v != 0) error += tiny;
        return {product, error};
    }
    friend bounded_by operator/(bounded_by a, bounded_by b) {
        const Real quotient = a.v / b.v;
        if (b.v == 0 && b.e == 0) return {quotient, 0};
        if (!(b.e < std::fabs(b.v) / 2)) return {quotient, unknown};
        Real error = (a.e + std::fabs(quotient) * b.e) / (std::fabs(b.v) - b.e) + unit * std::fabs(quotient);
        if (std::fabs(quotient) < low && a.v != 0) error += tiny;
        return {quotient, error};
    }

    friend bool operator<(bounded_by a, double b) { return a.v < b; }
    friend bool operator>(bounded_by a, double b) { return a.v > b; }
    friend bool operator<=(bounded_by a, double b) { return a.v <= b; }
    friend bool operator>=(bounded_by a, double b) { return a.v >= b; }

    friend bounded_by abs(bounded_by a) { return {std::fabs(a.v), a.e}; }
    friend bounded_by floor(bounded_by a) { return {std::floor(a.v), a.e == 0 ? 0 : unknown}; }
    friend bounded_by sqrt(bounded_by a) {
        const Real root = std::sqrt(a.v);
        if (a.e == 0) return with(root, 0, 1);
        return with(root, a.e < a.v / 2 ? a.e / root : unknown, 1);
    }
    /// e^(a ± e) differs from e^a by less than 1.25e of it for e below 1/4.
    friend bounded_by exp(bounded_by a) {
        if (a.v + a.e < -steep) return {0, tiny};
        if (a.v - a.e > steep) return {std::numeric_limits<Real>::infinity(), 0};
        const Real power = std::exp(a.v);
        return with(power, a.e < 0.25 ? 5 * a.e * power / 4 + tiny : unknown, function_units);
    }
    friend bounded_by expm1(bounded_by a) {
        if (a.v + a.e < -steep) return {-1, unit};
        const Real power = std::expm1(a.v);
        const Real carried = a.e < 0.25 ? 5 * a.e * (1 + std::fabs(power)) / 4 : unknown;
        return with(power, carried, function_units);
    }
    friend bounded_by log(bounded_by a) {
        const Real carried = a.e == 0 ? 0 : a.e < a.v / 2 ? 2 * a.e / a.v : unknown;
        return with(std::log(a.v), carried, function_units);
    }
    friend bounded_by log1p(bounded_by a) {
        const Real carried = a.e == 0 ? 0 : a.e < (1 + a.v) / 2 ? 2 * a.e / (1 + a.v) : unknown;
        return with(std::log1p(a.v), carried, function_units);
    }
    friend bounded_by exp2(bounded_by a) {
        if (a.v + a.e < -binary) return {0, tiny};
        const Real power = std::exp2(a.v);
        return with(power, a.e < 0.25 ? a.e * power + tiny : unknown, function_units);
    }
    friend bounded_by log2(bounded_by a) {
        const Real carried = a.e == 0 ? 0 : a.e < a.v / 2 ? 3 * a.e / a.v : unknown;
        return with(std::log2(a.v), carried, function_units);
    }
    friend bounded_by tanh(bounded_by a) { return with(std::tanh(a.v), a.e, tanh_units); }
    /// erf' is at most 2/√π.
    friend bounded_by erf(bounded_by a) { return with(std::erf(a.v), 9 * a.e / 8 + a.e / 64, function_units); }
    /// |erfc'/erfc| at a is at most 2|a| + √2 (Mills' ratio), and twice that next to a.
    friend bounded_by erfc(bounded_by a) {
        if (a.v - a.e > far) return {0, tiny};
        if (a.v + a.e < -30) return {2, unit};
        const Real rest = std::erfc(a.v), slope = 4 * std::fabs(a.v) + 4;
        const Real carried = a.e == 0 ? 0 : slope * a.e < 0.25 ? slope * a.e * rest + tiny : unknown;
        return with(rest, carried + tiny, erfc_units);
    }
    friend bounded_by sin(bounded_by a) { return with(std::sin(a.v), a.e, function_units); }
    friend bounded_by cos(bounded_by a) { return with(std::cos(a.v), a.e, function_units); }
};

using bounded = bounded_by<double>;
using long_bounded = bounded_by<long double>;

}  // namespace gradus::exhaustive
