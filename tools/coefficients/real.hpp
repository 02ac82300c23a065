// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers of 240 bits, and the functions that the tables approximate in them.
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace gradus::coefficients {

using real =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<240, boost::multiprecision::digit_base_2>,
                                  boost::multiprecision::et_off>;

inline const real& pi() {
    static const real value = acos(real(-1));
    return value;
}
inline const real& ln2() {
    static const real value = log(real(2));
    return value;
}

/// erf(x) for 0 <= x < 6, by the series e^{-x^2} sum 2^n x^{2n+1} / (1 3 5 … (2n+1)) of positive terms.
inline real erf_of(const real& x) {
    real term = x, sum = x;
    for (int n = 1; term > sum * 1e-75; ++n) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / sqrt(pi()) * exp(-x * x) * sum;
}

/// e^{x^2} erfc(x) for x >= 0, by its continued fraction from 5 on.
inline real erfcx_of(const real& x) {
    if (x < 5) return exp(x * x) * (1 - erf_of(x));
    real below = x;
    for (int k = 8000 / static_cast<int>(x < 90 ? x * x : real(8000)) + 40; k > 0; --k) below = x + real(k) / 2 / below;
    return 1 / (sqrt(pi()) * below);
}

inline real erfc_of(const real& x) { return exp(-x * x) * erfcx_of(x); }

}  // namespace gradus::coefficients
