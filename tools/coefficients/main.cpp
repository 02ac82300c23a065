// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Prints codegen/coefficients.hpp. With names as arguments, only these tables.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "tables.hpp"

namespace {

using namespace gradus::coefficients;

void print(const fit& wanted, const table& made) {
    std::printf("\n/// %s.\n/// %s at most 2^%.1f.\n", wanted.function.c_str(), wanted.weighted.c_str(),
                std::ceil(10 * made.log2_bound) / 10);
    std::printf("constexpr std::array<double, %zu> %s{", made.coefficients.size(), wanted.name.c_str());
    for (std::size_t i = 0; i < made.coefficients.size(); ++i)
        std::printf("%s%s%.13a", i == 0 ? "" : ",", i % 4 == 0 ? "\n    " : " ", made.coefficients[i]);
    std::printf("};\n");
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> names(argv + 1, argv + argc);
    std::vector<fit> wanted = fits();
    if (!names.empty())
        std::erase_if(wanted, [&](const fit& f) { return std::ranges::find(names, f.name) == names.end(); });
    std::vector<std::future<table>> made;
    for (const fit& f : wanted) made.push_back(std::async(std::launch::async, [&f] { return solve(f); }));
    std::printf(
        "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
        "// Written by gradus_coefficients (tools/coefficients): polynomials P with small weighted errors, and a "
        "bound\n"
        "// of the error of each, its coefficients rounded as they stand here. How they are found and bounded:\n"
        "// tools/coefficients/fit.hpp.\n"
        "#pragma once\n\n#include <array>\n\nnamespace gradus::vector_math::coefficients {\n");
    for (std::size_t i = 0; i < wanted.size(); ++i) print(wanted[i], made[i].get());
    std::printf("\n}  // namespace gradus::vector_math::coefficients\n");
}
