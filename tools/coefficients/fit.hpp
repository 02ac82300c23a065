// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One table of coefficients: what it approximates, its fit and the bound of its error.
//
// The polynomial P(u(x)) shall approach f(x) for x in [low, high] so that the largest
// |weight(x) (P(u(x)) - f(x))| is as small as the format of its coefficients allows.
//
// Fit: Lawson's reweighted least squares on Chebyshev nodes; unlike an exchange of extrema it needs no Haar
// condition, which a polynomial whose lowest coefficients are given does not meet on an interval around 0.
// The coefficients are rounded to their format one after the other, lowest first, and the others fitted
// again each time, so that they make up for the rounding.
//
// Bound: the error E(x) of the rounded table at n Chebyshev nodes gives its interpolant, of which the terms
// up to degree N = n / 4 are a polynomial p of at most max |p(node)| / cos(pi N / (2 n)) on the whole
// interval (Ehlich and Zeller 1964), nodes or not. The terms above N, which fall geometrically as E is
// analytic, enter twice by the sum of their sizes: once for those beyond n.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "real.hpp"

namespace gradus::coefficients {

struct fit {
    std::string name;
    std::string function;  ///< for the reader: f, u and the interval
    std::string weighted;  ///< for the reader: the quantity that is bounded
    int digits;            ///< of the coefficients: 24 or 53
    real low, high;
    int degree;
    std::function<real(const real&)> f, weight, u;
    int in_two = 0;  ///< so many of the lowest coefficients are sums of two numbers of the format
};

struct table {
    std::vector<double> coefficients;
    double log2_bound;  ///< of the weighted error, for every x of the interval
};

table solve(const fit& wanted);

}  // namespace gradus::coefficients
