// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The normal distribution: its density and its distribution function.
//
// normal_pdf: e^{-x^2/2} / sqrt(2 pi), the rounding error of x^2 handed to exp as a low word.
// normal_cdf, |x| < 1: 1/2 + x P(x^2). Else the tail t = e^{-x^2/2} w Q(w) with w = 1 / (|x| + 3), which is
// smooth to infinity; t below 0 and 1 - t above.
//
// Largest error in ULP: float normal_cdf 4.6, normal_pdf 2; double 4.6 and 2.5; on samples.
#include <array>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |x (P - exact) / normal_cdf(-|x|)|, that of the smaller side.
// Weighted error at most 2^-28.4.
constexpr std::array<double, 6> cdf_float{0x1.9884540000000p-2,   -0x1.1058620000000p-4, 0x1.46d5580000000p-7,
                                          -0x1.376ea80000000p-10, 0x1.e26bcc0000000p-14, -0x1.121c0c0000000p-17};
// Weighted error at most 2^-58.5.
constexpr std::array<double, 12> cdf_double{0x1.9884533d43651p-2,   -0x1.1058377e2cf6cp-4,  0x1.46d042976f966p-7,
                                            -0x1.37403f6de2e17p-10, 0x1.e42b0e34d9f76p-14,  -0x1.3ce9163014320p-17,
                                            0x1.658e6c2bff60dp-21,  -0x1.6293b03a6c311p-25, 0x1.401dead030239p-29,
                                            -0x1.4bb5eb56538a0p-33, 0x1.5c52cd79579aep-36,  -0x1.79487e804c1c4p-39};
// |(Q - exact) / Q|.
// Weighted error at most 2^-25.1.
constexpr std::array<double, 10> cdf_tail_float{
    0x1.9884540000000p-2,  0x1.3262e60000000p+0, 0x1.9899300000000p+1,  0x1.c97ab40000000p+2,  0x1.9b75f80000000p+3,
    -0x1.b400440000000p+2, 0x1.7b135a0000000p+6, -0x1.c8fcd00000000p+9, 0x1.0701c40000000p+11, -0x1.8d96300000000p+10};
// Weighted error at most 2^-53.5.
constexpr std::array<double, 22> cdf_tail_double{
    0x1.9884533d43650p-2,   0x1.32633e6df2acfp+0,  0x1.9884533d17f28p+1,   0x1.cb94ddbba6048p+2,
    0x1.7efc07baff228p+3,   0x1.cb992674863f8p+2,  -0x1.32824beafa011p+5,  -0x1.3ab8f3206c0e9p+7,
    -0x1.c0d8c0091c2cap+7,  0x1.0a33b7431d36cp+10, -0x1.ad793f1d473d3p+11, 0x1.8cf0d95eca624p+16,
    -0x1.f928816bae5dap+19, 0x1.e9a5dce1690a3p+22, -0x1.8519a5920bcefp+25, 0x1.cd2c465295d96p+27,
    -0x1.86af6f332c718p+29, 0x1.d276967c6f958p+30, -0x1.801c2f1d6117ap+31, 0x1.9f21a00806170p+31,
    -0x1.07cdaf93c543ap+31, 0x1.2780d16b99719p+29};

/// e^{-y^2/2} for y >= 0 within the bound beyond which it is 0.
number exp_of_half_square(number y) {
    const two_part square = two_product(y, y);
    return core_exp(-0.5 * square.high, -0.5 * square.low);
}
number bounded(number magnitude) { return at_most(magnitude, value_for(magnitude, 15, 39)); }

}  // namespace

number core_normal_pdf(number x) { return exp_of_half_square(bounded(abs(x))) * 0.3989422804014327; }

number core_normal_cdf(number x) {
    const number magnitude = abs(x);
    const number small = fma(x, polynomial(x * x, table_for(x, cdf_float, cdf_double)), 0.5);
    const number y = bounded(magnitude);
    const number w = 1.0 / (y + 3.0);
    const number tail = exp_of_half_square(y) * (w * polynomial(w, table_for(x, cdf_tail_float, cdf_tail_double)));
    return select(magnitude < 1.0, small, select(x < 0.0, tail, 1.0 - tail));
}

}  // namespace gradus::vector_math
