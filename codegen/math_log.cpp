// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// log, log2 and log1p.
//
// x = m 2^e with m in [3/4, 3/2) (float) or [1/sqrt 2, sqrt 2) (double), f = m - 1 exactly.
// Float: log m = f - f^2/2 + f^3 P(f), no division. Double: with s = f / (2 + f), z = s^2,
// log m = f - (f^2/2 - s (f^2/2 + z Q(z))), the form of fdlibm's e_log.c with our own Q.
// e ln 2 is added in two words, e times the upper one being exact, and the rounding error of the sum
// with f is kept.
// log2: f - f^2/2 + … as the unevaluated sum of two, times log2 e in two words, plus e.
// log1p takes e from u = fl(1 + x), and f = x 2^-e + (2^-e - 1) from x itself by one fma, so that
// nothing of a small x is lost.
// Doubles for float: log(1 + f) = f + f^2 P(f), without division, one word of ln 2.
//
// Largest error in ULP: float log and log1p 0.93, log2 0.82, found on every input; double log 0.86, log2 0.88,
// log1p 1.42, on 10^8 inputs.
#include <limits>

#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

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

/// For any finite x > 0. Doubles for float: a subnormal x gives about the logarithm of the least normal one.
decomposed decompose_any(number x) {
    if (is_short(x)) return decompose(x, constant(x, field_offset(x)));
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

/// log(1 + f)
number short_log1p(number f) { return fma(f * f, polynomial(f, log_short), f); }

/// e ln 2 + log(1 + f)
number combine(number e, number f) {
    if (is_short(f)) return fma(e, 0x1.62e42fefa39efp-1, short_log1p(f));
    // The upper words have 8 and 11 trailing zeros, room for e.
    const double upper = value_for(f, 0x1.62e400p-1, 0x1.62e42fefa3800p-1);
    const double lower = value_for(f, 0x1.7f7d1cf79abcap-20, 0x1.ef35793c76730p-45);
    const two_part sum = fast_two_sum(e * upper, f);
    return sum.high + (sum.low + fma(e, lower, log1p_rest(f)));
}

/// e + log2(1 + f)
number combine2(number e, number f) {
    const double upper = value_for(f, 0x1.715476p+0, 0x1.71547652b82fep+0);
    if (is_short(f)) return fma(short_log1p(f), upper, e);
    const double lower = value_for(f, 0x1.4ae0bfp-26, 0x1.777d0ffda0d24p-56);
    // In float the rounding error of f^2 would show.
    const two_part square = two_product(f, f);
    const number rest =
        is_double(f) ? log1p_rest(f) : fma(square.high * f, polynomial(f, log_float), -0.5 * square.high);
    two_part log = fast_two_sum(f, rest);
    if (!is_double(f)) log.low = fma(square.low, -0.5, log.low);
    const number high = log.high * upper;
    const number low = fma(log.low, upper, fma(log.high, lower, fma(log.high, upper, -high)));
    const two_part sum = fast_two_sum(e, high);
    return sum.high + (sum.low + low);
}

/// `finite` for positive finite x; -infinity at 0, NaN below and for NaN, infinity at infinity.
number with_limits(number x, number finite) {
    const number result = select(x < infinity, finite, x);
    return select(x == 0.0, -infinity, select(x < 0.0, not_a_number, result));
}

}  // namespace

split core_split(number x) {
    const decomposed d = decompose_any(x);
    return {d.m, d.e};
}

number core_log(number x) {
    const decomposed d = decompose_any(x);
    return with_limits(x, combine(d.e, d.m - 1.0));
}

number core_log2(number x) {
    const decomposed d = decompose_any(x);
    return with_limits(x, combine2(d.e, d.m - 1.0));
}

number core_log1p(number x) {
    const number u = 1.0 + x;
    const decomposed d = decompose(u, constant(x, field_offset(x)));
    const float_format& format = format_of(x);
    const auto twice_bias = static_cast<std::uint64_t>(2 * format.bias) << format.fraction_bits;
    const number power = as_number(twice_bias - ((d.shifted >> format.fraction_bits) << format.fraction_bits), x);
    number f = fma(x, power, power - 1.0);
    // From 2^(fraction_bits + 1) on, the 1 is lost in the rounding of log(x), and 2^-e may be subnormal.
    if (!is_short(x)) f = select(value_for(x, 0x1p24, 0x1p53) < x, d.m - 1.0, f);
    const number result = select(x < infinity, combine(d.e, f), x);
    const number bounded = select(x == -1.0, -infinity, select(x < -1.0, not_a_number, result));
    return select(x == 0.0, x, bounded);
}

number log1p_of_unit(number z) {
    if (is_short(z)) return fma(z * z, polynomial(z, log_of_unit_short), z);
    const mask small = z < value_for(z, 0.5, 0x1.a827999fcef32p-2);
    const number f = select(small, z, fma(z, 0.5, constant(z, -0.5)));
    return combine(select(small, 0.0, constant(z, 1.0)), f);
}

}  // namespace gradus::vector_math
