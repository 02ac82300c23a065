// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// erf and erfc.
//
// erf: |x| < 1: x + x P(x^2). Else 1 - e^{Q(|x| - 1)} with Q an approximation of log erfc, weighted by what
// its error does to erf; from 4 (float), 6 (double) or 5 (double for float) on the result is 1.
// erfc: |x| < 1/2: 1 - (x + x P(x^2)). Else, with y = |x|, the tail t = e^{-y^2} w Q(w), w = 1 / (y + 5/2):
// t above and 2 - t below. The power, w and w Q(w) are taken in two words each.
// Doubles for float: the same in one word. erfc of floats is computed in double for float.
//
// Largest error in ULP: float erf 1.01, erfc 0.51, found on every input; double erf 0.95, erfc 1.78, on 10^8 inputs.
#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

/// The tables of the tail are in w less this.
constexpr double middle = 0x1.78p-3;

/// e^{y^2} erfc(y)
two_part mills_ratio(two_part y) {
    const two_part sum = two_sum(y.high, constant(y.high, 2.5));
    const number w = 1.0 / sum.high;
    const number w_low = w * fma(-w, sum.low + y.low, fma(-w, sum.high, constant(w, 1.0)));
    const number v = w - middle;
    const number rest = polynomial(v, std::span(mills_double).subspan(1));
    const number q = fma(v, rest, mills_double.front());
    const number q_low = fma(v, rest, mills_double.front() - q);
    const number ratio = w * q;
    const number lost = fma(w, q_low, w_low * polynomial(v, mills_slope));
    return {ratio, fma(w, q, -ratio) + lost};
}

}  // namespace

number erfc_tail(two_part y, two_part square, double factor) {
    if (is_quick(y.high)) {
        const number w = 1.0 / (y.high + 2.5), v = w - middle;
        return core_exp(-square.high) * (w * (factor * polynomial(v, table_for(v, {}, mills_double, mills_short))));
    }
    const scaled_exp e = exp_in_two(-square.high, -square.low);
    const two_part m = e.mantissa, ratio = mills_ratio(y);
    const number product = fma(m.high, ratio.high, fma(m.high, ratio.low, m.low * ratio.high));
    return scale(factor * product, e.n);
}

number core_erf(number x) {
    const number magnitude = abs(x);
    const number small = fma(magnitude, polynomial(x * x, table_for(x, erf_float, erf_double, erf_short)), magnitude);
    const number t = at_most(magnitude, is_short(x) ? 5 : value_for(x, 4, 6)) - 1.0;
    const number large = 1.0 - core_exp(polynomial(t, table_for(x, erf_tail_float, erf_tail_double, erf_tail_short)));
    return copysign(select(magnitude < 1.0, small, large), x);
}

number core_erfc(number x) {
    if (!is_double(x)) return through_double(x, core_erfc);
    const number magnitude = abs(x);
    const two_part start = fast_two_sum(constant(x, 1.0), -x);
    const number product = x * polynomial(x * x, is_short(x) ? std::span<const double>(erfc_short) : erfc_double);
    const number small = start.high + (start.low - product);
    const number y = at_most(magnitude, 27.5);
    const number t = erfc_tail({y, constant(y, 0)}, two_product(y, y), 1);
    return select(magnitude < 0.5, small, select(x < 0.0, 2.0 - t, t));
}

}  // namespace gradus::vector_math
