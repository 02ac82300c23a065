// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ReLU and its family: a line above 0, something smaller below. All pointwise; parameters are numbers,
// run-time scalars, or tensors whose axes combine with those of x by name. Gradients are derived; for a
// gradient at a kink the comments give PyTorch's choice, which is the default.
#pragma once

#include <gradus/lower.hpp>

namespace gradus {

/// max(x, 0) · kink at 0: 0 · Nair and Hinton, ICML 2010 · torch.nn.ReLU
inline constexpr auto relu = make_op<"relu">([](auto x) { return max(x, 0); });

/// min(max(x, 0), 6) · kinks at 0 and 6: 0 · Krizhevsky 2010 · torch.nn.ReLU6
inline constexpr auto relu6 = make_op<"relu6">([](auto x) { return min(max(x, 0), 6); });

/// x for x > 0, else negative_slope·x · negative_slope = 0.01 · kink at 0: negative_slope · Maas et al., ICML
/// 2013 · torch.nn.LeakyReLU
inline constexpr auto leaky_relu =
    make_op<"leaky_relu">([](auto x, auto negative_slope) { return where(x > 0, x, negative_slope * x); }, 0.01);

/// x for x > 0, else slope·x, the slope learnt: one scalar, or one a channel as tensor<"a[channel]"> · kink at
/// 0: the slope · He et al., arXiv 1502.01852 · torch.nn.PReLU
inline constexpr auto prelu = make_op<"prelu">([](auto x, auto slope) { return where(x > 0, x, slope * x); });

/// Training: x for x > 0, else a·x, with a slope a uniform in [lower, upper) for each element · noise:
/// uniform<"noise[axes of x]">, whose seed a call binds; forward and backward draw the same slopes and store
/// nothing · lower = 1/8, upper = 1/3 · kink at 0: a · Xu et al., arXiv 1505.00853 · torch.nn.RReLU in training
inline constexpr auto rrelu = make_op<"rrelu">(
    [](auto x, auto noise, auto lower, auto upper) { return where(x > 0, x, (lower + (upper - lower) * noise) * x); },
    1.0 / 8, 1.0 / 3);

/// x for x > 0, else (lower + upper)/2·x, the mean slope of rrelu · lower = 1/8, upper = 1/3 · kink at 0: that
/// slope · torch.nn.RReLU in evaluation
inline constexpr auto rrelu_evaluation = make_op<"rrelu_evaluation">(
    [](auto x, auto lower, auto upper) { return where(x > 0, x, 0.5 * (lower + upper) * x); }, 1.0 / 8, 1.0 / 3);

/// x for x > 0, else α(eˣ - 1) · alpha = 1 · kink at 0 unless α = 1: α · Clevert et al., arXiv 1511.07289 ·
/// torch.nn.ELU
inline constexpr auto elu = make_op<"elu">([](auto x, auto alpha) { return where(x > 0, x, alpha * expm1(x)); }, 1.0);

/// x for x > 0, else α(e^(x/α) - 1) · alpha = 1 · once differentiable · Barron, arXiv 1704.07483 · torch.nn.CELU
inline constexpr auto celu =
    make_op<"celu">([](auto x, auto alpha) { return where(x > 0, x, alpha * expm1(x / alpha)); }, 1.0);

/// λx for x > 0, else λα(eˣ - 1), λ ≈ 1.0507, α ≈ 1.6733 · kink at 0: λα · Klambauer et al., arXiv 1706.02515 ·
/// torch.nn.SELU
inline constexpr auto selu = make_op<"selu">([](auto x) {
    constexpr double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
    return where(x > 0, scale * x, scale * alpha * expm1(x));
});

}  // namespace gradus
