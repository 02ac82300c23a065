// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program of kernels compiled ahead of time: prints results, then what of LLVM, of the code generator and of memory
// made executable its process has, then what is said when the code generator is asked for.
#include <fstream>
#include <iostream>
#include <string>

#include "formulas_kernels.hpp"

namespace {

/// Executable memory that no file backs, LLVM and the code generator, by the lines of /proc/self/maps.
std::string unwanted() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find("libLLVM") != std::string::npos || line.find("gradus_generator") != std::string::npos)
            return line;
        const bool executable = line.substr(line.find(' ') + 1, 4).find('x') != std::string::npos;
        if (executable && line.find('/') == std::string::npos && line.find("[v") == std::string::npos) return line;
    }
    return "nothing";
}

}  // namespace

int main() try {
    using namespace formulas;
    const std::vector<float> X{0, 0, 0, 0};
    const auto [value, gradient] = step()(x = view(X, {2, 2}), t = std::vector<int>{0, 1});
    std::cout << "step " << value << ' ' << gradient(0, 0) << ' ' << gradient(0, 1) << '\n';
    const std::vector<float> row{1, 2, 3};
    std::cout << "reduction " << reduction()(x = view(row, {1, 3})) << '\n';
    std::cout << "unwanted: " << unwanted() << '\n' << reduction().explain().formula();
    reduction().explain().plan();
    return 1;
} catch (const gradus::error& problem) {
    std::cout << problem.what() << '\n';
}
