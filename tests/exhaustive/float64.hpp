// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The values of functions in float64, which are too many to try all: hard points and random inputs against the
// mathematics in long double with a rigorous error bound, or in 512 bits where that bound exceeds 1/64 ULP.
#pragma once

#include "judge.hpp"

namespace gradus::exhaustive {

/// The result with the largest error, an upper bound in ULP; infinity where NaN, infinity or a zero's sign is wrong.
struct float64_miss {
    double error = 0;
    double x = 0, got = 0, expected = 0;
};

struct float64_outcome {
    std::uint64_t count = 0;
    std::uint64_t refined = 0;  ///< results that the 512-bit oracle decided
    float64_miss worst;

    void add(const float64_outcome& other);
};

/// Neighbours of zeros, saturation points, ends of the range, kinks, multiples of ln 2 / 2, π / 4 and 1/8, and the
/// number that comes closest to a multiple of π / 2: where a function is most likely to be wrong.
std::vector<double> hard_points(std::span<const float> kinks);

/// The i-th random input: one in four is any bit pattern, the others lie between 2^-60 and 2^10.
double random_input(std::uint64_t i);

/// Hard points and `count` random inputs.
float64_outcome judge_float64(const subject& one, std::uint64_t count, const progress& report = {});

}  // namespace gradus::exhaustive
