// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses where they are not smooth, at the ends of their domains and at infinity: gradients at kinks as
// PyTorch has them (its values were found by experiment), else the mathematical limits.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

using namespace gradus;

namespace {

constexpr auto x = scalar<"x">;
constexpr auto t = scalar<"t">;
constexpr auto v = scalar<"v">;
constexpr auto row = tensor<"row[class]">;
constexpr auto other = tensor<"other[class]">;
constexpr auto third = tensor<"third[class]">;
constexpr auto label = labels<"label[]">;
constexpr auto list = labels<"list[slot]">;
constexpr auto classes = over<"class">;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

template <class F>
double slope(const F& loss, double at, double target) {
    return evaluate(grad(loss, x), x = at, t = target);
}
template <class F>
double target_slope(const F& loss, double at, double target) {
    return evaluate(grad(loss, t), x = at, t = target);
}
template <class F>
double value(const F& loss, double at, double target) {
    return evaluate(loss, x = at, t = target);
}
using pair = std::array<double, 2>;

}  // namespace

TEST_CASE("l1, smooth_l1 and huber: 0 at their centres, one slope at the joins") {
    CHECK(slope(l1(x, t), 2, 2) == 0);
    CHECK(slope(smooth_l1(x, t), 2, 2) == 0);
    CHECK(slope(smooth_l1(x, t, 0.5), 0.5, 0) == 1);
    CHECK(slope(smooth_l1(x, t, 0.5), -0.5, 0) == -1);
    CHECK(slope(smooth_l1(x, t, 0), 0, 0) == 0);
    CHECK(slope(smooth_l1(x, t, 0), 1e-20, 0) == 1);
    CHECK(value(smooth_l1(x, t, 0), -3, 0) == 3);
    CHECK(slope(huber(x, t, 0.5), 0.5, 0) == 0.5);
    CHECK(slope(huber(x, t, 0.5), -0.5, 0) == -0.5);
}

TEST_CASE("the gradient passes at the margin of hinge_embedding and margin_ranking, and NaN stays in the value") {
    CHECK(slope(hinge_embedding(x, t), 1, -1) == -1);
    CHECK(slope(hinge_embedding(x, t), 1.5, -1) == 0);
    CHECK(slope(hinge_embedding(x, t, 0.5), 0.5, -1) == -1);
    CHECK(slope(hinge_embedding(x, t), 1, 1) == 1);
    CHECK(math::isnan(value(hinge_embedding(x, t), no_number, -1)));
    CHECK(slope(hinge_embedding(x, t), no_number, -1) == 0);
    const auto ranking = [](double margin, double first, double sign) {
        return evaluate(grad(margin_ranking(x, t, v, margin), x), x = first, t = 0, v = sign);
    };
    CHECK(ranking(0, 0, 1) == -1);
    CHECK(ranking(0, 1e-6, 1) == 0);
    CHECK(ranking(0.5, 0.5, 1) == -1);
    CHECK(ranking(0.5, -0.5, -1) == 1);
}

TEST_CASE("the gradient passes at the margin of cosine_embedding and triplet_margin; that of no distance is 0") {
    const auto cosine = cosine_embedding(row, other, -1, classes);
    const auto d = evaluate(grad(cosine, row), row = pair{1, 0}, other = pair{0, 1});
    CHECK(d.data[0] == 0);
    CHECK(d.data[1] == Approx(1));
    const auto triplet = triplet_margin(row, other, third, classes, with::eps(0));
    const auto gradients = [&](const auto& variable, const pair& a, const pair& p, const pair& n) {
        return evaluate(grad(triplet, variable), row = a, other = p, third = n);
    };
    CHECK(evaluate(triplet, row = pair{0, 0}, other = pair{1, 0}, third = pair{0, 2}) == 0);
    const auto da = gradients(row, {0, 0}, {1, 0}, {0, 2}), dp = gradients(other, {0, 0}, {1, 0}, {0, 2}),
               dn = gradients(third, {0, 0}, {1, 0}, {0, 2});
    CHECK((da.data[0] == -1 && da.data[1] == 1 && dp.data[0] == 1 && dp.data[1] == 0));
    CHECK((dn.data[0] == 0 && dn.data[1] == -1));
    CHECK(evaluate(triplet, row = pair{0, 0}, other = pair{0, 0}, third = pair{0, 0}) == 1);
    CHECK(gradients(row, {0, 0}, {0, 0}, {0, 0}).data[0] == 0);
    CHECK(gradients(third, {0, 0}, {0, 0}, {0, 0}).data[1] == 0);
}

TEST_CASE("multi_margin and multilabel_margin have no gradient at the margin; a label listed twice counts twice") {
    const auto ties =
        evaluate(grad(multi_margin(row, label, classes), row), row = std::array<double, 4>{1, 0, 1e-45, 2}, label = 0);
    const std::array<double, 4> of_ties{-0.5, 0, 0.25, 0.25};
    for (std::size_t i = 0; i < 4; ++i) CHECK(ties.data[i] == of_ties[i]);

    const auto loss = multilabel_margin(row, list, classes, over<"slot">);
    using three = std::array<double, 3>;
    using slots = std::array<int, 3>;
    const auto check = [&](const three& scores, const slots& listed, double expected, const three& gradient) {
        CHECK(evaluate(loss, row = scores, list = listed) == Approx(expected));
        const auto d = evaluate(grad(loss, row), row = scores, list = listed);
        for (std::size_t i = 0; i < 3; ++i) CHECK(d.data[i] == Approx(gradient[i]));
    };
    check({1, 0, 0.5}, {0, -1, 2}, 1.0 / 6, {-1.0 / 3, 0, 1.0 / 3});
    check({0, 0, 0}, {1, 1, -1}, 4.0 / 3, {2.0 / 3, -4.0 / 3, 2.0 / 3});
    check({1, 2, 3}, {-1, 1, 2}, 0, {0, 0, 0});
    check({1, 2, 3}, {0, 1, 2}, 0, {0, 0, 0});
    CHECK_THROWS_AS(evaluate(loss, row = three{1, 2, 3}, list = slots{0, -2, 0}), std::out_of_range);
    CHECK_THROWS_AS(evaluate(loss, row = three{1, 2, 3}, list = slots{0, 3, 0}), std::out_of_range);
}

