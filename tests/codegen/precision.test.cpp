// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which nodes of a float32 kernel are computed in float32, and which in float64.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

#include "precision.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[n]">;
constexpr auto y = tensor<"y[n]">;

/// The precision of a formula of primitives without `at` or softmax, whose graph is legal as it is.
precision of_result(const graph& g) { return precisions_of(g, element::float32)[g.outputs[0].value]; }
template <expression E>
precision of_result(const E& e) {
    return of_result(lower(e));
}
/// That of the first node with this operation.
template <expression E>
precision of_operation(const E& e, op code) {
    const graph g = lower(e);
    const std::vector<precision> all = precisions_of(g, element::float32);
    for (std::size_t i = 0; i < g.nodes.size(); ++i)
        if (g.nodes[i].code == code) return all[i];
    throw std::logic_error("no such operation in the formula");
}

}  // namespace

TEST_CASE("a value that is rounded once is computed in float32") {
    CHECK(of_result(exp(x)) == precision::narrow);
    CHECK(of_result(x * y) == precision::narrow);
    CHECK(of_result(x - y) == precision::narrow);
    CHECK(of_result(0.5 * x) == precision::narrow);
    CHECK(of_result(sigmoid(-x)) == precision::narrow);
    CHECK(of_result(where(x > 0, x, exp(min(x, 0)))) == precision::narrow);
    CHECK(of_result(max(x, over<"n">)) == precision::narrow);
    CHECK(of_operation(2 * (sum(where(x > 0, 1, 0)) * y), op::reduce_sum) == precision::narrow);
}

TEST_CASE("a product with a number that is no float is rounded once in float32, the number split into two") {
    CHECK(of_result(0.1 * x) == precision::narrow);
    CHECK(of_operation(where(x > 0, x, 0) * (1 / extent<"n">), op::div) == precision::short_wide);
    CHECK(of_result(0.1 * x + y) == precision::short_wide);
    CHECK(of_result(0.1 * (x * y)) == precision::short_wide);
    CHECK(of_result(1e-40 * x) == precision::short_wide);  // two floats would not hold it
    CHECK(of_result(0.1 * sin(x)) == precision::short_wide);
}

TEST_CASE("the sign of a difference of exact numbers is told by float32") {
    CHECK(of_operation(sign(x - y), op::sub) == precision::narrow);
    CHECK(of_result(sign(x - y)) == precision::narrow);
    CHECK(of_operation(sign(x - y) * abs(x - y) * y, op::sub) == precision::short_wide);
    CHECK(of_operation(sign(x * y - 1), op::mul) == precision::wide);
}

TEST_CASE("what would be rounded twice is computed in float64") {
    CHECK(of_result(x * y * x) == precision::short_wide);
    CHECK(of_operation(x * sigmoid(x), op::mul) == precision::short_wide);
    CHECK(of_result(sum(x)) == precision::short_wide);
    CHECK(of_result(sum(exp(x))) == precision::short_wide);
    CHECK(of_result(mean(x)) == precision::short_wide);
    CHECK(of_result(sign(x * y - 1)) != precision::narrow);
}

TEST_CASE("operands of what may cancel, and of conditions, have all digits of float64") {
    CHECK(of_operation(exp(x) + y, op::exp) == precision::wide);
    CHECK(of_operation(exp(x) + abs(y), op::exp) == precision::short_wide);
    CHECK(of_operation(abs(y) - exp(x), op::exp) == precision::wide);
    CHECK(of_operation(-abs(y) - exp(x), op::exp) == precision::short_wide);
    CHECK(of_operation(log(3 * exp(x)), op::exp) == precision::wide);
    CHECK(of_operation(where(exp(x) > y, x, 0), op::exp) == precision::wide);
    CHECK(of_operation(x * exp(x) * y, op::exp) == precision::short_wide);
    CHECK(of_operation(sum(exp(x)), op::exp) == precision::short_wide);
    CHECK(of_operation(sum(x * exp(x)), op::exp) == precision::wide);  // terms of both signs
}

TEST_CASE("the larger of values of which one is wide is rounded after it") {
    CHECK(of_result(max(x, y * (x * sigmoid(x)))) == precision::short_wide);
    CHECK(of_result(where(x > 0, x, y * (x * sigmoid(x)))) == precision::narrow);  // which one does not depend on it
    CHECK(of_operation(where(x > 0, x, y * (x * sigmoid(x))), op::sigmoid) == precision::short_wide);
}

TEST_CASE("shares of a row's largest element are float32, unless they cancel") {
    const auto share = exp(x - max(x, over<"n">));
    CHECK(of_result(share) == precision::narrow);
    CHECK(of_operation(2 * share * abs(y), op::exp) == precision::narrow);
    CHECK(of_operation(sum(share), op::exp) == precision::narrow);
    CHECK(of_operation(share - y, op::exp) == precision::wide);
    CHECK(of_operation(1 / (3 - share), op::exp) == precision::wide);
    // Of a difference of other numbers, or of rounded ones, the exponential may be off by many ULP.
    CHECK(of_operation(exp(x - y) * abs(y), op::exp) == precision::short_wide);
    CHECK(of_operation(exp(2 * x * y - max(x, over<"n">)) * abs(y), op::exp) == precision::short_wide);
}

TEST_CASE("float64 kernels are float64 throughout") {
    const graph g = lower(exp(x));
    for (const precision p : precisions_of(g, element::float64)) CHECK(p == precision::wide);
}
