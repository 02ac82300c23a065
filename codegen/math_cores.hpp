// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cores that other cores are made of, and the emitters that math.cpp puts into its table.
#pragma once

#include "math_number.hpp"

namespace gradus::vector_math {

number core_exp(number x);
number core_exp(number x, number low);  ///< e^(x + low), |low| at most about an ULP of x
number core_expm1(number x);
number core_log(number x);
number core_log1p(number x);
number log1p_of_unit(number z);  ///< log(1 + z) for 0 <= z <= 1 or NaN

/// x = m 2^e, e an integer and m within [0.7, 1.5), for finite x > 0.
struct split {
    number m, e;
};
split core_split(number x);

number core_tanh(number x);
number core_sigmoid(number x);
number core_softplus(number x);
number core_erf(number x);
number core_normal_cdf(number x);
number core_normal_pdf(number x);
number core_tanhshrink(number x);
number core_softsign(number x);
number core_sin(number x);
number core_cos(number x);
number core_pow(number x, number y);

}  // namespace gradus::vector_math
