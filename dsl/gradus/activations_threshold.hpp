// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations of straight pieces: clipped, thresholded and shrunk. All pointwise; parameters as in
// activations_rectifier.hpp. A NaN stays a NaN: every piece is chosen by a comparison that NaN fails.
#pragma once

#include <gradus/lower.hpp>

namespace gradus {

/// x clipped to [min, max] · min = -1, max = 1 · kinks at both ends: 0 · torch.nn.Hardtanh
inline constexpr auto hardtanh = make_op<"hardtanh">(
    [](auto x, auto min, auto max) { return where(x <= min, min, where(x >= max, max, x)); }, -1.0, 1.0);

/// x for x > threshold, else value · kink (or jump) at the threshold: 0 · torch.nn.Threshold
inline constexpr auto threshold =
    make_op<"threshold">([](auto x, auto threshold, auto value) { return where(x <= threshold, value, x); });

/// x moved towards 0 by λ, 0 within [-λ, λ] · lambda = 0.5 · kinks at ±λ: 0 · Donoho and Johnstone, Biometrika
/// 1994 · torch.nn.Softshrink
inline constexpr auto softshrink = make_op<"softshrink">(
    [](auto x, auto lambda) { return where(abs(x) <= lambda, 0, where(x > 0, x - lambda, x + lambda)); }, 0.5);

/// x outside [-λ, λ], else 0 · lambda = 0.5 · jumps at ±λ: 0 · torch.nn.Hardshrink
inline constexpr auto hardshrink =
    make_op<"hardshrink">([](auto x, auto lambda) { return where(abs(x) <= lambda, 0, x); }, 0.5);

/// (x + 3)/6 clipped to [0, 1] · kinks at ±3: 0 · Courbariaux et al., arXiv 1511.00363 · torch.nn.Hardsigmoid
inline constexpr auto hardsigmoid =
    make_op<"hardsigmoid">([](auto x) { return where(x <= -3, 0, where(x >= 3, 1, (x + 3) / 6)); });

/// x(x + 3)/6 between -3 and 3, 0 below, x above · kink at -3: -1/2, at 3: 1 · Howard et al., arXiv 1905.02244 ·
/// torch.nn.Hardswish
inline constexpr auto hardswish =
    make_op<"hardswish">([](auto x) { return where(x < -3, 0, where(x >= 3, x, x * (x + 3) / 6)); });

}  // namespace gradus
