// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives at kinks by policy. One-sided derivatives are those of the branch on that side, by hand.
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
