// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Facts about functions: the known ones of the catalogue as static_asserts, and that no claim is false: every
// claimed range holds all values of a dense sweep, every claimed direction is that of the sweep.
#include "support/catch.hpp"

#include <boost/hana/for_each.hpp>
#include <gradus/catalogue.hpp>
#include <gradus/dsl.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace gradus;

namespace {

constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
constexpr auto v = tensor<"v[i]">;
constexpr auto m = tensor<"m[i, j]">;
constexpr auto t = labels<"t[i]">;
constexpr double inf = std::numeric_limits<double>::infinity();

// ---- ranges

static_assert(range(relu(x)) == interval{0, inf});
static_assert(range(relu(v)) == interval{0, inf});
static_assert(range(sigmoid(x)) == interval{0, 1});
static_assert(range(tanh(x)) == interval{-1, 1});
static_assert(range(hardtanh(x)) == interval{-1, 1});
static_assert(range(hardtanh(x, -0.25, 2)) == interval{-0.25, 2});
static_assert(range(softplus(x)) == interval{0, inf});
static_assert(range(elu(x)) == interval{-1, inf});
static_assert(range(elu(x, 0.5)) == interval{-0.5, inf});
static_assert(range(relu6(x)) == interval{0, 6});
static_assert(range(hardsigmoid(x)) == interval{0, 1});
static_assert(range(hardswish(x)) == interval{-0.375, inf});
static_assert(range(logsigmoid(x)) == interval{-inf, 0});
static_assert(range(softsign(x)) == interval{-1, 1});
static_assert(range(threshold(x, 0.5, 7)) == interval{0.5, inf});
static_assert(range(x * x) == interval{0, inf});
static_assert(range(x * x * x) == interval{-inf, inf});
static_assert(range(sin(x)) == interval{-1, 1});
static_assert(range(exp(-x * x)) == interval{0, 1});
static_assert(range(1 / (1 + x * x)) == interval{0, 1});
static_assert(range(max(x * x, 1)) == interval{1, inf});

// several variables, and along axes
static_assert(range(x * y) == interval{-inf, inf});
static_assert(range(abs(x) + abs(y)) == interval{0, inf});
static_assert(range(sigmoid(x * y)) == interval{0, 1});
static_assert(range(softmax(m, over<"j">)) == interval{0, 1});
static_assert(range(log_softmax(m, over<"j">)) == interval{-inf, 0});
static_assert(range(cross_entropy(m, t, over<"j">)) == interval{0, inf});
static_assert(range(mean(tanh(v))) == interval{-1, 1});
static_assert(range(sum(v * v)) == interval{0, inf});
static_assert(range(max(sigmoid(v))) == interval{0, 1});
static_assert(range(uniform<"u[i]">) == interval{0, 1});
static_assert(range(scaled(abs(x), sigmoid(y))) == interval{0, inf});

// ---- directions

static_assert(is_monotone(relu(x)));
static_assert(is_monotone(relu(x)) == monotone::nondecreasing);
static_assert(is_monotone(-exp(x)) == monotone::nonincreasing);
static_assert(is_monotone(hardtanh(x)) == monotone::nondecreasing);
static_assert(is_monotone(elu(x, 0.5)) == monotone::nondecreasing);
static_assert(is_monotone(softplus(x)) == monotone::nondecreasing);
static_assert(is_monotone(tanhshrink(x)) == monotone::nondecreasing);
static_assert(is_monotone(sigmoid(-3 * x)) == monotone::nonincreasing);
static_assert(is_monotone(x * x * x) == monotone::nondecreasing);
static_assert(is_monotone(x + sin(x)) == monotone::nondecreasing);
static_assert(is_monotone(0 * x + 3) == monotone::constant);
static_assert(is_monotone(where(x > 2, 1, 0)) == monotone::nondecreasing);
static_assert(is_monotone(hardshrink(x)) == monotone::nondecreasing);
static_assert(!is_monotone(abs(x)));
static_assert(!is_monotone(silu(x)));
static_assert(!is_monotone(hardswish(x)));
static_assert(!is_monotone(1 / x));
static_assert(!is_monotone(where(x > 2, x - 1, x)));  // falls by a jump
static_assert(!is_monotone(where(x == 2, 0, x)));     // a point out of line
static_assert(!is_monotone(sign(x) * abs(x - 1)));

// ---- homogeneity

static_assert(is_positively_homogeneous(relu(x)));
static_assert(is_positively_homogeneous(leaky_relu(x)));
static_assert(is_positively_homogeneous(abs(x)));
static_assert(is_positively_homogeneous(max(x, 2 * y)));
static_assert(is_positively_homogeneous(sqrt(sum(v * v))));
static_assert(is_positively_homogeneous(max(v) - mean(v)));
static_assert(is_positively_homogeneous(x * tanh(x / y)));
static_assert(is_positively_homogeneous(hardshrink(x, 0)));
static_assert(is_positively_homogeneous(pow(abs(x), 3) / (x * x)));
static_assert(is_positively_homogeneous(scaled(y, x), x));
static_assert(!is_positively_homogeneous(relu6(x)));
static_assert(!is_positively_homogeneous(x + 1));
static_assert(!is_positively_homogeneous(x * x));
static_assert(!is_positively_homogeneous(where(x > 1, x, 0)));
static_assert(!is_positively_homogeneous(softplus(x)));
static_assert(!is_positively_homogeneous(prelu(x, y)));
static_assert(is_positively_homogeneous(prelu(x, y), x));
static_assert(is_positively_homogeneous(prelu(x, y) - relu(x), y) == false);

std::vector<double> sweep() {
    std::vector<double> points{-inf, -1e300, -1e9, -1000, -745, -40, 40, 745, 1000, 1e9, 1e300, inf, -0.0};
    for (int i = -3200; i <= 3200; ++i) points.push_back(i / 100.0);
    std::sort(points.begin(), points.end());
    return points;
}

/// What a sweep shows to be false in claims about f, in words; empty if there is nothing.
template <expression F>
std::string false_claim(const F& f, interval claimed, monotonicity direction) {
    double before = std::numeric_limits<double>::quiet_NaN();
    for (const double at : sweep()) {
        const double value = evaluate(f, x = at), slack = 1e-15 * std::abs(value);
        const std::string where = " at x = " + std::to_string(at);
        if (value < claimed.low - slack || value > claimed.high + slack) return "a value outside the range" + where;
        if (direction == monotone::nondecreasing && value < before - slack) return "a fall" + where;
        if (direction == monotone::nonincreasing && value > before + slack) return "a rise" + where;
        if (direction == monotone::constant && (value < before || value > before)) return "a change" + where;
        before = value;
    }
    return "";
}

template <expression F>
std::string false_claim(const F& f) {
    return false_claim(f, range(f), is_monotone(f));
}

}  // namespace

