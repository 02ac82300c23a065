// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementary functions on float64 for constant evaluation: plain C++ with no call that some compiler
// cannot fold, and no operation that C++ forbids there (one that makes a NaN or overflows). Measured
// maximum error below 1 ULP over the whole range, infinities, NaN, subnormals and signed zeros
// included; sqrt and the four operations are correctly rounded. A call takes at most some hundred
// evaluation steps.
//
// The method is one throughout: reduce the argument exactly or in two doubles, sum the first terms of
// the series in two doubles and its small rest in one, scale by a power of two last.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <gradus/double_double.hpp>

namespace gradus::math::portable {

inline constexpr double infinity = __builtin_inf();
inline constexpr double not_a_number = __builtin_nan("");
inline constexpr double log2_e = 0x1.71547652b82fep+0;
inline constexpr double_double ln2{0x1.62e42fee00000p-1, 0x1.a39ef35793c76p-33};  // hi has 32 bits: n·hi is exact
inline constexpr double_double half_pi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
inline constexpr double_double two_by_root_pi{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};

// ---- parts of a number

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }
constexpr bool isnan(double x) { return x != x; }
constexpr bool negative(double x) { return (bits_of(x) & sign_bit) != 0; }
constexpr double abs(double x) { return std::bit_cast<double>(bits_of(x) & ~sign_bit); }
constexpr double copysign(double size, double sign) {
    return std::bit_cast<double>((bits_of(size) & ~sign_bit) | (bits_of(sign) & sign_bit));
}
/// 2^n for -1022 <= n <= 1023.
constexpr double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

/// x = significand·2^exponent with 1 <= |significand| < 2; x finite and not zero.
struct split_number {
    double significand;
    int exponent;
};
constexpr split_number split(double x) {
    const bool subnormal = abs(x) < 0x1p-1022;
    const std::uint64_t bits = bits_of(subnormal ? x * 0x1p54 : x);
    const int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1023 - (subnormal ? 54 : 0);
    return {std::bit_cast<double>((bits & ~(std::uint64_t{0x7ff} << 52)) | std::uint64_t{1023} << 52), exponent};
}

/// x·2^n, rounded once, for 2^-4 <= |x| < 16.
constexpr double scale(double x, int n) {
    if (n < -1100) return copysign(0.0, x);
    if (n > 1100) return copysign(infinity, x);
    if (n < -1000) return x * power_of_two(n + 100) * 0x1p-100;
    if (n <= 1000) return x * power_of_two(n);
    const double reduced = x * power_of_two(n - 100);
    return abs(reduced) >= 0x1p924 ? copysign(infinity, x) : reduced * 0x1p100;
}

constexpr double floor(double x) {
    if (!(abs(x) < 0x1p52)) return x;
    const double whole = static_cast<double>(static_cast<std::int64_t>(x));
    return copysign(whole > x ? whole - 1 : whole, x);
}

// ---- the four operations, with the results that IEEE 754 prescribes where C++ has none

constexpr double add(double a, double b) {
    if (abs(a) < 0x1p1023 && abs(b) < 0x1p1023) return a + b;
    if (isnan(a) || isnan(b)) return not_a_number;
    if (abs(a) == infinity) return abs(b) == infinity && a != b ? not_a_number : a;
    return abs(b) == infinity ? b : scale(a * 0x1p-1023 + b * 0x1p-1023, 1023);
}

constexpr double mul(double a, double b) {
    if (abs(a) < 0x1p511 && abs(b) < 0x1p511) return a * b;
    if (isnan(a) || isnan(b)) return not_a_number;
    const bool opposite = negative(a) != negative(b);
    if (abs(a) == infinity || abs(b) == infinity)
        return a == 0 || b == 0 ? not_a_number : opposite ? -infinity : infinity;
    if (a == 0 || b == 0) return opposite ? -0.0 : 0.0;
    const split_number m = split(a), n = split(b);
    if (m.exponent + n.exponent < 1000) return a * b;
    return scale(m.significand * n.significand, m.exponent + n.exponent);
}

