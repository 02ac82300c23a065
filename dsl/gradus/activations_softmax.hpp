// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations along named axes: softmax and its kin with an inverse temperature, and gated halves. The axes
// may lie in memory in any order. softmax and log_softmax of x itself are words of the language (reduction.hpp).
#pragma once

#include <gradus/lower.hpp>

namespace gradus {
namespace detail {
inline constexpr auto softmax_of =
    make_op<"softmax">([](auto x, auto over, auto beta) { return softmax(beta * x, over); });
inline constexpr auto log_softmax_of =
    make_op<"log_softmax">([](auto x, auto over, auto beta) { return log_softmax(beta * x, over); });
inline constexpr auto softmin_of =
    make_op<"softmin">([](auto x, auto over, auto beta) { return softmax(-(beta * x), over); }, 1.0);
inline constexpr auto glu_of =
    make_op<"glu">([](auto x, auto over) { return at(x, over, x.number(0)) * sigmoid(at(x, over, x.number(1))); });
}  // namespace detail

/// e^(βx) / Σ e^(βx) along the named axes · beta: the inverse temperature, a number, a scalar with a gradient or
/// a tensor · a row of all -inf, or with +inf: NaN · Bridle 1990 · torch.nn.Softmax of βx
template <expression X, fixed_string... Names, operand Beta>
constexpr auto softmax(const X& x, over_t<Names...> over, const Beta& beta) {
    static_assert(detail::knows_axes<X>(over_t<Names...>{}));
    return detail::softmax_of(x, over, beta);
}

/// βx - log Σ e^(βx) along the named axes · beta: the inverse temperature · torch.nn.LogSoftmax of βx
template <expression X, fixed_string... Names, operand Beta>
constexpr auto log_softmax(const X& x, over_t<Names...> over, const Beta& beta) {
    static_assert(detail::knows_axes<X>(over_t<Names...>{}));
    return detail::log_softmax_of(x, over, beta);
}

/// e^(-βx) / Σ e^(-βx) along the named axes · beta = 1, the inverse temperature · torch.nn.Softmin of βx
template <expression X, fixed_string... Names, operand... Beta>
requires(sizeof...(Beta) <= 1) constexpr auto softmin(const X& x, over_t<Names...> over, const Beta&... beta) {
    static_assert(detail::knows_axes<X>(over_t<Names...>{}));
    return detail::softmin_of(x, over, beta...);
}

/// a σ(b) for x = (a, b) along the named axis, which the result lacks · axis half of extent 2: in row-major memory
/// [batch, half, unit] is what PyTorch cuts [batch, 2·unit] into · Dauphin et al., arXiv 1612.08083 · torch.nn.GLU
template <expression X, fixed_string Half>
constexpr auto glu(const X& x, over_t<Half> over) {
    static_assert(detail::knows_axes<X>(over_t<Half>{}));
    return detail::glu_of(x, over);
}

}  // namespace gradus