TEST_CASE("bce clamps logarithms at -100 and the denominator of its gradient, that of the target not at all") {
    const double eps = 1e-12F;
    CHECK(value(bce(x, t), 0, 1) == 100);
    CHECK(value(bce(x, t), 1, 0) == 100);
    CHECK(value(bce(x, t), 0, 0.5) == 50);
    CHECK(value(bce(x, t), 0, 0) == 0);
    CHECK(slope(bce(x, t), 0, 1) == -1 / eps);
    CHECK(slope(bce(x, t), 1, 0.5) == 0.5 / eps);
    CHECK(slope(bce(x, t), 1, 1) == 0);
    CHECK(slope(bce(x, t), 0.5, 0.25) == 1);
    CHECK(target_slope(bce(x, t), 0, 1) == inf);
    CHECK(target_slope(bce(x, t), 1, 1) == -inf);
    CHECK(target_slope(bce(x, t), 0.5, 1) == 0);
}

TEST_CASE("losses of logits have their limits at infinity, with the gradients of both") {
    const auto loss = bce_with_logits(x, t);
    CHECK(value(loss, -inf, 0) == 0);
    CHECK(value(loss, -inf, 1) == inf);
    CHECK(value(loss, -inf, 0.25) == inf);
    CHECK(value(loss, inf, 1) == 0);
    CHECK(value(loss, inf, 0) == inf);
    CHECK(math::isnan(value(loss, no_number, 0)));
    CHECK(slope(loss, -inf, 1) == -1);
    CHECK(slope(loss, inf, 1) == 0);
    CHECK(slope(loss, inf, 0.25) == 0.75);
    CHECK(target_slope(loss, -inf, 0) == inf);
    CHECK(target_slope(loss, inf, 1) == -inf);
    CHECK(value(soft_margin(x, t), -1e4, 1) == 1e4);
    CHECK(slope(soft_margin(x, t), -1e4, 1) == -1);
    CHECK(slope(soft_margin(x, t), inf, -1) == 1);
    CHECK(value(loss, 50, 1) == Approx(std::exp(-50.0)));
}

TEST_CASE("probabilities of zero: divergences contribute 0, and gradients are the limits") {
    CHECK(value(kl_div(x, t), -1, 0) == 0);
    CHECK(value(kl_div(x, t), -inf, 0) == 0);
    CHECK(value(kl_div(x, t), -inf, 0.5) == inf);
    CHECK(math::isnan(value(kl_div(x, t), -1, -0.5)));
    CHECK(slope(kl_div(x, t), -1, 0) == 0);
    CHECK(target_slope(kl_div(x, t), -1, 0) == -inf);
    CHECK(value(kl_div(x, t, with::log_target), -inf, -inf) == 0);
    CHECK(target_slope(kl_div(x, t, with::log_target), -1, -inf) == 0);
    const pair certain{1, 0};
    CHECK(evaluate(entropy(row, classes), row = certain) == 0);
    CHECK(evaluate(grad(entropy(row, classes), row), row = certain).data[1] == inf);
    CHECK(evaluate(kl_divergence(row, other, classes), row = certain, other = certain) == 0);
    CHECK(evaluate(kl_divergence(row, other, classes), row = pair{0.5, 0.5}, other = certain) == inf);
    CHECK(evaluate(cross_entropy_of(row, other, classes), row = certain, other = certain) == 0);
}

TEST_CASE("poisson_nll and gaussian_nll at the ends of their domains") {
    CHECK(value(poisson_nll(x, t), -inf, 0) == 0);
    CHECK(value(poisson_nll(x, t), -inf, 1) == inf);
    CHECK(target_slope(poisson_nll(x, t), -inf, 0) == inf);
    CHECK(value(poisson_nll(x, t, with::rate), 0, 0) == 0);
    // Stirling's term begins above 1, not at it.
    CHECK(value(poisson_nll(x, t, with::full), 0, 1) == 1);
    CHECK(value(poisson_nll(x, t, with::full), 0, 2) ==
          Approx(1 + 2 * std::log(2) - 2 + 0.5 * std::log(4 * 3.14159265358979)));
    CHECK(target_slope(poisson_nll(x, t, with::full), 0.5, 0) == -0.5);
    const auto loss = gaussian_nll(x, t, v, with::eps(0.5));
    CHECK(evaluate(loss, x = 3, t = 1, v = 0) == Approx(0.5 * (std::log(0.5) + 8)));
    CHECK(evaluate(grad(loss, v), x = 3, t = 1, v = 0) == Approx(0.5 * (2 - 16)));
    CHECK(evaluate(grad(loss, v), x = 3, t = 1, v = 2) == Approx(0.5 * (0.5 - 1)));
    CHECK(evaluate(gaussian_nll(x, t, v), x = 1, t = 0, v = inf) == inf);
    CHECK(evaluate(grad(gaussian_nll(x, t, v), v), x = 1, t = 0, v = inf) == 0);
}