constexpr double div(double a, double b) {
    if (abs(a) < 0x1p511 && abs(b) > 0x1p-511 && abs(b) < infinity) return a / b;
    if (isnan(a) || isnan(b)) return not_a_number;
    const bool opposite = negative(a) != negative(b);
    if (abs(b) == infinity) return abs(a) == infinity ? not_a_number : opposite ? -0.0 : 0.0;
    if (a == 0) return b == 0 ? not_a_number : opposite ? -0.0 : 0.0;
    if (abs(a) == infinity || b == 0) return opposite ? -infinity : infinity;
    const split_number m = split(a), n = split(b);
    if (m.exponent - n.exponent < 1000) return a / b;
    return scale(m.significand / n.significand, m.exponent - n.exponent);
}

/// Correctly rounded: Newton's iteration, then the exact residual decides between neighbours.
constexpr double sqrt(double x) {
    if (isnan(x) || x == 0 || x == infinity) return x;
    if (x < 0) return not_a_number;
    const split_number parts = split(x);
    const bool odd = (parts.exponent & 1) != 0;
    const double m = odd ? 2 * parts.significand : parts.significand;  // in [1, 4)
    double root = 0.485 + 0.4 * m;
    for (int i = 0; i < 5; ++i) root = 0.5 * (root + m / root);
    if (root < 1) root = 1;
    const double_double square = product(root, root);
    const double residual = (m - square.hi) - square.lo;  // exact
    // Half an ULP farther, (root + 2^-53)² exceeds root² by this margin and a square below the residual's grid.
    const double margin = root * 0x1p-52;
    if (residual > margin) root += 0x1p-52;
    if (residual <= -margin) root -= 0x1p-52;
    return scale(root, (parts.exponent - (odd ? 1 : 0)) / 2);
}

// ---- exponentials

inline constexpr auto inverse_factorial = [] {
    std::array<double, 19> table{1};
    double factorial = 1;  // exact up to 18!
    for (std::size_t k = 1; k < table.size(); ++k) table[k] = 1 / (factorial *= static_cast<double>(k));
    return table;
}();

/// e^x = (1 + rest)·2^exponent with |rest| < 0.42, for |x| < 2000.
struct exponential {
    double_double rest;
    int exponent;
};
constexpr exponential exp_parts(double_double x) {
    const int n = static_cast<int>(x.hi * log2_e + (x.hi < 0 ? -0.5 : 0.5));
    const double_double r = sum(x.hi - n * ln2.hi, x.lo - n * ln2.lo);
    double series = 0;  // r^14/14! < 2^-57
    for (std::size_t k = 14; k >= 2; --k) series = series * r.hi + inverse_factorial[k];
    return {quick_sum(r.hi, r.lo + r.lo * r.hi + series * r.hi * r.hi), n};
}
constexpr double exp(double_double x) {
    if (x.hi > 710) return infinity;
    if (x.hi < -746) return 0;
    const exponential e = exp_parts(x);
    const double_double one = quick_sum(1, e.rest.hi);
    return scale(one.hi + (one.lo + e.rest.lo), e.exponent);
}
constexpr double exp(double x) { return isnan(x) ? x : exp(double_double{x, 0}); }

/// 2^n e^((x - n) ln 2) for the nearest integer n.
constexpr double exp2(double x) {
    if (isnan(x)) return x;
    if (x >= 1024) return infinity;
    if (x < -1076) return 0;
    const double n = floor(x + 0.5);
    const exponential e = exp_parts(product(double_double{x - n, 0}, ln2));
    const double_double one = quick_sum(1, e.rest.hi);
    return scale(one.hi + (one.lo + e.rest.lo), e.exponent + static_cast<int>(n));
}

