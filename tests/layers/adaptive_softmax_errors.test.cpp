// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What adaptive softmax refuses, and the weights that its options make.
#include "layers/adaptive_problems.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

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
