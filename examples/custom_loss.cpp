// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loss that no framework ships, in five lines: a log-cosh loss whose slope differs above and below the
// target, for regression where too much costs more than too little. Typed from paper it overflows
// beyond |d| = 88; the kernel does not. Its gradient is checked against finite differences below.
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>

#include <fmt/format.h>
#include <gradus/gradus.hpp>
using namespace gradus;

constexpr auto x = tensor<"x[sample]", double>;
constexpr auto t = tensor<"t[sample]", double>;
constexpr auto weight = scalar<"weight", double>;  // what an excess costs, bound at each call

constexpr auto log_cosh = make_op<"log_cosh">([](auto d) { return log(1 + exp(-2 * d)) + d - std::numbers::ln2; });
constexpr auto d = x - t;
constexpr auto loss = mean(where(d > 0, weight* log_cosh(d), log_cosh(d)));
constexpr auto dx = grad(loss, x);
constexpr auto dweight = grad(loss, weight);

int main() {
    std::mt19937 random(7);
    std::normal_distribution<double> normal(0, 3);
    std::vector<double> X(1000), T(1000);
    for (double& value : X) value = normal(random);
    for (double& value : T) value = normal(random);
    X[0] = 1000, X[1] = -1000;  // exp overflows here, the loss is finite

    const auto step = jit<loss, dx, dweight>();
    const auto [value, dX, dW] = step(x = X, t = T, weight = 3.0);
    fmt::print("{}{}{}", step.explain().formula(), step.explain().gradients(), step.explain().rewrites());

    const auto forward = jit<loss>();
    double worst = 0;
    for (std::size_t i = 0; i < X.size(); ++i) {
        constexpr double h = 1e-5;
        const double before = X[i];
        X[i] = before + h;
        const double above = forward(x = X, t = T, weight = 3.0);
        X[i] = before - h;
        const double below = forward(x = X, t = T, weight = 3.0);
        X[i] = before;
        worst = std::max(worst, std::abs((above - below) / (2 * h) - dX(static_cast<std::int64_t>(i))));
    }
    fmt::print("loss {:.6f}, d loss / d weight {:.6f}\n", value, dW);
    fmt::print("largest difference between the gradient and finite differences: {:.1e}\n", worst);
    return worst < 1e-8 && std::isfinite(value) ? EXIT_SUCCESS : EXIT_FAILURE;
}
