// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The catalogue of losses. Each gives one value for each element or row; mean(...) or sum(...) reduces
// them. Each comment gives formula · axes · errors · kinks · source and PyTorch name.
#pragma once

#include <gradus/activations.hpp>

namespace gradus {
namespace detail {

inline constexpr auto cross_entropy_body = make_op<"cross_entropy">(
    [](auto logits, auto over, auto target) { return logsumexp(logits, over) - at(logits, over, target); });
inline constexpr auto squared_error_body = make_op<"squared_error">([](auto d) { return d * d; });
inline constexpr auto smooth_l1_body = make_op<"smooth_l1">(
    [](auto d, auto beta) { return where(abs(d) < beta, 0.5 * d * d / beta, abs(d) - 0.5 * beta); });

template <fixed_string Loss, expression X, operand T>
constexpr bool equal_axes() {
    constexpr bool same = X::axes().same_set(expression_of<T>::axes());
    return report::operands_have_equal_axes<report::axes_of_loss<Loss>, same>();
}
template <fixed_string Loss, expression X, expression T, fixed_string Axis>
constexpr bool labels_fit() {
    constexpr bool fit = T::axes().same_set(X::axes().without(names_in(over<Axis>)));
    return report::target_lacks_class_axis<report::axes_of_loss<Loss>, fit>();
}

}  // namespace detail

/// log Σ exp(logits) − logits_target · the axes of logits without the class axis; the labels have exactly
/// these · a label outside the class axis is an error of the call · smooth · torch.nn.CrossEntropyLoss
template <expression X, expression T, fixed_string Axis>
constexpr auto cross_entropy(const X& logits, const T& target, over_t<Axis> axis) {
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::labels_fit<"cross_entropy", X, T, Axis>());
    return detail::cross_entropy_body(logits, axis, target);
}

/// (x − t)² · equal axes · smooth · torch.nn.MSELoss
template <expression X, operand T>
constexpr auto squared_error(const X& x, const T& target) {
    static_assert(detail::equal_axes<"squared_error", X, T>());
    return detail::squared_error_body(x - target);
}

/// |x − t| · equal axes · gradient 0 at 0 · torch.nn.L1Loss
template <expression X, operand T>
constexpr auto absolute_error(const X& x, const T& target) {
    static_assert(detail::equal_axes<"absolute_error", X, T>());
    return abs(x - target);
}

/// d² / 2β for |d| < β, else |d| − β / 2, with d = x − t · equal axes · once differentiable at ±β ·
/// Girshick, arXiv 1504.08083 · torch.nn.SmoothL1Loss
template <expression X, operand T, operand B = double>
constexpr auto smooth_l1(const X& x, const T& target, const B& beta = 1.0) {
    static_assert(detail::equal_axes<"smooth_l1", X, T>());
    return detail::smooth_l1_body(x - target, beta);
}

}  // namespace gradus
