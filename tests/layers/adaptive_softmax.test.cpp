// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adaptive softmax against its definition: values, gradients, predictions.
#include "layers/adaptive_problems.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

/// Of values and gradients of a few dozen terms of size 1.
template <class T>
constexpr double accuracy = std::is_same_v<T, double> ? 1e-13 : 1e-5;

bool near(double got, double expected, double allowed) {
    return std::abs(got - expected) <= allowed * (1 + std::abs(expected));
}

std::string name_of(const adaptive_softmax_options& o) {
    return std::to_string(o.in_features) + " features, " + std::to_string(o.n_classes) + " classes, " +
           std::to_string(o.cutoffs.size()) + " clusters";
}

}  // namespace

TEMPLATE_TEST_CASE("log_prob is the logarithm of the head's probability times the tail's", "", float, double) {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 11);
        adaptive_run<TestType> run(p);
        INFO(name_of(options));
        const dual_rows expected = log_probabilities(p);
        const auto got = run.layer.log_prob(run.weights, run.batch());
        REQUIRE(got.extents() == std::array<std::int64_t, 2>{11, options.n_classes});
        for (std::int64_t r = 0; r < 11; ++r) {
            double total = 0;
            for (std::int64_t c = 0; c < options.n_classes; ++c) {
                const double value = static_cast<double>(got(r, c));
                CHECK(near(value, expected[std::size_t(r)][std::size_t(c)].value, accuracy<TestType>));
                total += std::exp(value);
            }
            CHECK(near(total, 1, accuracy<TestType>));
        }
    }
}

TEMPLATE_TEST_CASE("output is log_prob of the target, loss the mean of -output, sum and weight its two parts", "",
                   float, double) {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 13);
        adaptive_run<TestType> run(p);
        INFO(name_of(options));
        const dual_rows all = log_probabilities(p);
        const auto [output, loss, sum, weight] = run.layer.forward(run.weights, run.batch(), p.target);
        double expected_sum = 0;
        for (std::size_t r = 0; r < 13; ++r) {
            const double expected = all[r][std::size_t(p.target[r])].value;
            CHECK(near(static_cast<double>(output[r]), expected, accuracy<TestType>));
            expected_sum -= expected;
        }
        CHECK(near(static_cast<double>(sum), expected_sum, accuracy<TestType>));
        CHECK(near(static_cast<double>(loss), expected_sum / 13, accuracy<TestType>));
        CHECK(weight == 13);
    }
}

TEMPLATE_TEST_CASE("backward gives the derivatives of any combination of output, loss and sum", "", float, double) {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 9);
        adaptive_run<TestType> run(p);
        INFO(name_of(options));
        const auto up = numbers<TestType>(9, -1, 1, 77);
        const auto check = [&](const adaptive_softmax_upstream<TestType>& upstream) {
            const auto values = run.layer.forward(run.weights, run.batch(), p.target);
            const auto same =
                run.layer.backward(run.weights, run.batch(), p.target, upstream, outputs(run.dbatch(), run.dweights));
            CHECK(std::equal(same.output.begin(), same.output.end(), values.output.begin()));
            CHECK(same.loss == values.loss);
            CHECK(gradient_difference(p, run.gradients(), accuracy<TestType> * 10, [&](const dual_rows& log_p) {
                      dual total;
                      for (std::size_t r = 0; r < 9; ++r) {
                          const double own = upstream.output.empty() ? 0 : static_cast<double>(upstream.output[r]);
                          const double of_loss = static_cast<double>(upstream.loss) / 9;
                          const double factor = own - of_loss - static_cast<double>(upstream.sum);
                          total = total + dual{factor, 0} * log_p[r][std::size_t(p.target[r])];
                      }
                      return total;
                  }) == "");
        };
        check({.loss = 1});
        check({.sum = 1});
        check({.output = up});
        check({.output = up, .loss = -2, .sum = TestType(0.5)});
    }
}

TEMPLATE_TEST_CASE("log_prob_backward gives the derivatives of a weighted sum of log_prob", "", float, double) {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 6);
        adaptive_run<TestType> run(p);
        INFO(name_of(options));
        const auto classes = static_cast<std::size_t>(options.n_classes);
        const auto up = numbers<TestType>(6 * classes, -1, 1, 78);
        run.layer.log_prob_backward(run.weights, run.batch(), view(up, {6, classes}),
                                    outputs(run.dbatch(), run.dweights));
        CHECK(gradient_difference(p, run.gradients(), accuracy<TestType> * 20, [&](const dual_rows& log_p) {
                  dual total;
                  for (std::size_t i = 0; i < up.size(); ++i)
                      total = total + dual{static_cast<double>(up[i]), 0} * log_p[i / classes][i % classes];
                  return total;
              }) == "");
    }
}

TEST_CASE("the comparison of gradients finds one wrong element") {
    adaptive_problem p = make_problem(several_options()[2], 3);
    adaptive_run<double> run(p);
    const auto objective = [&](const dual_rows& log_p) { return log_p[2][5]; };
    std::vector<double> up(18);
    up[17] = 1;
    run.layer.log_prob_backward(run.weights, run.batch(), view(up, {3, 6}), outputs(run.dbatch(), run.dweights));
    CHECK(gradient_difference(p, run.gradients(), 1e-12, objective) == "");
    run.dweights.tails[0].out(3, 1) += 1e-9;
    CHECK(gradient_difference(p, run.gradients(), 1e-12, objective).find("array 4, element 16") == 0);
}

