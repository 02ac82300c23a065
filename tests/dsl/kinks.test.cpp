// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives at kinks by policy, and the lists of kinks. One-sided derivatives are those of the branch on that
// side, by hand.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace gradus;

namespace {

constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
constexpr auto v = tensor<"v[i]">;
constexpr auto w = tensor<"w[i]">;
constexpr auto m = tensor<"m[i, j]">;

// a tie is the branch of the side
static_assert(grad(relu(x), x, kinks::torch) == where(x > 0, 1, 0));
static_assert(grad(relu(x), x, kinks::left) == where(x > 0, 1, 0));
static_assert(grad(relu(x), x, kinks::right) == where(x >= 0, 1, 0));
static_assert(to_text(grad(relu(x), x, kinks::right)) == "where(x >= 0, 1, 0)");
static_assert(to_text(grad(relu(x), x, kinks::midpoint)) == "where(x > 0, 1, where(x >= 0, 0.5, 0))");
static_assert(grad(min(x, 6), x, kinks::left) == where(x <= 6, 1, 0));
static_assert(grad(min(x, 6), x, kinks::right) == where(x < 6, 1, 0));
static_assert(grad(abs(x), x, kinks::left) == where(x == 0, -1, sign(x)));
static_assert(grad(abs(x), x, kinks::right) == where(x == 0, 1, sign(x)));
static_assert(grad(abs(x), x, kinks::midpoint) == where(x == 0, 0, sign(x)));
static_assert(grad(max(x, y), x, kinks::left) == where(x > y, 1, 0));
static_assert(grad(max(x, y), x, kinks::right) == where(x >= y, 1, 0));
static_assert(grad(max(x, y), y, kinks::right) == where(y >= x, 1, 0));
static_assert(grad(max(x, y), x, kinks::midpoint) == where(x > y, 1, where(x >= y, 0.5, 0)));

// every comparison, and what is made of comparisons
static_assert(grad(where(x > 1, 2 * x, 0), x, kinks::right) == where(x >= 1, 2, 0));
static_assert(grad(where(x >= 1, 2 * x, 0), x, kinks::left) == where(x > 1, 2, 0));
static_assert(grad(where(x < 1, 2 * x, 0), x, kinks::left) == where(x <= 1, 2, 0));
static_assert(grad(where(x <= 1, 2 * x, 0), x, kinks::right) == where(x < 1, 2, 0));
static_assert(grad(where(1 - x > 0, 2 * x, 0), x, kinks::left) == where(1 - x >= 0, 2, 0));
static_assert(grad(where(x == 1, 5 * x, 2 * x), x, kinks::right) == where(y > 0, 2, 2));
static_assert(grad(where(x != 1, 5 * x, 2 * x), x, kinks::left) == where(y > 0, 5, 5));
static_assert(grad(where(!(x > 0) && x >= -1, x, 0), x, kinks::right) == where(!(x >= 0) && x >= -1, 1, 0));
static_assert(grad(where(x > 0 || x == -1, x, 0), x, kinks::right) == where(x >= 0, 1, 0));
static_assert(grad(x * (x > 0), x, kinks::right) == (x >= 0));
static_assert(grad(where(y > 0, x, 0), x, kinks::right) == where(y > 0, 1, 0));

// seen from infinity there is no other side
static_assert(grad(silu(x), x, kinks::left) == grad(silu(x), x));
static_assert(grad(silu(x), x, kinks::midpoint) == grad(silu(x), x));

// smooth functions are left alone
static_assert(grad(tanh(x) * x, x, kinks::midpoint) == grad(tanh(x) * x, x));

// vjp and jvp, second derivatives
static_assert(vjp(relu(v), v, w, kinks::right) == where(v >= 0, w, 0));
static_assert(jvp(relu(v), v, w, kinks::right) == where(v >= 0, w, 0));
static_assert(grad(grad(relu(x) * x, x, kinks::right), x, kinks::right) == where(x >= 0, 2, 0));
static_assert(grad(grad(relu(x) * x, x), x, kinks::left) == where(x > 0, 2, 0));

/// The derivatives at one point by all four policies.
template <expression F>
struct at_point {
    double torch, left, right, midpoint;
    constexpr at_point(const F& f, double at)
        : torch(evaluate(grad(f, x), x = at)),
          left(evaluate(grad(f, x, kinks::left), x = at)),
          right(evaluate(grad(f, x, kinks::right), x = at)),
          midpoint(evaluate(grad(f, x, kinks::midpoint), x = at)) {}
    constexpr bool is(double t, double l, double r) const {
        return torch == t && left == l && right == r && midpoint == (l + r) / 2;
    }
};

static_assert(at_point(hardtanh(x), -1).is(0, 0, 1));
static_assert(at_point(hardtanh(x), 1).is(0, 1, 0));
static_assert(at_point(hardswish(x), -3).is(-0.5, 0, -0.5));
static_assert(at_point(hardswish(x), 3).is(1, 1.5, 1));
static_assert(at_point(elu(x, 0.5), 0).is(0.5, 0.5, 1));

// ---- the list of kinks

struct expected_kink {
    double at, left, right, torch;
};
constexpr bool close(double a, double b) { return a == b || (a - b < 1e-15 && b - a < 1e-15); }
/// Whether a list is complete and holds these kinks without jumps.
template <std::size_t Size>
constexpr bool are(const kinks& found, const std::array<expected_kink, Size>& expected) {
    bool same = found.complete() && found.size() == Size;
    for (std::size_t i = 0; same && i < Size; ++i) {
        const kink& k = found[i];
        same = k.at == expected[i].at && close(k.left, expected[i].left) && close(k.right, expected[i].right) &&
               k.torch == expected[i].torch && !k.is_jump() && k.value_left == k.value && k.value_right == k.value;
    }
    return same;
}
template <class... Expected>
constexpr bool are(const kinks& found, const Expected&... expected) {
    return are(found, std::array<expected_kink, sizeof...(Expected)>{expected...});
}
constexpr bool none(const kinks& found) { return found.complete() && found.size() == 0; }
using k = expected_kink;

static_assert(are(kinks(relu(x)), k{0, 0, 1, 0}));
static_assert(are(kinks(relu(v)), k{0, 0, 1, 0}));
static_assert(are(kinks(abs(x)), k{0, -1, 1, 0}));
static_assert(are(kinks(relu6(x)), k{0, 0, 1, 0}, k{6, 1, 0, 0}));
static_assert(are(kinks(min(max(x, 0), 6)), k{0, 0, 1, 0}, k{6, 1, 0, 0}));
static_assert(are(kinks(hardtanh(x)), k{-1, 0, 1, 0}, k{1, 1, 0, 0}));
static_assert(are(kinks(hardtanh(x, -0.25, 2)), k{-0.25, 0, 1, 0}, k{2, 1, 0, 0}));
static_assert(are(kinks(softshrink(x)), k{-0.5, 1, 0, 0}, k{0.5, 0, 1, 0}));
static_assert(are(kinks(hardswish(x)), k{-3, 0, -0.5, -0.5}, k{3, 1.5, 1, 1}));
static_assert(are(kinks(elu(x, 0.5)), k{0, 0.5, 1, 0.5}));
static_assert(are(kinks(max(0, x) + min(0, 0.75 * (exp(x) - 1))), k{0, 0.75, 1, 0.75}));
static_assert(are(kinks(leaky_relu(2 * x - 3, 0.25)), k{1.5, 0.5, 2, 0.5}));
static_assert(are(kinks(max(x, 2 * x)), k{0, 1, 2, 1.5}));
static_assert(are(kinks(smooth_l1(x, 1) + abs(x - 2) * 3), k{2, -2, 4, 1}));
static_assert(are(kinks(max(x * (x - 1), 0)), k{0, -1, 0, 0}, k{1, 0, 1, 0}));

// joins without a kink, and smooth functions
static_assert(none(kinks(elu(x))));
static_assert(none(kinks(celu(x, 2))));
static_assert(none(kinks(smooth_l1(x, 0, 0.5))));
static_assert(none(kinks(x / (1 + abs(x)))));
static_assert(none(kinks(gelu(x))));
static_assert(none(kinks(silu(x))));
static_assert(none(kinks(mish(x))));
static_assert(none(kinks(where(x > 0, x, x))));

// jumps
constexpr kinks cut(hardshrink(x, 0.5));
static_assert(cut.size() == 2 && cut[0].is_jump() && cut[1].is_jump());
static_assert(cut[1].at == 0.5 && cut[1].value_left == 0 && cut[1].value_right == 0.5 && cut[1].value == 0);
static_assert(cut[0].left == 1 && cut[0].right == 0 && cut[0].torch == 0);
constexpr kinks step(where(x > 2, 1, 0));
static_assert(step.size() == 1 && step[0].at == 2 && step[0].is_jump() && step[0].left == 0 && step[0].right == 0);

// the derivative that a policy takes
constexpr kinks of_abs(abs(x));
static_assert(of_abs[0].derivative(kinks::left) == -1 && of_abs[0].derivative(kinks::right) == 1);
static_assert(of_abs[0].derivative(kinks::torch) == 0 && of_abs[0].derivative(kinks::midpoint) == 0);

// what is not a matter of straight lines is said to be incomplete
static_assert(!kinks(max(x * x, 1)).complete());
static_assert(!kinks(x * floor(x)).complete());

}  // namespace

