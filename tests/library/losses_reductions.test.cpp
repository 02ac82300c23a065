// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions of losses: what a mean divides by, what an empty one is, and means over micro-batches.
#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;
using Catch::Matchers::Contains;

namespace {
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto skip = with::ignore_index(-100);
constexpr auto loss = cross_entropy(x, t, over<"class">, with::weight(w), skip);
const std::vector<float> X = numbers<float>(24, -3, 3), W{0.5F, 2, 1, 0};
}  // namespace

TEST_CASE("the mean of a loss whose rows are all ignored is NaN or zero, as chosen, with gradient zero") {
    const std::vector<int> ignored(6, -100);
    const auto call = [&](const auto& e) { return jit(e)(x = view(X, {6, 4}), t = ignored, w = W); };
    CHECK(std::isnan(call(mean(loss))));
    CHECK(std::isnan(call(mean(loss, on_empty::nan))));
    CHECK(call(mean(loss, on_empty::zero)) == 0);
    CHECK(jit(sum(loss))(x = view(X, {6, 4}), t = ignored, w = W) == 0);
    for (const float g : call(grad(mean(loss), x))) CHECK(g == 0);
    for (const float g : call(grad(mean(loss, on_empty::zero), x))) CHECK(g == 0);
}

TEST_CASE("a total weight of zero gives NaN in the mean and its gradient, or zero in both where that is chosen") {
    const std::vector<int> weightless(6, 3);
    const auto call = [&](const auto& e) { return jit(e)(x = view(X, {6, 4}), t = weightless, w = W); };
    CHECK(std::isnan(call(mean(loss))));
    for (const float g : call(grad(mean(loss), x))) CHECK(std::isnan(g));
    CHECK(call(mean(loss, on_empty::zero)) == 0);
    for (const float g : call(grad(mean(loss, on_empty::zero), x))) CHECK(g == 0);
}

TEST_CASE("a total weight of zero is an error that names no row, and nothing is written, where that is chosen") {
    const std::vector<int> ignored(6, -100), mixed{0, 1, -100, 2, 1, 0};
    constexpr auto safe = mean(loss, on_empty::error);
    const auto step = jit(safe, grad(safe, x));
    float value = -7;
    std::vector<float> gradient(24, -7);
    CHECK_THROWS_WITH(step(x = view(X, {6, 4}), t = ignored, w = W, outputs(value, view(gradient, {6, 4}))),
                      Contains("!= 0"));
    CHECK(value == -7);
    for (const float g : gradient) CHECK(g == -7);
    CHECK_THROWS_AS(evaluate(safe, x = view(X, {6, 4}), t = ignored, w = W), std::domain_error);
    CHECK_THROWS_AS(jit(mean(mse(x, 0), on_empty::error))(x = view(X.data(), {0, 4})), error);
    const auto [got, slope] = step(x = view(X, {6, 4}), t = mixed, w = W);
    CHECK(got == jit(mean(loss))(x = view(X, {6, 4}), t = mixed, w = W));
    CHECK(slope(2, 0) == 0);
}

TEST_CASE("the policies agree with the plain mean where the weight is not zero") {
    const std::vector<int> mixed{0, 1, -100, 2, 1, 0};
    const auto call = [&](const auto& e) { return jit(e)(x = view(X, {6, 4}), t = mixed, w = W); };
    CHECK(call(mean(loss, on_empty::zero)) == call(mean(loss)));
    constexpr auto elementwise = mse(x, 0.5 * x);
    CHECK(jit(mean(elementwise, on_empty::zero))(x = view(X, {6, 4})) == jit(mean(elementwise))(x = view(X, {6, 4})));
    CHECK(jit(mean(elementwise, on_empty::zero))(x = view(X.data(), {0, 4})) == 0);
    CHECK(std::isnan(jit(mean(elementwise, on_empty::nan))(x = view(X.data(), {0, 4}))));
}

TEST_CASE("a mean along an axis divides by the weight along that axis") {
    constexpr auto image = tensor<"image[batch, class, place]">;
    constexpr auto spots = labels<"spots[batch, place]">;
    constexpr auto rows = mean(cross_entropy(image, spots, over<"class">, skip), over<"place">);
    const std::vector<int> S{0, -100, 1, -100, -100, -100};
    const auto got = jit(rows)(image = view(X, {2, 4, 3}), spots = view(S, {2, 3}));
    const auto each = evaluate(cross_entropy(image, spots, over<"class">), image = view(X, {2, 4, 3}),
                               spots = std::vector<std::vector<int>>{{0, 0, 1}, {0, 0, 0}});
    CHECK(got[0] == Approx((each.data[0] + each.data[2]) / 2));
    CHECK(std::isnan(got[1]));
    const auto zero = jit(mean(cross_entropy(image, spots, over<"class">, skip), over<"place">, on_empty::zero));
    CHECK(zero(image = view(X, {2, 4, 3}), spots = view(S, {2, 3}))[1] == 0);
}

TEST_CASE("sums and weights of micro-batches give the mean of the whole batch") {
    const std::vector<int> mixed{0, 1, -100, 2, 1, 0};
    constexpr auto parts = sum_and_weight(loss);
    const auto step = jit(parts.sum, parts.weight);
    double total = 0, weight = 0;
    for (std::ptrdiff_t first = 0; first < 6; first += 2) {
        const auto [s, v] = step(x = view(X.data() + 4 * first, {2, 4}), t = view(mixed.data() + first, {2}), w = W);
        total += static_cast<double>(s);
        weight += static_cast<double>(v);
    }
    CHECK(total / weight == Approx(jit(mean(loss))(x = view(X, {6, 4}), t = mixed, w = W)));
    const auto plain = sum_and_weight(mse(x, 0.5 * x));
    const auto [s, v] = jit(plain.sum, plain.weight)(x = view(X, {6, 4}));
    CHECK(v == 24);
    CHECK(s / v == Approx(jit(mean(mse(x, 0.5 * x)))(x = view(X, {6, 4}))));
}

