// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives of every primitive against the expression that a table of derivatives gives. Most promises
// are static_asserts: compiling is passing.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

#include <set>

using namespace gradus;

namespace {

constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
constexpr auto v = tensor<"v[i]">;
constexpr auto m = tensor<"m[i, j]">;
constexpr auto w = tensor<"w[j]">;
constexpr auto t = labels<"t[i]">;

// one operand
static_assert(grad(-x, x) == where(y > 0, -1, -1));
static_assert(grad(abs(x), x) == sign(x));
static_assert(grad(x* sign(x), x) == sign(x));
static_assert(grad(exp(x), x) == exp(x));
static_assert(grad(exp2(x), x) == 0.6931471805599453 * exp2(x));
static_assert(grad(expm1(x), x) == exp(x));
static_assert(grad(log(x), x) == 1 / x);
static_assert(grad(log2(x), x) == 1 / (0.6931471805599453 * x));
static_assert(grad(log1p(x), x) == 1 / (1 + x));
static_assert(grad(sqrt(x), x) == 1 / (2 * sqrt(x)));
static_assert(grad(tanh(x), x) == 1 - tanh(x) * tanh(x));
static_assert(grad(sigmoid(x), x) == sigmoid(x) * (1 - sigmoid(x)));
static_assert(grad(softplus(x), x) == sigmoid(x));
static_assert(grad(erf(x), x) == 1.1283791670955126 * exp(-(x * x)));
static_assert(grad(erfc(x), x) == -1.1283791670955126 * exp(-(x * x)));
static_assert(grad(sin(x), x) == cos(x));
static_assert(grad(cos(x), x) == -sin(x));
static_assert(grad(x + floor(x), x) == where(y > 0, 1, 1));
static_assert(grad(x* stop_gradient(x), x) == stop_gradient(x));
static_assert(grad(where(isnan(x), 0, x), x) == where(isnan(x), 0, 1));
static_assert(grad(where(!(x > 1), x, 0), x) == where(x > 1, 0, 1));

// two operands
static_assert(grad(x + y, x) == where(y > 0, 1, 1));
static_assert(grad(y - x, x) == where(y > 0, -1, -1));
static_assert(grad(x* y, x) == y);
static_assert(grad(x* x, x) == 2 * x);
static_assert(grad(x / y, x) == 1 / y);
static_assert(grad(x / y, y) == -(x / y / y));
static_assert(grad(scaled(x, y), x) == y);
static_assert(grad(scaled(x, y), y) == where(x == 0, 0, x));
static_assert(grad(pow(x, 3), x) == 3 * x * x);
static_assert(grad(pow(x, y), x) == y * pow(x, y - 1));
static_assert(grad(pow(x, y), y) == where(x == 0, 0, pow(x, y) * log(x)));
static_assert(grad(max(x, 0), x) == where(x > 0, 1, 0));
static_assert(grad(min(x, 6), x) == where(x < 6, 1, 0));
static_assert(grad(max(x, y), x) == where(x == y, 0.5, where(x > y, 1, 0)));
static_assert(grad(min(x, y), y) == where(x == y, 0.5, where(y < x, 1, 0)));

// comparisons and logic carry no gradient; the branches do
static_assert(grad(where(x > 0 && x < 1, x* x, y), x) == where(x > 0 && x < 1, 2 * x, 0));
static_assert(grad(where(x <= 0 || x >= 1, y, x* x), x) == where(x <= 0 || x >= 1, 0, 2 * x));
static_assert(grad(where(x == 1, x, 2 * x), x) == where(x == 1, 1, 2));
static_assert(grad(where(x != 1, x, 2 * x), x) == where(x != 1, 1, 2));
static_assert(grad(custom_gradient(floor(x), x, 1), x) == where(y > 0, 1, 1));
static_assert(grad(custom_gradient(floor(x), x, 2 * x), x) == 2 * x);

// along axes
static_assert(grad(sum(v* v), v) == 2 * v);
static_assert(grad(sum(m* w), w) == sum(m, over<"i">));
static_assert(grad(sum(x* v), x) == sum(v));
static_assert(grad(logsumexp(v), v) == softmax(v));
static_assert(grad(sum(softmax(v) * v), v) == softmax(v) + softmax(v) * (v - sum(v * softmax(v))));
static_assert(grad(sum(max(m, over<"j">)), m) ==
              where(m == max(m, over<"j">), 1 / sum(where(m == max(m, over<"j">), 1, 0), over<"j">), 0));
static_assert(grad(sum(min(m, over<"j">)), m) ==
              where(m == min(m, over<"j">), 1 / sum(where(m == min(m, over<"j">), 1, 0), over<"j">), 0));
static_assert(grad(sum(at(m, over<"j">, t)), m) == where(index<"j"> == t, 1, 0));
static_assert(grad(mean(v), v) == 1 / extent<"i">);

// second derivatives
static_assert(grad(grad(x * x * x, x), x) == 6 * x);
static_assert(grad(grad(exp(x), x), x) == exp(x));
static_assert(grad(grad(sin(x), x), x) == -sin(x));
static_assert(grad(grad(x * y * y, x), y) == 2 * y);
static_assert(grad(grad(softplus(x), x), x) == sigmoid(x) * sigmoid(-x));

// vector-Jacobian and Jacobian-vector products
constexpr auto g = tensor<"g[i]">;
static_assert(vjp(v* v, v, g) == 2 * (g * v));
static_assert(jvp(v* v, v, g) == 2 * (g * v));
static_assert(jvp(sum(v* v), v, g) == sum(2 * (g * v)));
static_assert(jvp(exp(x), x, y) == y * exp(x));

// equality of expressions as a value
static_assert(x * y == y * x);
static_assert(x + y != x - y);
static_assert(x - y == -(y - x));
static_assert((x > 0) == (0 < x));
static_assert(2 * (3 * x) == 6 * x);
static_assert(x + x == 2 * x);
static_assert(x * 0 != 0 * y);  // 0 · x hides a NaN: it stays

}  // namespace

