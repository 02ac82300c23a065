// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a NaN comes from: the mean distance of pairs of points is finite, but one pair whose points are equal
// makes its gradient NaN. first_bad names the operation, the pair and the line; a small term under the root helps.
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <gradus/gradus.hpp>
using namespace gradus;

constexpr auto a = tensor<"a[pair, feature]">;
constexpr auto b = tensor<"b[pair, feature]">;
constexpr auto squared = sum((a - b) * (a - b), over<"feature">);

constexpr auto careless = mean(located(sqrt(squared)));
constexpr auto da = grad(careless, a);
constexpr auto careful = mean(sqrt(squared + 1e-12));
constexpr auto da_careful = grad(careful, a);

int main() {
    const std::vector<float> A{0, 1, 2, 3, 4, 5};
    const std::vector<float> B{3, 5, 2, 3, 4, 6};  // the second pair is one point
    const auto naive = jit<careless, da>();
    const auto [value, gradient] = naive(a = view(A, {3, 2}), b = view(B, {3, 2}));
    fmt::print("value {}, gradient {} at the second pair\n", value, std::isnan(gradient(1, 0)) ? "NaN" : "finite");
    const auto bad = naive.first_bad(a = view(A, {3, 2}), b = view(B, {3, 2}));
    fmt::print("{}\n", bad ? bad->str() : "all finite");
    const bool found = bad && bad->output == "da" && bad->index == std::vector<coordinate>{{"pair", 1}};

    const bool finite = !jit<careful, da_careful>().first_bad(a = view(A, {3, 2}), b = view(B, {3, 2}));
    fmt::print("with 1e-12 under the root: {}\n", finite ? "all finite" : "not finite");
    return value == 2 && std::isnan(gradient(1, 0)) && found && finite ? EXIT_SUCCESS : EXIT_FAILURE;
}