/// e^x - 1 for 2^-60 < |x| < 41.
constexpr double_double expm1_pair(double x) {
    const exponential e = exp_parts({x, 0});
    if (e.exponent == 0) return e.rest;
    const double_double one = quick_sum(1, e.rest.hi);
    const double power = power_of_two(e.exponent);
    const double_double difference = sum(one.hi * power, -1);
    return quick_sum(difference.hi, difference.lo + (one.lo + e.rest.lo) * power);
}
constexpr double expm1(double x) {
    if (isnan(x) || abs(x) < 0x1p-54) return x;
    if (x < -40) return -1;
    return x > 40 ? exp(x) : expm1_pair(x).rounded();
}

constexpr double tanh(double x) {
    if (isnan(x) || abs(x) < 0x1p-28) return x;  // x³/3 is below half an ULP
    if (abs(x) > 20) return copysign(1, x);
    const double_double e = expm1_pair(2 * abs(x));
    return copysign(quotient(e, sum(e, {2, 0})).rounded(), x);
}

// ---- logarithms

inline constexpr double_double third = quotient({1, 0}, {3, 0});
inline constexpr double_double fifth = quotient({1, 0}, {5, 0});

/// log x with a relative error of about 2^-66, for finite x > 0: log m = 2·atanh(s), s = (m - 1)/(m + 1).
constexpr double_double log_pair(double x) {
    split_number parts = split(x);
    if (parts.significand > 0x1.6a09ep+0) {  // about √2
        parts.significand *= 0.5;
        ++parts.exponent;
    }
    const double_double s = quotient({parts.significand - 1, 0}, sum(parts.significand, 1));
    const double_double z = product(s, s);
    double tail = 0;  // |s| < 0.1716: z^13/27 < 2^-70
    for (int k = 13; k >= 3; --k) tail = tail * z.hi + 1.0 / (2 * k + 1);
    const double_double series = sum(third, product(z, sum(fifth, {tail * z.hi, 0})));
    const double_double atanh = sum(s, product(s, product(z, series)));
    const double n = parts.exponent;
    return sum(sum({n * ln2.hi, 0}, {n * ln2.lo, 0}), {2 * atanh.hi, 2 * atanh.lo});
}
constexpr double log(double x) {
    if (isnan(x) || x == infinity) return x;
    if (x <= 0) return x == 0 ? -infinity : not_a_number;
    return log_pair(x).rounded();
}
constexpr double log2(double x) {
    if (isnan(x) || x == infinity) return x;
    if (x <= 0) return x == 0 ? -infinity : not_a_number;
    return quotient(log_pair(x), ln2).rounded();
}
constexpr double log1p(double x) {
    if (isnan(x) || x == infinity || abs(x) < 0x1p-54) return x;
    if (x <= -1) return x == -1 ? -infinity : not_a_number;
    const double_double u = sum(1, x);
    const double_double log_u = log_pair(u.hi);
    return log_u.hi + (log_u.lo + u.lo / u.hi);
}

// ---- powers

constexpr bool is_whole(double y) { return floor(y) == y; }
constexpr bool is_odd(double y) { return abs(y) < 0x1p53 && is_whole(y) && !is_whole(0.5 * y); }

/// x^y for x > 0, x ≠ 1, both finite, y ≠ 0.
constexpr double positive_power(double x, double y) {
    const double_double log_x = log_pair(x);
    // |log x| is in [2^-53, 745]: the estimate cannot overflow once |y| is below 2^80.
    const double bounded = y > 0x1p80 ? 0x1p80 : y < -0x1p80 ? -0x1p80 : y;
    const double estimate = bounded * log_x.hi;
    if (abs(estimate) > 800) return estimate > 0 ? infinity : 0;
    if (abs(estimate) < 0x1p-60) return 1;
    return exp(product({bounded, 0}, log_x));
}
constexpr double pow(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (isnan(x) || isnan(y)) return not_a_number;
    if (abs(y) == infinity) return abs(x) == 1 ? 1 : (abs(x) > 1) == (y > 0) ? infinity : 0;
    const double sign = is_odd(y) ? x : 1;
    if (x == 0 || abs(x) == infinity) return copysign((x == 0) == (y > 0) ? 0 : infinity, sign);
    if (x < 0 && !is_whole(y)) return not_a_number;
    return copysign(abs(x) == 1 ? 1 : positive_power(abs(x), y), sign);
}

