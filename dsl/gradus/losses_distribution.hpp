// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Entropies and divergences of probability distributions, with 0 log 0 = 0.
#pragma once

#include <gradus/loss_axes.hpp>
#include <gradus/loss_parts.hpp>

namespace gradus {
namespace detail {

inline constexpr auto kl_div_body = make_op<"kl_div">([](auto x, auto t, auto log_target) {
    if constexpr (given<decltype(log_target)>)
        return where(exp(t) == 0.0, 0.0, exp(t) * (t - x));
    else
        return scaled(t, log(t) - x);
});
inline constexpr auto entropy_body =
    make_op<"entropy">([](auto p, auto over) { return -sum(scaled(p, log(p)), over); });
inline constexpr auto cross_entropy_of_body =
    make_op<"cross_entropy_of">([](auto p, auto q, auto over) { return -sum(scaled(p, log(q)), over); });
inline constexpr auto kl_divergence_body =
    make_op<"kl_divergence">([](auto p, auto q, auto over) { return sum(scaled(p, log(p / q)), over); });

}  // namespace detail

/// t (log t − x), one term of the divergence of a distribution t from the one whose logarithm is x, 0
/// where t = 0; with::log_target: exp(t) (t − x) · equal axes · batchmean gives the divergence, mean divides
/// by the number of elements · smooth; the gradient of t at 0 is its limit −∞ · Kullback and Leibler 1951 ·
/// torch.nn.KLDivLoss
template <expression X, operand T, detail::option... Option>
constexpr auto kl_div(const X& log_probabilities, const T& target, const Option&... option) {
    static_assert(detail::options_fit<"kl_div", detail::allowed<"log_target">, Option...>());
    static_assert(detail::equal_axes<"kl_div", X, T>());
    return detail::kl_div_body(log_probabilities, target, detail::picked<"log_target">(option...));
}

/// H(p) = −Σ p log p along the named axes · 0 log 0 = 0; the gradient of p at 0 is its limit ∞ ·
/// Shannon 1948 · torch.distributions.Categorical.entropy
template <expression P, fixed_string... Names>
constexpr auto entropy(const P& p, over_t<Names...> over) {
    static_assert(detail::knows_axes<P>(over_t<Names...>{}));
    return detail::entropy_body(p, over);
}

/// H(p, q) = −Σ p log q = H(p) + KL(p‖q) along the named axes · equal axes · 0 log q = 0 · no counterpart
/// in PyTorch: cross_entropy takes logits
template <expression P, expression Q, fixed_string... Names>
constexpr auto cross_entropy_of(const P& p, const Q& q, over_t<Names...> over) {
    static_assert(detail::knows_axes<P>(over_t<Names...>{}));
    static_assert(detail::equal_axes<"cross_entropy_of", P, Q>());
    return detail::cross_entropy_of_body(p, q, over);
}

/// KL(p‖q) = Σ p log(p / q) along the named axes · equal axes · 0 where p = 0, ∞ where q = 0 < p ·
/// Kullback and Leibler 1951 · torch.distributions.kl_divergence
template <expression P, expression Q, fixed_string... Names>
constexpr auto kl_divergence(const P& p, const Q& q, over_t<Names...> over) {
    static_assert(detail::knows_axes<P>(over_t<Names...>{}));
    static_assert(detail::equal_axes<"kl_divergence", P, Q>());
    return detail::kl_divergence_body(p, q, over);
}

}  // namespace gradus
