// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The normal distribution: its density and its distribution function.
//
// normal_pdf: e^{-x^2/2} / sqrt(2 pi), with x^2, the power and the factor in two words each.
// normal_cdf: |x| < 0.7075: 1/2 + x P(x^2). Else half the tail t of erfc at |x| / sqrt 2 (math_erf.cpp): t / 2
// below 0 and 1 - t / 2 above. Floats are computed in double for float.
// Doubles for float: the same in one word.
//
// Largest error in ULP: float normal_cdf 0.51, normal_pdf 0.85; double 1.7 and 0.8; on samples.
#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

two_part half_square(number x) {
    const two_part square = two_product(x, x);
    return {0.5 * square.high, 0.5 * square.low};
}

/// x / sqrt 2
two_part over_root_2(number x) {
    constexpr double high = 0x1.6a09e667f3bcdp-1, low = -0x1.bdd3413b26456p-55;
    const two_part product = two_product(x, constant(x, high));
    return {product.high, fma(x, low, product.low)};
}

}  // namespace

number core_normal_pdf(number x) {
    // Beyond the bound it is 0.
    const number y = at_most(abs(x), value_for(x, 15, 39));
    const double high = value_for(x, 0x1.988454p-2, 0x1.9884533d43651p-2);
    if (is_quick(x)) return high * core_exp(-0.5 * (y * y));
    const double low = value_for(x, -0x1.857936p-27, -0x1.cbc0d30ebfd15p-56);
    const two_part square = half_square(y);
    const scaled_exp e = exp_in_two(-square.high, -square.low);
    const two_part m = e.mantissa;
    return scale(fma(m.high, high, fma(m.high, low, m.low * high)), e.n);
}

number core_normal_cdf(number x) {
    if (!is_double(x)) return through_double(x, core_normal_cdf);
    const number magnitude = abs(x);
    const std::span<const double> table = is_short(x) ? std::span<const double>(cdf_short) : cdf_double;
    const number small = fma(x, polynomial(x * x, table), 0.5);
    const number y = at_most(magnitude, 38.8);
    const number t = erfc_tail(over_root_2(y), half_square(y), 0.5);
    return select(magnitude < 0.7075, small, select(x < 0.0, t, 1.0 - t));
}

}  // namespace gradus::vector_math