// ---- the error function

/// erf and its derivative at k/4, k = 2 … 24; erf rounds to 1 from 5.93 on.
struct erf_centre {
    double_double value;
    double slope;
};
inline constexpr std::array<erf_centre, 23> erf_centres{{
    {{0x1.0a7ef5c18edd2p-1, 0x1.5e809f1a31a28p-56}, 0x1.c1efca49a5011p-1},
    {{0x1.6c1c9759d0e5fp-1, 0x1.b1432f2cbc455p-55}, 0x1.492e42d78d2c5p-1},
    {{0x1.af767a741088bp-1, -0x1.c97f778122797p-56}, 0x1.a911f096fbc26p-2},
    {{0x1.d8865d98abe01p-1, -0x1.fcec4afb974d9p-55}, 0x1.e4652fadcb6b2p-3},
    {{0x1.eea5557137ae0p-1, -0x1.385e445f2c96dp-55}, 0x1.e723726b824a9p-4},
    {{0x1.f92d077f8d56dp-1, 0x1.8b55ef493fce7p-56}, 0x1.b055303221015p-5},
    {{0x1.fd9ae142795e3p-1, 0x1.972801904b9a3p-56}, 0x1.529b9e8cf9a1ep-6},
    {{0x1.ff404760319b4p-1, 0x1.f142071432025p-56}, 0x1.d4143a9dfe965p-8},
    {{0x1.ffcaa8f4c9beap-1, 0x1.b0cee160116f9p-55}, 0x1.1d83170fbf6fbp-9},
    {{0x1.fff2cfb0453d9p-1, 0x1.9a913686042a3p-55}, 0x1.3360ccd23db3ap-11},
    {{0x1.fffd1ac4135f9p-1, 0x1.eeafa1ecd6cefp-55}, 0x1.2408e9ba3327fp-13},
    {{0x1.ffff6f9f67e55p-1, 0x1.e1e4483ba034bp-55}, 0x1.e9b5e8d00ce77p-16},
    {{0x1.ffffe710d565ep-1, 0x1.c9ea52d76dc04p-55}, 0x1.6a597219a93dap-18},
    {{0x1.fffffc2f171e3p-1, 0x1.85edd0395f475p-55}, 0x1.d9371e2ff7c35p-21},
    {{0x1.ffffff7b91176p-1, 0x1.0b2865615db40p-56}, 0x1.10b1488aeb235p-23},
    {{0x1.fffffff01a8b6p-1, 0x1.23370eca5ca6ap-60}, 0x1.155a09065d4f7p-26},
    {{0x1.fffffffe4fa30p-1, 0x1.d166bcb681c7bp-57}, 0x1.f1e3523b41d7dp-30},
    {{0x1.ffffffffd759dp-1, 0x1.f7bee7eb23420p-55}, 0x1.8a61745ec7d1dp-33},
    {{0x1.fffffffffc9e8p-1, -0x1.a759f7738935fp-56}, 0x1.13af4f04f9998p-36},
    {{0x1.ffffffffffc05p-1, 0x1.07ba96a6b2e1ap-55}, 0x1.5422ef5d8949dp-40},
    {{0x1.fffffffffffbep-1, -0x1.182b326b228dcp-55}, 0x1.7258610b3b233p-44},
    {{0x1.ffffffffffffcp-1, 0x1.8115fd1b12786p-56}, 0x1.63daf8b4b1e0cp-48},
    {{0x1.0000000000000p+0, -0x1.8cf81557d20b6p-56}, 0x1.2dc119095729fp-52},
}};

/// Maclaurin's series, for |x| < 1/2.
constexpr double erf_near_zero(double x) {
    const double z = x * x;
    double tail = 0;  // z^13/(13!·27) < 2^-63
    for (std::size_t k = 13; k >= 1; --k)
        tail = tail * z + (k % 2 == 0 ? 1 : -1) * inverse_factorial[k] / static_cast<double>(2 * k + 1);
    const double_double first = product(x, two_by_root_pi.hi);
    return first.hi + (first.lo + x * two_by_root_pi.lo + first.hi * (tail * z));
}

