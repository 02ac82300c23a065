// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process that ends while its kernels compile and others wait for their turn.
#include <gradus/gradus.hpp>
using namespace gradus;

int main() {
    constexpr auto x = tensor<"x[i, j]">;
    const std::vector<float> data(6);
    for (int i = 0; i < 20; ++i)
        static_cast<void>(jit(sum(softmax(i * x, over<"j">) * x)).compile_async(x = view(data, {2, 3})));
}
