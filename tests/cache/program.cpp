// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process of its own for the tests of the cache: computes one kernel once, prints its result and whether LLVM is
// mapped.
#include <fstream>
#include <iostream>
#include <string>

#include <gradus/gradus.hpp>
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

int main() try {
    const std::vector<float> data{1, 2, 3};
    std::cout << jit<total>()(x = data) << (llvm_is_mapped() ? " with LLVM" : " without LLVM") << '\n';
} catch (const gradus::error& problem) {
    std::cout << problem.what() << '\n';
    return 1;
}