/// (erf(c + d) - erf(c)) / erf'(c) - d by Taylor's series: erf'(c + d) = erf'(c)·g(d), where
/// g = exp(-2cd - d²) = Σ gₖdᵏ obeys g' = -2(c + d)g, hence (k + 1)gₖ₊₁ = -2(c·gₖ + gₖ₋₁).
constexpr double erf_series(double c, double d) {
    double before = 0, term = 1, power = d, series = 0;
    for (int k = 1; k <= 20; ++k) {
        const double next = -2 * (c * term + before) / k;
        before = term;
        term = next;
        power *= d;
        series += term * power / (k + 1);
    }
    return series;
}
/// For x in [3/8, 6), from the nearest centre.
constexpr double erf_from_centre(double x) {
    const int quarter = static_cast<int>(4 * x + 0.5);
    const erf_centre& at = erf_centres[static_cast<std::size_t>(quarter - 2)];
    const double d = x - 0.25 * quarter;
    const double_double high = sum(at.value.hi, at.slope * d);
    return high.hi + (high.lo + (at.value.lo + at.slope * erf_series(0.25 * quarter, d)));
}
constexpr double erf(double x) {
    if (isnan(x)) return x;
    if (abs(x) >= 6) return copysign(1, x);
    if (abs(x) < 0x1p-500) return two_by_root_pi.hi * x;
    return abs(x) < 0.5 ? erf_near_zero(x) : copysign(erf_from_centre(abs(x)), x);
}

/// 1 - erf(x) from the same series, for x in [3/8, 6): the distance from 1 is formed before anything is rounded.
constexpr double erfc_from_centre(double x) {
    const int quarter = static_cast<int>(4 * x + 0.5);
    const erf_centre& at = erf_centres[static_cast<std::size_t>(quarter - 2)];
    const double d = x - 0.25 * quarter;
    const double_double step = sum(at.slope * d, at.slope * erf_series(0.25 * quarter, d));
    const double_double rest = sum(double_double{1 - at.value.hi, -at.value.lo}, double_double{-step.hi, -step.lo});
    return rest.rounded();
}
/// e^(-x²), with the rounding error of x² carried along. Without overflow of x².
constexpr double exp_of_minus_square(double x) {
    const double_double square = product(x, x);
    const double power = exp(-square.hi);
    return power - power * square.lo;
}
/// For x >= 6: Laplace's continued fraction x + (1/2)/(x + (2/2)/(x + (3/2)/…)), of which 40 terms suffice.
constexpr double erfc_of_large(double x) {
    if (x > 28) return 0;
    double fraction = x;
    for (int k = 40; k >= 1; --k) fraction = x + 0.5 * k / fraction;
    return exp_of_minus_square(x) * (0.5 * two_by_root_pi.hi) / fraction;
}
constexpr double erfc(double x) {
    if (isnan(x)) return x;
    if (x < 0.5) return x < -6 ? 2 : 1 - erf(x);
    return x < 6 ? erfc_from_centre(x) : erfc_of_large(x);
}

// ---- sine and cosine

/// The first bits of 2/π after a word of zeros.
inline constexpr std::array<std::uint64_t, 21> two_by_pi{
    0x0000000000000000u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u, 0xfe5163abdebbc561u,
    0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu, 0xe88235f52ebb4484u, 0xe99c7026b45f7e41u,
    0x3991d639835339f4u, 0x9c845f8bbdf9283bu, 0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u,
    0x4f463f669e5fea2du, 0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu,
    0xf0cfbc209af4361du};

/// x = angle + quadrant·π/2 modulo 2π, |angle| <= π/4.
struct reduced_angle {
    double_double angle;
    unsigned quadrant;
};

__extension__ using wide = unsigned __int128;