TEST_CASE("a zero adjoint times an infinite local derivative is zero: the untaken branch stays out") {
    constexpr auto safe_log = where(x > 0, log(x), 0);
    for (const double bad : {0.0, -1.0, -1e300}) CHECK(evaluate(grad(safe_log, x), x = bad) == 0);
    CHECK(evaluate(grad(safe_log, x), x = 4.0) == 0.25);

    constexpr auto safe_root = where(x > 0, sqrt(x), 0) + where(x > 1, 2 * sqrt(x), 0);
    CHECK(evaluate(grad(safe_root, x), x = 0.0) == 0);
    CHECK(evaluate(grad(safe_root, x), x = -3.0) == 0);
    CHECK(evaluate(grad(safe_root, x), x = 4.0) == 0.75);

    constexpr auto safe_ratio = where(x != 0, sin(x) / x, 1);
    CHECK(evaluate(grad(safe_ratio, x), x = 0.0) == 0);
}

TEST_CASE("second derivatives of a guarded formula are clean where the branch is not taken") {
    constexpr auto entropy = where(x > 0, x * log(x), 0);
    CHECK(evaluate(grad(grad(entropy, x), x), x = 0.0) == 0);
    CHECK(evaluate(grad(grad(entropy, x), x), x = 2.0) == Approx(0.5));
}

TEST_CASE("derivatives are values at compile time and at run time alike") {
    static_assert(evaluate(grad(x * x, x), x = 3.0) == 6.0);
    CHECK(evaluate(grad(x * x, x), x = 3.0) == 6.0);
}

TEST_CASE("a result that rewriting leaves with fewer axes still counts once for each of its elements") {
    // pow(v, 0) is 1, so that the rewritten result has no axis: Σ gᵢ d(xᵢ⁰ · s)/ds = Σ gᵢ.
    constexpr auto g = tensor<"g[i]">;
    const std::vector<double> V{1, 2, 3}, G{0.5, -2, 8};
    CHECK(evaluate(vjp(pow(v, 0) * x, x, g), v = V, g = G, x = 7.0) == 6.5);
    CHECK(evaluate(vjp(pow(v, 0) * x, x, 1), v = V, x = 7.0) == 3.0);
    // d(Σ vᵢ x)/dvᵢ = x for three elements, the derivative of their sum for x is 3.
    CHECK(evaluate(vjp(vjp(v * x, v, 1), x, 1), v = V, x = 7.0) == 3.0);
}

TEST_CASE("no gradient through a read at labels that vary along the axis they read: an error, not a wrong value") {
    CHECK_THROWS_WITH(lower(vjp(at(v, over<"i">, t), v, 1)),
                      "gradus: no gradient through a read at labels that vary along the axis they read");
    CHECK(evaluate(vjp(at(v, over<"i">, 1) * x, x, 1), v = std::vector<double>{1, 2, 3}, x = 7.0) == 2.0);
}

TEST_CASE("a softmax along an axis that its operand has lost gets its gradient once") {
    // where(m, w, w) is w, which has no axis i: each of the 2 x 2 elements is exp(w) / (2 sum exp(w)).
    constexpr auto g = tensor<"g[i, j]">;
    constexpr auto lost = softmax(where(m, w, w), over<"i", "j">);
    constexpr auto kept = softmax(0 * m + w, over<"i", "j">);
    const ndarray M{{2, 2}, {1, 1, 1, 1}}, G{{2, 2}, {1, 2, 3, 5}};
    const std::vector<double> W{0, 1};
    const auto got = evaluate(vjp(lost, w, g), m = M, w = W, g = G);
    const auto expected = evaluate(vjp(kept, w, g), m = M, w = W, g = G);
    for (std::size_t j = 0; j < 2; ++j) CHECK(got[j] == Approx(expected[j]).epsilon(1e-14));
}
