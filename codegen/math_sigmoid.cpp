// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tanh, sigmoid and softplus: the functions made of one exponential; and their kin tanhshrink and softsign.
//
// tanh, float: |x| < 0.55 the odd polynomial x + x^3 P(x^2), else 1 - 2 / (e^{2|x|} + 1).
// tanh, double: -t / (2 + t) with t = expm1(-2|x|), which keeps its digits everywhere.
// sigmoid: with z = e^{-|x|}, (x >= 0 ? 1 : z) / (1 + z); the rounding error of 1 + z enters the
// remainder by which the quotient is corrected.
// tanhshrink, x - tanh(x): |x| < 1 the odd polynomial x^3 P(x^2), else (|x| - 1) + 2 / (e^{2|x|} + 1).
// softsign: x / (1 + |x|), at infinity its limit.
// softplus: max(x, 0) + log1p(e^{-|x|}).
//
// Largest error in ULP: float tanh 1.6, sigmoid 1.5, softplus 1.65, found on every input;
// tanhshrink 2.7 and softsign 1.5 on samples; double tanh 2.8, sigmoid 1.6, softplus 1.8, tanhshrink 2.9,
// softsign 1.5, on samples.
#include <array>
#include <limits>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |x^3 (P - exact) / tanh(x)|.
// Weighted error at most 2^-29.4.
constexpr std::array<double, 5> tanh_float{-0x1.5555480000000p-2, 0x1.110c6c0000000p-3, -0x1.b909920000000p-5,
                                           0x1.583a140000000p-6, -0x1.955c960000000p-8};

// |(P - exact) / P|.
// Weighted error at most 2^-25.0.
constexpr std::array<double, 8> shrink_float{0x1.5555560000000p-2,  -0x1.11112a0000000p-3, 0x1.ba1a6a0000000p-5,
                                             -0x1.65f9c40000000p-6, 0x1.1e87c80000000p-7,  -0x1.ac13d00000000p-9,
                                             0x1.f869dc0000000p-11, -0x1.40a2660000000p-13};
// Weighted error at most 2^-54.0.
constexpr std::array<double, 17> shrink_double{0x1.5555555555555p-2,   -0x1.1111111111094p-3,  0x1.ba1ba1ba14c56p-5,
                                               -0x1.664f488154d03p-6,  0x1.226e3532fc476p-7,   -0x1.d6d3ca3e51873p-9,
                                               0x1.7da30b69cff86p-10,  -0x1.3554cfcf982c3p-11, 0x1.f54e5624aeba5p-13,
                                               -0x1.958314175462fp-14, 0x1.4581747b466b2p-15,  -0x1.fd3c37d6b0c45p-17,
                                               0x1.74c7343675628p-18,  -0x1.dc8c7e7850b80p-20, 0x1.e0af9f6cba156p-22,
                                               -0x1.488687e06dee4p-24, 0x1.bc79c3fd513d3p-28};

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

number core_tanhshrink(number x) {
    const number magnitude = abs(x), z = x * x;
    const number small = (magnitude * z) * polynomial(z, table_for(x, shrink_float, shrink_double));
    const number large = (magnitude - 1.0) + 2.0 / (core_exp(2.0 * at_most(magnitude, 40)) + 1.0);
    return copysign(select(magnitude < 1.0, small, large), x);
}

number core_softsign(number x) {
    const number magnitude = abs(x), one = constant(x, 1.0);
    return select(magnitude == std::numeric_limits<double>::infinity(), copysign(one, x), x / (magnitude + one));
}

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
