// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Prints codegen/coefficients.hpp. With names as arguments, only these tables.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "piecewise.hpp"
#include "tables.hpp"

namespace {

using namespace gradus::coefficients;

void print(const std::string& name, const std::vector<double>& numbers) {
    std::printf("constexpr std::array<double, %zu> %s{", numbers.size(), name.c_str());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        std::printf("%s%s%.13a", i == 0 ? "" : ",", i % 4 == 0 ? "\n    " : " ", numbers[i]);
    std::printf("};\n");
}

void print(const fit& wanted, const table& made) {
    std::printf("\n/// %s.\n/// %s at most 2^%.1f.\n", wanted.function.c_str(), wanted.weighted.c_str(),
                std::ceil(10 * made.log2_bound) / 10);
    print(wanted.name, made.coefficients);
}

void print(const values& table) {
    std::printf("\n/// %s.\n", table.function.c_str());
    print(table.name, table.at);
}

void print(const piecewise& wanted, const pieces& made) {
    std::printf("\n/// %s, by pieces of this length: [k][n], of d^k.\n/// |(P - f) / f| at most 2^%.1f.\n",
                wanted.function.c_str(), std::ceil(10 * made.log2_bound) / 10);
    std::printf("constexpr double %s_step = %a;\n", wanted.name.c_str(), static_cast<double>(wanted.step));
    std::printf("constexpr std::array<std::array<double, %d>, %zu> %s{{", piece_count, made.coefficients.size(),
                wanted.name.c_str());
    for (std::size_t k = 0; k < made.coefficients.size(); ++k) {
        std::printf("%s{", k == 0 ? "\n    " : ",\n    ");
        for (std::size_t n = 0; n < made.coefficients[k].size(); ++n)
            std::printf("%s%a", n == 0 ? "" : n % 4 == 0 ? ",\n     " : ", ", made.coefficients[k][n]);
        std::printf("}");
    }
    std::printf("}};\n");
}

template <class Wanted>
void keep_named(std::vector<Wanted>& wanted, const std::vector<std::string>& names) {
    if (!names.empty())
        std::erase_if(wanted, [&](const Wanted& w) { return std::ranges::find(names, w.name) == names.end(); });
}
template <class Wanted>
auto solved(const std::vector<Wanted>& wanted) {
    std::vector<std::future<decltype(solve(wanted.front()))>> made;
    for (const Wanted& w : wanted) made.push_back(std::async(std::launch::async, [&w] { return solve(w); }));
    return made;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> names(argv + 1, argv + argc);
    std::vector<fit> wanted = fits();
    std::vector<piecewise> by_pieces = piecewise_functions();
    keep_named(wanted, names);
    keep_named(by_pieces, names);
    std::vector<values> tabulated = tables_of_values();
    keep_named(tabulated, names);
    auto made = solved(wanted);
    auto made_by_pieces = solved(by_pieces);
    std::printf(
        "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
        "// Written by gradus_coefficients (tools/coefficients): polynomials P with small weighted errors, and a "
        "bound\n"
        "// of the error of each, its coefficients rounded as they stand here. How they are found and bounded:\n"
        "// tools/coefficients/fit.hpp.\n"
        "#pragma once\n\n#include <array>\n\nnamespace gradus::vector_math::coefficients {\n");
    for (std::size_t i = 0; i < wanted.size(); ++i) print(wanted[i], made[i].get());
    for (const values& table : tabulated) print(table);
    for (std::size_t i = 0; i < by_pieces.size(); ++i) print(by_pieces[i], made_by_pieces[i].get());
    std::printf("\n}  // namespace gradus::vector_math::coefficients\n");
}