TEST_CASE("the four policies give the derivatives of the branches beside a kink") {
    CHECK(at_point(relu6(x), 0).is(0, 0, 1));
    CHECK(at_point(relu6(x), 6).is(0, 1, 0));
    CHECK(at_point(softshrink(x), -0.5).is(0, 1, 0));
    CHECK(at_point(softshrink(x), 0.5).is(0, 0, 1));
    CHECK(at_point(leaky_relu(x), 0).is(0.01, 0.01, 1));
    CHECK(at_point(threshold(x, 0.5, -7), 0.5).is(0, 0, 1));
    CHECK(at_point(max(x, max(-2 * x, 3 * x)), 0).is(0.75, -2, 3));
}

TEST_CASE("a kink inside a comparison is seen from the same side") {
    // |x| > 0 on both sides of 0, so the slope there is 1 from the left and from the right.
    CHECK(at_point(hardshrink(x, 0), 0).is(0, 1, 1));
    CHECK(at_point(hardshrink(x, 0.5), 0.5).is(0, 0, 1));
    CHECK(at_point(hardshrink(x, 0.5), -0.5).is(0, 1, 0));
}

TEST_CASE("where a function jumps the derivative from a side is that of the value there") {
    // (x for x > 0, else -1)^2: 2x from the right, 0 from the left
    const auto f = where(x > 0, x, -1) * where(x > 0, x, -1);
    CHECK(evaluate(grad(f, x, kinks::right), x = 0.0) == 0);
    CHECK(evaluate(grad(exp(where(x > 0, x, -1)), x, kinks::right), x = 0.0) == 1);
    CHECK(evaluate(grad(sign(x) * x, x, kinks::left), x = 0.0) == -1);
    CHECK(evaluate(grad(sign(x) * x, x, kinks::right), x = 0.0) == 1);
}

