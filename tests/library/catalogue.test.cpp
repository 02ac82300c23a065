// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the catalogue's tuples hold, through the JIT against the interpreter, values and gradients; the
// losses by their definitions.
#include <boost/hana/for_each.hpp>
#include <boost/hana/size.hpp>

#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {
constexpr auto x = tensor<"x[i]">;
constexpr auto t = tensor<"t[i]">;
constexpr auto g = tensor<"g[i]">;
constexpr auto alpha = scalar<"alpha">;
const std::vector<float> X = numbers<float>(500, -8, 8), G = numbers<float>(500, -1, 1, 2),
                         T = numbers<float>(500, -8, 8, 3);

constexpr tolerance value_bound{4, 1e-6}, gradient_bound{6, 1e-6};
}  // namespace

TEST_CASE("every activation of the catalogue agrees with the interpreter, gradient included") {
    static_assert(decltype(hana::size(activations))::value == 3);
    hana::for_each(activations, [](const auto& activation) {
        INFO(std::string(activation.name.view()));
        CHECK(compare(activation(x), value_bound, x = X) == "");
        CHECK(compare(vjp(activation(x), x, g), gradient_bound, x = X, g = G) == "");
    });
}

TEST_CASE("every activation with a parameter agrees with the interpreter, the parameter's gradient included") {
    static_assert(decltype(hana::size(parametric_activations))::value == 1);
    hana::for_each(parametric_activations, [](const auto& activation) {
        INFO(std::string(activation.name.view()));
        CHECK(compare(activation(x, alpha), value_bound, x = X, alpha = 1.5) == "");
        CHECK(compare(vjp(activation(x, alpha), x, g), gradient_bound, x = X, alpha = 1.5, g = G) == "");
        CHECK(compare(vjp(activation(x, alpha), alpha, g), {8, 1e-4}, x = X, alpha = 1.5, g = G) == "");
    });
}

TEST_CASE("losses of two tensors have their textbook values and gradients") {
    const std::vector<float> a{0, 1, 2, -3}, b{0, 3, 1.5F, 1};
    CHECK(jit(sum(squared_error(x, t)))(x = a, t = b) == 4 + 0.25F + 16);
    CHECK(jit(sum(absolute_error(x, t)))(x = a, t = b) == 2 + 0.5F + 4);
    CHECK(jit(sum(smooth_l1(x, t)))(x = a, t = b) == 1.5F + 0.125F + 3.5F);
    CHECK(jit(sum(smooth_l1(x, t, 4)))(x = a, t = b) == 0.5F + 0.03125F + 2);
    const auto slope = jit(grad(sum(absolute_error(x, t)), x))(x = a, t = b);
    const std::vector<float> expected{0, -1, 1, -1};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(slope[i] == expected[i]);
    CHECK(compare(grad(mean(smooth_l1(x, t)), x), {4, 0}, x = X, t = T) == "");
}

TEST_CASE("log-softmax is the logarithm of softmax, also where softmax underflows") {
    constexpr auto logits = tensor<"logits[row, class]">;
    const std::vector<float> far{0, 200, -200, 3};
    const auto y = jit(log_softmax(logits, over<"class">))(logits = view(far, {1, 4}));
    const std::vector<float> expected{-200, 0, -400, -197};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(y[i] == expected[i]);
}
