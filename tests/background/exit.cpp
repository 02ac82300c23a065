// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process that ends while its kernels compile and others wait for their turn, when LLVM has been loaded.
#include <chrono>
#include <thread>

#include <gradus/gradus.hpp>
using namespace gradus;

int main() {
    constexpr auto x = tensor<"x[i, j]">;
    const std::vector<float> data(6);
    const auto begin = [&](int i) {
        return jit(sum(softmax(i * x, over<"j">) * x)).compile_async(x = view(data, {2, 3}));
    };
    begin(0).get();
    for (int i = 1; i < 20; ++i) static_cast<void>(begin(i));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}
