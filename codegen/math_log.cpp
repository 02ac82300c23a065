// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// log and log1p.
//
// x = m 2^e with m in [3/4, 3/2) (float) or [1/sqrt 2, sqrt 2) (double), f = m - 1 exactly.
// Float: log m = f - f^2/2 + f^3 P(f), no division. Double: with s = f / (2 + f), z = s^2,
// log m = f - (f^2/2 - s (f^2/2 + z Q(z))), the form of fdlibm's e_log.c with our own Q.
// e ln 2 is added in two words, e times the upper one being exact, and the rounding error of the sum
// with f is kept.
// log1p takes e from u = fl(1 + x), and f = x 2^-e + (2^-e - 1) from x itself by one fma, so that
// nothing of a small x is lost.
//
// Largest error in ULP: float log and log1p 0.94, found on every input; double log 1, log1p 1.4, on samples.
#include <array>
#include <limits>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |f^3 (P - exact) / log(1 + f)|.
// Weighted error at most 2^-30.0.
constexpr std::array<double, 9> log_float{0x1.55555a0000000p-2,  -0x1.0000700000000p-2, 0x1.99975c0000000p-3,
                                          -0x1.5519300000000p-3, 0x1.2463e60000000p-3,  -0x1.04b6040000000p-3,
                                          0x1.df26500000000p-4,  -0x1.74bd480000000p-4, 0x1.336a120000000p-5};
// |z (Q - exact) / (log(m) / s)|.
// Weighted error at most 2^-59.5.
constexpr std::array<double, 7> log_double{0x1.5555555555592p-1, 0x1.999999997ff46p-2, 0x1.24924941de0abp-2,
                                           0x1.c71c52171bd61p-3, 0x1.74663c61cadd3p-3, 0x1.39a1f579b7a12p-3,
                                           0x1.2f034be134c97p-3};

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::uint64_t fraction_mask(number x) { return (std::uint64_t{1} << format_of(x).fraction_bits) - 1; }

/// The bits of the least m.
std::uint64_t least_mantissa(number x) { return is_double(x) ? 0x3fe6a09e667f3bcdU : 0x3f400000U; }

/// x = m 2^e for a normal x > 0.
struct decomposed {
    bits shifted;  ///< of x, moved so that its exponent field is e + bias
    number m;
    number e;
};

decomposed decompose(number x, number exponent_bias) {
    const float_format& f = format_of(x);
    const auto one = static_cast<std::uint64_t>(f.bias) << f.fraction_bits;
    const bits shifted = as_bits(x) + (one - least_mantissa(x));
    // The exponent field below the bits of 2^fraction_bits is that power plus the field, exactly.
    const auto power = static_cast<std::uint64_t>(f.bias + f.fraction_bits) << f.fraction_bits;
    const number field = as_number((shifted >> f.fraction_bits) | power, x);
    const number m = as_number((shifted & fraction_mask(x)) + least_mantissa(x), x);
    return {shifted, m, field - exponent_bias};
}

/// 2^fraction_bits + bias: what decompose() takes off.
double field_offset(number x) {
    const float_format& f = format_of(x);
    return static_cast<double>((std::uint64_t{1} << f.fraction_bits) + static_cast<std::uint64_t>(f.bias));
}

decomposed decompose_any(number x) {
    const double lift = format_of(x).fraction_bits;
    const mask subnormal = x < format_of(x).least_normal;
    const number normal = select(subnormal, x * value_for(x, 0x1p23, 0x1p52), x);
    const number offset = select(subnormal, field_offset(x) + lift, constant(x, field_offset(x)));
    return decompose(normal, offset);
}

/// log(1 + f) - f
number log1p_rest(number f) {
    if (!is_double(f)) return f * f * fma(polynomial(f, log_float), f, -0.5);
    const number half_square = 0.5 * f * f;
    const number s = f / (2.0 + f);
    const number z = s * s;
    return fma(s, fma(z, polynomial(z, log_double), half_square), -half_square);
}

/// e ln 2 + log(1 + f)
number combine(number e, number f) {
    // The upper words have 8 and 11 trailing zeros, room for e.
    const double upper = value_for(f, 0x1.62e400p-1, 0x1.62e42fefa3800p-1);
    const double lower = value_for(f, 0x1.7f7d1cf79abcap-20, 0x1.ef35793c76730p-45);
    const two_part sum = fast_two_sum(e * upper, f);
    return sum.high + (sum.low + fma(e, lower, log1p_rest(f)));
}

}  // namespace

split core_split(number x) {
    const decomposed d = decompose_any(x);
    return {d.m, d.e};
}

number core_log(number x) {
    const decomposed d = decompose_any(x);
    const number finite = combine(d.e, d.m - 1.0);
    const number result = select(x < infinity, finite, x);
    return select(x == 0.0, -infinity, select(x < 0.0, not_a_number, result));
}

number core_log1p(number x) {
    const number u = 1.0 + x;
    const decomposed d = decompose(u, constant(x, field_offset(x)));
    const float_format& format = format_of(x);
    const auto twice_bias = static_cast<std::uint64_t>(2 * format.bias) << format.fraction_bits;
    const number power = as_number(twice_bias - ((d.shifted >> format.fraction_bits) << format.fraction_bits), x);
    // From 2^(fraction_bits + 1) on, the 1 is lost in the rounding of log(x), and 2^-e may be subnormal.
    const mask large = value_for(x, 0x1p24, 0x1p53) < x;
    const number f = select(large, d.m - 1.0, fma(x, power, power - 1.0));
    const number result = select(x < infinity, combine(d.e, f), x);
    const number bounded = select(x == -1.0, -infinity, select(x < -1.0, not_a_number, result));
    return select(x == 0.0, x, bounded);
}

number log1p_of_unit(number z) {
    const mask small = z < value_for(z, 0.5, 0x1.a827999fcef32p-2);
    const number f = select(small, z, fma(z, 0.5, constant(z, -0.5)));
    return combine(select(small, 0.0, constant(z, 1.0)), f);
}

}  // namespace gradus::vector_math
