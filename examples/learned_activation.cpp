// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parametrise the nonlinearity: each channel learns the shape of its own activation, as coefficients of Chebyshev
// polynomials of tanh x. Both start as tanh; one is taught a bump, the other a softened step. The gradient for
// the coefficients comes from the same kernel as the loss.
#include <cmath>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/gradus.hpp>
using namespace gradus;

namespace {
constexpr int degree = 8, channels = 2, samples = 512;

constexpr auto x = tensor<"x[sample, channel]">;
constexpr auto wanted = tensor<"wanted[sample, channel]">;
constexpr auto c = tensor<"c[channel, degree]">;
constexpr auto y = chebyshev<degree>(x, c, over<"degree">);
constexpr auto loss = mean((y - wanted) * (y - wanted));
constexpr auto dc = grad(loss, c);
}  // namespace

int main() {
    std::mt19937 random(1);
    std::vector<float> X(samples * channels), T(X.size()), C(channels * (degree + 1)), dC(C.size());
    for (std::size_t i = 0; i < X.size(); ++i) {
        X[i] = 6.0F * static_cast<float>(random()) / 4294967296.0F - 3.0F;
        T[i] = i % channels == 0 ? std::exp(-X[i] * X[i]) : std::tanh(2 * X[i]) * 0.5F + 0.5F;
    }
    C[1] = C[degree + 2] = 1;  // tanh itself

    const auto step = jit<loss, dc>();
    float value = 0, first = 0;
    constexpr int steps = 400;
    for (int i = 0; i <= steps; ++i) {
        step(x = view(X, {samples, channels}), wanted = view(T, {samples, channels}),
             c = view(C, {channels, degree + 1}), outputs(value, view(dC, {channels, degree + 1})));
        if (i == 0) first = value;
        if (i % 100 == 0) fmt::print("step {:4}  mean squared error {:.6f}\n", i, value);
        for (std::size_t k = 0; k < C.size(); ++k) C[k] -= 0.5F * dC[k];
    }
    for (std::size_t channel = 0; channel < channels; ++channel)
        fmt::print("coefficients of channel {}: {:.3f}\n", channel,
                   fmt::join(C.begin() + static_cast<std::ptrdiff_t>(channel * (degree + 1)),
                             C.begin() + static_cast<std::ptrdiff_t>((channel + 1) * (degree + 1)), " "));
    return value < first / 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
