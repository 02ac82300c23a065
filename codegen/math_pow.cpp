// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pow, with the special cases of C (Annex F): pow(x, 0) = pow(1, y) = 1 even for NaN, signs of zeros and
// infinities by odd y, NaN for finite x < 0 and y not an integer.
//
// Float: e^{y log|x|} in double. Double: log|x| in two words, then the same. With m from |x| = m 2^e,
// f = m - 1, s = f / (2 + f) in two words and v = s^2, log m = s (2 + v (2/3 + v Q(v))), where only
// v Q(v) is in one word; relative error about 2^-65.
//
// Largest error in ULP: float 0.51, double 0.7, both on samples.
#include <limits>

#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// a * b, without the product of the low words.
two_part product(two_part a, two_part b) {
    const number high = a.high * b.high;
    return {high, fma(a.high, b.high, -high) + fma(a.high, b.low, a.low * b.high)};
}

/// (m - 1) / (m + 1)
two_part quotient(number m) {
    const number f = m - 1.0;
    const two_part sum = fast_two_sum(constant(m, 1.0), m);
    const number reciprocal = 1.0 / sum.high;
    const number high = f * reciprocal;
    const number remainder = fma(-high, sum.low, fma(-high, sum.high, f));
    return {high, remainder * reciprocal};
}

/// log x for finite x > 0.
two_part log_in_two_words(number x) {
    const split d = core_split(x);
    const two_part s = quotient(d.m);
    const two_part v = product(s, s);
    two_part inner = fast_two_sum(constant(x, 0x1.5555555555555p-1), v.high * polynomial(v.high, pow_double));
    inner.low = inner.low + 0x1.5555555555555p-55;
    const two_part higher = product(v, inner);
    two_part factor = fast_two_sum(constant(x, 2.0), higher.high);
    factor.low = factor.low + higher.low;
    const two_part log_m = product(s, factor);
    const two_part sum = fast_two_sum(d.e * 0x1.62e42fefa3800p-1, log_m.high);
    const number low = sum.low + fma(d.e, 0x1.ef35793c76730p-45, log_m.low);
    return fast_two_sum(sum.high, low);
}

/// log(x) with all its digits, as a factor in an exponent needs it.
number full_log(number x) {
    const with_digits all(x, digits::all);
    return core_log(x);
}

/// |x|^y but for |x| = 1 and y = 0.
number power_of_magnitude(number magnitude, number y) {
    if (!is_double(y))
        return through_double(magnitude, [=](number wide) { return core_exp(to_double(y) * core_log(wide)); });
    if (is_quick(y)) return core_exp(y * full_log(magnitude));
    const two_part log = log_in_two_words(magnitude);
    const number finite = select(magnitude < infinity, log.high, magnitude);
    const number log_high = select(magnitude == 0.0, -infinity, finite);
    const number high = y * log_high;
    // Where the product leaves the range of exp, its low word may be NaN.
    const number low = fma(y, log.low, fma(y, log_high, -high));
    return core_exp(high, select(abs(high) < 1000.0, low, 0.0));
}

mask is_integer(number y) { return floor(y) == y; }

}  // namespace

number core_pow(number x, number y) {
    const number magnitude = abs(x);
    const number power = select((magnitude == 1.0) & (y == y), 1.0, power_of_magnitude(magnitude, y));
    const mask odd = is_integer(y) & (floor(y * 0.5) != y * 0.5);
    const number with_sign = select(odd, copysign(power, x), power);
    const mask undefined = (x < 0.0) & (magnitude < infinity) & (floor(y) != y) & (y == y);
    const number result = select(undefined, std::numeric_limits<double>::quiet_NaN(), with_sign);
    return select((x == 1.0) | (y == 0.0), 1.0, result);
}

}  // namespace gradus::vector_math