TEST_CASE("empty batches: mean NaN, sum 0, weight 0, an empty gradient") {
    const std::vector<int> none;
    const auto call = [&](const auto& e) { return jit(e)(x = view(X.data(), {0, 4}), t = none, w = W); };
    CHECK(std::isnan(call(mean(loss))));
    CHECK(call(mean(loss, on_empty::zero)) == 0);
    CHECK(call(sum(loss)) == 0);
    CHECK(call(grad(mean(loss), x)).size() == 0);
}

TEST_CASE("NaN in a weight is NaN in the rows that it weighs and in the mean") {
    const std::vector<float> broken{0.5F, std::numeric_limits<float>::quiet_NaN(), 1, 0};
    const std::vector<int> T{0, 1, 2, -100, 0, 2};
    const auto call = [&](const auto& e) { return jit(e)(x = view(X, {6, 4}), t = T, w = broken); };
    const auto rows = call(loss);
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::isnan(rows[i]) == (i == 1));
    CHECK(std::isnan(call(mean(loss))));
    CHECK(std::isnan(call(mean(loss, on_empty::zero))));
}

TEST_CASE("weights of the wrong extent and labels out of range are errors of the call, also beside ignored ones") {
    const std::vector<int> T{0, -100, 2, 1, 4, 2}, negative{0, -1, 2, 1, 0, 2};
    const std::vector<float> three(3, 1);
    const auto step = jit(mean(loss));
    CHECK_THROWS_WITH(step(x = view(X, {6, 4}), t = T, w = W), Contains("4") && Contains("batch") && Contains("class"));
    CHECK_THROWS_WITH(step(x = view(X, {6, 4}), t = negative, w = W), Contains("-1"));
    CHECK_THROWS_WITH(step(x = view(X, {6, 4}), t = T, w = three), Contains("\"w\"") && Contains("class"));
    CHECK_THROWS_WITH(jit(mean(cross_entropy(x, t, over<"class">)))(x = view(X, {6, 4}), t = negative),
                      Contains("\"t\"") && Contains("-1"));
}

TEST_CASE("an empty class axis is an error where a label is read, and none where there is no row") {
    const std::vector<int> one{0}, none;
    const auto step = jit(mean(cross_entropy(x, t, over<"class">)));
    CHECK_THROWS_AS(step(x = view(X.data(), {1, 0}), t = one), error);
    CHECK(std::isnan(step(x = view(X.data(), {0, 0}), t = none)));
}

TEST_CASE("what lies outside of a loss's domain is an error of the call that names it, and nothing is written") {
    constexpr auto p = tensor<"p[i]">;
    constexpr auto q = tensor<"q[i]">;
    constexpr auto var = tensor<"var[i]">;
    constexpr auto beta = scalar<"beta">;
    const std::vector<float> right{0, 0.25F, 1}, above{0, 0.25F, 1.5F}, below{0, -0.25F, 1}, Q{1, 0, 1};
    const float no_number = std::numeric_limits<float>::quiet_NaN();
    const auto probability = jit(bce(p, q), vjp(bce(p, q), q, 1));
    std::vector<float> y(3, -7), dq(3, -7);
    CHECK_THROWS_WITH(probability(p = above, q = Q, outputs(y, dq)),
                      Contains("\"p\"") && Contains("1.5") && Contains("i = 2"));
    CHECK_THROWS_WITH(probability(p = below, q = Q, outputs(y, dq)), Contains("-0.25") && Contains("i = 1"));
    CHECK_THROWS_AS(probability(p = std::vector<float>{0, no_number, 1}, q = Q, outputs(y, dq)), error);
    for (std::size_t i = 0; i < 3; ++i) CHECK((y[i] == -7 && dq[i] == -7));
    probability(p = right, q = Q, outputs(y, dq));
    CHECK(y[0] == 100);

    const auto variance = jit(gaussian_nll(p, q, var));
    CHECK_THROWS_WITH(variance(p = right, q = Q, var = below), Contains("\"var\"") && Contains("-0.25"));
    CHECK(std::isnan(variance(p = right, q = Q, var = std::vector<float>{1, no_number, 1})[1]));

    CHECK_THROWS_WITH(jit(smooth_l1(p, q, beta))(p = right, q = Q, beta = -1), Contains("\"beta\"") && Contains("-1"));
    CHECK_THROWS_AS(jit(smooth_l1(p, q, -1))(p = right, q = Q), error);
    CHECK_THROWS_WITH(jit(huber(p, q, beta))(p = right, q = Q, beta = 0), Contains("\"beta\"") && Contains("> 0"));
    const std::vector<int> T{0, 1, -100, 2, 1, 0};
    const auto smoothed = cross_entropy(x, t, over<"class">, skip, with::label_smoothing(beta));
    CHECK_THROWS_WITH(jit(mean(smoothed))(x = view(X, {6, 4}), t = T, beta = 1.5),
                      Contains("\"beta\"") && Contains("1.5"));
    CHECK(jit(mean(smoothed))(x = view(X, {6, 4}), t = T, beta = 0) ==
          Approx(jit(mean(cross_entropy(x, t, over<"class">, skip)))(x = view(X, {6, 4}), t = T)));
}
