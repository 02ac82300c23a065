// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of every kind that are compiled ahead of time and, for comparison, by jit.
#pragma once

#include <gradus/gradus.hpp>

namespace formulas {

using namespace gradus;

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto a = tensor<"a[class]", double>;
constexpr auto h = tensor<"h[batch, class]", float16>;
constexpr auto any = tensor<"any[...]">;
constexpr auto beta = scalar<"beta">;
constexpr auto noise = uniform<"noise[batch, class]">;

constexpr auto y = gelu(x);
constexpr auto dy = grad(sum(gelu(x)), x);
GRADUS_KERNEL(pointwise, y, dy);

constexpr auto loss = mean(cross_entropy(x, t, over<"class">));
constexpr auto dx = grad(loss, x);
GRADUS_KERNEL(step, loss, dx);

constexpr auto total = sum(x * x);
GRADUS_KERNEL(reduction, total);

namespace more {

constexpr auto columns_of_sums = sum(x * a, over<"batch">);
constexpr auto da = grad(sum(x * a), a);
GRADUS_KERNEL(wide, columns_of_sums, da);

constexpr auto halves = softplus(h, beta);
GRADUS_KERNEL(storage, halves);

namespace {
constexpr auto kept = where(noise < 0.5, require(x, x < 100), 0);
GRADUS_KERNEL(dropped, kept);
}  // namespace

}  // namespace more

constexpr auto scaled_any = beta * any;
GRADUS_KERNEL(anything, scaled_any);

}  // namespace formulas
