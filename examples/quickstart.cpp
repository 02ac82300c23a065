// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fmt/format.h>
#include <gradus/gradus.hpp>
using namespace gradus;

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);  // another expression, derived by the C++ compiler

int main() {
    const std::vector<float> X{2, 1, 0, 0, 3, 1};
    const std::vector<int> T{0, 1};
    auto step = jit<loss, dlogits>();  // one fused kernel, forward and gradient
    auto [value, dX] = step(logits = view(X, {2, 3}), target = T);
    fmt::print("{}{}", step.explain().formula(), step.explain().gradients());
    fmt::print("loss = {:.6f}, dlogits[0] = ({:.4f}, {:.4f}, {:.4f})\n", value, dX(0, 0), dX(0, 1), dX(0, 2));
}
