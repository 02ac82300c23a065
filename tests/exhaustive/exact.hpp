// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The slow oracle's number: 512 bits, for the inputs at which `bounded` cannot tell; and the constants of the
// formulas for both. erf and erfc, which the number lacks, are a series without cancellation.
#pragma once

#include <numbers>

#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "bounded.hpp"

namespace gradus::exhaustive {

using exact =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<512, boost::multiprecision::digit_base_2>,
                                  boost::multiprecision::et_off>;

/// erf(x) = 2/√π e^(-x²) Σ 2^n x^(2n+1) / (1·3·5···(2n+1)), whose terms have one sign. Beyond 16: ±1, to 2^-370.
inline exact erf(const exact& x) {
    if (abs(x) > 16) return x > 0 ? 1 : -1;
    exact term = x, sum = 0;
    for (int n = 1; n < 5000 && abs(term) > abs(sum) * exact(0x1p-520); ++n) {
        sum += term;
        term *= 2 * x * x / (2 * n + 1);
    }
    return 2 * sum * exp(-x * x) * boost::math::constants::one_div_root_pi<exact>();
}
/// 1 - erf(x), which at 16 loses 370 bits of 512; beyond by e^(-x²)/√π / (x + ½/(x + 1/(x + 3/2/(x + ...)))), whose
/// first 400 levels leave less than 2^-1000.
inline exact erfc(const exact& x) {
    if (x <= 16) return 1 - erf(x);
    exact fraction = x;
    for (int k = 400; k > 0; --k) fraction = x + exact(k) / 2 / fraction;
    return exp(-x * x) * boost::math::constants::one_div_root_pi<exact>() / fraction;
}

/// The constants of the formulas.
template <class N>
struct constants {
    static N root_half() { return boost::math::constants::one_div_root_two<N>(); }           ///< 1/√2
    static N two_over_root_pi() { return boost::math::constants::two_div_root_pi<N>(); }     ///< 2/√π
    static N inv_root_two_pi() { return boost::math::constants::one_div_root_two_pi<N>(); }  ///< 1/√(2π)
    static N ln_two() { return boost::math::constants::ln_two<N>(); }
};
template <class Real>
struct constants<bounded_by<Real>> {
    using number = bounded_by<Real>;
    static number rounded(Real v) { return {v, 2 * number::unit * v}; }
    static number root_half() { return rounded(std::numbers::sqrt2_v<Real> / 2); }
    static number two_over_root_pi() { return rounded(2 * std::numbers::inv_sqrtpi_v<Real>); }
    static number inv_root_two_pi() { return rounded(Real(0.398942280401432677939946059934381868L)); }
    static number ln_two() { return rounded(std::numbers::ln2_v<Real>); }
};
inline exact exp2(const exact& x) { return exp(x * constants<exact>::ln_two()); }
inline exact log2(const exact& x) { return log(x) / constants<exact>::ln_two(); }

}  // namespace gradus::exhaustive
