// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The catalogue of activations. Each comment gives formula · axes · kinks · source and PyTorch name;
// gradients are derived.
#pragma once

#include <boost/hana/tuple.hpp>

#include <gradus/lower.hpp>

namespace gradus {

/// max(x, 0) · pointwise · gradient 0 at the kink 0 · Nair and Hinton 2010 · torch.nn.ReLU
inline constexpr auto relu = make_op<"relu">([](auto x) { return max(x, 0); });

/// x Φ(x) = x (1 + erf(x / √2)) / 2 · pointwise · smooth · Hendrycks and Gimpel, arXiv 1606.08415 · torch.nn.GELU
inline constexpr auto gelu = make_op<"gelu">([](auto x) { return 0.5 * x * (1 + erf(x * 0.7071067811865476)); });

/// x σ(x) · pointwise · smooth · Elfwing et al., arXiv 1702.03118 · torch.nn.SiLU
inline constexpr auto silu = make_op<"silu">([](auto x) { return x * sigmoid(x); });

/// x for x > 0, else α (eˣ − 1) · pointwise · gradient α at 0 · Clevert et al., arXiv 1511.07289 · torch.nn.ELU
inline constexpr auto elu = make_op<"elu">([](auto x, auto alpha) { return where(x > 0, x, alpha * expm1(x)); });

/// log softmax(x) · along the named axes · smooth · torch.nn.LogSoftmax
inline constexpr auto log_softmax = make_op<"log_softmax">([](auto x, auto over) { return x - logsumexp(x, over); });

/// The activations of one argument, for tests and documentation.
inline constexpr auto activations = boost::hana::make_tuple(relu, gelu, silu);
/// Those with a parameter.
inline constexpr auto parametric_activations = boost::hana::make_tuple(elu);

}  // namespace gradus