TEST_CASE("no claim about an activation of the catalogue is false") {
    hana::for_each(activations, [](const auto& activation) {
        INFO(std::string(activation.name));
        CHECK(false_claim(activation(x)) == "");
        CHECK(false_claim(-2 * activation(3 - x)) == "");
        CHECK(false_claim(grad(activation(x), x)) == "");
    });
}

TEST_CASE("no claim about other formulas is false") {
    CHECK(false_claim(x * exp(x)) == "");
    CHECK(false_claim(x * exp(-abs(x))) == "");
    CHECK(false_claim(exp(x) / (1 + exp(2 * x))) == "");
    CHECK(false_claim(sin(3 * x) * cos(x) + x / 4) == "");
    CHECK(false_claim(pow(x, 4) - 3 * x * x + x) == "");
    CHECK(false_claim(x * floor(x)) == "");
    CHECK(false_claim(where(x > 0, x * log(x), 0)) == "");
    CHECK(false_claim(max(x * x, exp(x)) - abs(x - 1)) == "");
    CHECK(false_claim(x / (x * x - 3 * x + 5)) == "");
    CHECK(false_claim(sqrt(abs(x)) - log1p(x * x)) == "");
    CHECK(false_claim(custom_gradient(x * x, x, 1)) == "");
    CHECK(false_claim(tanh(x) - erf(x)) == "");
    CHECK(false_claim(pow(abs(x), 1.5) - 2 * abs(x)) == "");
}

TEST_CASE("the check of claims can fail") {
    CHECK(false_claim(x * x, {0.5, inf}, {}) != "");
    CHECK(false_claim(tanh(x), {-1, 0.9}, {}) != "");
    CHECK(false_claim(silu(x), {-1, inf}, {monotone::nondecreasing}) != "");
    CHECK(false_claim(exp(x), {0, inf}, {monotone::nonincreasing}) != "");
    CHECK(false_claim(hardshrink(x), {-inf, inf}, {monotone::constant}) != "");
}

TEST_CASE("what a user declares or stops is not taken for the derivative") {
    CHECK_FALSE(is_monotone(custom_gradient(x * x, x, 1)));
    CHECK_FALSE(is_monotone(x * stop_gradient(x)));
    CHECK(range(custom_gradient(x * x, x, 1)).contains(9));
}

TEST_CASE("a range that is not attained by pieces of straight sides is found by halving") {
    // The least values, from the roots of the derivatives in higher precision.
    const auto low_of = [](const auto& f) { return range(f).low; };
    const auto is = [](double got, double least) { return got <= least && got > least - 2e-6; };
    CHECK(is(low_of(silu(x)), -0.27846454276107379));
    CHECK(is(low_of(gelu(x)), -0.16997120747990368));
    CHECK(is(low_of(mish(x)), -0.30884341301725043));
    CHECK(is(low_of(x * exp(x)), -0.36787944117144233));
    CHECK(is(low_of(x * x * (x * x - 3) + x), -3.5139050389347890));
    CHECK(range(silu(x)).high == inf);
}