TEST_CASE("away from kinks all policies agree, NaN included") {
    const auto f = where(abs(x) <= 0.5, x * x, max(x, 0) * exp(x));
    for (const double at : {-2.0, -0.3, 0.1, 0.7, 5.0, std::numeric_limits<double>::quiet_NaN()}) {
        const double expected = evaluate(grad(f, x), x = at);
        INFO("x = " << at);
        for (const double got : {evaluate(grad(f, x, kinks::left), x = at), evaluate(grad(f, x, kinks::right), x = at),
                                 evaluate(grad(f, x, kinks::midpoint), x = at)})
            CHECK((got == expected || (std::isnan(got) && std::isnan(expected))));
    }
}

TEST_CASE("the side is that of the variable, not of the compared difference") {
    // f = max(a x, 0) at x = 0: from the right a for a > 0, 0 for a < 0; a difference that x does not change stays.
    const auto f = max(y * x, 0);
    for (const double slope : {2.0, -3.0, 0.0}) {
        CHECK(evaluate(grad(f, x, kinks::right), x = 0.0, y = slope) == (slope > 0 ? slope : 0));
        CHECK(evaluate(grad(f, x, kinks::left), x = 0.0, y = slope) == (slope < 0 ? slope : 0));
    }
    CHECK(evaluate(grad(max(x, y), x, kinks::right), x = 1.0, y = 1.0) == 1);
    CHECK(evaluate(grad(max(x + y, y + x), x, kinks::right), x = 1.0, y = 1.0) == 1);
}

