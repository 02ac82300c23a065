// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Prints docs/as_typed.md from the table of typed formulas.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "as_typed/outcome.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {
std::string text_of(double value) { return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value); }
std::string ways(const std::vector<three_ways>& all, std::size_t i) {
    const three_ways& w = all[all.size() == 1 ? 0 : i];
    return fmt::format("{} | {} | {}", text_of(static_cast<double>(w.plain)), text_of(static_cast<double>(w.exact)),
                       text_of(static_cast<double>(w.typed)));
}
template <class Row>
void print(const Row& row) {
    const outcome o = run(row);
    const bool is_row = !is_pointwise(lower_plain(row.typed));
    for (std::size_t i = 0; i < (is_row ? 1 : row.inputs.size()); ++i) {
        std::string in = fmt::format("{:g}", row.inputs[i]);
        if (is_row) in = fmt::format("({:g})", fmt::join(row.inputs, ", "));
        const std::string formula = i == 0 ? fmt::format("`{}`", row.text) : "";
        fmt::print("| {} | {} | {} | {} | {} |\n", formula, i == 0 ? row.name : "", in, ways(o.value, i),
                   ways(o.gradient, i));
    }
}
}  // namespace

int main() {
    fmt::print(
        "# Formulas as they are typed\n\n"
        "Made by `build/default/tests/as_typed_page`. Each formula, typed as it stands in a lecture, compiles to the\n"
        "kernel of the named function. Beside the input: the value in plain float32 (every operation as written), the\n"
        "exact one, the kernel's; then the derivative the same three ways (of a row: of its first element, for the\n"
        "first input; `c` is class 0, `q` is 1/4).\n\n"
        "| formula | becomes | x | plain | exact | kernel | plain ′ | exact ′ | kernel ′ |\n"
        "|---|---|---|---|---|---|---|---|---|\n");
    for_each_typed_formula([](const auto& row) { print(row); });
    fmt::print(
        "\n`min(max(0, x), 6)` is exact as it is typed. The derivative of `p log p` at 0 is its limit.\n"
        "A table-driven test holds value and derivative of every row to a few ULP at these inputs, and to the same "
        "bits\n"
        "as the named function.\n");
}
