// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses of predicted numbers: distances, and likelihoods of counts and of measurements. Each gives one
// value for each element.
#pragma once

#include <gradus/loss_axes.hpp>
#include <gradus/loss_parts.hpp>

namespace gradus {
namespace detail {

inline constexpr auto mse_body = make_op<"mse">([](auto d) { return d * d; });
inline constexpr auto smooth_l1_body = make_op<"smooth_l1">([](auto d, auto beta) {
    return where(abs(d) < require(beta, beta >= 0.0), 0.5 * d * d / beta, abs(d) - 0.5 * beta);
});
inline constexpr auto huber_body = make_op<"huber">([](auto d, auto delta) {
    return where(abs(d) <= require(delta, delta > 0.0), 0.5 * d * d, delta * (abs(d) - 0.5 * delta));
});

/// ½ log 2π.
inline constexpr double half_log_two_pi = 0.9189385332046727;

/// Stirling's approximation of log t!, where PyTorch uses it.
constexpr sym log_factorial(sym t) {
    return where(t > 1.0, scaled(t, log(t)) - t + (0.5 * log(t) + half_log_two_pi), 0.0);
}

inline constexpr auto poisson_body = make_op<"poisson_nll">([](auto x, auto t, auto rate, auto full, auto eps) {
    const auto loss = [&] {
        if constexpr (given<decltype(rate)>)
            return x - t * log(x + eps);
        else
            return exp(x) - scaled(t, x);
    };
    if constexpr (given<decltype(full)>)
        return loss() + log_factorial(t);
    else
        return loss();
});

inline constexpr auto gaussian_body = make_op<"gaussian_nll">([](auto d, auto var, auto full, auto eps) {
    require(var, var >= 0.0 || isnan(var));
    // By definition the gradient of var is the one at the clamped value: the derivative of v for var is 1.
    const auto v = custom_gradient(max(var, eps), var, var.number(1));
    const auto loss = 0.5 * (log(v) + d * d / v);
    if constexpr (given<decltype(full)>)
        return loss + half_log_two_pi;
    else
        return loss;
});

}  // namespace detail

/// (x − t)² · equal axes · smooth · torch.nn.MSELoss
template <expression X, operand T>
constexpr auto mse(const X& x, const T& target) {
    static_assert(detail::equal_axes<"mse", X, T>());
    return detail::mse_body(x - target);
}

/// |x − t| · equal axes · gradient 0 at 0 · torch.nn.L1Loss
template <expression X, operand T>
constexpr auto l1(const X& x, const T& target) {
    static_assert(detail::equal_axes<"l1", X, T>());
    return abs(x - target);
}

/// d² / 2β for |d| < β, else |d| − β / 2, with d = x − t · equal axes · β = 1; β = 0 is l1, β < 0 an error of the call
/// · once differentiable at ±β · Girshick, arXiv 1504.08083 · torch.nn.SmoothL1Loss
template <expression X, operand T, operand B = double>
constexpr auto smooth_l1(const X& x, const T& target, const B& beta = 1.0) {
    static_assert(detail::equal_axes<"smooth_l1", X, T>());
    return detail::smooth_l1_body(x - target, beta);
}

/// d² / 2 for |d| ≤ δ, else δ (|d| − δ / 2), with d = x − t · equal axes · δ = 1; δ ≤ 0 is an error of the call · once
/// differentiable at ±δ · Huber 1964 · torch.nn.HuberLoss
template <expression X, operand T, operand D = double>
constexpr auto huber(const X& x, const T& target, const D& delta = 1.0) {
    static_assert(detail::equal_axes<"huber", X, T>());
    return detail::huber_body(x - target, delta);
}

/// exp(x) − t x, of a count t and the logarithm x of its expected value; with::rate: x − t log(x + ε), of
/// the expected value itself · equal axes · with::full: plus Stirling's t log t − t + ½ log 2πt where
/// t > 1; with::eps: ε, 1e-8 · smooth in x · torch.nn.PoissonNLLLoss (log_input unless with::rate)
template <expression X, operand T, detail::option... Option>
constexpr auto poisson_nll(const X& x, const T& target, const Option&... option) {
    static_assert(detail::options_fit<"poisson_nll", detail::allowed<"rate", "full", "eps">, Option...>());
    static_assert(detail::equal_axes<"poisson_nll", X, T>());
    return detail::poisson_body(x, target, detail::picked<"rate">(option...), detail::picked<"full">(option...),
                                detail::picked_or<"eps">(1e-8, option...));
}

/// ½ (log v + (x − t)² / v) with v = max(var, ε) · x and t have equal axes, var some of them · with::full:
/// plus ½ log 2π; with::eps: ε, 1e-6 · a negative var is an error of the call · the gradient of var is that at v, also
/// where it is clamped · Nix and Weigend 1994 · torch.nn.GaussianNLLLoss
template <expression X, operand T, operand V, detail::option... Option>
constexpr auto gaussian_nll(const X& x, const T& target, const V& var, const Option&... option) {
    static_assert(detail::options_fit<"gaussian_nll", detail::allowed<"full", "eps">, Option...>());
    static_assert(detail::equal_axes<"gaussian_nll", X, T>());
    static_assert(detail::weight_fits<"gaussian_nll", X, expression_of<V>>());
    return detail::gaussian_body(x - target, var, detail::picked<"full">(option...),
                                 detail::picked_or<"eps">(1e-6, option...));
}

}  // namespace gradus
