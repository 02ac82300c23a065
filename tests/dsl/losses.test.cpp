// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses as formulas: most promises are static_asserts of two formulas' equality; compiling is passing.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = tensor<"t[batch, class]">;
constexpr auto y = labels<"y[batch]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto beta = scalar<"beta">;
constexpr auto classes = over<"class">;

// ---- regression

static_assert(mse(x, t) == (x - t) * (x - t));
static_assert(l1(x, t) == abs(x - t));
static_assert(smooth_l1(x, t) == where(abs(x - t) < 1, 0.5 * (x - t) * (x - t), abs(x - t) - 0.5));
static_assert(smooth_l1(x, t, beta) ==
              where(abs(x - t) < beta, 0.5 * (x - t) * (x - t) / beta, abs(x - t) - 0.5 * beta));
static_assert(huber(x, t, beta) == where(abs(x - t) <= beta, 0.5 * (x - t) * (x - t), beta*(abs(x - t) - 0.5 * beta)));

// ---- labels

constexpr auto plain = cross_entropy(x, y, classes);
static_assert(plain == logsumexp(x, classes) - at(x, classes, y));
static_assert(nll(x, y, classes) == -at(x, classes, y));
static_assert(mean(plain) == mean(logsumexp(x, classes) - at(x, classes, y)));
static_assert(cross_entropy(x, y, classes, with::label_smoothing(0)) == plain);
static_assert(cross_entropy(x, y, classes, with::weight(w), with::ignore_index(-1), with::label_smoothing(0.1)) ==
              cross_entropy(x, y, classes, with::label_smoothing(0.1), with::ignore_index(-1), with::weight(w)));

constexpr auto skipping = nll(x, y, classes, with::ignore_index(-1));
static_assert(skipping == where(y == -1, 0, -at(x, classes, where(y == -1, 0, y))));
static_assert(mean(skipping) == sum(skipping) / sum(where(y == -1, 0, 1)));
static_assert(sum_and_weight(skipping).sum == sum(skipping));
static_assert(sum_and_weight(skipping).weight == sum(where(y == -1, 0, 1)));
static_assert(sum_and_weight(plain).weight == extent<"batch">);
static_assert(batchmean(mse(x, t), over<"batch">) == sum(mse(x, t)) / extent<"batch">);
static_assert(mean(skipping, on_empty::zero) ==
              where(sum(where(y == -1, 0, 1)) == 0, 0, sum(skipping) / sum(where(y == -1, 0, 1))));

// The mean divides by the weights of the labels.
constexpr auto weighted = nll(x, y, classes, with::weight(w));
static_assert(weighted == -at(w, classes, y) * at(x, classes, y));
static_assert(mean(weighted) == sum(weighted) / sum(at(w, classes, y)));

// ---- probabilities

static_assert(plain.axes().count == 1);
static_assert(cross_entropy(x, t, classes).axes().count == 1);
static_assert(grad(sum(cross_entropy(x, t, classes)), t) == logsumexp(x, classes) - x);

// ---- the rest of the catalogue

constexpr auto p = tensor<"p[batch, class]">;
constexpr auto q = tensor<"q[batch, class]">;
constexpr auto var = tensor<"var[batch]">;
static_assert(focal(x, y, classes, 0) == plain);
static_assert(sigmoid_focal(x, t, 0) == bce_with_logits(x, t));
static_assert(grad(sum(bce_with_logits(x, 1)), x) == -sigmoid(-x));
static_assert(multilabel_soft_margin(x, t, classes) == mean(bce_with_logits(x, t), classes));
static_assert(kl_div(log(p), q) == scaled(q, log(q) - log(p)));
static_assert(poisson_nll(x, t, with::rate) == x - t * log(x + 1e-8));
static_assert(grad(sum(poisson_nll(x, t)), x) == exp(x) + where(t == 0, 0, -t));
static_assert(gaussian_nll(x, t, var).axes().count == 2);
static_assert(multi_margin(x, y, classes, with::power(1)) == multi_margin(x, y, classes));
static_assert(triplet_margin(x, p, q, classes).axes().count == 1);

// The largest of the catalogue stay within both compilers' default limits of constant evaluation.
constexpr auto image = tensor<"image[batch, class, h, w]">;
constexpr auto spots = labels<"spots[batch, h, w]">;
constexpr auto largest =
    mean(cross_entropy(image, spots, classes, with::weight(w), with::ignore_index(-100), with::label_smoothing(0.1)),
         on_empty::zero);
