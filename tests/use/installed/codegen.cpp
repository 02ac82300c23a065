// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/gradus.hpp>
using namespace gradus;

constexpr auto x = tensor<"x[i]">;
constexpr auto total = sum(x * x);

int main() {
    const std::vector<float> data{1, 2, 3};
    return jit<total>()(x = data) == 14.0F ? 0 : 1;
}
