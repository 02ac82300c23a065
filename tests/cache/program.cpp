// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process of its own for the tests of the cache: computes one kernel once, on the host or with an argument on the
// emulator of a GPU, prints its result and whether LLVM is mapped.
#include <fstream>
#include <iostream>
#include <string>

#include <gradus/device_array.hpp>
#include <gradus/gradus.hpp>

#include "emulator/emulated_device.hpp"
using namespace gradus;

namespace {

constexpr auto x = tensor<"x[i]">;
constexpr auto total = sum(x * x);

bool llvm_is_mapped() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("libLLVM") != std::string::npos) return true;
    return false;
}

}  // namespace

int main(int count, char**) try {
    const std::vector<float> data{1, 2, 3};
    gradus::testing::emulated_device emulator(1);
    const float result = count == 1 ? jit<total>()(x = data) : to_host(jit<total>()(x = to_device(emulator, data)));
    std::cout << result << (llvm_is_mapped() ? " with LLVM" : " without LLVM") << '\n';
} catch (const gradus::error& problem) {
    std::cout << problem.what() << '\n';
    return 1;
}
