// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// erf.
//
// |x| < 1: x + x P(x^2). Else 1 - e^{Q(|x| - 1)} with Q an approximation of log erfc, weighted by what
// its error does to erf; from 4 (float) or 6 (double) on the result is 1.
//
// Largest error in ULP: float 1, found on every input; double 1, on samples.
#include <array>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |x (P - exact) / erf(x)|.
// Weighted error at most 2^-29.4.
constexpr std::array<double, 7> erf_float{0x1.06eba80000000p-3,  -0x1.81273e0000000p-2, 0x1.ce2cec0000000p-4,
                                          -0x1.b7f7f00000000p-6, 0x1.53fbd40000000p-8,  -0x1.a3ac120000000p-11,
                                          0x1.489b0a0000000p-14};
// Weighted error at most 2^-56.3.
constexpr std::array<double, 13> erf_double{0x1.06eba8214db69p-3,   -0x1.812746b0379fdp-2,  0x1.ce2f21a04360fp-4,
                                            -0x1.b82ce312ab09fp-6,  0x1.565bcd126d568p-8,   -0x1.c02db492224edp-11,
                                            0x1.f9a334201e719p-14,  -0x1.f4d31d6781bd8p-17, 0x1.b9ed701e1b636p-20,
                                            -0x1.5f8e3a7250fbcp-23, 0x1.fc0c74ce4a825p-27,  -0x1.45279fb1cfd1ep-30,
                                            0x1.25e2cd6cd1329p-34};
// |erfc (Q - log erfc) / erf|.
// Weighted error at most 2^-26.7.
constexpr std::array<double, 8> erf_tail_float{-0x1.d97fc00000000p+0, -0x1.51c9a00000000p+1, -0x1.afae480000000p-1,
                                               -0x1.53d2040000000p-5, 0x1.43d0bc0000000p-7,  -0x1.e3819e0000000p-10,
                                               0x1.b243720000000p-13, -0x1.a1e1900000000p-18};
// Weighted error at most 2^-56.9.
constexpr std::array<double, 18> erf_tail_double{
    -0x1.d97fbf27aa2a1p+0,  -0x1.51c9b0006c22cp+1, -0x1.afabc11a2a518p-1, -0x1.5477f09a6b86fp-5,  0x1.48c9d3997e270p-7,
    -0x1.033f5c4f814f8p-9,  0x1.f1b0cd2e54c9dp-13, 0x1.b9239817e3cbep-16, -0x1.c8405ce41ce14p-16, 0x1.44550a609b923p-17,
    -0x1.1d70c669a1bbap-19, 0x1.aff82ed3c8bb8p-23, 0x1.0132ccf88621bp-24, -0x1.24c37b7a6188cp-25, 0x1.2ad7567535e77p-27,
    -0x1.73038e7c9ac76p-30, 0x1.0d450d3dc4975p-33, -0x1.6069c671264c1p-38};

}  // namespace

number core_erf(number x) {
    const number magnitude = abs(x);
    const number small = fma(magnitude, polynomial(x * x, table_for(x, erf_float, erf_double)), magnitude);
    const number t = at_most(magnitude, value_for(x, 4, 6)) - 1.0;
    const number large = 1.0 - core_exp(polynomial(t, table_for(x, erf_tail_float, erf_tail_double)));
    return copysign(select(magnitude < 1.0, small, large), x);
}

}  // namespace gradus::vector_math
