// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients through the JIT in float64 against central differences, and the untaken branch.
#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr auto x = tensor<"x[row, col]", double>;
constexpr auto w = tensor<"w[col]", double>;
constexpr auto beta = scalar<"beta", double>;
constexpr auto t = labels<"t[row]">;

/// The largest difference between a gradient and central differences, relative to 1 + |difference|.
template <expression F, class Variable>
double worst(const F& f, const Variable& variable, std::vector<double> X, std::vector<double> W, double b) {
    const std::vector<int> T{2, 0, 1};
    const auto value = [&] {
        return evaluate(f + 0 * sum(x) + 0 * sum(w) + 0 * beta + 0 * sum(at(x, over<"col">, t)), x = view(X, {3, 4}),
                        w = W, beta = b, t = T);
    };
    const auto kernel = jit(grad(f + 0 * sum(x) + 0 * sum(w) + 0 * beta + 0 * sum(at(x, over<"col">, t)), variable));
    const auto result = kernel(x = view(X, {3, 4}), w = W, beta = b, t = T);
    std::vector<double*> places;
    if constexpr (std::is_same_v<Variable, std::remove_const_t<decltype(beta)>>)
        places.push_back(&b);
    else
        for (double& place : std::is_same_v<Variable, std::remove_const_t<decltype(x)>> ? X : W)
            places.push_back(&place);
    double largest = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        constexpr double h = 1e-5;
        const double before = *places[i];
        *places[i] = before + h;
        const double above = value();
        *places[i] = before - h;
        const double below = value();
        *places[i] = before;
        const double expected = (above - below) / (2 * h);
        double got = 0;
        if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(result)>>)
            got = result;
        else
            got = result[i];
        largest = std::max(largest, std::abs(got - expected) / (1 + std::abs(expected)));
    }
    return largest;
}

template <expression F>
void check(const char* name, const F& f) {
    INFO(name);
    const std::vector<double> X = numbers<double>(12, 0.2, 2), W = numbers<double>(4, 0.3, 1.5, 2);
    CHECK(worst(f, x, X, W, 0.7) < 1e-8);
    CHECK(worst(f, w, X, W, 0.7) < 1e-8);
    CHECK(worst(f, beta, X, W, 0.7) < 1e-8);
}

}  // namespace

TEST_CASE("gradients agree with central differences in float64") {
    check("polynomial", sum(x * x * w + beta * x));
    check("exp, log", sum(exp(beta * x) * log(x + w)));
    check("expm1, log1p", sum(expm1(x) * log1p(beta * w)));
    check("sqrt, pow", sum(sqrt(x) * pow(w, beta)));
    check("tanh, sigmoid, softplus", sum(tanh(x) * sigmoid(beta * x) + softplus(w * x)));
    check("exp2, log2, erfc", sum(exp2(x) * erfc(beta * x) + log2(w * w)));
    check("erf, sin, cos", sum(erf(x) * sin(beta * x) + cos(w)));
    check("abs, max, min", sum(abs(x - 1.03) + max(x, w) * min(beta, x)));
    check("select", sum(where(x > w, x * w, beta * x)));
    check("mean along an axis", sum(pow(mean(x * w, over<"row">), 3)));
    check("logsumexp", sum(logsumexp(beta * x + w, over<"col">)));
    check("softmax", sum(softmax(beta * x, over<"col">) * w));
    check("softmax along the rows", sum(softmax(beta * x, over<"row">) * x));
    check("max along an axis", sum(max(x * w, over<"col">) * beta));
    check("cross entropy", mean(cross_entropy(beta * x + w, t, over<"col">)));
    check("cross entropy, weighted",
          sum(at(w, over<"col">, t) * cross_entropy(beta * x, t, over<"col">)) / sum(at(w, over<"col">, t)));
    check("smooth L1", mean(smooth_l1(x * w, x + 0.35)));
    check("gelu", sum(gelu(beta * x) * w));
    check("second derivative", grad(sum(exp(beta * x) * w), beta));
}

TEST_CASE("a branch that is not taken reaches no gradient of a kernel") {
    constexpr auto v = tensor<"v[i]">;
    constexpr auto g = tensor<"g[i]">;
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> bad{0, -1, -inf, -1e30F, 4};
    const std::vector<float> G(bad.size(), 1);
    const auto clean = [&](const auto& f) {
        const auto d = jit(vjp(f, v, g))(v = bad, g = G);
        for (std::size_t i = 0; i + 1 < bad.size(); ++i) CHECK(d[i] == 0);
        CHECK(std::isfinite(d[4]));
        CHECK(d[4] != 0);
    };
    clean(where(v > 0, log(v), 0));
    clean(where(v > 0, sqrt(v), 0));
    clean(where(v > 0, v * log(v), 0));
    clean(where(v > 0, pow(v, 0.5), 3));
    clean(where(v > 0, log(v), 0) + where(v > 1, sqrt(v), 0));
    clean(where(v > 0, where(v > 2, log(v), sqrt(v)), 0));
}

TEST_CASE("value and gradient of a loss come from one kernel") {
    static constexpr auto a = tensor<"a[i]">;
    static constexpr auto b = tensor<"b[i]">;
    static constexpr auto loss = mean(mse(a, b));
    static constexpr auto da = grad(loss, a);
    const std::vector<float> A{1, 2, 3, 4}, B{0, 0, 0, 8};
    const auto [value, gradient] = jit<loss, da>()(a = A, b = B);
    CHECK(value == 7.5F);
    const std::vector<float> expected{0.5F, 1, 1.5F, -2};
    for (std::size_t i = 0; i < 4; ++i) CHECK(gradient[i] == expected[i]);
}

TEST_CASE("kernels take the derivative at kinks that the policy names") {
    constexpr auto g = tensor<"g[row, col]", double>;
    const std::vector<double> X{-6, -3, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 6, 7}, G = numbers<double>(12, -1, 1);
    const auto all = [&](const auto& f) {
        CHECK(compare(vjp(f, x, g, kinks::left), {1, 0}, x = view(X, {3, 4}), g = view(G, {3, 4})) == "");
        CHECK(compare(vjp(f, x, g, kinks::right), {1, 0}, x = view(X, {3, 4}), g = view(G, {3, 4})) == "");
        CHECK(compare(vjp(f, x, g, kinks::midpoint), {1, 0}, x = view(X, {3, 4}), g = view(G, {3, 4})) == "");
    };
    all(relu6(x));
    all(hardswish(x));
    all(hardshrink(x));
    all(x * (x > 0));
    all(max(x, abs(2 * x) - 3));
}
