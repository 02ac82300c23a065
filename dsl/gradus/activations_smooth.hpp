// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Smooth activations. All pointwise; parameters as in activations_rectifier.hpp. sigmoid, tanh, softplus,
// softsign and tanhshrink of one argument are words of the language itself (vocabulary.hpp). At infinity each
// takes its limit.
#pragma once

#include <gradus/lower.hpp>

namespace gradus {
namespace detail {
/// The formula within [-end, end], and beyond max(x, 0): what x·s(x) tends to when s rises from 0 to 1.
template <class X, class Formula>
constexpr auto relu_beyond(double end, X x, Formula formula) {
    return where(x >= end, x, where(x <= -end, 0, formula));
}

inline constexpr auto softplus_of = make_op<"softplus">([](auto x, auto beta) { return softplus(beta * x) / beta; });
inline constexpr auto softplus_until = make_op<"softplus">(
    [](auto x, auto beta, auto threshold) { return where(x > threshold / beta, x, softplus(beta * x) / beta); });
}  // namespace detail

/// log(1 + e^(βx)) / β · softplus(x) is β = 1 · Dugas et al., NIPS 2000 · torch.nn.Softplus without threshold
template <expression X, operand Beta>
constexpr auto softplus(const X& x, const Beta& beta) {
    return detail::softplus_of(x, beta);
}
/// The same, and x itself where x > threshold/β: the cut that PyTorch makes, at which it jumps by e^-threshold/β
/// at most and keeps the smooth part's derivative · torch.nn.Softplus
template <expression X, operand Beta, operand Threshold>
constexpr auto softplus(const X& x, const Beta& beta, const Threshold& threshold) {
    return detail::softplus_until(x, beta, threshold);
}

/// log σ(x) = -softplus(-x) · torch.nn.LogSigmoid
inline constexpr auto logsigmoid = make_op<"logsigmoid">([](auto x) { return -softplus(-x); });

/// x Φ(x) = x (1 + erf(x/√2)) / 2 · Hendrycks and Gimpel, arXiv 1606.08415 · torch.nn.GELU
inline constexpr auto gelu = make_op<"gelu">([](auto x) { return x * normal_cdf(x); });

/// x (1 + tanh(√(2/π)(x + 0.044715 x³))) / 2 = x σ(2√(2/π)(x + 0.044715 x³)), which is max(x, 0) to the last
/// bit beyond |x| = 100 · Hendrycks and Gimpel, arXiv 1606.08415 · torch.nn.GELU(approximate="tanh")
inline constexpr auto gelu_tanh = make_op<"gelu_tanh">([](auto x) {
    constexpr double linear = 1.5957691216057308, cubic = 0.07135481627260025;  // 2√(2/π) and 0.044715 of it
    return detail::relu_beyond(100, x, x * sigmoid(x * (linear + cubic * (x * x))));
});

/// x σ(x) · Elfwing et al., arXiv 1702.03118 · torch.nn.SiLU
inline constexpr auto silu = make_op<"silu">([](auto x) { return x * sigmoid(x); });

/// x tanh(log(1 + eˣ)) · Misra, arXiv 1908.08681 · torch.nn.Mish
inline constexpr auto mish =
    make_op<"mish">([](auto x) { return detail::relu_beyond(detail::infinity, x, x * tanh(softplus(x))); });

namespace detail {
template <int Degree>
inline constexpr auto chebyshev_of = make_op<"chebyshev">([](auto x, auto coefficients, auto over) {
    const auto u = tanh(x);
    auto before = u.number(1), term = u;  // T₀ and T₁
    auto total = at(coefficients, over, before.number(0)) + at(coefficients, over, before.number(1)) * u;
    for (int k = 2; k <= Degree; ++k) {
        const auto next = 2 * u * term - before;
        before = term;
        term = next;
        total = total + at(coefficients, over, before.number(k)) * term;
    }
    return total;
});
}  // namespace detail

/// Σ cₖ Tₖ(tanh x), k = 0 … Degree, with Chebyshev polynomials Tₖ: a nonlinearity whose shape is learnt · the
/// coefficients c have the axis named in over<...>, of extent Degree + 1, and may have others, as a channel's ·
/// error of the call: that axis is too short · polynomial in c, so its gradient is Tₖ(tanh x) itself
template <int Degree, expression X, expression C, fixed_string Axis>
constexpr auto chebyshev(const X& x, const C& coefficients, over_t<Axis> over) {
    static_assert(Degree >= 1, "gradus: chebyshev: the degree is at least 1");
    static_assert(detail::knows_axes<C>(over_t<Axis>{}));
    return detail::chebyshev_of<Degree>(x, coefficients, over);
}

}  // namespace gradus
