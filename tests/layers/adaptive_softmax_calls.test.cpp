// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of adaptive softmax: rows that do not count, batches of unusual form, arrangements of data, wrong
// arguments, initial weights.
#include <oneapi/tbb/global_control.h>

#include "layers/adaptive_problems.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

template <class T>
bool all_zero(std::span<T> values) {
    return std::all_of(values.begin(), values.end(), [](T v) { return v == 0; });
}
template <class A, class B>
bool same(const A& a, const B& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
template <class T>
std::vector<T> flat(const std::vector<std::span<T>>& parts) {
    std::vector<T> all;
    for (const std::span<T> part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}
template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const error& e) {
        return e.what();
    }
    return "no error";
}

adaptive_softmax_options small() { return {.in_features = 6, .n_classes = 10, .cutoffs = {3, 7}, .div_value = 2}; }

}  // namespace

TEST_CASE("a cluster that no row falls into gets gradients of zero") {
    adaptive_problem p = make_problem(small(), 5);
    p.target = {0, 8, 2, 9, 1};  // nothing in [3, 7)
    adaptive_run<double> run(p);
    run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    CHECK(all_zero(std::span(run.dweights.tails[0].proj)));
    CHECK(all_zero(std::span(run.dweights.tails[0].out)));
    CHECK_FALSE(all_zero(std::span(run.dweights.tails[1].out)));
    p.target = {0, 1, 2, 0, 1};  // nothing in any cluster
    run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    CHECK(all_zero(std::span(run.dweights.tails[1].proj)));
    CHECK(all_zero(std::span(run.dweights.tails[1].out)));
}

TEST_CASE("all rows may fall into one cluster") {
    adaptive_problem p = make_problem(small(), 5);
    p.target = {8, 7, 9, 9, 7};
    adaptive_run<double> run(p);
    const dual_rows expected = log_probabilities(p);
    const auto got = run.layer.forward(run.weights, run.batch(), p.target);
    for (std::size_t r = 0; r < 5; ++r)
        CHECK(got.output[r] == Approx(expected[r][std::size_t(p.target[r])].value).epsilon(1e-13));
}

TEST_CASE("the class of a cluster of one has the cluster's probability, and its tail gets no gradient") {
    adaptive_problem p = make_problem({.in_features = 6, .n_classes = 8, .cutoffs = {3, 7}, .div_value = 2}, 4);
    p.target = {7, 7, 7, 7};
    adaptive_run<double> run(p);
    const auto before = run.layer.log_prob(run.weights, run.batch());
    run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    CHECK(all_zero(std::span(run.dweights.tails[1].out)));
    CHECK(all_zero(std::span(run.dweights.tails[1].proj)));
    for (double& w : run.weights.tails[1].out) w *= -3;
    CHECK(same(before, run.layer.log_prob(run.weights, run.batch())));
}

TEMPLATE_TEST_CASE("rows with the ignored label count for nothing, whatever they hold", "", float, double) {
    for (const std::int64_t ignored : {-100, 4, 99}) {
        adaptive_problem p = make_problem(small(), 6);
        p.target = {1, ignored, 8, 2, ignored, 9};
        p.options.ignore_index = ignored;
        adaptive_problem rest = make_problem(small(), 4);
        rest.target = {1, 8, 2, 9};
        for (std::size_t r = 0, k = 0; r < 6; ++r) {
            if (p.target[r] == ignored)
                std::fill_n(p.x.begin() + std::ptrdiff_t(r) * 6, 6, std::nan(""));
            else
                std::copy_n(p.x.begin() + std::ptrdiff_t(r) * 6, 6, rest.x.begin() + std::ptrdiff_t(k++) * 6);
        }
        adaptive_run<TestType> run(p), expected(rest);
        const auto got =
            run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
        const auto without = expected.layer.backward(expected.weights, expected.batch(), rest.target, {.loss = 1},
                                                     outputs(expected.dbatch(), expected.dweights));
        CHECK(got.weight == 4);
        CHECK(got.sum == Approx(without.sum).epsilon(1e-6));
        CHECK(got.loss == Approx(without.loss).epsilon(1e-6));
        CHECK(same(flat(run.dweights.parameters()), flat(expected.dweights.parameters())));
        for (std::size_t r = 0, k = 0; r < 6; ++r) {
            const bool counts = p.target[r] != ignored;
            CHECK(got.output[r] == (counts ? without.output[k] : TestType(0)));
            for (std::size_t j = 0; j < 6; ++j)
                CHECK(run.dx[r * 6 + j] == (counts ? expected.dx[k * 6 + j] : TestType(0)));
            k += counts ? 1 : 0;
        }
    }
}

