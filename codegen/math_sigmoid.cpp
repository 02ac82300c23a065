// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tanh, sigmoid and softplus: the functions made of one exponential; and their kin tanhshrink and softsign.
//
// tanh, float: |x| < 0.55 the odd polynomial x + x^3 P(x^2), else 1 - 2 / (e^{2|x|} + 1).
// tanh, double: -t / (2 + t) with t = expm1(-2|x|) in two words, and so the quotient.
// sigmoid: with z = e^{-|x|}, (x >= 0 ? 1 : z) / (1 + z); the rounding error of 1 + z enters the
// remainder by which the quotient is corrected.
// tanhshrink, x - tanh(x): |x| < 1 the odd polynomial x^3 P(x^2), with the rounding errors of x^3 and of the
// last step of P, else |x| - tanh|x| with tanh in two words. Floats are computed in double.
// softsign: x / (1 + |x|), at infinity its limit.
// softplus: max(x, 0) + log1p(e^{-|x|}).
// Doubles for float: the same in one word. z serves the sigmoid and softplus functions of x and of -x.
//
// Largest error in ULP: float tanh 1.6, sigmoid 1.5, softplus 1.65, tanhshrink 0.51, softsign 1.5, found on every
// input; double tanh 0.78, sigmoid 1.48, softplus 1.73, tanhshrink 1.33, softsign 1.5, on 10^8 inputs.
#include <limits>

#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

/// Of doubles x >= 0.
two_part tanh_in_two(number x) {
    const two_part half = half_expm1(-2.0 * x);
    const two_part t = fast_two_sum(half.high, half.low);
    const two_part sum = fast_two_sum(constant(x, 1.0), t.high);
    const number reciprocal = 1.0 / sum.high;
    const number quotient = t.high * reciprocal;
    const number remainder = fma(-quotient, sum.high, t.high) + fma(-quotient, sum.low + t.low, t.low);
    return {-quotient, -(remainder * reciprocal)};
}

number tanh_of_positive(number x) {
    if (is_quick(x)) {
        const two_part half = half_expm1(-2.0 * x);
        const number t = half.high + half.low;
        return -t / (1.0 + t);
    }
    if (is_double(x)) {
        const two_part t = tanh_in_two(x);
        return t.high + t.low;
    }
    const number z = x * x;
    const number small = fma(x * z, polynomial(z, tanh_float), x);
    const number large = 1.0 - 2.0 / (core_exp(2.0 * x) + 1.0);
    return select(x < 0.55, small, large);
}

/// x - tanh(x) for x >= 1
number shrink_of_large(number x) {
    if (is_quick(x)) return x - tanh_of_positive(x);
    const two_part t = tanh_in_two(x);
    const two_part difference = fast_two_sum(x, -t.high);
    return select(40.0 < x, x - 1.0, difference.high + (difference.low - t.low));
}

/// x - tanh(x) for |x| <= 1
number shrink_of_small(number x) {
    const number z = x * x;
    if (is_quick(x)) return x * z * polynomial(z, table_for(x, {}, shrink_double, shrink_short));
    const two_part cube = {x * z, fma(x, z, -(x * z)) + x * fma(x, x, -z)};
    const double first = shrink_double.front();
    const number rest = polynomial(z, std::span(shrink_double).subspan(1));
    const number sum = fma(z, rest, first);
    const number lost = fma(z, rest, first - sum);
    return fma(cube.high, sum, fma(cube.high, lost, cube.low * sum));
}

}  // namespace

number core_tanh(number x) { return copysign(tanh_of_positive(abs(x)), x); }

number core_tanhshrink(number x) {
    if (!is_double(x)) return through_double(x, core_tanhshrink);
    const number magnitude = abs(x);
    return copysign(select(magnitude < 1.0, shrink_of_small(magnitude), shrink_of_large(magnitude)), x);
}

number core_softsign(number x) {
    const number magnitude = abs(x), one = constant(x, 1.0);
    return select(magnitude == std::numeric_limits<double>::infinity(), copysign(one, x), x / (magnitude + one));
}

number core_sigmoid(number x) {
    const number z = core_exp(-abs(x));
    if (is_quick(x)) {
        const number above = 1.0 / (1.0 + z);
        return select(x < 0.0, z * above, above);
    }
    const number numerator = select(x < 0.0, z, constant(x, 1.0));
    const two_part sum = fast_two_sum(constant(x, 1.0), z);
    const number reciprocal = 1.0 / sum.high;
    const number quotient = numerator * reciprocal;
    const number remainder = fma(-quotient, sum.low, fma(-quotient, sum.high, numerator));
    return fma(remainder, reciprocal, quotient);
}

number core_softplus(number x) { return select(0.0 < x, x, constant(x, 0.0)) + log1p_of_unit(core_exp(-abs(x))); }

}  // namespace gradus::vector_math
