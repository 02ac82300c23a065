// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tanh, sigmoid and softplus: the functions made of one exponential.
//
// tanh, float: |x| < 0.55 the odd polynomial x + x^3 P(x^2), else 1 - 2 / (e^{2|x|} + 1).
// tanh, double: -t / (2 + t) with t = expm1(-2|x|), which keeps its digits everywhere.
// sigmoid: with z = e^{-|x|}, (x >= 0 ? 1 : z) / (1 + z); the rounding error of 1 + z enters the
// remainder by which the quotient is corrected.
// softplus: max(x, 0) + log1p(e^{-|x|}).
//
// Largest error in ULP: float tanh 1.6, sigmoid 1.5, softplus 1.65, found on every input;
// double tanh 2.8, sigmoid 1.6, softplus 1.8, on samples.
#include <array>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |x^3 (P - exact) / tanh(x)|.
// Weighted error at most 2^-29.4.
constexpr std::array<double, 5> tanh_float{-0x1.5555480000000p-2, 0x1.110c6c0000000p-3, -0x1.b909920000000p-5,
                                           0x1.583a140000000p-6, -0x1.955c960000000p-8};

number tanh_of_positive(number x) {
    if (is_double(x)) {
        const number t = core_expm1(-2.0 * x);
        return -t / (2.0 + t);
    }
    const number z = x * x;
    const number small = fma(x * z, polynomial(z, tanh_float), x);
    const number large = 1.0 - 2.0 / (core_exp(2.0 * x) + 1.0);
    return select(x < 0.55, small, large);
}

}  // namespace

number core_tanh(number x) { return copysign(tanh_of_positive(abs(x)), x); }

number core_sigmoid(number x) {
    const number z = core_exp(-abs(x));
    const number numerator = select(x < 0.0, z, constant(x, 1.0));
    const two_part sum = fast_two_sum(constant(x, 1.0), z);
    const number reciprocal = 1.0 / sum.high;
    const number quotient = numerator * reciprocal;
    const number remainder = fma(-quotient, sum.low, fma(-quotient, sum.high, numerator));
    return fma(remainder, reciprocal, quotient);
}

number core_softplus(number x) { return select(0.0 < x, x, constant(x, 0.0)) + log1p_of_unit(core_exp(-abs(x))); }

}  // namespace gradus::vector_math