TEST_CASE("a batch without a row that counts has sum 0 and the loss that its policy says") {
    for (const std::vector<std::int64_t>& target : {std::vector<std::int64_t>{}, std::vector<std::int64_t>{-1, -1}}) {
        adaptive_problem p = make_problem(small(), static_cast<std::int64_t>(target.size()));
        p.options.ignore_index = -1;
        for (const when_empty policy : {when_empty::nan, when_empty::zero, when_empty::error}) {
            p.options.empty = policy;
            adaptive_run<float> run(p);
            std::fill(run.dx.begin(), run.dx.end(), 5.0F);
            run.dweights.head_weight(0, 0) = 5;
            const auto call = [&] {
                return run.layer.backward(run.weights, run.batch(), target, {.loss = 1, .sum = 1},
                                          outputs(run.dbatch(), run.dweights));
            };
            if (policy == when_empty::error) {
                CHECK(message_of(call).find(target.empty() ? "a batch without rows" : "labels are all ignored") !=
                      std::string::npos);
                CHECK(run.dweights.head_weight(0, 0) == 5);
                continue;
            }
            const auto got = call();
            CHECK(got.output.size() == target.size());
            CHECK(got.sum == 0);
            CHECK(got.weight == 0);
            CHECK((policy == when_empty::zero ? got.loss == 0 : std::isnan(got.loss)));
            CHECK(all_zero(std::span(run.dx)));
            for (const std::span<float> part : run.dweights.parameters()) CHECK(all_zero(part));
        }
    }
}

TEST_CASE("an empty batch has no log-probabilities, no predictions and gradients of zero") {
    adaptive_problem p = make_problem(small(), 0);
    adaptive_run<float> run(p);
    CHECK(run.layer.log_prob(run.weights, run.batch()).size() == 0);
    CHECK(run.layer.predict(run.weights, run.batch()).size() == 0);
    const std::vector<float> up;
    run.dweights.head_weight(0, 0) = 5;
    run.layer.log_prob_backward(run.weights, run.batch(), view(up, {0, 10}), outputs(run.dbatch(), run.dweights));
    for (const std::span<float> part : run.dweights.parameters()) CHECK(all_zero(part));
}

TEST_CASE("a single sample is a batch of one row") {
    adaptive_problem p = make_problem(small(), 1);
    adaptive_run<float> batch(p), single(p);
    const auto rows = batch.layer.backward(batch.weights, batch.batch(), std::vector<int>{8}, {.loss = 1},
                                           outputs(batch.dbatch(), batch.dweights));
    const auto row =
        single.layer.backward(single.weights, single.x, 8, {.loss = 1}, outputs(single.dx, single.dweights));
    CHECK(row.output == rows.output(0));
    CHECK(row.loss == rows.loss);
    CHECK(single.dx == batch.dx);
    CHECK(single.layer.forward(single.weights, single.x, 8).loss == rows.loss);
    CHECK(same(single.layer.log_prob(single.weights, single.x), batch.layer.log_prob(batch.weights, batch.batch())));
    CHECK(single.layer.predict(single.weights, single.x) == batch.layer.predict(batch.weights, batch.batch())(0));
    const auto up = numbers<float>(10, -1, 1);
    single.layer.log_prob_backward(single.weights, single.x, up, outputs(single.dx, single.dweights));
    batch.layer.log_prob_backward(batch.weights, batch.batch(), view(up, {1, 10}),
                                  outputs(batch.dbatch(), batch.dweights));
    CHECK(single.dx == batch.dx);
}

TEST_CASE("x, dx and the upstream gradient may lie in memory in any way, dx also in the place of x") {
    adaptive_problem p = make_problem(small(), 7);
    adaptive_run<double> run(p), other(p);
    const std::vector<std::uint8_t> bytes(p.target.begin(), p.target.end());
    const auto plain =
        run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    std::vector<double> columns(42);  // [feature, batch]
    for (std::size_t r = 0; r < 7; ++r)
        for (std::size_t j = 0; j < 6; ++j) columns[j * 7 + r] = run.x[r * 6 + j];
    const auto x = transpose(view(columns, {6, 7}));
    const auto got = other.layer.backward(other.weights, x, bytes, {.loss = 1}, outputs(x, other.dweights));
    CHECK(got.loss == plain.loss);
    CHECK(same(flat(other.dweights.parameters()), flat(run.dweights.parameters())));
    for (std::size_t r = 0; r < 7; ++r)
        for (std::size_t j = 0; j < 6; ++j) CHECK(columns[j * 7 + r] == run.dx[r * 6 + j]);

    const auto up = numbers<double>(70, -1, 1);
    std::vector<double> turned(70);
    for (std::size_t i = 0; i < 70; ++i) turned[i % 10 * 7 + i / 10] = up[i];
    run.layer.log_prob_backward(run.weights, run.batch(), view(up, {7, 10}), outputs(run.dbatch(), run.dweights));
    other.layer.log_prob_backward(other.weights, other.batch(), transpose(view(turned, {10, 7})),
                                  outputs(other.dbatch(), other.dweights));
    CHECK(other.dx == run.dx);
}

