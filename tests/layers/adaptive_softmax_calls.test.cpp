// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of adaptive softmax: clusters without rows, rows that do not count, batches of unusual form,
// arrangements of data, what results depend on.
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

TEST_CASE("NaN in the weights of a tail reaches the rows of its cluster alone") {
    adaptive_problem p = make_problem(small(), 4);
    p.target = {0, 4, 8, 9};
    adaptive_run<double> run(p), sound(p);
    run.weights.tails[0].out(0, 0) = std::nan("");
    const auto got =
        run.layer.backward(run.weights, run.batch(), p.target, {.sum = 1}, outputs(run.dbatch(), run.dweights));
    const auto expected = sound.layer.forward(sound.weights, sound.batch(), p.target);
    CHECK(std::isnan(got.output(1)));
    CHECK(std::isnan(got.loss));
    for (const std::size_t r : {0u, 2u, 3u}) {
        CHECK(got.output[r] == expected.output[r]);
        CHECK(std::none_of(&run.dx[r * 6], &run.dx[r * 6] + 6, [](double v) { return std::isnan(v); }));
    }
    CHECK(std::isnan(run.dweights.tails[0].proj(0, 0)));
    CHECK_FALSE(std::isnan(run.dweights.tails[1].proj(0, 0)));
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
        for (const when_empty policy : {when_empty{on_empty::nan}, when_empty{on_empty::zero}, when_empty{on_empty::error}}) {
            p.options.empty = policy;
            adaptive_run<float> run(p);
            std::fill(run.dx.begin(), run.dx.end(), 5.0F);
            run.dweights.head_weight(0, 0) = 5;
            const auto call = [&] {
                return run.layer.backward(run.weights, run.batch(), target, {.loss = 1, .sum = 1},
                                          outputs(run.dbatch(), run.dweights));
            };
            if (policy == on_empty::error) {
                CHECK(message_of(call).find(target.empty() ? "a batch without rows" : "labels are all ignored") !=
                      std::string::npos);
                CHECK(run.dweights.head_weight(0, 0) == 5);
                continue;
            }
            const auto got = call();
            CHECK(got.output.size() == target.size());
            CHECK(got.sum == 0);
            CHECK(got.weight == 0);
            CHECK((policy == on_empty::zero ? got.loss == 0 : std::isnan(got.loss)));
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
    adaptive_problem p = make_problem({.in_features = 8, .n_classes = 900, .cutoffs = {200, 500}, .div_value = 2}, 999);
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