TEST_CASE("the gradients are the slopes of the library's own loss") {
    adaptive_problem p = make_problem(several_options()[1], 8);
    adaptive_run<double> run(p);
    run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    std::vector<std::span<double>> from = run.weights.parameters();
    from.insert(from.begin(), std::span(run.x));
    const auto gradients = run.gradients();
    const auto loss = [&] { return run.layer.forward(run.weights, run.batch(), p.target).loss; };
    for (std::size_t a = 0; a < from.size(); ++a)
        for (std::size_t i = 0; i < from[a].size(); i += 3) {
            double& element = from[a][i];
            const double kept = element, step = 1e-5;
            element = kept + step;
            const double above = loss();
            element = kept - step;
            const double below = loss();
            element = kept;
            CHECK(near(gradients[a][i], (above - below) / (2 * step), 1e-8));
        }
}

TEST_CASE("float32 data in float64 arithmetic gives float64's results rounded once") {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 12);
        adaptive_run<float, double> mixed(p);
        adaptive_run<double> wide(p);
        INFO(name_of(options));
        const auto rounded = [](const auto& got, const auto& exact) {
            return std::equal(got.begin(), got.end(), exact.begin(), exact.end(),
                              [](float a, double b) { return a == static_cast<float>(b); });
        };
        const auto step = [&](auto& run) {
            return run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1, .sum = 0.25},
                                      outputs(run.dbatch(), run.dweights));
        };
        const auto a = step(mixed);
        const auto b = step(wide);
        CHECK(rounded(a.output, b.output));
        CHECK((a.loss == static_cast<float>(b.loss) && a.sum == static_cast<float>(b.sum) && a.weight == 12));
        CHECK(rounded(flat(mixed.gradients()), flat(wide.gradients())));

        const auto mixed_log_p = mixed.layer.log_prob(mixed.weights, mixed.batch());
        CHECK(rounded(mixed_log_p, wide.layer.log_prob(wide.weights, wide.batch())));
        const auto best = wide.layer.predict(wide.weights, wide.batch());
        const auto mixed_best = mixed.layer.predict(mixed.weights, mixed.batch());
        CHECK(std::equal(best.begin(), best.end(), mixed_best.begin()));
        const auto up = numbers<float>(mixed_log_p.size(), -1, 1);
        const std::vector<double> wide_up(up.begin(), up.end());
        mixed.layer.log_prob_backward(mixed.weights, mixed.batch(), view(up, {12, options.n_classes}),
                                      outputs(mixed.dbatch(), mixed.dweights));
        wide.layer.log_prob_backward(wide.weights, wide.batch(), view(wide_up, {12, options.n_classes}),
                                     outputs(wide.dbatch(), wide.dweights));
        CHECK(rounded(flat(mixed.gradients()), flat(wide.gradients())));
    }
}

TEMPLATE_TEST_CASE("predict is the class of the greatest log_prob", "", float, double) {
    for (const adaptive_softmax_options& options : several_options()) {
        adaptive_problem p = make_problem(options, 200);
        adaptive_run<TestType> run(p);
        INFO(name_of(options));
        const auto best = run.layer.predict(run.weights, run.batch());
        const auto all = run.layer.log_prob(run.weights, run.batch());
        for (std::int64_t r = 0; r < 200; ++r) {
            const TestType* row = &all(r, 0);
            CHECK(best(r) == std::max_element(row, row + options.n_classes) - row);
        }
    }
}

TEST_CASE("a cluster may be the likeliest entry of the head and yet lose to a class of the shortlist") {
    adaptive_log_softmax_with_loss<double> layer({.in_features = 2, .n_classes = 6, .cutoffs = {2}, .div_value = 1});
    auto weights = layer.make_gradients();
    // head: log-odds 1, 0 and 1.5 for class 0, class 1 and the cluster, whose four classes are equally likely
    weights.head_weight(0, 0) = 1;
    weights.head_weight(2, 0) = 1.5;
    CHECK(layer.predict(weights, std::vector<double>{1, 0}) == 0);
    // a tail that favours one class
    weights.tails[0].proj(0, 0) = 1;
    weights.tails[0].out(2, 0) = 9;
    CHECK(layer.predict(weights, std::vector<double>{1, 0}) == 4);
    // and NaN in a score is what a maximum gives
    CHECK(layer.predict(weights, std::vector<double>{std::nan(""), 0}) == 0);
}

TEST_CASE("scores of thousands neither overflow nor underflow") {
    adaptive_log_softmax_with_loss<float> layer({.in_features = 1, .n_classes = 4, .cutoffs = {2}, .div_value = 1});
    auto weights = layer.make_gradients(), dweights = layer.make_gradients();
    weights.head_weight(0, 0) = 30;  // class 0, against 0 for class 1 and the cluster
    const std::vector<float> x{100};
    std::vector<float> dx{7};
    CHECK(layer.log_prob(weights, x)(0) == 0);
    CHECK(layer.log_prob(weights, x)(1) == -3000);
    CHECK(agrees(layer.log_prob(weights, x)(3), -3000 - std::log(2), {4, 0}));
    CHECK(agrees(layer.backward(weights, x, 3, {.loss = 1}, outputs(dx, dweights)).loss, 3000 + std::log(2), {4, 0}));
    CHECK(dx[0] == 30);  // loss = 30 x + log 2 but for e^-3000
    CHECK(dweights.head_weight(0, 0) == 100);
    CHECK(dweights.head_weight(2, 0) == -100);
}
