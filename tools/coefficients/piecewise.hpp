// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function of x >= 0 by pieces: with n = round(x / step) and d = x - n step, f(x) is the polynomial in d that belongs
// to n. A piece around a zero of f has the zero, or the float next to it, at d = 0, and approaches (f(x) - f(n step)) /
// d, so that f keeps its digits there.
#pragma once

#include "fit.hpp"

namespace gradus::coefficients {

/// As many pieces as a register of 16 floats has lanes.
inline constexpr int piece_count = 16;

struct piecewise {
    std::string name;
    std::string function;  ///< for the reader
    real step;             ///< a float
    int degree;
    int in_two;              ///< so many of the lowest coefficients are sums of two floats
    std::vector<int> zeros;  ///< n of the pieces around a zero
    std::function<real(const real&)> f;
};

struct pieces {
    std::vector<std::vector<double>> coefficients;  ///< [k][n], of d^k; floats or sums of two
    double log2_bound;                              ///< of |P - f| / |f|
};

std::vector<piecewise> piecewise_functions();
pieces solve(const piecewise& wanted);

}  // namespace gradus::coefficients
