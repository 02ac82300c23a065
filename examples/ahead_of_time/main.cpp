// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Without LLVM, a code generator or a cache: `ldd` shows what is left.
#include <fmt/format.h>

#include "losses_kernels.hpp"  // made by gradus_add_kernels: losses.hpp and a function for each of its kernels

int main() {
    using namespace losses;
    const std::vector<float> X{2, 1, 0, 0, 3, 1};
    const std::vector<int> T{0, 1};
    auto [value, dX] = step()(logits = view(X, {2, 3}), target = T);
    const auto P = predict()(logits = view(X, {2, 3}));
    fmt::print("loss = {:.6f}, dlogits[0] = ({:.4f}, {:.4f}, {:.4f})\n", value, dX(0, 0), dX(0, 1), dX(0, 2));
    fmt::print("probability[0] = ({:.4f}, {:.4f}, {:.4f})\n", P(0, 0), P(0, 1), P(0, 2));
}