TEST_CASE("no call depends on an earlier one") {
    adaptive_problem large = make_problem(small(), 40), little = make_problem(small(), 3);
    adaptive_run<float> fresh(little), used(little), first(large);
    first.layer.forward(first.weights, first.batch(), large.target);
    used.layer = std::move(first.layer);
    used.layer.predict(used.weights, first.batch());
    const auto step = [&](adaptive_run<float>& run) {
        return run.layer.backward(run.weights, run.batch(), little.target, {.loss = 1},
                                  outputs(run.dbatch(), run.dweights));
    };
    CHECK(step(used).loss == step(fresh).loss);
    CHECK(flat(used.gradients()) == flat(fresh.gradients()));
}

TEST_CASE("results do not depend on the number of threads that kernels use") {
    adaptive_problem p = make_problem({.in_features = 8, .n_classes = 900, .cutoffs = {200, 500}, .div_value = 2}, 400);
    adaptive_run<float> one(p), several(p);
    const auto step = [&](adaptive_run<float>& run, std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        return run.layer.backward(run.weights, run.batch(), p.target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
    };
    const auto a = step(one, 1), b = step(several, 4);
    CHECK(a.loss == b.loss);
    CHECK(same(a.output, b.output));
    CHECK(flat(one.gradients()) == flat(several.gradients()));
}

TEST_CASE("sums and weights of micro-batches give the mean of the whole") {
    adaptive_problem p = make_problem(small(), 9);
    p.options.ignore_index = 3;
    adaptive_run<double> run(p);
    const auto whole = run.layer.forward(run.weights, run.batch(), p.target);
    const auto part = [&](std::int64_t first, std::int64_t count) {
        return run.layer.forward(run.weights, slice(run.batch(), 0, first, count),
                                 std::span(p.target).subspan(std::size_t(first), std::size_t(count)));
    };
    const auto a = part(0, 2), b = part(2, 7);
    CHECK((a.sum + b.sum) / (a.weight + b.weight) == Approx(whole.loss).epsilon(1e-14));
}

TEST_CASE("a label out of range is an error with its row and value, and nothing is written") {
    adaptive_problem p = make_problem(small(), 4);
    adaptive_run<float> run(p);
    run.dx.assign(run.dx.size(), 5.0F);
    run.dweights.head_weight(0, 0) = 5;
    const auto call = [&](const auto& target) {
        return message_of([&] {
            run.layer.backward(run.weights, run.batch(), target, {.loss = 1}, outputs(run.dbatch(), run.dweights));
        });
    };
    CHECK(call(std::vector<int>{1, 2, 10, 3}) ==
          "gradus: argument \"target\" is 10 at batch = 2, but labels along axis \"class\" are 0 to 9");
    CHECK(call(std::vector<int>{1, 2, 3, -1}) ==
          "gradus: argument \"target\" is -1 at batch = 3, but labels along axis \"class\" are 0 to 9");
    CHECK(
        call(std::vector<std::uint64_t>{~std::uint64_t{0}, 2, 3, 4}) ==
        "gradus: argument \"target\" is 18446744073709551615 at batch = 0, but labels along axis \"class\" are 0 to 9");
    CHECK(run.dx == std::vector<float>(24, 5.0F));
    CHECK(run.dweights.head_weight(0, 0) == 5);
}

TEST_CASE("extents that disagree are errors that name both sides") {
    adaptive_problem p = make_problem(small(), 4);
    adaptive_run<float> run(p);
    const std::vector<float> ones(60, 1.0F);
    const auto forward = [&](const auto& x, const auto& target) {
        return message_of([&] { run.layer.forward(run.weights, x, target); });
    };
    CHECK(forward(view(ones, {12, 5}), std::vector<int>(12)) ==
          "gradus: argument \"x\" has 5 elements along axis \"feature\", but in_features is 6");
    CHECK(forward(run.batch(), std::vector<int>(3)) ==
          "gradus: argument \"target\" has 3 elements along axis \"batch\", but \"x\" has 4");
    const auto backward = [&](std::vector<float> dx, std::vector<float> up, adaptive_softmax_weights<float>& dw) {
        const auto rows = static_cast<std::int64_t>(dx.size()) / 6;
        return message_of([&] {
            run.layer.backward(run.weights, run.batch(), p.target, {.output = up}, outputs(view(dx, {rows, 6}), dw));
        });
    };
    adaptive_softmax_weights<float> none, other = run.layer.make_gradients();
    other.tails[1].out = array<float, 2>({2, 1});
    CHECK(backward(std::vector<float>(18), {}, run.dweights) ==
          "gradus: argument \"dx\" has extents {3, 6}, but expected {4, 6}");
    CHECK(backward(run.dx, {1, 2}, run.dweights) ==
          "gradus: argument \"upstream.output\" has 2 elements, but \"x\" has 4 along axis \"batch\"");
    CHECK(backward(run.dx, {}, none) ==
          "gradus: argument \"dweights\" has head_weight with extents {0, 0}, but expected {5, 6}");
    CHECK(backward(run.dx, {}, other) ==
          "gradus: argument \"dweights\" has tails[1].out with extents {2, 1}, but expected {3, 1}");
    CHECK(backward(run.dx, {}, run.weights).find("\"dweights\" is \"weights\" itself") != std::string::npos);
    run.weights.tails.pop_back();
    CHECK(forward(run.batch(), p.target) ==
          "gradus: argument \"weights\" has 1 tails, but expected one for each of 2 clusters");
}

TEST_CASE("options out of range are errors") {
    const auto make = [](adaptive_softmax_options o) {
        return message_of([&] { adaptive_log_softmax_with_loss<float>{o}; });
    };
    CHECK(make(small()) == "no error");
    CHECK(make({.in_features = 0, .n_classes = 10, .cutoffs = {3}}) ==
          "gradus: argument \"in_features\" is 0, but expected 1 to 2147483647");
    CHECK(make({.in_features = 6, .n_classes = 1, .cutoffs = {1}}) ==
          "gradus: argument \"n_classes\" is 1, but expected 2 to 2147483647");
    for (const std::vector<std::int64_t>& cutoffs :
         {std::vector<std::int64_t>{}, {0, 3}, {3, 3}, {5, 3}, {3, 10}, {-1}})
        CHECK(make({.in_features = 6, .n_classes = 10, .cutoffs = cutoffs})
                  .find("strictly increasing, from 1 to "
                        "n_classes - 1 = 9") != std::string::npos);
    CHECK(make({.in_features = 6, .n_classes = 10, .cutoffs = {3}, .div_value = 0}) ==
          "gradus: argument \"div_value\" is 0, but expected a positive number");
    CHECK(make({.in_features = 6, .n_classes = 10, .cutoffs = {3, 7}, .div_value = 4})
              .find("leaves cluster 1 floor(6 / 4^2) = 0 features") != std::string::npos);
}

TEST_CASE("weights have PyTorch's shapes") {
    const auto shapes = [](adaptive_softmax_options o) {
        const auto w = adaptive_log_softmax_with_loss<float>(o).make_weights(1);
        std::vector<std::array<std::int64_t, 2>> all{w.head_weight.extents()};
        for (const auto& tail : w.tails) all.insert(all.end(), {tail.proj.extents(), tail.out.extents()});
        return all;
    };
    using expected = std::vector<std::array<std::int64_t, 2>>;
    CHECK(shapes({.in_features = 9, .n_classes = 12, .cutoffs = {3, 7}, .div_value = 1.5}) ==
          expected{{5, 9}, {6, 9}, {4, 6}, {4, 9}, {5, 4}});
    // 1 // 0.1 is 9 in Python: the double 0.1 is a little more than a tenth
    CHECK(shapes({.in_features = 1, .n_classes = 5, .cutoffs = {3}, .div_value = 0.1}) ==
          expected{{4, 1}, {9, 1}, {2, 9}});
}

TEST_CASE("initial weights are uniform in ±1/√fan_in, a function of the seed") {
    adaptive_log_softmax_with_loss<float> layer(
        {.in_features = 64, .n_classes = 500, .cutoffs = {100, 200}, .div_value = 4, .head_bias = true});
    auto w = layer.make_weights(7), again = layer.make_weights(7), other = layer.make_weights(8);
    CHECK(flat(w.parameters()) == flat(again.parameters()));
    CHECK(flat(w.parameters()) != flat(other.parameters()));
    const std::vector<float> bounds{1 / 8.F, 1 / 8.F, 1 / 8.F, 1 / 4.F, 1 / 8.F, 1 / 2.F};
    const auto parts = w.parameters();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [low, high] = std::minmax_element(parts[i].begin(), parts[i].end());
        CHECK(*low >= -bounds[i]);
        CHECK(*high <= bounds[i]);
        CHECK(*low < -0.9F * bounds[i]);
        CHECK(*high > 0.9F * bounds[i]);
    }
}
