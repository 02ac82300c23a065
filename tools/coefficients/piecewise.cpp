// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "piecewise.hpp"

#include <algorithm>

namespace gradus::coefficients {
namespace {

using function = real (*)(const real&);

// ---- the functions

real lower_normal(const real& a) { return erfc_of(a / sqrt(real(2))) / 2; }
real density(const real& x) { return exp(-x * x / 2) / sqrt(2 * pi()); }
real lower_sigmoid(const real& a) { return 1 / (1 + exp(a)); }

// a Phi(-a) and Phi(-a) - a phi(a): what gelu and its derivative are at -a, but for the sign.
real gelu_tail(const real& a) { return a * lower_normal(a); }
real gelu_slope_tail(const real& a) { return lower_normal(a) - a * density(a); }
// a sigmoid(-a) and the derivative of silu at -a.
real silu_tail(const real& a) { return a * lower_sigmoid(a); }
real silu_slope_tail(const real& a) { return lower_sigmoid(a) * (1 - a * lower_sigmoid(-a)); }
real sigmoid_slope(const real& a) { return lower_sigmoid(a) * lower_sigmoid(-a); }
real tanh_slope(const real& a) { return 4 * sigmoid_slope(2 * a); }

/// The float next to the zero of a function that changes its sign once in [low, high].
double zero_of(function f, real low, real high) {
    const bool falls = f(low) > 0;
    for (int halving = 0; halving < 120; ++halving) {
        const real middle = (low + high) / 2;
        ((f(middle) > 0) == falls ? low : high) = middle;
    }
    return static_cast<double>(static_cast<float>(low));
}

// ---- fits

real itself(const real& x) { return x; }

/// Of f in d, for a piece around a zero of (f - f(n step)) / d.
fit piece(const piecewise& whole, int n) {
    const bool through_zero = std::ranges::find(whole.zeros, n) != whole.zeros.end();
    const real middle = whole.step * n, reach = whole.step / 2 * (1 + real(1e-4)), start = whole.f(middle);
    fit wanted;
    wanted.digits = 24;
    wanted.low = n == 0 ? real(0) : real(-reach);
    wanted.high = reach;
    wanted.degree = through_zero ? whole.degree - 1 : whole.degree;
    wanted.u = itself;
    wanted.in_two = through_zero ? whole.in_two - 1 : whole.in_two;
    if (through_zero) {
        wanted.f = [=](const real& d) { return (whole.f(middle + d) - start) / d; };
        wanted.weight = [=](const real& d) { return d / (whole.f(middle + d) - start); };
    } else {
        wanted.f = [=](const real& d) { return whole.f(middle + d); };
        wanted.weight = [=](const real& d) { return 1 / whole.f(middle + d); };
    }
    return wanted;
}

}  // namespace

std::vector<piecewise> piecewise_functions() {
    const real gelu_step = real(zero_of(gelu_slope_tail, real(0.5), real(1))) / 2;
    const real silu_step = zero_of(silu_slope_tail, real(1), real(2));
    return {
        {"gelu_tail", "a Phi(-a) in a", gelu_step, 8, 1, {0}, gelu_tail},
        {"gelu_slope_tail", "Phi(-a) - a phi(a) in a", gelu_step, 8, 2, {2}, gelu_slope_tail},
        {"silu_tail", "a / (1 + e^a) in a", silu_step, 8, 1, {0}, silu_tail},
        {"silu_slope_tail", "(1 - a / (1 + e^-a)) / (1 + e^a) in a", silu_step, 9, 2, {1}, silu_slope_tail},
        {"sigmoid_slope_tail", "1 / ((1 + e^a) (1 + e^-a)) in a", silu_step, 8, 1, {}, sigmoid_slope},
        {"tanh_slope_tail", "1 / cosh^2(a) in a", real(0x1.4p-1), 8, 1, {}, tanh_slope},
    };
}

pieces solve(const piecewise& wanted) {
    pieces made{std::vector(static_cast<std::size_t>(wanted.degree) + 1, std::vector<double>(piece_count)), -1e9};
    for (int n = 0; n < piece_count; ++n) {
        const table t = solve(piece(wanted, n));
        const auto lane = static_cast<std::size_t>(n);
        const std::size_t shift = made.coefficients.size() - t.coefficients.size();
        for (std::size_t k = 0; k < t.coefficients.size(); ++k) made.coefficients[k + shift][lane] = t.coefficients[k];
        if (shift > 0) made.coefficients[0][lane] = static_cast<double>(static_cast<float>(wanted.f(wanted.step * n)));
        made.log2_bound = std::max(made.log2_bound, t.log2_bound);
    }
    return made;
}

}  // namespace gradus::coefficients