/// |x|·2/π modulo 4 as an integer in units of 2^-126, to about one unit; no double comes closer than
/// 2^-62 to a whole number here. M. Payne, R. Hanek, 1983: x = m·2^e with whole m, so the bits of 2/π
/// above 2^(1-e) only add multiples of 4, and the 192 from there on decide.
constexpr wide quarter_turns(double x) {
    const std::uint64_t bits = bits_of(x);
    const std::uint64_t m = (bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
    const int first = static_cast<int>(bits >> 52 & 0x7ff) - 1075 - 2 + 64;  // of the bits that count, in two_by_pi
    std::array<std::uint64_t, 3> window{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t word = static_cast<std::size_t>(first) / 64 + i;
        const int shift = first % 64;
        window[i] = shift == 0 ? two_by_pi[word] : two_by_pi[word] << shift | two_by_pi[word + 1] >> (64 - shift);
    }
    const wide low = wide{window[2]} * m, middle = wide{window[1]} * m, high = wide{window[0]} * m;
    return (high << 64) + middle + (low >> 64);
}

constexpr reduced_angle reduce(double x) {
    if (abs(x) < 0.785) return {{x, 0}, 0};
    const wide turns = quarter_turns(x);
    unsigned quadrant = static_cast<unsigned>(turns >> 126);
    wide fraction = turns << 2;
    const bool above = (fraction >> 127) != 0;  // nearer to the next quadrant
    if (above) {
        fraction = ~fraction + 1;
        ++quadrant;
    }
    const auto upper = static_cast<std::uint64_t>(fraction >> 64);
    const int zeros =
        upper != 0 ? std::countl_zero(upper) : 64 + std::countl_zero(static_cast<std::uint64_t>(fraction));
    fraction = zeros < 128 ? fraction << zeros : fraction;
    const double_double parts = quick_sum(static_cast<double>(static_cast<std::uint64_t>(fraction >> 75)) * 0x1p-53,
                                          static_cast<double>(static_cast<std::uint64_t>(fraction >> 11)) * 0x1p-117);
    double_double angle = product(parts, half_pi);
    const double unit = (above != negative(x) ? -1 : 1) * power_of_two(-zeros);
    angle = {angle.hi * unit, angle.lo * unit};
    return {angle, negative(x) ? 4 - quadrant % 4 : quadrant};
}

/// 1/f! - z/(f + 2)! + z²/(f + 4)! - …: the series of sine (f = 3) and cosine (f = 4) less their first terms.
constexpr double alternating_series(double z, std::size_t first) {
    double series = 0;  // (π/4)^18/18! < 2^-58
    for (std::size_t k = first + 14; k >= first; k -= 2) series = inverse_factorial[k] - series * z;
    return series;
}
constexpr double sine_near_zero(double_double x) {
    const double z = x.hi * x.hi;
    return x.hi + (x.lo * (1 - 0.5 * z) - z * x.hi * alternating_series(z, 3));
}
constexpr double cosine_near_zero(double_double x) {
    const double_double z = product(x.hi, x.hi);
    const double_double parabola = quick_sum(1, -0.5 * z.hi);
    return parabola.hi + (parabola.lo - 0.5 * z.lo - x.hi * x.lo + z.hi * z.hi * alternating_series(z.hi, 4));
}
constexpr double sine_of(reduced_angle x) {
    const double size = x.quadrant % 2 == 0 ? sine_near_zero(x.angle) : cosine_near_zero(x.angle);
    return x.quadrant % 4 < 2 ? size : -size;
}
constexpr double sin(double x) {
    if (isnan(x) || abs(x) == infinity) return not_a_number;
    return abs(x) < 0x1p-27 ? x : sine_of(reduce(x));
}
constexpr double cos(double x) {
    if (isnan(x) || abs(x) == infinity) return not_a_number;
    if (abs(x) < 0x1p-27) return 1;
    reduced_angle angle = reduce(x);
    ++angle.quadrant;
    return sine_of(angle);
}

}  // namespace gradus::math::portable