constexpr auto of_image = grad(largest, image);
constexpr auto of_weights = grad(largest, w);
static_assert(program<largest, of_image, of_weights>::view().outputs.size() == 3);
constexpr auto triplet = mean(triplet_margin(x, p, q, classes, with::swap, with::power(3)));
constexpr auto of_anchor = grad(triplet, x);
constexpr auto of_positive = grad(triplet, p);
constexpr auto of_negative = grad(triplet, q);
static_assert(program<triplet, of_anchor, of_positive, of_negative>::view().outputs.size() == 4);

}  // namespace

TEST_CASE("cross-entropy of distributions is entropy plus divergence, also where probabilities are zero") {
    const std::array<std::array<double, 4>, 2> P{{{0.5, 0.25, 0.25, 0}, {0.1, 0.2, 0.3, 0.4}}},
        Q{{{0.25, 0.25, 0.25, 0.25}, {0.7, 0.1, 0.1, 0.1}}};
    const auto whole = evaluate(cross_entropy_of(p, q, classes), p = P, q = Q);
    const auto parts = evaluate(entropy(p, classes) + kl_divergence(p, q, classes), p = P, q = Q);
    const auto named = evaluate(sum(kl_div(log(q), p), classes), p = P, q = Q);
    const auto divergence = evaluate(kl_divergence(p, q, classes), p = P, q = Q);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(whole.data[i] == Approx(parts.data[i]).epsilon(1e-14));
        CHECK(named.data[i] == Approx(divergence.data[i]).epsilon(1e-14));
        CHECK(divergence.data[i] > 0);
    }
    CHECK(whole.data[0] == Approx(std::log(4.0)));
}

TEST_CASE("the gradient of a row that is not taken is zero, also where its sum over the classes is NaN") {
    // The adjoint of log-sum-exp collects a sum over the classes here; the select must stay outside it.
    constexpr auto loss = cross_entropy(x, y, classes, with::ignore_index(-1), with::label_smoothing(0.5));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto slope = evaluate(grad(mean(loss), x), x = std::array<std::array<double, 2>, 2>{{{nan, 1}, {0, 0}}},
                                y = std::array<int, 2>{-1, 1});
    CHECK(slope.data[0] == 0);
    CHECK(slope.data[1] == 0);
    CHECK(slope.data[2] == Approx(0.25));
    CHECK(slope.data[3] == Approx(-0.25));
}

TEST_CASE("probabilities of zero contribute nothing, even where the logarithm is infinite") {
    const double inf = std::numeric_limits<double>::infinity();
    const std::array<std::array<double, 3>, 1> X{{{0, -inf, 0}}}, P{{{0.5, 0, 0.5}}};
    CHECK(evaluate(cross_entropy(x, t, classes), x = X, t = P).data[0] == Approx(std::log(2.0)));
    const auto slope = evaluate(grad(sum(cross_entropy(x, t, classes)), x), x = X, t = P);
    for (const double g : slope.data) CHECK(g == Approx(0).margin(1e-15));
}

TEST_CASE("one-hot probabilities give the loss of the label, with smoothing and weights too") {
    const std::array<std::array<double, 3>, 2> X{{{0.5, -1, 2}, {1, 1.5, -0.25}}}, P{{{0, 1, 0}, {0, 0, 1}}};
    const std::array<int, 2> Y{1, 2};
    const std::array<double, 3> W{1, 0.5, 2};
    const auto options = [](const auto& target) {
        return cross_entropy(x, target, classes, with::weight(w), with::label_smoothing(0.25));
    };
    const auto of_labels = evaluate(options(y), x = X, y = Y, w = W);
    const auto of_probabilities = evaluate(options(t), x = X, t = P, w = W);
    for (std::size_t i = 0; i < 2; ++i) CHECK(of_labels.data[i] == Approx(of_probabilities.data[i]));
    // What their means divide by differs: the weights of the labels, the number of rows.
    const double total = of_labels.data[0] + of_labels.data[1];
    CHECK(evaluate(mean(options(y)), x = X, y = Y, w = W) == Approx(total / 2.5));
    CHECK(evaluate(mean(options(t)), x = X, t = P, w = W) == Approx(total / 2));
}