TEST_CASE("elements of a tensor have sides of their own, and a variable with fewer axes sums them") {
    const std::vector<double> data{-1, 0, 2, 0};
    const ndarray right = evaluate(grad(sum(relu(v)), v, kinks::right), v = data);
    const std::vector<double> expected{0, 1, 1, 1};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(right[i] == expected[i]);
    // Σ max(x v, 0) at x = 0: from the right Σ max(v, 0), from the left Σ min(v, 0)
    const std::vector<double> slopes{1, -2, 3, 0};
    const auto f = sum(max(x * v, 0));
    CHECK(evaluate(grad(f, x, kinks::right), x = 0.0, v = slopes) == 4);
    CHECK(evaluate(grad(f, x, kinks::left), x = 0.0, v = slopes) == -2);
    CHECK(evaluate(grad(f, x, kinks::midpoint), x = 0.0, v = slopes) == 1);
    CHECK(evaluate(grad(f, x), x = 0.0, v = slopes) == 0);
}

TEST_CASE("the maximum along an axis goes to those that stay ahead") {
    const std::vector<double> slopes{1, -2, 3, 3};
    CHECK(evaluate(grad(max(x * v), x, kinks::right), x = 0.0, v = slopes) == 3);
    CHECK(evaluate(grad(max(x * v), x, kinks::left), x = 0.0, v = slopes) == -2);
    CHECK(evaluate(grad(min(x * v), x, kinks::right), x = 0.0, v = slopes) == -2);
    CHECK(evaluate(grad(min(x * v), x, kinks::left), x = 0.0, v = slopes) == 3);
    // Elements that move together stay tied.
    const std::vector<double> tied{2, 2, 1}, slopes_of_row{-1, 5, 4};
    const ndarray shared = evaluate(grad(max(v), v, kinks::right), v = tied);
    CHECK(shared[0] == 0.5);
    CHECK(shared[1] == 0.5);
    CHECK(shared[2] == 0);
    const auto rows = sum(max(m * y, over<"j">));
    CHECK(evaluate(grad(rows, y, kinks::right), m = std::vector{tied, slopes_of_row}, y = 0.0) == 2 + 5);
}

TEST_CASE("a declared derivative has its limits as its one-sided values") {
    const auto f = custom_gradient(max(x, 0), x, where(x > 0, 1, 0));
    CHECK(evaluate(grad(f, x), x = 0.0) == 0);
    CHECK(evaluate(grad(f, x, kinks::right), x = 0.0) == 1);
}

TEST_CASE("where both sides agree the midpoint is their value, to the last bit and without overflow") {
    const auto f = 1e308 * x + where(x > 0, 0, 0 * x) + max(x, 2 * x);
    CHECK(evaluate(grad(f, x, kinks::midpoint), x = 1.0) == evaluate(grad(f, x), x = 1.0));
}

TEST_CASE("PyTorch's cut of softplus is a jump of rounding size in the value and a kink") {
    const kinks k(softplus(x, 2, 5));
    REQUIRE(k.size() == 1);
    CHECK(k[0].at == 2.5);
    CHECK(k[0].left == Approx(1 / (1 + std::exp(-5))).epsilon(1e-15));
    CHECK(k[0].right == 1);
    CHECK(k[0].torch == k[0].left);
}

TEST_CASE("a kink whose tie rounding keeps from being exact is found") {
    // 0.3 x + 0.1 is not exactly 0 at any float64 near -1/3.
    const kinks k(min(max(0.3 * x + 0.1, 0), 1));
    REQUIRE(k.size() == 2);
    CHECK(k[0].at == Approx(-1.0 / 3).epsilon(1e-15));
    CHECK(k[0].left == 0);
    CHECK(k[0].right == 0.3);
    CHECK(k[1].at == Approx(3).epsilon(1e-15));
    CHECK(k.complete());
}

TEST_CASE("kinks are those of the function, not of the spelling") {
    CHECK(none(kinks(max(x, 0) - max(-x, 0))));
    CHECK(are(kinks(0.5 * (x + abs(x))), expected_kink{0, 0, 1, 0.5}));
    CHECK(are(kinks(sqrt(x * x)), expected_kink{0, -1, 1, 0}));
}

