// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "shared.hpp"

float elsewhere(const std::vector<float>& data);

int main() {
    const std::vector<float> data{1, 2, 3};
    const float here = jit<total>()(x = data);
    return here == 14.0F && elsewhere(data) == here ? 0 : 1;
}
