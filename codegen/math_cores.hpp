// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cores that other cores are made of, and the emitters that math.cpp puts into its table.
#pragma once

#include <functional>

#include "activations.hpp"
#include "math_number.hpp"

namespace gradus::vector_math {

/// `quick` if all lanes are near, else what `exact` makes, in a block of its own.
number unless_near(mask near, number quick, const std::function<number()>& exact);

number core_exp(number x);
number core_exp(number x, number low);  ///< e^(x + low), |low| at most about an ULP of x
number core_exp_of(two_part x);         ///< the same for any sum of two numbers without error
/// e^(x - largest) of floats, x at most the finite `largest`; rounded once.
number core_exp_below(number x, number largest);
number core_exp2(number x);
number core_expm1(number x);
two_part half_expm1(number x);  ///< (e^x - 1) / 2; for doubles for float rounded after each addition

/// mantissa * 2^n for an integer n within twice the exponents of normal numbers, rounded once.
number scale(number mantissa, number n);

/// 2^n mantissa, with some ten digits more than one number has.
struct scaled_exp {
    number n;
    two_part mantissa;
};
scaled_exp exp_in_two(number x, number low);  ///< e^(x + low), |low| at most about an ULP of x
number core_log(number x);
number core_log2(number x);
number core_log1p(number x);
number log1p_of_unit(number z);  ///< log(1 + z) for 0 <= z <= 1 or NaN

/// factor erfc(y) for y = high + low from 1/2 to 27.5, given y^2.
number erfc_tail(two_part y, two_part square, double factor);

/// x = m 2^e, e an integer and m within [0.7, 1.5), for finite x > 0.
struct split {
    number m, e;
};
split core_split(number x);

number core_tanh(number x);
number core_sigmoid(number x);
number core_softplus(number x);
number core_erf(number x);
number core_erfc(number x);
number core_normal_cdf(number x);
number core_normal_pdf(number x);
number core_tanhshrink(number x);
number core_softsign(number x);
number core_sin(number x);
number core_cos(number x);
number core_pow(number x, number y);
number core_activation(activation which, number x);

}  // namespace gradus::vector_math