TEST_CASE("vertical tangents and logarithms at a join have infinite derivatives") {
    const kinks root(sqrt(abs(x)));
    REQUIRE(root.size() == 1);
    CHECK(root[0].right == std::numeric_limits<double>::infinity());
    CHECK(root[0].left == -std::numeric_limits<double>::infinity());
    const kinks log_above(where(x > 0, log(x), 0));
    REQUIRE(log_above.size() == 1);
    CHECK(log_above[0].is_jump());
}

TEST_CASE("folds within folds are all found, and too many are said to be incomplete") {
    const auto four = abs(abs(abs(abs(x - 8) - 4) - 2) - 1);
    CHECK(kinks(four).complete());
    CHECK(kinks(four).size() == 1 + 2 + 4 + 8);
    CHECK_FALSE(kinks(abs(abs(four - 0.5) - 0.25)).complete());
}

TEST_CASE("the default at kinks is PyTorch's choice") {
    // From experiments with torch 1.13.1 in float64: function, point, gradient there.
    const auto torch = [](const auto& f, double at) { return evaluate(grad(f, x), x = at); };
    CHECK(torch(relu(x), 0) == 0);
    CHECK(torch(leaky_relu(x), 0) == 0.01);
    CHECK(torch(softplus(x, 1, 20), 20) == Approx(0.999999998).epsilon(1e-9));
    CHECK(torch(softplus(x, 2, 5), 2.5) == Approx(0.993307149).epsilon(1e-9));
    CHECK(torch(elu(x), 0) == 1);
    CHECK(torch(elu(x, 0.5), 0) == 0.5);
    CHECK(torch(celu(x, 2), 0) == 1);
    CHECK(torch(selu(x), 0) == Approx(1.75809934).epsilon(1e-8));
    for (const double at : {0.0, 6.0}) CHECK(torch(relu6(x), at) == 0);
    for (const double at : {-1.0, 1.0}) CHECK(torch(hardtanh(x), at) == 0);
    for (const double at : {-0.25, 2.0}) CHECK(torch(hardtanh(x, -0.25, 2), at) == 0);
    CHECK(torch(threshold(x, 0.5, -7), 0.5) == 0);
    for (const double at : {-0.5, 0.5}) CHECK(torch(softshrink(x), at) == 0);
    for (const double at : {-0.5, 0.5}) CHECK(torch(hardshrink(x), at) == 0);
    CHECK(torch(softshrink(x, 0), 0) == 0);
    CHECK(torch(hardshrink(x, 0), 0) == 0);
    for (const double at : {-3.0, 3.0}) CHECK(torch(hardsigmoid(x), at) == 0);
    CHECK(torch(hardswish(x), -3) == -0.5);
    CHECK(torch(hardswish(x), 3) == 1);
    CHECK(torch(prelu(x, 0.25), 0) == 0.25);
    CHECK(torch(l1(x, 0), 0) == 0);
    for (const double at : {-1.0, 0.0, 1.0}) CHECK(torch(smooth_l1(x, 0), at) == at);
    for (const double at : {-0.5, 0.0, 0.5}) CHECK(torch(huber(x, 0, 0.5), at) == at);
    CHECK(torch(hinge_embedding(x, -1), 1) == -1);
    CHECK(torch(margin_ranking(x, 0, 1), 0) == -1);
    CHECK(torch(margin_ranking(x, 0, 1, 0.5), 0.5) == -1);
}

TEST_CASE("hinges along an axis: of classes closed at equality, of features open") {
    constexpr auto other = tensor<"other[j]">;
    constexpr auto third = tensor<"third[j]">;
    constexpr auto row = tensor<"row[j]">;
    constexpr auto t = labels<"t[i]">;
    const std::vector<double> one{1, 0}, two{0, 1};
    const auto first = vjp(multi_margin(m, t, over<"j">), m, 1);
    for (const double g : evaluate(first, m = std::vector<std::vector<double>>{one}, t = std::vector{0})) CHECK(g == 0);
    const auto cosine = grad(cosine_embedding(row, other, -1, over<"j">), row);
    CHECK(evaluate(cosine, row = one, other = two)[1] == Approx(1));
    const auto triplet = grad(triplet_margin(row, other, third, over<"j">, with::margin(0)), other);
    CHECK(evaluate(triplet, row = two, other = one, third = one)[0] == Approx(std::sqrt(0.5)).epsilon(1e-5));
}
