// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses of predicted numbers. Each gives one value for each element.
#pragma once

#include <gradus/loss_axes.hpp>

namespace gradus {
namespace detail {

inline constexpr auto mse_body = make_op<"mse">([](auto d) { return d * d; });
inline constexpr auto smooth_l1_body = make_op<"smooth_l1">(
    [](auto d, auto beta) { return where(abs(d) < beta, 0.5 * d * d / beta, abs(d) - 0.5 * beta); });
inline constexpr auto huber_body = make_op<"huber">(
    [](auto d, auto delta) { return where(abs(d) <= delta, 0.5 * d * d, delta * (abs(d) - 0.5 * delta)); });

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

/// d² / 2β for |d| < β, else |d| − β / 2, with d = x − t · equal axes · β = 1; β = 0 is l1 · once
/// differentiable at ±β · Girshick, arXiv 1504.08083 · torch.nn.SmoothL1Loss
template <expression X, operand T, operand B = double>
constexpr auto smooth_l1(const X& x, const T& target, const B& beta = 1.0) {
    static_assert(detail::equal_axes<"smooth_l1", X, T>());
    return detail::smooth_l1_body(x - target, beta);
}

/// d² / 2 for |d| ≤ δ, else δ (|d| − δ / 2), with d = x − t · equal axes · δ = 1 · once differentiable
/// at ±δ · Huber 1964 · torch.nn.HuberLoss
template <expression X, operand T, operand D = double>
constexpr auto huber(const X& x, const T& target, const D& delta = 1.0) {
    static_assert(detail::equal_axes<"huber", X, T>());
    return detail::huber_body(x - target, delta);
}

}  // namespace gradus
